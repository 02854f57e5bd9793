//! The packs that come with the program, built files, shards and what `diff` says.

use kuager_wire::SigningKey;
use kuager_wire::cose::{self, StatementError};
use kuager_wire::ids::{DeploymentId, PublicKey};
use kuager_wire::pack::{Pack, StationShard};
use kuager_wire::protocol::LineRole;

use super::*;

fn shipped(name: &str) -> PackSource {
    PackSource::Folder(testing::folder(name))
}

fn built(name: &str) -> Built {
    let built = compile(&shipped(name)).unwrap_or_else(|error| panic!("{name}: {error}"));
    assert_eq!(built.warnings, [], "{name}");
    built
}

#[test]
fn the_pack_of_kazakhstan_is_complete() {
    let pack = built("kz-2026").pack;
    let asked = |form: &str, prefix: &str| {
        let form = pack.form(form).expect("is there");
        form.questions.iter().filter(|question| question.of.is_none() && question.id.starts_with(prefix)).count()
    };
    let checklists = [("opening", "O", 18), ("voting", "V", 20), ("count", "C", 20), ("compliance", "S", 18)];
    assert_eq!(checklists.map(|(form, prefix, _)| asked(form, prefix)), checklists.map(|(_, _, count)| count));
    assert_eq!(checklists.iter().map(|(_, _, count)| count).sum::<usize>(), 76);
    assert_eq!(pack.incidents.as_ref().map(Vec::len), Some(77));
    let regions = pack.regions.as_ref().expect("regions");
    assert_eq!(regions.iter().filter(|region| region.own_key.is_none()).count(), 20);
    assert_eq!(pack.glossary.as_ref().map(Vec::len), Some(75));
    assert_eq!(pack.languages, ["kk", "ru", "en"]);
    for form in ["protocol-list", "protocol-single", "protocol-referendum"] {
        let form = pack.form(form).expect("is there");
        for field in ["P01", "P02", "P03", "P04", "P07", "P08", "P09", "P10", "P11", "P01.words", "P11.words"] {
            assert!(form.question(field).is_some(), "{} {field}", form.id);
        }
        let relations: Vec<&str> = form.relations.iter().flatten().map(|relation| relation.id.as_str()).collect();
        for number in 1..=20 {
            let id = format!("K{number:02}");
            let found = relations.iter().any(|relation| relation.starts_with(&id));
            assert!(found, "{} {id}", form.id);
        }
        let template = form.template.as_ref().expect("a paper");
        let contest = pack.contest(form.contest.as_deref().expect("a contest")).expect("is there");
        assert_eq!(template.votes().count(), contest.options.len(), "{}", form.id);
        assert_eq!(template.line(LineRole::TookPart), Some("P04"));
    }
    let poll = pack.exit_poll.as_ref().expect("an exit poll");
    assert!(poll.legal.is_none() && poll.off_reason.is_some(), "off, and says why");
    assert_eq!(poll.waves.len(), 4);
    assert_eq!(pack.turnout.as_ref().map(|turnout| turnout.hours.len()), Some(6));
    assert!(pack.notes.len() >= 12, "uncertainties are not hidden");
}

/// Nothing an observer meets of one country may be in the pack of another.
#[test]
fn another_country_needs_no_program() {
    let pack = built("example-en-fr").pack;
    assert_eq!(pack.languages, ["en", "fr"]);
    assert!(pack.exit_poll.is_none());
    let text = format!("{pack:?}");
    for word in ["KATO", "Kazakh", "Против всех", "хаттама"] {
        assert!(!text.contains(word), "{word}");
    }
    built("template");
}

#[test]
fn the_same_source_gives_the_same_file_and_the_file_reads_back() {
    for name in ["kz-2026", "example-en-fr", "kz-2023-03-19"] {
        let (one, two) = (built(name), built(name));
        let bytes = one.to_bytes().expect("fits");
        assert_eq!(bytes, two.to_bytes().expect("fits"), "{name}");
        assert_eq!(Built::from_bytes(name, &bytes).expect("reads"), one);
    }
    assert!(matches!(Built::from_bytes("x", b"\xa0"), Err(PackError::NotBuilt { .. })));
    assert!(matches!(Built::from_bytes("x", b""), Err(PackError::NotBuilt { .. })));
    let mut cut = built("example-en-fr").to_bytes().expect("fits");
    cut.truncate(cut.len() - 1);
    assert!(matches!(Built::from_bytes("x", &cut), Err(PackError::NotBuilt { .. })));
}

/// A directory of 1,000 stations in two regions, around the template.
fn large() -> Built {
    let dir = tempfile::tempdir().expect("a folder");
    let folder = dir.path().join("pack");
    scaffold(&folder).expect("writes");
    let mut text = "key,region,number,en,fr\n".to_owned();
    for number in 1..=500 {
        for region in ["south", "north"] {
            text.push_str(&format!("{region}-{number},{region},{number},School {number},École {number}\n"));
        }
    }
    fs::write(folder.join("stations.csv"), text).expect("writes");
    compile(&PackSource::Folder(folder)).expect("compiles")
}

