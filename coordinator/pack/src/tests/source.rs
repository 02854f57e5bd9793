//! Every mistake with its position.

use kuager_wire::pack::Station;

use super::*;

/// The new pack with one piece of one file replaced, and what is said about it.
fn said(file: &str, from: &str, to: &str) -> Vec<String> {
    let dir = tempfile::tempdir().expect("a folder");
    let folder = dir.path().join("pack");
    scaffold(&folder).expect("writes");
    let path = folder.join(file);
    let text = fs::read_to_string(&path).expect("is there");
    assert!(text.contains(from), "{file} does not hold {from}");
    fs::write(&path, text.replacen(from, to, 1)).expect("writes");
    match compile::read(&PackSource::Folder(folder)) {
        Ok(source) => source.findings.iter().map(Finding::to_string).collect(),
        Err(error) => error.findings().iter().map(Finding::to_string).collect(),
    }
}

fn one(file: &str, from: &str, to: &str) -> String {
    let said = said(file, from, to);
    assert_eq!(said.len(), 1, "{from} -> {to}: {said:#?}");
    said.into_iter().next().unwrap_or_default()
}

#[test]
fn conditions_are_checked_where_they_stand() {
    let relevant = "relevant = \"admitted = 'no'\"";
    let cases = [
        (
            "relevant = \"admited = 'no'\"",
            "opening.toml:22:13: `relevant`: there is no question admited with an answer here; did you mean `admitted`?",
        ),
        (
            "relevant = \"admitted = 'noo'\"",
            "opening.toml:22:24: `relevant`: \"noo\" is not among the possible answers: yes, no, not_seen, not_applicable; did you mean `no`?",
        ),
        ("relevant = \"admitted > 3\"", "opening.toml:22:13: `relevant`: text cannot be compared with a number"),
        ("relevant = \"admitted = \"", "opening.toml:22:24: `relevant`: the expression ends too early"),
        (
            "relevant = \"answred(admitted)\"",
            "opening.toml:22:13: `relevant`: there is no function answred; did you mean `answered`?",
        ),
        ("relevant = \"boxes\"", "opening.toml:22:13: `relevant`: expected a condition, found a number"),
        (
            "relevant = \"boxes > $limit\"",
            "opening.toml:22:21: `relevant`: there is no parameter or carried answer $limit",
        ),
    ];
    for (to, expected) in cases {
        let found = one("forms/opening.toml", relevant, to);
        assert!(found.starts_with(&format!("forms/{expected}")), "{to}: {found}");
    }
}

#[test]
fn questions_that_are_never_asked_are_found() {
    let relevant = "relevant = \"admitted = 'no'\"";
    let never = [
        "false",
        "admitted = 'no' and admitted = 'yes'",
        "boxes > 5 and boxes < 3",
        "boxes > 5 and boxes < 6",
        "empty = 'no' and not (empty = 'no' or admitted = 'yes') and answered(admitted)",
    ];
    for condition in never {
        let found = one("forms/opening.toml", relevant, &format!("relevant = \"{condition}\""));
        assert!(found.contains("question `reason` is never asked: "), "{condition}: {found}");
        assert!(found.starts_with("forms/opening.toml:22:13: "), "{found}");
    }
    for condition in
        ["boxes > 5 and boxes < 7", "boxes * 3 = 100", "not answered(admitted)", "admitted != 'yes' or true"]
    {
        assert_eq!(
            said("forms/opening.toml", relevant, &format!("relevant = \"{condition}\"")),
            [""; 0],
            "{condition}"
        );
    }
}

#[test]
fn a_question_behind_one_that_hides_it_is_never_asked() {
    let to = "relevant = \"admitted = 'no'\"\n[[question]]\nid = \"behind\"\nkind = \"text\"\nen = \"a\"\nfr = \"b\"\n\
              relevant = \"answered(boxes) and answered(reason2)\"\n[[question]]\nid = \"reason2\"\nkind = \"integer\"\n\
              relevant = \"admitted = 'yes' and admitted = 'no'\"";
    let found = said("forms/opening.toml", "relevant = \"admitted = 'no'\"", to).join("\n");
    assert!(found.contains("question `behind` is never asked"), "{found}");
    assert!(found.contains("question `reason2` is never asked"), "{found}");
}

