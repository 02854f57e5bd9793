use ed25519_dalek::SigningKey;
use proptest::prelude::*;

use crate::batch::{MOST_ENTRIES, batch, batch_tiles, verify_batch};
use crate::checkpoint::{Checkpoint, CheckpointError};
use crate::hash::Hash;
use crate::logged::Logged;
use crate::note::{Algorithm, Note, NoteError, Verifier};
use crate::proof::{
    ProofError, consistency, consistency_tiles, inclusion, inclusion_tiles, root, root_tiles, verify_consistency,
    verify_inclusion,
};
use crate::tile::{BadTile, Tile, Tiles, WIDTH, add_entry, written};
use crate::tree::{Edge, Head, MOST};

/// The root as RFC 6962 defines it, word for word: slow, and without anything of ours.
fn rfc_root(entries: &[Vec<u8>]) -> Hash {
    match entries.len() {
        0 => Hash::of_nothing(),
        1 => Hash::of_leaf(&entries[0]),
        count => {
            let split = (count - 1).ilog2();
            let (left, right) = entries.split_at(1 << split);
            Hash::of_node(rfc_root(left), rfc_root(right))
        }
    }
}

fn entry(number: u64) -> Vec<u8> {
    number.to_be_bytes().to_vec()
}

/// A log whose every file is at hand.
#[derive(Default)]
struct Written {
    edge: Edge,
    tiles: Tiles,
}

impl Written {
    fn of(size: u64) -> Self {
        let mut written = Self::default();
        written.grow(size);
        written
    }

    fn grow(&mut self, size: u64) {
        for number in self.edge.size()..size {
            let full = |tile: Tile, hashes: &[Hash]| {
                assert!(tile.is_full());
                self.tiles.add(tile, &written(hashes)).expect("is as wide as it says");
            };
            self.edge.push(Hash::of_leaf(&entry(number)), full).expect("is not full");
        }
        for (tile, hashes) in self.edge.partial() {
            self.tiles.add(tile, &written(hashes)).expect("is as wide as it says");
        }
    }

    fn only(&self, wanted: impl IntoIterator<Item = Tile>) -> Tiles {
        let mut tiles = Tiles::new();
        for tile in wanted {
            tiles.add(tile, &written(self.tiles.hashes(tile).expect("is written"))).expect("is whole");
        }
        tiles
    }
}

#[test]
fn a_tree_grows_as_rfc_6962_says() {
    let entries: Vec<_> = (0..600).map(entry).collect();
    let mut log = Written::default();
    assert_eq!(log.edge.head(), Head { size: 0, root: Hash::of_nothing() });
    for size in 1..=600 {
        log.grow(size);
        let head = log.edge.head();
        assert_eq!(head, Head { size, root: rfc_root(&entries[..usize::try_from(size).unwrap()]) });
        assert_eq!(root(size, &log.only(root_tiles(size))), Ok(head));
        let levels = (0..=7).map_while(|level| {
            let rest = (size >> (8 * level)) % 256;
            let partial = log.edge.partial().find(|(tile, _)| u32::from(tile.level) == level);
            (size >> (8 * level) > 0).then(|| {
                assert_eq!(partial.map_or(0, |(tile, _)| u64::from(tile.width)), rest);
                partial.map(|(_, hashes)| hashes.to_vec()).unwrap_or_default()
            })
        });
        assert_eq!(Edge::of(size, levels.collect()), Some(log.edge.clone()));
    }
    assert_eq!(Edge::of(3, vec![vec![Hash([0; 32]); 2]]), None);
    assert_eq!(Edge::of(MOST + 1, vec![]), None);
}

#[test]
fn every_proof_of_small_trees_holds_and_no_other_does() {
    let log = Written::of(300);
    let heads: Vec<_> = (0..=300).map(|size| root(size, &log.tiles).expect("all is there")).collect();
    for size in [1, 2, 3, 7, 8, 9, 255, 256, 257, 300] {
        let head = heads[usize::try_from(size).unwrap()];
        for index in 0..size {
            let tiles = log.only(inclusion_tiles(index, size).expect("is in it"));
            let path = inclusion(index, size, &tiles).expect("all it needs is there");
            assert_eq!(verify_inclusion(&entry(index), index, head, &path), Ok(()));
            assert!(verify_inclusion(&entry(index + 1), index, head, &path).is_err());
            assert!(verify_inclusion(&entry(index), (index + 1) % (size + 1), head, &path).is_err());
            for at in 0..path.len() {
                let mut other = path.clone();
                other[at].0[0] ^= 1;
                assert_eq!(verify_inclusion(&entry(index), index, head, &other), Err(ProofError::Wrong));
            }
        }
        for old in 0..=size {
            let tiles = log.only(consistency_tiles(old, size).expect("is smaller"));
            let proof = consistency(old, size, &tiles).expect("all it needs is there");
            let before = heads[usize::try_from(old).unwrap()];
            assert_eq!(verify_consistency(before, head, &proof), Ok(()), "{old} {size}");
            let mut other = before;
            other.root.0[31] ^= 1;
            assert_eq!(verify_consistency(other, head, &proof), Err(ProofError::Wrong), "{old} {size}");
            let mut longer = proof.clone();
            longer.push(head.root);
            assert_eq!(verify_consistency(before, head, &longer), Err(ProofError::Length));
        }
    }
}