/// A root key, for one deployment.
struct Root(DeploymentId, SigningKey);

impl PackSigner for Root {
    fn sign_shard(&self, shard: &StationShard) -> Result<Vec<u8>, StatementError> {
        cose::sign(shard, self.0, &self.1)
    }

    fn sign_pack(&self, pack: &Pack) -> Result<Vec<u8>, StatementError> {
        cose::sign(pack, self.0, &self.1)
    }
}

#[test]
fn a_large_directory_is_cut_into_signed_shards() {
    let built = large();
    assert!(built.pack.stations.is_empty());
    assert_eq!(built.shards.iter().map(|shard| shard.region.as_str()).collect::<Vec<_>>(), ["north", "south"]);
    assert_eq!(built.stations().count(), 1000);
    let (deployment, root) = (DeploymentId([7; 32]), SigningKey::from_bytes(&[1; 32]));
    let public = PublicKey::from(&root);
    let root = Root(deployment, root);
    let signed = built.sign(deployment, &public, &root).expect("signs");
    assert_eq!(signed, built.sign(deployment, &public, &root).expect("signs"), "signing is deterministic");
    let references = signed.pack.pack.shards.clone().expect("names its shards");
    for (reference, (hash, bytes)) in references.iter().zip(&signed.shards) {
        assert_eq!(reference.hash, *hash);
        let shard = StationShard::open(bytes, reference, deployment, &public).expect("holds");
        assert_eq!(shard.stations.len(), 500);
        let mut forged = bytes.clone();
        let last = forged.len() - 1;
        forged[last] ^= 1;
        assert!(StationShard::open(&forged, reference, deployment, &public).is_err());
    }
    assert_eq!(SignedBuild::open(&signed.to_bytes(), deployment, &public).expect("holds"), signed);
    let cut = &signed.to_bytes()[..signed.pack.bytes.len()];
    assert!(SignedBuild::open(cut, deployment, &public).is_err(), "a shard is missing");
    assert!(SignedBuild::open(&signed.to_bytes(), DeploymentId([8; 32]), &public).is_err());
}

#[test]
fn a_change_is_said_in_words() {
    let dir = tempfile::tempdir().expect("a folder");
    let folder = dir.path().join("pack");
    scaffold(&folder).expect("writes");
    let old = compile(&PackSource::Folder(folder.clone())).expect("compiles");
    assert!(diff(&old, &old).is_empty());
    for (file, from, to) in [
        ("pack.toml", "2027-06-06\"\n", "2027-06-13\"\n"),
        ("pack.toml", "en = \"Oak List\"", "en = \"Oak and Ash List\""),
        ("forms/opening.toml", "relevant = \"admitted = 'no'\"", "relevant = \"admitted != 'yes'\""),
        ("forms/opening.toml", "max = 50\n", "max = 40\n"),
        ("forms/opening.toml", "id = \"empty\"", "id = \"shown\""),
        (
            "forms/protocol.toml",
            "severity = \"hard\"\nholds = \"ballots <=",
            "severity = \"soft\"\nholds = \"ballots <=",
        ),
        ("incidents.csv", "N02,2", "N02,3"),
        ("stations.csv", "Primary school", "Old primary school"),
        ("stations.csv", "north-1,north,1,Town hall,Mairie,1 Market Square,\"1, place du Marché\"\n", ""),
    ] {
        let path = folder.join(file);
        let text = fs::read_to_string(&path).expect("is there");
        assert!(text.contains(from), "{file}: {from}");
        fs::write(&path, text.replacen(from, to, 1)).expect("writes");
    }
    let new = compile(&PackSource::Folder(folder)).expect("compiles");
    let said = diff(&old, &new);
    let expected = [
        "election day: `2027-06-06` became `2027-06-13`",
        "contest council, line of the ballot oak (en): \"Oak List\" became \"Oak and Ash List\"",
        "form opening: question empty (Was every box shown empty before it was sealed?) was removed",
        "form opening: question shown (Was every box shown empty before it was sealed?) was added",
        "form opening, question reason, asked when: `admitted = 'no'` became `admitted != 'yes'`",
        "form opening, question boxes, largest: `50` became `40`",
        "form protocol, question votes.oak (en): \"Votes: Oak List\" became \"Votes: Oak and Ash List\"",
        "form protocol, relation turnout, severity: `hard` became `soft`",
        "incident N02, gravity: `serious` became `critical`",
        "station north-1 (Town hall) was removed",
        "station north-2 (en): \"Primary school\" became \"Old primary school\"",
    ];
    assert_eq!(said, expected);
    let many = diff(&old, &large());
    assert!(many.contains(&"998 stations were added: 498 in north, 500 in south".to_owned()), "{many:#?}");
}
