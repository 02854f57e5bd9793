//! Samples and what is worked out from them, as at a terminal.

use std::fs;
use std::os::unix::fs::PermissionsExt;

use super::*;

const COUNT: &str = "\
stratum,stratum_stations,sampled,station,registered,reported,arrived,issued,took_part,invalid,candidate A,against all
north,40,4,n1,1000,1,35,620,600,20,360,240
north,40,4,n2,800,1,62,410,400,10,200,200
north,40,4,n3,1200,1,95,710,700,10,490,210
north,40,4,n4,900,1,140,510,500,10,300,200
south,10,3,s1,500,1,20,310,300,10,90,210
south,10,3,s2,700,1,50,320,300,20,120,180
south,10,3,s3,400,1,130,205,200,5,60,140
";

struct Folder(tempfile::TempDir);

impl Folder {
    fn new() -> Self {
        Self(tempfile::tempdir().expect("a folder"))
    }

    fn path(&self, name: &str) -> String {
        self.0.path().join(name).display().to_string()
    }

    fn write(&self, name: &str, text: &str) -> String {
        fs::write(self.path(name), text).expect("writes");
        self.path(name)
    }

    fn read(&self, name: &str) -> String {
        fs::read_to_string(self.path(name)).expect("is there")
    }
}

fn json(args: &[&str]) -> serde_json::Value {
    let (out, _) = kuager(&[args, &["--json"]].concat()).expect("works");
    serde_json::from_str(&out).expect("is JSON")
}

/// Twelve stations in the north and eight in the south.
fn frame() -> String {
    let of = |stratum: &'static str, stations: u32| {
        (1..=stations).map(move |at| format!("{stratum},{stratum}-{at},{}\n", 400 + at * 31))
    };
    let rows: String = of("north", 12).chain(of("south", 8)).collect();
    format!("stratum,station,registered\n{rows}")
}

#[test]
fn a_quick_count_in_words() {
    let folder = Folder::new();
    let file = folder.write("count.csv", COUNT);
    let (out, _) = kuager(&["analyse", "quick-count", &file]).expect("works");
    snapshots::approve("quick_count", &out, folder.0.path());
    let below = COUNT.replace("n4,900,1,140,510,500,10,300,200", "n4,900,0,,,,,,");
    let file = folder.write("below.csv", &below);
    let (out, _) = kuager(&["analyse", "quick-count", &file]).expect("works");
    snapshots::approve("quick_count_below_the_floors", &out, folder.0.path());
    let wrong = folder.write("wrong.csv", &COUNT.replace("n2,800,1,62", "n2,800,1,late"));
    let error = kuager(&["analyse", "quick-count", &wrong]).expect_err("is wrong").to_string();
    assert_eq!(error, format!("{wrong}:3, column arrived: `late` is not a number"));
    assert!(
        kuager(&["analyse", "quick-count", "/nowhere"]).expect_err("is not there").to_string().contains("cannot read")
    );
}

#[test]
fn a_quick_count_for_programs() {
    let folder = Folder::new();
    let file = folder.write("count.csv", COUNT);
    let found = json(&["analyse", "quick-count", &file, "--official", "candidate A=0.7"]);
    let estimate = &found["estimates"]["share_candidate A"];
    assert_eq!(estimate["estimate"].as_f64().map(|share| (share * 1e6).round()), Some(583_784.0));
    for part in ["estimate", "se", "moe95", "low", "high", "se_without_fpc", "deff"] {
        for name in [
            "share_candidate A",
            "share_against all",
            "turnout",
            "turnout_ballots_received",
            "invalid_of_issued",
            "lead",
        ] {
            assert!(found["estimates"][name][part].is_number(), "{name} {part}");
        }
    }
    assert_eq!(found["response"]["north"]["rate"], 1.0);
    assert_eq!(
        (&found["df"], &found["publishable"], &found["reasons"]),
        (&5.into(), &true.into(), &serde_json::json!([]))
    );
    assert_eq!(found["convergence"]["against all"][0]["estimate"], serde_json::Value::Null);
    assert_eq!(found["nonresponse_bounds"]["candidate A"].as_array().map(Vec::len), Some(2));
    assert!(found["official"]["candidate A"]["standard_errors"].as_f64().is_some_and(|z| z > 2.58));
    let unknown = kuager(&["analyse", "quick-count", &file, "--official", "B=0.7"]).expect_err("is no option");
    assert!(unknown.to_string().contains("there is no option `B`"));
    for wrong in ["B", "B=1.1", "B=NaN"] {
        let refused = kuager(&["analyse", "quick-count", &file, "--official", wrong]);
        assert!(matches!(refused, Err(CliError::Usage(_))), "{wrong}");
    }
    assert!(matches!(kuager(&["analyse", "quick-count"]), Err(CliError::Usage(_))));
}