#[test]
fn what_is_not_there_is_named() {
    let log = Written::of(70_000);
    let tile = Tile { level: 2, index: 0, width: 1 };
    let mut needed = inclusion_tiles(69_999, 70_000).expect("is in it");
    assert!(needed.remove(&tile));
    assert_eq!(inclusion(69_999, 70_000, &log.only(needed)), Err(ProofError::Missing(tile)));
    let outside = |index, size| Err(ProofError::Outside { index, size });
    assert_eq!(inclusion(5, 5, &log.tiles), outside(5, 5));
    assert_eq!(consistency(6, 5, &log.tiles), outside(6, 5));
    assert_eq!(inclusion(0, MOST + 1, &log.tiles), outside(0, MOST + 1));
    let head = |size| Head { size, root: Hash::of_nothing() };
    assert_eq!(verify_inclusion(&[], 0, head(u64::MAX), &[]), outside(0, u64::MAX).map(|_: Vec<Hash>| ()));
    assert_eq!(verify_inclusion(&[], u64::MAX, head(1), &[]), outside(u64::MAX, 1).map(|_: Vec<Hash>| ()));
    assert_eq!(verify_consistency(head(2), head(1), &[]), outside(2, 1).map(|_: Vec<Hash>| ()));
}

#[test]
fn a_tree_of_70000_has_the_tiles_of_the_specification() {
    let count = |level, wide| Tile::all(70_000).filter(|tile| tile.level == level && tile.width == wide).count();
    assert_eq!((count(0, 256), count(0, 112), count(1, 256), count(1, 17), count(2, 1)), (273, 1, 1, 1, 1));
    assert_eq!(Tile::all(70_000).count(), 277);
    assert_eq!(Tile::all(256).map(|tile| tile.to_string()).collect::<Vec<_>>(), ["tile/0/000", "tile/1/000.p/1"]);
    assert_eq!(Tile::all(0).count(), 0);
    let tile = Tile { level: 0, index: 1_234_067, width: WIDTH };
    assert_eq!(
        (tile.to_string(), tile.bundle_path()),
        ("tile/0/x001/x234/067".into(), "tile/entries/x001/x234/067".into())
    );
    assert_eq!(Tile { level: 2, index: 0, width: 1 }.to_string(), "tile/2/000.p/1");
}

#[test]
fn a_path_is_read_in_one_spelling_only() {
    for path in ["tile/0/x001/x234/067", "tile/0/000", "tile/7/999.p/255", "tile/1/x018/x446/x744/x073/x709/x551/615"] {
        assert_eq!(path.parse::<Tile>().map(|tile| tile.to_string()), Ok(path.to_owned()));
    }
    for path in [
        "",
        "tile",
        "tile/",
        "tile/0",
        "tile/0/",
        "tile/0/0",
        "tile/00/000",
        "tile/8/000",
        "tile/-1/000",
        "tile/0/x000/001",
        "tile/0/1000",
        "tile/0/001/002",
        "tile/0/x001/x002",
        "tile/0/+01",
        "tile/0/000.p/0",
        "tile/0/000.p/256",
        "tile/0/000.p/01",
        "tile/0/000.p/",
        "tile/0/../000",
        "tile/0/000/",
        "/tile/0/000",
        "tile/0/x999/x999/x999/x999/x999/x999/x999/999",
        "tile/entries/000",
    ] {
        assert!(path.parse::<Tile>().is_err(), "{path}");
    }
    assert!(Tile::of_bundle_path("tile/entries/x001/000.p/3").is_ok_and(|tile| (tile.index, tile.width) == (1000, 3)));
    assert!(Tile::of_bundle_path("tile/0/000").is_err());
}

