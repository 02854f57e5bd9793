//! Measures what ADR 0002 decides: how small a station's day becomes under deflate and zstd, with and without a
//! dictionary, and what that costs. `cargo run --release -p kuager-wire --example compression`
//!
//! The records are real ones: signed, chained, with keys, hashes and clocks that do not repeat. Dictionaries are trained
//! on days of other observers. Sizes do not depend on the machine; times do.

#![allow(clippy::print_stdout, reason = "a measurement prints its table")]
#![allow(clippy::disallowed_methods, reason = "a measurement reads the clock")]

use std::time::{Duration, Instant};

use flate2::{Compress, Compression, Decompress, FlushCompress, FlushDecompress, Status};
use kuager_wire::SigningKey;
use kuager_wire::compression::Dictionary;
use kuager_wire::cose;
use kuager_wire::form::YES_NO;
use kuager_wire::ids::{BootId, DeploymentId, PackHash, RecordHash};
use kuager_wire::record::{Answers, Body, ClockReading, FormRef, Location, Record, RecordKind, Value};
use rand_xoshiro::SplitMix64;
use rand_xoshiro::rand_core::{Rng, SeedableRng};

const DEPLOYMENT: DeploymentId = DeploymentId([0x6e; 32]);
const PACK: PackHash = PackHash([0xa2; 32]);
/// Days the dictionaries are trained on, and days they are measured with.
const TRAINING: u64 = 160;
const MEASURED: u64 = 40;
/// Questions of the four checklists; 76 together.
const CHECKLISTS: [(&str, u32); 4] = [("opening", 25), ("voting", 22), ("closing", 11), ("counting", 18)];
const STORIES: [&str; 4] = [
    "Бақылаушыға дауыс беруге арналған бюллетеньдерді санау кезінде жақын тұруға рұқсат берілмеді",
    "Председатель отказался выдать заверенную копию протокола, сослался на распоряжение сверху",
    "Группа людей подвезена автобусом, проголосовали не по своему участку, списки не показали",
    "Урна не была опечатана в присутствии наблюдателей",
];

fn main() {
    let training: Vec<Vec<Vec<u8>>> = (0..TRAINING).map(day).collect();
    let measured: Vec<Vec<Vec<u8>>> = (TRAINING..TRAINING + MEASURED).map(day).collect();
    let samples: Vec<Vec<u8>> = training.concat();
    let bytes: usize = measured.iter().flatten().map(Vec::len).sum();
    println!("{} records a day, {} bytes on average\n", measured[0].len(), bytes / measured[0].len() / measured.len());
    println!("| bytes for one station's day | 1 per upload | 4 per upload | all 14 at once | compress | decompress |");
    println!("|---|---|---|---|---|---|");
    row("no compression", &measured, &|body| body.to_vec(), &|stream| stream.to_vec());
    row("deflate", &measured, &|body| deflate(body, None), &|stream| inflate(stream, None));
    row("zstd", &measured, &plain_zstd, &|stream| zstd::bulk::decompress(stream, 1 << 20).expect("its own output"));
    for size in [2, 4, 8, 16] {
        let trained = Dictionary::train(&samples, size * 1024).expect("the samples differ enough");
        row(&format!("deflate, {size} KiB dictionary"), &measured, &|body| deflate(body, Some(&trained)), &|stream| {
            inflate(stream, Some(&trained))
        });
        let dictionary = Dictionary::new(&trained);
        row(
            &format!("zstd, {size} KiB dictionary (dcz)"),
            &measured,
            &|body| dictionary.compress(body).expect("compresses"),
            &|stream| dictionary.decompress(stream, 1 << 20).expect("its own output"),
        );
    }
    println!(
        "\nTimes are for the day in 14 uploads, on one core. With a dictionary, every upload begins with 40 bytes that name it."
    );
}

type Convert<'a> = &'a dyn Fn(&[u8]) -> Vec<u8>;