#[test]
fn from_the_frame_to_the_count() {
    let folder = Folder::new();
    let (frame, plan) = (folder.write("frame.csv", &frame()), folder.path("plan"));
    let (out, _) =
        kuager(&["sample", "commit", "--frame", &frame, "--stations", "8", "--output", &plan]).expect("works");
    let (seed, commitment) = (folder.path("plan/seed"), folder.path("plan/commitment.json"));
    snapshots::approve("sample_commit", &out, folder.0.path());
    assert!(
        !out.contains(folder.read("plan/seed").trim())
            && !folder.read("plan/commitment.json").contains(folder.read("plan/seed").trim())
    );
    let again = kuager(&["sample", "commit", "--frame", &frame, "--stations", "8", "--output", &plan]);
    assert!(again.expect_err("is there").to_string().contains("nothing was overwritten"));

    let sample = folder.path("sample.csv");
    let opened = ["--commitment", commitment.as_str(), "--seed", seed.as_str()];
    let draw = ["sample", "draw", "--frame", &frame, "--output", &sample];
    let (out, _) = kuager(&[&draw[..], &opened].concat()).expect("works");
    assert!(out.contains("8 stations") && out.contains("secret until the vote has ended"), "{out}");
    for secret in [&seed, &sample] {
        assert_eq!(fs::metadata(secret).expect("is there").permissions().mode() & 0o777, 0o600, "{secret}");
    }
    assert!(kuager(&draw).expect_err("from nothing").to_string().contains("give --commitment and --seed"));

    let verify = ["sample", "verify", "--frame", &frame, "--sample"];
    let verified = |list: &str, frame: &str| {
        kuager(&[&["sample", "verify", "--frame", frame, "--sample", list][..], &opened].concat())
    };
    assert_eq!(code(kuager(&[&verify[..], &[&sample], &opened].concat()).expect("works").1), code(ExitCode::SUCCESS));
    let mut lines: Vec<String> = folder.read("sample.csv").lines().map(str::to_owned).collect();
    let left_out = lines.pop().expect("has rows");
    let shorter = folder.write("shorter.csv", &(lines.join("\n") + "\n"));
    let (out, found) = verified(&shorter, &frame).expect("works");
    let station = left_out.split(',').nth(3).expect("has a key");
    assert!(out.contains(&format!("is not listed: {station}")), "{out}");
    assert_eq!(code(found), code(ExitCode::FAILURE));
    let other = folder.write("other.csv", &(folder.read("frame.csv") + "south,south-9,700\n"));
    assert!(verified(&sample, &other).expect_err("another frame").to_string().contains("was committed to"));

    let reports = |stations: &[&str]| -> String {
        let rows: String = stations.iter().map(|station| format!("{station},30,310,300,10,180,120\n")).collect();
        format!("station,arrived,issued,took_part,invalid,a,b\n{rows}")
    };
    let drawn: Vec<String> = folder
        .read("sample.csv")
        .lines()
        .skip(1)
        .filter_map(|line| line.split(',').nth(3).map(str::to_owned))
        .collect();
    let drawn: Vec<&str> = drawn.iter().map(String::as_str).collect();
    let file = folder.write("reports.csv", &reports(&drawn));
    let count = ["analyse", "quick-count", "--frame", &frame, "--reports", &file];
    let found = json(&[&count[..], &opened].concat());
    assert_eq!((&found["sample"]["origin"], &found["publishable"]), (&"drawn".into(), &true.into()));
    assert_eq!(found["estimates"]["share_a"]["estimate"], 0.6);
    let listed = json(&["analyse", "quick-count", "--frame", &sample, "--reports", &file]);
    assert_eq!((&listed["sample"]["origin"], &listed["estimates"]), (&"stated".into(), &found["estimates"]));
    let with_the_list =
        kuager(&[&["analyse", "quick-count", "--frame", &sample, "--reports", &file][..], &opened].concat());
    assert!(with_the_list.expect_err("is no frame").to_string().contains("whole frame"));

    // What observers saw elsewhere does not get in, and the one station that is missing is missing.
    let frame_keys = folder.read("frame.csv");
    let elsewhere =
        frame_keys.lines().skip(1).filter_map(|line| line.split(',').nth(1)).find(|key| !drawn.contains(key));
    let others = [&drawn[1..], &[elsewhere.expect("some are left")]].concat();
    folder.write("reports.csv", &reports(&others));
    let refused = kuager(&[&count[..], &opened].concat()).expect_err("was not drawn").to_string();
    assert!(refused.contains("is not in the sample"), "{refused}");
    folder.write("reports.csv", &reports(&drawn[1..]));
    let found = json(&[&count[..], &opened].concat());
    assert_eq!((&found["response_rate"], &found["publishable"]), (&0.875.into(), &false.into()));
}