#[test]
fn a_bundle_has_as_many_entries_as_it_says() {
    let mut bundle = Vec::new();
    for entry in [&b"one"[..], b"", b"three"] {
        add_entry(&mut bundle, entry).expect("is short");
    }
    let tile = |width| Tile { level: 0, index: 0, width };
    assert_eq!(tile(3).read_bundle(&bundle), Ok(vec![&b"one"[..], b"", b"three"]));
    for width in [1, 2, 4, 256] {
        assert_eq!(tile(width).read_bundle(&bundle), Err(BadTile::Entries { width }));
    }
    assert_eq!(tile(3).read_bundle(&bundle[..bundle.len() - 1]), Err(BadTile::Entries { width: 3 }));
    let before = bundle.clone();
    assert_eq!(add_entry(&mut bundle, &vec![0; 65_536]), Err(BadTile::Long { bytes: 65_536 }));
    assert_eq!(bundle, before);
    assert_eq!(tile(2).read(&[0; 65]), Err(BadTile::Size { width: 2, bytes: 65 }));
}

/// What Go's documentation of `golang.org/x/mod/sumdb/note` shows.
const PETER: &str = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW";
const WISDOM: &str = "If you think cryptography is the answer to your problem,\nthen you don't know what your problem is.\n\n\
    — PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=\n";

#[test]
fn a_note_that_go_has_signed_verifies() {
    let peter: Verifier = PETER.parse().expect("is a key");
    assert_eq!(peter.to_string(), PETER);
    let note = Note::read(WISDOM.as_bytes()).expect("is a note");
    assert_eq!(note.to_string(), WISDOM);
    assert_eq!(note.verify(&peter), Ok(None));
    let changed = Note::read(WISDOM.replace("answer", "Answer").as_bytes()).expect("is a note");
    assert_eq!(changed.verify(&peter), Err(NoteError::Forged(peter.id())));
    let other = Verifier::new("PeterNeumann", Algorithm::Cosignature, peter.key()).expect("is a key");
    assert_eq!(note.verify(&other), Err(NoteError::Unsigned(other.id())));
}

#[test]
fn a_note_is_read_in_one_spelling_only() {
    let whole = "text\n\n— a x08go/ZJkuA=\n";
    assert!(Note::read(whole.as_bytes()).is_ok());
    for bad in [
        "",
        "\n",
        "text\n",
        "text\n\n",
        "text\n\n— a x08go/ZJkuA=",
        "text\n\n- a x08go/ZJkuA=\n",
        "text\n\n— a  x08go/ZJkuA=\n",
        "text\n\n— a x08goA==\n",
        "text\n\n— x08go/ZJkuA=\n",
        "text\n\n— a+b x08go/ZJkuA=\n",
        "te\rxt\n\n— a x08go/ZJkuA=\n",
        "text\n\n— a x08go/ZJkuA\n",
        "text\n— a x08go/ZJkuA=\n",
    ] {
        assert!(matches!(Note::read(bad.as_bytes()), Err(NoteError::Shape(_))), "{bad:?}");
    }
    let many = format!("text\n\n{}", "— a x08go/ZJkuA=\n".repeat(65));
    assert!(Note::read(many.as_bytes()).is_err());
    assert!(Note::read(&vec![b'a'; 65_537]).is_err());
    for bad in ["", "a", "a+b+c", "PeterNeumann+c74f20a4+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW"] {
        assert!(bad.parse::<Verifier>().is_err(), "{bad}");
    }
}

const ORIGIN: &str = "coordinator.example.org/log";

fn keys() -> (SigningKey, Verifier, SigningKey, Verifier) {
    let (log, witness) = (SigningKey::from_bytes(&[1; 32]), SigningKey::from_bytes(&[2; 32]));
    let logs = Verifier::new(ORIGIN, Algorithm::Ed25519, log.verifying_key().as_bytes()).expect("is a key");
    let witnesses = Verifier::new("witness.example/w1", Algorithm::Cosignature, witness.verifying_key().as_bytes());
    (log, logs, witness, witnesses.expect("is a key"))
}