#[test]
fn relations_that_cannot_hold_or_say_nothing_are_found() {
    let holds = "holds = \"ballots <= registered\"";
    let found = one("forms/protocol.toml", holds, "holds = \"ballots < registered and registered < ballots\"");
    assert!(found.starts_with("forms/protocol.toml:59:10: relation `turnout` can never hold: no answer to"), "{found}");
    let found = one("forms/protocol.toml", holds, "holds = \"1 > 2\"");
    assert!(found.contains("`1 > 2` is never true"), "{found}");
    let found = one("forms/protocol.toml", holds, "holds = \"true\"");
    assert!(found.contains("warning: `holds` always holds"), "{found}");
    let message = "en = \"More ballots ({ballots}) than";
    let found = one("forms/protocol.toml", message, "en = \"More ballots ({balots}) than");
    assert!(found.contains("protocol.toml:61:22:") && found.contains("did you mean `ballots`?"), "{found}");
    let found = one("forms/protocol.toml", message, "en = \"More ballots (ballots}) than");
    assert!(found.contains("closes nothing"), "{found}");
}

#[test]
fn names_are_suggested() {
    let cases = [
        (
            "forms/protocol.toml",
            "incident = \"N03\"",
            "incident = \"N3\"",
            "`N3` is not a known incident; did you mean `N03`?",
        ),
        (
            "forms/protocol.toml",
            "severity = \"hard\"",
            "severity = \"hart\"",
            "`hart` is not a known severity; did you mean `hard`?",
        ),
        (
            "forms/protocol.toml",
            "role = \"invalid\"",
            "role = \"invalit\"",
            "`invalit` is not a known role; did you mean `invalid`?",
        ),
        (
            "forms/protocol.toml",
            "contest = \"council\"",
            "contest = \"counsil\"",
            "`counsil` is not a known contest; did you mean `council`?",
        ),
        (
            "forms/opening.toml",
            "max_length = 500",
            "max_lenght = 500",
            "`max_lenght` is not a field here; did you mean `max_length`?",
        ),
        ("pack.toml", "forms/opening.toml", "forms/openning.toml", "forms/openning.toml cannot be read"),
        ("stations.csv", "address_en", "adress_en", "`adress_en` is not a field here; did you mean `address_en`?"),
        ("incidents.csv", "N01,3", "N01,4", "incidents.csv:2:2: `gravity` must be 1 (procedural)"),
        ("incidents.csv", "N02,", "N01,", "incidents.csv:3:1: incident `N01` is there twice"),
        ("incidents.csv", "Observateur non admis", "", "incidents.csv:2:4: the text in language `fr` is missing"),
    ];
    for (file, from, to, expected) in cases {
        let found = said(file, from, to).join("\n");
        assert!(found.contains(expected), "{from} -> {to}: {found}");
    }
    let found = said("pack.toml", "forms/opening.toml", "forms/openning.toml").join("\n");
    assert!(found.contains("did you mean forms/opening.toml?"), "{found}");
}

#[test]
fn a_photo_of_a_voters_ballot_is_never_asked_for() {
    let from = "[[question]]\nid = \"boxes\"";
    let ask = |extra: &str| {
        format!(
            "[[question]]\nid = \"ballot\"\nkind = \"attachment\"\n{extra}\nen = \"Photo\"\nfr = \"Photo\"\n\n{from}"
        )
    };
    let found = one("forms/opening.toml", from, &ask("subject = \"filled_ballot\""));
    assert!(found.contains(":37:1: question ballot asks for \"filled_ballot\", which is never recorded"), "{found}");
    let found = one("forms/opening.toml", from, &ask("subject = \"sceen\""));
    assert!(found.contains("did you mean `scene`?"), "{found}");
    assert_eq!(said("forms/opening.toml", from, &ask("subject = \"scene\"\naccept = [\"image\"]")), [""; 0]);
}