#[test]
fn from_the_frame_to_the_exit_poll() {
    let folder = Folder::new();
    let (frame, plan, stations) =
        (folder.write("frame.csv", &frame()), folder.path("plan"), folder.path("stations.csv"));
    let commit =
        ["sample", "commit", "--frame", &frame, "--size", "north=4", "--size", "south=2", "--pps", "--output", &plan];
    kuager(&[&commit[..], &["--public-value-of", "lottery"]].concat()).expect("works");
    let (seed, commitment) = (folder.path("plan/seed"), folder.path("plan/commitment.json"));
    let draw =
        ["sample", "draw", "--frame", &frame, "--commitment", &commitment, "--seed", &seed, "--output", &stations];
    assert!(kuager(&draw).expect_err("is named").to_string().contains("names a public value"));
    let drawn = [&draw[..], &["--public-value", "4 8 15"]].concat();
    assert!(kuager(&drawn).expect_err("an interval").to_string().contains("--cards and --expected-turnout"));
    kuager(&[&drawn[..], &["--cards", "40", "--expected-turnout", "0.6"]].concat()).expect("works");
    let list = folder.read("stations.csv");
    let rows: Vec<Vec<&str>> = list.lines().skip(1).map(|line| line.split(',').collect()).collect();
    assert_eq!(rows.len(), 6);
    let per_station = |of: &dyn Fn(&str) -> String| -> String { rows.iter().map(|row| of(row[1])).collect() };
    let waves = per_station(&|key| format!("{key},1,10,1,300,30\n"));
    let waves = folder.write("waves.csv", &format!("station,wave,interval,start,passed,selected\n{waves}"));
    let contacts = per_station(&|key| format!("{key},1,2.1,f,30-44\n").repeat(10));
    let contacts = folder.write("contacts.csv", &format!("station,wave,disposition,sex,age\n{contacts}"));
    let cards = per_station(&|key| format!("{key},1,a,f,30-44\n").repeat(12) + &format!("{key},1,b,m,60+\n").repeat(8));
    let cards = folder.write("cards.csv", &format!("station,wave,vote,sex,age\n{cards}"));
    let poll = [
        "analyse",
        "exit-poll",
        "--stations",
        &stations,
        "--waves",
        &waves,
        "--contacts",
        &contacts,
        "--cards",
        &cards,
    ];
    let found = json(&poll);
    assert_eq!((&found["publishable"], &found["n"]), (&true.into(), &120.into()));
    assert_eq!(found["deviations"], serde_json::json!([]));
    assert_eq!(found["stations_with_another_chance"], serde_json::json!([]));
    for stage in ["unweighted", "base", "nonresponse", "final"] {
        for option in ["a", "b"] {
            for part in ["estimate", "se", "moe95", "deff_replace"] {
                assert!(found["estimates"][stage][option][part].is_number(), "{stage} {option} {part}");
            }
        }
    }
    let a = |stage: &str| found["estimates"][stage]["a"]["estimate"].as_f64().expect("a number");
    assert!((a("unweighted") - 0.6).abs() < 1e-12 && a("nonresponse") > 0.7, "those who refused were women");
    assert_eq!(found["waves"][0]["votes"], serde_json::json!({ "a": 12, "b": 8 }));
    let (out, _) = kuager(&poll).expect("works");
    assert!(out.contains("66.67 % answered (RR1), 33.33 % refused") && out.contains("Art. 28(9)"), "{out}");
    fs::write(&cards, "station,wave,vote,sex,age\n").expect("writes");
    let (out, _) = kuager(&poll).expect("works");
    assert!(out.contains("no card has a vote") && !out.contains("design effect"), "{out}");
}

#[test]
fn sizes_of_samples() {
    let mut out = String::new();
    for args in [
        &["stations", "--spread", "0.15", "--margin", "0.02", "--stations", "10388"][..],
        &[
            "stations",
            "--spread",
            "0.15",
            "--margin",
            "0.01",
            "--stations",
            "10388",
            "--confidence",
            "99",
            "--response",
            "0.8",
        ],
        &["voters", "--margin", "0.0032", "--voters", "14570774", "--per-station", "160", "--z", "2.58"],
        &["exit-poll", "--stations", "300", "--cards", "40"],
    ] {
        out += &kuager(&[&["sample", "size"], args].concat()).expect("works").0;
    }
    snapshots::approve("sample_size", &out, Path::new("/nowhere"));
    let senseless = kuager(&["sample", "size", "stations", "--spread", "3", "--margin", "0.02", "--stations", "10"]);
    assert!(senseless.expect_err("no spread").to_string().contains("make no sense"));
}