#[test]
fn a_checkpoint_is_believed_when_its_log_has_signed_it() {
    let (key, log, ..) = keys();
    let head = Written::of(1000).edge.head();
    let checkpoint = Checkpoint::sign(ORIGIN, head, &key).expect("signs");
    let text = checkpoint.to_string();
    assert_eq!(Checkpoint::open(text.as_bytes(), &log), Ok(checkpoint.clone()));
    assert_eq!((checkpoint.head(), checkpoint.origin()), (head, ORIGIN));
    let other = Verifier::new("elsewhere.example/log", Algorithm::Ed25519, log.key()).expect("is a key");
    let expected = CheckpointError::Origin { expected: other.name().to_owned(), found: ORIGIN.to_owned() };
    assert_eq!(Checkpoint::open(text.as_bytes(), &other), Err(expected));
    for (from, to) in
        [("\n1000\n", "\n1001\n"), ("\n1000\n", "\n01000\n"), ("\n1000\n", "\n+1000\n"), ("\n1000\n", "\n\n1000\n")]
    {
        assert!(Checkpoint::open(text.replacen(from, to, 1).as_bytes(), &log).is_err(), "{to:?}");
    }
    let (too_large, none) = (Head { size: MOST + 1, ..head }, Head { size: 0, root: Hash::of_nothing() });
    assert!(Checkpoint::sign(ORIGIN, too_large, &key).is_err());
    assert!(Checkpoint::sign(ORIGIN, none, &key).is_ok());
    assert!(Checkpoint::sign("two\nlines", head, &key).is_err());
    let extended = text.replacen("=\n\n", "=\nextension\n\n", 1);
    assert!(
        matches!(Checkpoint::read(extended.as_bytes()), Ok(read) if read.head() == head),
        "extensions are allowed to be there"
    );
}

#[test]
fn a_witness_says_when_and_counts_once() {
    let (key, log, witness_key, witness) = keys();
    let mut checkpoint = Checkpoint::sign(ORIGIN, Written::of(5).edge.head(), &key).expect("signs");
    assert_eq!(checkpoint.witnessed([&witness]), 0);
    let line = checkpoint.clone().cosign(witness.name(), &witness_key, 1_679_315_147).expect("signs");
    let at_another = Checkpoint::sign(ORIGIN, Written::of(6).edge.head(), &key).expect("signs").cosign(
        witness.name(),
        &witness_key,
        1,
    );
    let forged = Err(NoteError::Forged(witness.id()));
    assert_eq!(checkpoint.add_cosignature(at_another.expect("signs"), &witness), forged);
    assert_eq!(checkpoint.add_cosignature(line.clone(), &witness), Ok(Some(1_679_315_147)));
    assert_eq!(checkpoint.add_cosignature(line, &witness), Ok(Some(1_679_315_147)));
    assert_eq!(checkpoint.note().lines().len(), 2);
    let read = Checkpoint::open(checkpoint.to_string().as_bytes(), &log).expect("holds");
    let twice = Verifier::new("witness.example/w2", Algorithm::Cosignature, witness.key()).expect("is a key");
    checkpoint.cosign(twice.name(), &witness_key, 3).expect("signs");
    assert_eq!(read.witnessed([&witness]), 1);
    assert_eq!(checkpoint.witnessed([&witness, &twice]), 1, "one key under two names");
}

#[test]
fn an_entry_is_proved_by_one_file() {
    let (key, log, ..) = keys();
    let written = Written::of(700);
    let checkpoint = Checkpoint::sign(ORIGIN, written.edge.head(), &key).expect("signs");
    let path = inclusion(699, 700, &written.tiles).expect("all is there");
    let logged = Logged { index: 699, path, checkpoint };
    let file = logged.to_string();
    assert_eq!(Logged::read(file.as_bytes()), Ok(logged.clone()));
    assert_eq!(logged.verify(&entry(699), &log), Ok(()));
    assert!(logged.verify(&entry(698), &log).is_err());
    let with_extra = file.replacen("@v1\n", "@v1\nextra QUJD\n", 1);
    assert_eq!(Logged::read(with_extra.as_bytes()), Ok(logged));
    for (from, to) in
        [("@v1", "@v2"), ("index 699", "index 0699"), ("index 699", "699"), ("=\n", "==\n"), ("\n\n", "\n")]
    {
        assert!(Logged::read(file.replacen(from, to, 1).as_bytes()).is_err(), "{from:?} {to:?}");
    }
    let lone = Written::of(1);
    let checkpoint = Checkpoint::sign(ORIGIN, lone.edge.head(), &key).expect("signs");
    let logged = Logged { index: 0, path: Vec::new(), checkpoint };
    assert_eq!(Logged::read(logged.to_string().as_bytes()), Ok(logged.clone()));
    assert_eq!(logged.verify(&entry(0), &log), Ok(()));
}

