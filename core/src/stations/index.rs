//! The index: every word of a directory, sorted, and the search over it.

use std::collections::{BTreeMap, HashMap};

use kuager_wire::form::Texts;
use kuager_wire::spelling;

use super::{near, spoken};

/// Words of a query that count; more add nothing but time.
pub const QUERY_WORDS: usize = 8;
/// A word this short is never taken for a misspelt other.
const SLIP_LENGTH: usize = 4;

/// What can be searched of one station. The texts are in every language the pack has.
#[derive(Debug, Clone, Copy)]
pub struct StationText<'a> {
    /// Number within the region.
    pub number: u32,
    /// Its name.
    pub name: &'a Texts,
    /// Where it is.
    pub address: Option<&'a Texts>,
    /// The name of its region.
    pub region: Option<&'a Texts>,
    /// Other names of the station.
    pub synonyms: &'a [String],
    /// Other names of the region.
    pub region_synonyms: &'a [String],
}

/// A station that fits a query.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Hit {
    /// Position of the station in what the index was made from.
    pub index: usize,
    /// How well it fits; only to be compared with the other hits of one query.
    pub score: u32,
}

/// Where in a station a word stands; what people mean first ranks first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Field {
    Region = 0,
    Address = 1,
    Name = 2,
    Number = 3,
}

impl Field {
    const fn of(posting: u32) -> Self {
        match posting & 3 {
            0 => Self::Region,
            1 => Self::Address,
            2 => Self::Name,
            _ => Self::Number,
        }
    }

    /// A whole word, a beginning, and a word with one slip.
    const fn scores(self) -> [u32; 3] {
        match self {
            Self::Number => [4000, 400, 0],
            Self::Name => [300, 200, 60],
            Self::Address => [180, 120, 40],
            Self::Region => [90, 60, 20],
        }
    }
}

/// Every word of a station directory, ready to be searched.
#[derive(Debug, Default)]
pub struct StationIndex {
    /// Distinct words, sorted; the postings of word `i` are `postings[starts[i]..starts[i + 1]]`.
    words: Vec<Box<str>>,
    starts: Vec<u32>,
    /// Station and field in one number: the index of the station times four plus the field.
    postings: Vec<u32>,
    numbers: Vec<u32>,
}

impl StationIndex {
    /// Indexes stations; hits name them by their position here. Stations beyond a billion are left out.
    pub fn new<'a>(stations: impl IntoIterator<Item = StationText<'a>>) -> Self {
        let mut found: BTreeMap<Box<str>, Vec<u32>> = BTreeMap::new();
        let mut regions: HashMap<*const Texts, Vec<String>> = HashMap::new();
        let mut numbers = Vec::new();
        for (station, at) in stations.into_iter().zip(0..u32::MAX / 4) {
            let mut add = |word: String, field: Field| {
                found.entry(word.into_boxed_str()).or_default().push(at * 4 + field as u32);
            };
            add(station.number.to_string(), Field::Number);
            all_words(station.name).for_each(|word| add(word, Field::Name));
            synonyms(station.synonyms).for_each(|word| add(word, Field::Name));
            station.address.into_iter().flat_map(all_words).for_each(|word| add(word, Field::Address));
            if let Some(region) = station.region {
                // Twenty names for ten thousand stations: each is folded once.
                let words = regions
                    .entry(region)
                    .or_insert_with(|| all_words(region).chain(synonyms(station.region_synonyms)).collect());
                words.iter().for_each(|word| add(word.clone(), Field::Region));
            }
            numbers.push(station.number);
        }
        let mut index = Self { numbers, starts: vec![0], ..Self::default() };
        for (word, mut places) in found {
            places.sort_unstable();
            places.dedup();
            index.postings.append(&mut places);
            index.words.push(word);
            index.starts.push(u32::try_from(index.postings.len()).unwrap_or(u32::MAX));
        }
        index
    }

    /// How many stations there are.
    #[must_use]
    pub const fn len(&self) -> usize {
        self.numbers.len()
    }

    /// Whether there are none.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.numbers.is_empty()
    }

    /// The best `limit` stations for what was typed, the best first; equal ones by number, then in directory order.
    ///
    /// Words that only say that a station is meant, as in «УИК 99» or «99-ші учаске», need not be found where others are.
    #[must_use]
    pub fn search(&self, query: &str, limit: usize) -> Vec<Hit> {
        let mut words = spoken::meant(spelling::words(query));
        words.truncate(QUERY_WORDS);
        // Total score and number of words found, for every station.
        let mut scores = vec![(0_u32, 0_u32); self.len()];
        let mut best = vec![0_u32; self.len()];
        for word in &words {
            let mut touched = Vec::new();
            self.look_up(word, |station, score| {
                if best[station] == 0 {
                    touched.push(station);
                }
                best[station] = best[station].max(score);
            });
            for station in touched {
                let (total, count) = &mut scores[station];
                *total += std::mem::take(&mut best[station]);
                *count += 1;
            }
        }
        let wanted = u32::try_from(words.len()).unwrap_or(u32::MAX);
        let mut hits: Vec<Hit> = scores
            .into_iter()
            .enumerate()
            .filter(|(_, (_, count))| wanted > 0 && *count == wanted)
            .map(|(index, (score, _))| Hit { index, score })
            .collect();
        let order = |hit: &Hit| (std::cmp::Reverse(hit.score), self.numbers[hit.index], hit.index);
        if hits.len() > limit {
            if limit > 0 {
                hits.select_nth_unstable_by_key(limit - 1, order);
            }
            hits.truncate(limit);
        }
        hits.sort_unstable_by_key(order);
        hits
    }

    /// Calls back with every place at which the word, or one that begins with it, stands.
    fn look_up(&self, word: &str, mut found: impl FnMut(usize, u32)) {
        let first = self.words.partition_point(|known| known.as_ref() < word);
        let beginnings = self.words[first..].iter().take_while(|known| known.starts_with(word)).count();
        for at in first..first + beginnings {
            let kind = usize::from(self.words[at].len() != word.len());
            self.places(at, |station, field| found(station, field.scores()[kind]));
        }
        if beginnings > 0 || word.chars().count() < SLIP_LENGTH || word.starts_with(|c: char| c.is_ascii_digit()) {
            return;
        }
        for at in 0..self.words.len() {
            if near::begins_with_one_slip(&self.words[at], word) {
                self.places(at, |station, field| found(station, field.scores()[2]));
            }
        }
    }

    fn places(&self, word: usize, mut found: impl FnMut(usize, Field)) {
        let range = self.starts[word] as usize..self.starts[word + 1] as usize;
        for posting in &self.postings[range] {
            let score = Field::of(*posting);
            found((posting / 4) as usize, score);
        }
    }
}

/// The words of other names, and each name in one word: «Алма-Ата» and «Алмаата».
fn synonyms(names: &[String]) -> impl Iterator<Item = String> {
    names.iter().flat_map(|name| {
        let words = spelling::words(name);
        let whole = (words.len() > 1).then(|| words.concat());
        words.into_iter().chain(whole)
    })
}

fn all_words(texts: &Texts) -> impl Iterator<Item = String> {
    texts.iter().flat_map(|(_, text)| spelling::words(text))
}

#[cfg(test)]
#[path = "tests.rs"]
mod tests;