fn row(name: &str, days: &[Vec<Vec<u8>>], compress: Convert<'_>, decompress: Convert<'_>) {
    let mut sizes = Vec::new();
    for batch in [1, 4, 14] {
        let uploads = days.iter().flat_map(|day| day.chunks(batch).map(<[Vec<u8>]>::concat));
        let mut total = 0;
        for body in uploads {
            let stream = compress(&body);
            assert_eq!(decompress(&stream), body, "what is compressed comes back");
            total += stream.len();
        }
        sizes.push(total / days.len());
    }
    let records: Vec<&Vec<u8>> = days.iter().flatten().collect();
    let streams: Vec<Vec<u8>> = records.iter().map(|record| compress(record)).collect();
    let days = u32::try_from(days.len()).expect("a small number");
    let compressing = best_of(5, || records.iter().for_each(|record| drop(compress(record)))) / days;
    let decompressing = best_of(5, || streams.iter().for_each(|stream| drop(decompress(stream)))) / days;
    println!(
        "| {name} | {} | {} | {} | {:.2} ms | {:.2} ms |",
        sizes[0],
        sizes[1],
        sizes[2],
        compressing.as_secs_f64() * 1000.0,
        decompressing.as_secs_f64() * 1000.0
    );
}

fn best_of(times: usize, work: impl Fn()) -> Duration {
    let once = |_| {
        let start = Instant::now();
        work();
        start.elapsed()
    };
    (0..times).map(once).min().unwrap_or_default()
}

fn plain_zstd(body: &[u8]) -> Vec<u8> {
    zstd::bulk::compress(body, 19).expect("compresses")
}

/// What a stream needs to name its dictionary by hash, as dcz does; zlib's own four bytes are too few.
const NAME: usize = 40;

/// A raw deflate stream, behind the name of its dictionary if it has one.
fn deflate(body: &[u8], dictionary: Option<&[u8]>) -> Vec<u8> {
    let mut state = Compress::new(Compression::best(), false);
    let mut stream = Vec::with_capacity(body.len() + 128);
    if let Some(dictionary) = dictionary {
        state.set_dictionary(dictionary).expect("before the first byte");
        stream.resize(NAME, 0);
    }
    let status = state.compress_vec(body, &mut stream, FlushCompress::Finish).expect("compresses");
    assert_eq!(status, Status::StreamEnd, "the buffer is large enough");
    stream
}

fn inflate(stream: &[u8], dictionary: Option<&[u8]>) -> Vec<u8> {
    let mut state = Decompress::new(false);
    let mut stream = stream;
    if let Some(dictionary) = dictionary {
        state.set_dictionary(dictionary).expect("before the first byte");
        stream = &stream[NAME..];
    }
    let mut body = Vec::with_capacity(64 * 1024);
    let status = state.decompress_vec(stream, &mut body, FlushDecompress::Finish).expect("its own output");
    assert_eq!(status, Status::StreamEnd, "the buffer is large enough");
    body
}

/// The same days everywhere, and in every year: what was measured with them is written down.
struct Random(SplitMix64);

impl Random {
    fn below(&mut self, bound: u64) -> u64 {
        self.0.next_u64() % bound
    }

    fn int(&mut self, bound: u64) -> i64 {
        i64::try_from(self.below(bound)).expect("a small bound")
    }

    fn bytes<const N: usize>(&mut self) -> [u8; N] {
        std::array::from_fn(|_| u8::try_from(self.below(256)).expect("one byte"))
    }

    fn pick<'a>(&mut self, from: &[&'a str]) -> &'a str {
        from[usize::try_from(self.below(from.len() as u64)).expect("a small number")]
    }
}