#[test]
fn a_batch_says_each_hash_once() {
    let log = Written::of(300);
    let head = log.edge.head();
    let entries: Vec<_> = (280..294).map(|index| (index, entry(index))).collect();
    let indices: Vec<_> = entries.iter().map(|(index, _)| *index).collect();
    let proof = batch(&indices, 300, &log.only(batch_tiles(&indices, 300).expect("are in it"))).expect("all is there");
    assert_eq!(proof.len(), 5, "the 256 before, 24 before, two beside, what is behind");
    let entries: Vec<(u64, &[u8])> = entries.iter().map(|(index, entry)| (*index, entry.as_slice())).collect();
    let paths = verify_batch(&entries, head, &proof).expect("holds");
    for (index, entry) in &entries {
        assert_eq!(paths[index], inclusion(*index, 300, &log.tiles).expect("all is there"));
        assert_eq!(verify_inclusion(entry, *index, head, &paths[index]), Ok(()));
    }
    let doubled: Vec<_> = entries.iter().chain(&entries).copied().collect();
    assert_eq!(verify_batch(&doubled, head, &proof), Ok(paths));
    let wrong =
        |entries: &[(u64, &[u8])], proof: &[Hash]| verify_batch(entries, head, proof).expect_err("does not hold");
    assert_eq!(wrong(&[entries[0], (280, b"another")], &proof), ProofError::Wrong);
    assert_eq!(wrong(&entries, &proof[1..]), ProofError::Length);
    assert_eq!(wrong(&entries, &[&proof[..], &proof[..1]].concat()), ProofError::Length);
    assert_eq!(wrong(&entries[1..], &proof), ProofError::Length);
    assert_eq!(wrong(&[(300, b"")], &proof), ProofError::Outside { index: 300, size: 300 });
    let mut other = proof.clone();
    other[2].0[7] ^= 4;
    assert_eq!(wrong(&entries, &other), ProofError::Wrong);
    assert_eq!(
        (verify_batch(&[], head, &[]).map(|paths| paths.len()), wrong(&[], &proof)),
        (Ok(0), ProofError::Length)
    );
    let many: Vec<_> = (0..=u64::try_from(MOST_ENTRIES).unwrap()).collect();
    assert_eq!(batch(&many, 300, &log.tiles), Err(ProofError::Length));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn large_trees_are_proved_from_few_tiles(size in 1_u64..80_000, index: u64, old: u64) {
        static LOG: std::sync::LazyLock<Written> = std::sync::LazyLock::new(|| Written::of(80_000));
        let (index, old) = (index % size, old % size);
        let head = root(size, &LOG.only(root_tiles(size))).expect("all is there");
        let needed = inclusion_tiles(index, size).expect("is in it");
        prop_assert!(needed.len() <= 9, "{} tiles", needed.len());
        let path = inclusion(index, size, &LOG.only(needed)).expect("all it needs is there");
        prop_assert_eq!(verify_inclusion(&entry(index), index, head, &path), Ok(()));
        let before = root(old, &LOG.only(root_tiles(old))).expect("all is there");
        let proof = consistency(old, size, &LOG.only(consistency_tiles(old, size).expect("is smaller"))).expect("all it needs is there");
        prop_assert_eq!(verify_consistency(before, head, &proof), Ok(()));
    }

    #[test]
    fn a_batch_is_as_good_as_its_paths(size in 1_u64..3_000, mut indices in proptest::collection::vec(any::<u64>(), 1..40), flip: usize) {
        static LOG: std::sync::LazyLock<Written> = std::sync::LazyLock::new(|| Written::of(3_000));
        indices.iter_mut().for_each(|index| *index %= size);
        let head = root(size, &LOG.tiles).expect("all is there");
        let proof = batch(&indices, size, &LOG.only(batch_tiles(&indices, size).expect("are in it"))).expect("all is there");
        let named: Vec<_> = indices.iter().map(|index| (*index, entry(*index))).collect();
        let mut entries: Vec<(u64, &[u8])> = named.iter().map(|(index, entry)| (*index, entry.as_slice())).collect();
        for (index, path) in verify_batch(&entries, head, &proof).expect("holds") {
            prop_assert_eq!(path, inclusion(index, size, &LOG.tiles).expect("all is there"));
        }
        let at = flip % entries.len();
        entries[at].1 = b"forged";
        prop_assert_eq!(verify_batch(&entries, head, &proof), Err(ProofError::Wrong));
    }

    #[test]
    fn whatever_is_read_is_written_alike(bytes in proptest::collection::vec(any::<u8>(), 0..400), noise in 0_usize..400, with: u8) {
        let _ = (Note::read(&bytes), Checkpoint::read(&bytes), Logged::read(&bytes));
        let (key, ..) = keys();
        let checkpoint = Checkpoint::sign(ORIGIN, Written::of(9).edge.head(), &key).expect("signs");
        let mut text = checkpoint.to_string().into_bytes();
        if let Some(byte) = text.get_mut(noise) {
            *byte = with;
        }
        if let Ok(read) = Checkpoint::read(&text) {
            prop_assert_eq!(read.to_string().into_bytes(), text);
        }
    }
}
