//! The root key leaves, signs from afar, and comes back from paper.

use super::*;

#[test]
fn the_root_key_leaves_and_signs_from_elsewhere() {
    let dir = tempfile::tempdir().expect("a folder");
    let path = |name: &str| dir.path().join(name).display().to_string();
    let (data, root, passphrase) = (path("data"), path("root.kuager"), path("passphrase"));
    std::fs::write(&passphrase, "an old song about geese\n").expect("writes");
    kuager(&["init", "--data", &data, "--host", "kuager.example"]).expect("works");
    let invite = ["invite", "--data", &data, "--server", "https://kuager.example"];
    let digits = |out: &str| out.lines().find(|line| line.starts_with("digits ")).expect("are printed").to_owned();
    let before = digits(&kuager(&invite).expect("works").0);
    assert!(kuager(&["root", "status", "--data", &data]).expect("works").0.contains("on this machine"));

    let short = path("short");
    std::fs::write(&short, "geese\n").expect("writes");
    let export = ["root", "export", "--data", &data, "--output", &root, "--passphrase-file"];
    assert!(kuager(&[&export[..], &[&short]].concat()).expect_err("is guessed").to_string().contains("too short"));
    let (out, _) = kuager(&[&export[..], &[&passphrase]].concat()).expect("works");
    let groups = |line: &&str| line.split(' ').count() == 7 && line.split(' ').all(|group| group.len() == 4);
    let paper: Vec<&str> = out.lines().filter(groups).collect();
    assert_eq!(paper.len(), 2, "{out}");
    std::fs::write(path("paper"), paper.join("\n")).expect("writes");
    assert!(!Path::new(&data).join("keys/root.seed").exists());
    let (out, _) = kuager(&["root", "status", "--data", &data]).expect("works");
    assert!(out.contains("away") && out.contains("may sign until"), "{out}");
    assert!(
        kuager(&[&export[..], &[&passphrase]].concat()).expect_err("gone").to_string().contains("not on this machine")
    );
    assert_eq!(digits(&kuager(&invite).expect("the issuer signs").0), before, "the same servers, the same digits");

    // A pack takes a walk, and so does the next issuer.
    let (request, answer) = (path("request"), path("answer"));
    let pack = path("pack");
    kuager(&["pack", "new", &pack]).expect("works");
    kuager(&["root", "request", "--data", &data, "--issuer", "--pack", &pack, "--output", &request]).expect("works");
    let sign = |root: &str| {
        kuager(&["root", "sign", &request, "--root", root, "--output", &answer, "--passphrase-file", &passphrase])
    };
    let (out, _) = sign(&root).expect("works");
    assert!(out.contains("may sign    credential, servers, revocation") && out.contains("pack  "), "{out}");
    let (out, _) = kuager(&["root", "import", &answer, "--data", &data]).expect("works");
    assert!(out.contains("number 2") && out.contains("published"), "{out}");

    // The file is lost; the paper is not.
    let again = path("again.kuager");
    let recover = ["root", "recover", "--data", &data, "--output", &again, "--passphrase-file", &passphrase, "--paper"];
    kuager(&[&recover[..], &[&path("paper")]].concat()).expect("reads");
    std::fs::remove_file(&answer).expect("is there");
    sign(&again).expect("is the same key");
    let other = path("other");
    kuager(&["init", "--data", &other]).expect("works");
    let foreign = kuager(&["root", "import", &answer, "--data", &other]).expect_err("of another deployment");
    assert!(foreign.to_string().contains("of deployment"), "{foreign}");
}
