//! One slip of the finger: a letter too many, one too few, a wrong one, or two exchanged.

/// Whether `word`, with one slip put right, is what `known` begins with.
pub(super) fn begins_with_one_slip(known: &str, word: &str) -> bool {
    let known: Vec<char> = known.chars().take(word.len() + 2).collect();
    let word: Vec<char> = word.chars().collect();
    let same = known.iter().zip(&word).take_while(|(left, right)| left == right).count();
    // The first letter is taken at its word: it halves the noise, and people look at what they begin.
    if same == 0 {
        return false;
    }
    let (known, word) = (&known[same..], &word[same..]);
    let begins = |known: &[char], word: &[char]| known.starts_with(word);
    let Some((_, behind)) = word.split_first() else { return true };
    begins(known, behind)
        || known.split_first().is_some_and(|(_, rest)| begins(rest, word) || begins(rest, behind))
        || matches!((known, word), ([a, b, known @ ..], [c, d, word @ ..]) if a == d && b == c && begins(known, word))
}

#[cfg(test)]
mod tests {
    use super::begins_with_one_slip;

    #[test]
    fn one_slip_is_forgiven_two_are_not() {
        for word in ["mektap", "mektp", "mekktep", "mketep", "mekte", "mektep"] {
            assert!(begins_with_one_slip("mektep", word), "{word}");
        }
        for word in ["maktap", "ektep", "kemtep", "mktp", "bektep"] {
            assert!(!begins_with_one_slip("mektep", word), "{word}");
        }
        assert!(begins_with_one_slip("kolejikovo", "kollej"));
    }
}