#[test]
fn every_mistake_is_said_at_once() {
    let dir = tempfile::tempdir().expect("a folder");
    let folder = dir.path().join("pack");
    scaffold(&folder).expect("writes");
    for (file, from, to) in [
        ("pack.toml", "election_day = \"2027-06-06\"", "election_day = \"6 June\""),
        ("stations.csv", "north-2,north,2", "north-1,north,1"),
        ("forms/opening.toml", "fr = \"Nombre d'urnes\"\n", ""),
        ("forms/opening.toml", "kind = \"yes_no\"", "kind = \"yesno\""),
        ("forms/protocol.toml", "ballots <= registered", "ballots <= registred"),
    ] {
        let path = folder.join(file);
        let text = fs::read_to_string(&path).expect("is there");
        fs::write(&path, text.replacen(from, to, 1)).expect("writes");
    }
    let error = compile(&PackSource::Folder(folder)).expect_err("five mistakes");
    let positions: Vec<String> = error.findings().iter().map(|finding| finding.position.to_string()).collect();
    let expected = [
        "forms/opening.toml:11:1",
        "forms/opening.toml:34:1",
        "forms/protocol.toml:59:21",
        "pack.toml:5:1",
        "stations.csv:3:1",
    ];
    assert_eq!(positions, expected, "{error}");
    assert!(error.to_string().ends_with("5 findings"));
}

#[test]
fn text_that_is_not_toml_or_csv_is_named_alone() {
    let found = said("forms/opening.toml", "kind = \"checklist\"", "kind = \"checklist").join("\n");
    assert!(found.starts_with("forms/opening.toml:3:"), "{found}");
    assert!(found.contains("this is not valid TOML"), "{found}");
    let found = said("stations.csv", "north-2,north,2,", "north-2,north,2,,").join("\n");
    assert!(found.contains("stations.csv:3: this is not a valid CSV row"), "{found}");
}

/// The template pack with these rows in a file of commission members.
fn with_members(rows: &str) -> Result<Vec<Station>, Vec<String>> {
    let dir = tempfile::tempdir().expect("a folder");
    let folder = dir.path().join("pack");
    scaffold(&folder).expect("writes");
    let path = folder.join("pack.toml");
    let text = fs::read_to_string(&path).expect("is there");
    let named =
        text.replacen("stations = \"stations.csv\"", "stations = \"stations.csv\"\nmembers = \"members.csv\"", 1);
    assert_ne!(named, text);
    fs::write(&path, named).expect("writes");
    fs::write(folder.join("members.csv"), rows).expect("writes");
    match compile::read(&PackSource::Folder(folder)) {
        Ok(source) => Ok(source.stations),
        Err(error) => Err(error.findings().iter().map(Finding::to_string).collect()),
    }
}

#[test]
fn members_of_commissions_go_to_their_stations() {
    let stations =
        with_members("station,role,en,fr\nnorth-2,chair,A. Sample,A. Exemple\nnorth-2,member,,\n").expect("holds");
    let commission =
        |key: &str| stations.iter().find(|station| station.key == key).expect("is there").commission.clone();
    let members = commission("north-2").expect("has one");
    assert_eq!(members.iter().map(|member| member.role.as_str()).collect::<Vec<_>>(), ["chair", "member"]);
    assert_eq!(members[0].name.as_ref().and_then(|name| name.get("en")).map(String::as_str), Some("A. Sample"));
    assert!(members[1].name.is_none() && commission("north-1").is_none());
    let wrong =
        with_members("station,role,party\nnorth-3,chair,\nnorth-1,chair,nobody\nnorth-1,,\n").expect_err("wrong");
    assert!(wrong[0].starts_with("members.csv:2:1: ") && wrong[0].contains("north-3"), "{wrong:#?}");
    assert!(wrong[1].starts_with("members.csv:3:3: ") && wrong[1].contains("nobody"), "{wrong:#?}");
    assert_eq!(wrong.len(), 3, "{wrong:#?}");
}
