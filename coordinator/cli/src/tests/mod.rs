mod device;
mod estimates;
mod inspect;
#[cfg(feature = "demo")]
mod rehearse;
mod root;
mod snapshots;
mod user;

use std::path::Path;
use std::process::ExitCode;

use kuager_coordinator::deployment::Deployment;
use kuager_coordinator::testing::{Fixture, key};

use super::*;

fn kuager(args: &[&str]) -> Result<(String, ExitCode), CliError> {
    let mut out = Vec::new();
    let args = std::iter::once("kuager").chain(args.iter().copied()).map(OsString::from);
    // A thread of its own, because some tests are asynchronous and the program is not.
    let ran = std::thread::scope(|scope| scope.spawn(|| run(args, &mut out)).join());
    let code = ran.expect("does not panic")?;
    Ok((String::from_utf8(out).expect("UTF-8"), code))
}

/// Exit codes do not compare; their debug form does.
fn code(code: ExitCode) -> String {
    format!("{code:?}")
}

#[test]
fn a_deployment_from_the_command_line() {
    let dir = tempfile::tempdir().expect("a folder");
    let data = dir.path().join("data");
    let data = data.to_str().expect("UTF-8");
    let (out, _) = kuager(&["init", "--data", data, "--host", "kuager.example"]).expect("works");
    let id = Deployment::open(Path::new(data)).expect("opens").id().to_string();
    assert!(out.contains(&id) && out.contains("20 stations"));
    assert!(
        kuager(&["init", "--data", data]).expect_err("is there").to_string().contains("holds a deployment already")
    );

    let (out, _) =
        kuager(&["invite", "--data", data, "--server", "https://kuager.example:8443", "--station", "710000000-99"])
            .expect("works");
    let url = out.lines().find(|line| line.starts_with("KUAGER:INVITE/")).expect("a URL");
    let invite = kuager_wire::invite::Invite::from_text(url).expect("can be read");
    assert_eq!(invite.deployment.to_string(), id);
    let invite = out.lines().find_map(|line| line.strip_prefix("invite      ")).expect("an id");
    let (out, _) = kuager(&["invite", "--data", data, "--list"]).expect("works");
    assert!(out.starts_with(invite) && out.contains("open until") && out.contains("710000000-99"));
    let (out, _) = kuager(&["invite", "--data", data, "--revoke", invite]).expect("works");
    assert!(out.contains("withdrawn"));
    assert!(kuager(&["invite", "--data", data]).is_err(), "a server is needed");
    let nobody = kuager(&["message", "--data", data, "--all", "hello"]).expect_err("nobody is enrolled");
    assert!(nobody.to_string().contains("no such observer"));
    assert!(matches!(kuager(&["message", "--data", data, "hello"]), Err(CliError::Usage(_))));

    let (out, _) = kuager(&["pack", "build"]).expect("works");
    assert!(out.contains("kz-2023-03-19") && out.contains("form        protocol"));
    let again = kuager(&["pack", "publish", "--data", data]).expect_err("is published");
    assert!(again.to_string().contains("published already"));
    assert!(
        kuager(&["pack", "build", data]).expect_err("no pack there").to_string().contains("pack.toml cannot be read")
    );
    assert!(kuager(&["serve", "--data", "/nowhere"]).expect_err("is not there").to_string().contains("kuager init"));
}

#[test]
fn an_invite_leads_only_where_the_certificate_is_good_for() {
    let dir = tempfile::tempdir().expect("a folder");
    let data = dir.path().join("data").display().to_string();
    kuager(&["init", "--data", &data, "--host", "first.example"]).expect("works");
    let invite =
        |server: &str| kuager(&["invite", "--data", &data, "--server", "https://first.example", "--server", server]);
    let missing = invite("https://203.0.113.7:8443").expect_err("is not named").to_string();
    assert!(
        missing.contains("`203.0.113.7`") && missing.contains("kuager certificate --add-host 203.0.113.7`"),
        "{missing}"
    );
    let plain = invite("http://first.example").expect_err("anybody could read along").to_string();
    assert!(plain.contains("write it as https://"), "{plain}");
    let (out, _) = kuager(&["certificate", "--data", &data]).expect("works");
    assert_eq!(out.lines().filter(|line| line.starts_with("host")).collect::<Vec<_>>(), ["host        first.example"]);
    let (out, _) = kuager(&["certificate", "--data", &data, "--add-host", "203.0.113.7", "--add-host", "b.example"])
        .expect("works");
    assert!(
        out.starts_with(
            "host        first.example\nhost        203.0.113.7\nhost        b.example\nserver      until 20"
        ),
        "{out}"
    );
    invite("https://203.0.113.7:8443").expect("is named now");
    let wrong = kuager(&["certificate", "--data", &data, "--add-host", "https://c.example"]).expect_err("is no host");
    assert!(wrong.to_string().contains("without scheme and port"));
}