/// One observer's day at one station: 4 checklists with 76 questions, 7 turnouts, 2 incidents, 1 protocol.
fn day(seed: u64) -> Vec<Vec<u8>> {
    let mut rng = Random(SplitMix64::seed_from_u64(seed));
    let mut observer = Observer {
        key: SigningKey::from_bytes(&rng.bytes()),
        boot_id: BootId(rng.bytes()),
        station: format!("{:09}-{}", 100_000_000 + 40_000 * rng.below(18), 1 + rng.below(300)),
        language: rng.pick(&["kk", "ru"]),
        minutes: 0,
        sealed: Vec::new(),
    };
    let mut voters = 0;
    for (place, (form, questions)) in CHECKLISTS.into_iter().enumerate() {
        let answers = checklist(form, questions, &mut rng);
        observer.seal(RecordKind::Checklist, form, answers, &mut rng);
        for hour in
            [["10", "12"], ["14", "16"], ["18", "20"], ["22", ""]][place].into_iter().filter(|hour| !hour.is_empty())
        {
            voters += rng.int(300);
            let answers: Answers = [
                ("hour", Value::from(hour)),
                ("T01", voters.into()),
                ("T02", (voters - rng.int(40)).into()),
                ("T03", rng.int(20).into()),
            ]
            .into_iter()
            .collect();
            observer.seal(RecordKind::Turnout, "turnout", answers, &mut rng);
        }
        if place == 1 || place == 3 {
            let answers: Answers = [
                ("code", Value::from(rng.pick(&["A01", "B04", "C12", "D07", "E02"]))),
                ("time", rng.int(1440).into()),
                ("what", rng.pick(&STORIES).into()),
                ("witnesses", rng.int(4).into()),
            ]
            .into_iter()
            .collect();
            observer.seal(RecordKind::Incident, "incident", answers, &mut rng);
        }
    }
    let mut protocol: Answers = (1..=11).map(|line| (format!("P{line:02}"), Value::Int(rng.int(2500)))).collect();
    for party in ["amanat", "auyl", "respublica", "aq_jol", "qhp", "jsdp", "baytaq"] {
        protocol.insert(format!("P07.{party}"), Value::Int(rng.int(900)));
    }
    observer.seal(RecordKind::Protocol, "protocol", protocol, &mut rng);
    observer.sealed
}

/// Mostly "yes", a few left out, a time or number here and there.
fn checklist(form: &str, questions: u32, rng: &mut Random) -> Answers {
    let letter = form[..1].to_ascii_uppercase();
    let mut answers = Answers::default();
    for number in 1..=questions {
        let value = match (number % 9, rng.below(100)) {
            (_, 92..) => continue,
            (0, _) => Value::Int(rng.int(1440)),
            (_, 0..78) => Value::from(YES_NO[0]),
            _ => Value::from(rng.pick(&YES_NO)),
        };
        answers.insert(format!("{letter}{number:02}"), value);
    }
    answers
}

struct Observer {
    key: SigningKey,
    boot_id: BootId,
    station: String,
    language: &'static str,
    minutes: i64,
    sealed: Vec<Vec<u8>>,
}

impl Observer {
    fn seal(&mut self, kind: RecordKind, form: &str, answers: Answers, rng: &mut Random) {
        self.minutes += 30 + rng.int(60);
        let milliseconds = self.minutes * 60_000 + rng.int(60_000);
        let record = Record {
            version: kuager_wire::VERSION,
            kind,
            seq: self.sealed.len() as u64,
            prev: self.sealed.last().map_or(RecordHash::chain_start(DEPLOYMENT), |last| RecordHash::of(last)),
            clock: ClockReading {
                wall_ms: 1_679_184_000_000 + milliseconds,
                monotonic_ms: milliseconds.unsigned_abs(),
                boot_id: self.boot_id,
                flags: 0,
            },
            checkpoint: None,
            form: Some(FormRef { pack: PACK, form: form.to_owned() }),
            station: Some(self.station.clone()),
            body: Body { answers: Some(answers), language: Some(self.language.to_owned()), ..Body::default() },
            attachments: None,
            supersedes: None,
            location: (rng.below(3) > 0).then(|| Location {
                lat_e7: i32::try_from(432_000_000 + rng.int(3_000_000)).expect("within Almaty"),
                lon_e7: i32::try_from(768_000_000 + rng.int(3_000_000)).expect("within Almaty"),
                accuracy_m: 5 + u32::try_from(rng.below(40)).expect("a small number"),
            }),
            training: None,
        };
        self.sealed.push(cose::sign(&record, DEPLOYMENT, &self.key).expect("keeps the rules"));
    }
}