#[test]
fn a_second_server_hears_of_the_first() {
    let dir = tempfile::tempdir().expect("a folder");
    let data = dir.path().join("data");
    let name = data.display().to_string();
    kuager(&["init", "--data", &name]).expect("works");
    let held = std::fs::File::create(data.join("serve.lock")).expect("works");
    std::fs::write(data.join("serve.lock"), "4711\n").expect("works");
    held.try_lock().expect("is free");
    let served = kuager(&["serve", "--data", &name, "--listen", "127.0.0.1:0", "--no-desk"]).expect_err("is served");
    assert!(served.to_string().contains("is served already by process 4711"), "{served}");
    kuager(&["invite", "--data", &name, "--server", "https://localhost"]).expect("works beside a server");
}

#[test]
fn packs_from_the_command_line() {
    let dir = tempfile::tempdir().expect("a folder");
    let path = |name: &str| dir.path().join(name).to_str().expect("UTF-8").to_owned();
    let (source, file, signed, data) = (path("mine"), path("mine.pack"), path("mine.signed"), path("data"));
    let (out, _) = kuager(&["pack", "new", &source]).expect("works");
    assert!(out.contains("forms/opening.toml") && out.contains("Next: kuager pack check"));
    assert!(kuager(&["pack", "new", &source]).expect_err("is there").to_string().contains("is there already"));
    let (out, found) = kuager(&["pack", "check", &source]).expect("works");
    assert_eq!((out.as_str(), code(found)), ("0 errors, 0 warnings\n", code(ExitCode::SUCCESS)));
    let (out, _) = kuager(&["pack", "build", &source, "-o", &file]).expect("works");
    assert!(
        out.contains("sha256") && out.contains("form        protocol (protocol, 5 questions, 2 relations)"),
        "{out}"
    );

    kuager(&["init", "--data", &data]).expect("works");
    let (out, _) = kuager(&["pack", "sign", &file, "--data", &data, "-o", &signed]).expect("works");
    let hash = out.lines().find_map(|line| line.strip_prefix("signed      ")).expect("a hash").to_owned();
    let (out, _) = kuager(&["pack", "publish", &signed, "--data", &data]).expect("works");
    assert!(out.contains(&hash));
    let again = kuager(&["pack", "publish", &file, "--data", &data]).expect_err("the same pack");
    assert!(again.to_string().contains("published already"), "signing is deterministic: {again}");
    let other = path("other");
    kuager(&["init", "--data", &other]).expect("works");
    let foreign = kuager(&["pack", "publish", &signed, "--data", &other]).expect_err("another root key");
    assert!(foreign.to_string().contains("is not a pack this program built"), "{foreign}");

    let (out, _) = kuager(&["pack", "diff", &file, &source]).expect("works");
    assert_eq!(out, "both packs say the same\n");
    let form = Path::new(&source).join("forms/opening.toml");
    let text = std::fs::read_to_string(&form).expect("is there");
    std::fs::write(&form, text.replace("max = 50", "max = 40")).expect("writes");
    let (out, _) = kuager(&["pack", "diff", &file, &source]).expect("works");
    assert_eq!(out, "form opening, question boxes, largest: `50` became `40`\n");
    std::fs::write(&form, text.replace("admitted = 'no'", "admited = 'no'")).expect("writes");
    let (out, found) = kuager(&["pack", "check", &source]).expect("reports");
    assert_eq!(code(found), code(ExitCode::FAILURE));
    assert!(out.contains("did you mean `admitted`?") && out.ends_with("1 error, 0 warnings\n"), "{out}");
    assert!(kuager(&["pack", "build", &source]).is_err(), "what has errors is not built");

    let workbook = concat!(env!("CARGO_MANIFEST_DIR"), "/../../tests/workbooks/cascade.xlsx");
    let imported = path("imported");
    let (out, _) = kuager(&["pack", "import", workbook, "-o", &imported]).expect("works");
    assert!(out.contains("column appearance: is left out") && out.contains("forms/cascade.toml"), "{out}");
    let (_, found) = kuager(&["pack", "check", &imported]).expect("works");
    assert_eq!(code(found), code(ExitCode::SUCCESS));
}

#[tokio::test]
async fn inspect_says_by_its_exit_code_what_it_found() {
    let fixture = Fixture::new();
    fixture.enrol(1).await;
    let dir = tempfile::tempdir().expect("a folder");
    let write = |name: &str, bytes: &[u8]| {
        let path = dir.path().join(name);
        std::fs::write(&path, bytes).expect("writes");
        path.to_str().expect("UTF-8").to_owned()
    };
    let record = write("record.cbor", &fixture.sign(1, &fixture.record(0, "a")));
    let foreign = kuager_wire::cose::sign(&fixture.record(0, "a"), kuager_wire::ids::DeploymentId([1; 32]), &key(1));
    let foreign = write("foreign.cbor", &foreign.expect("signs"));
    let genesis = write("genesis.cbor", fixture.deployment.genesis_bytes());
    let data = fixture.deployment.dir().to_str().expect("UTF-8").to_owned();
    let inspect = |args: &[&str]| {
        let (out, found) = kuager(&[&["inspect"], args].concat()).expect("works");
        (out, code(found))
    };
    let (out, found) = inspect(&[&record, "--data", &data]);
    assert_eq!(found, code(ExitCode::SUCCESS));
    assert!(out.ends_with("\nholds\n") && out.contains("note"));
    let (out, found) = inspect(&[&record, "--genesis", &genesis]);
    assert_eq!(found, code(ExitCode::from(2)));
    assert!(out.contains("--credential"));
    let (out, found) = inspect(&[&foreign, "--data", &data]);
    assert_eq!(found, code(ExitCode::FAILURE));
    assert!(out.contains("does not hold: the signature"));
    let invite =
        kuager_coordinator::enrol::create_invite(&fixture.app, fixture.invite_options()).await.expect("an invite");
    let (_, found) = inspect(&[&invite.to_url().expect("fits"), "--genesis", &genesis]);
    assert_eq!(found, code(ExitCode::SUCCESS));
    assert!(kuager(&["inspect", "/nowhere/at/all"]).expect_err("is not there").to_string().contains("cannot read"));
}

#[test]
fn inspect_names_a_key_of_the_deployment_that_is_damaged() {
    let fixture = Fixture::new();
    let dir = fixture.deployment.dir();
    let (data, genesis) = (dir.to_str().expect("UTF-8"), dir.join("genesis.cbor"));
    let inspect = || kuager(&["inspect", genesis.to_str().expect("UTF-8"), "--data", data]);
    inspect().expect("all is well");
    for name in ["root.seed", "receipt.seed", "log.seed", "upload.secret", "people.secret"] {
        let path = dir.join("keys").join(name);
        let sound = std::fs::read(&path).expect("is there");
        std::fs::write(&path, &sound[..31]).expect("writes");
        assert!(inspect().expect_err("is cut").to_string().contains(name), "{name}");
        std::fs::write(&path, &sound).expect("writes");
    }
    let root = dir.join("keys/root.seed");
    std::fs::write(&root, [7; 32]).expect("writes");
    assert!(inspect().expect_err("is another").to_string().contains("not the key that the genesis statement names"));
    std::fs::remove_file(&root).expect("removes");
    assert!(inspect().expect_err("is gone").to_string().contains("root.seed"));
}

#[test]
fn the_command_line_is_well_formed() {
    use clap::CommandFactory;
    Cli::command().debug_assert();
}
