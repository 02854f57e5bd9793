//! What the commands print, as a whole. What differs from run to run is taken out.

use clap::{Command, CommandFactory};
use kuager_coordinator::testing::Fixture;

use super::*;

/// Compares an output with the one that was approved; paths below this folder are named from it.
pub(super) fn approve(name: &str, out: &str, folder: &Path) {
    let mut settings = insta::Settings::clone_current();
    settings.set_prepend_module_to_snapshot(false);
    settings.set_omit_expression(true);
    for (pattern, shown) in [(r"\b[0-9a-f]{12,}\b", "[hex]"), (r"until \d{4}-\d\d-\d\d\b", "until [day]")] {
        settings.add_filter(pattern, shown);
    }
    let out = out.replace(&folder.display().to_string(), "[folder]");
    // clap fills some empty lines with spaces.
    let out = out.lines().map(str::trim_end).collect::<Vec<_>>().join("\n");
    settings.bind(|| insta::assert_snapshot!(name, out));
}

#[test]
fn the_help_of_every_command() {
    fn write(command: &mut Command, out: &mut String) {
        let help = command.render_long_help();
        out.push_str(&format!("$ {} --help\n{help}\n", command.get_bin_name().unwrap_or("kuager")));
        for command in command.get_subcommands_mut().filter(|command| command.get_name() != "help") {
            if !command.is_hide_set() {
                write(command, out);
            }
        }
    }
    let mut command = Cli::command();
    command.build();
    let mut out = String::new();
    write(&mut command, &mut out);
    approve("help", &out, Path::new("/nowhere"));
}

#[test]
fn a_deployment_and_its_invites() {
    let dir = tempfile::tempdir().expect("a folder");
    let data = dir.path().join("data").display().to_string();
    let (out, _) = kuager(&["init", "--data", &data]).expect("works");
    approve("init", &out, dir.path());
    let server = ["invite", "--data", &data, "--server", "https://localhost:8443"];
    for more in [&["--station", "710000000-99", "--station", "750000000-352"][..], &["--role", "interviewer"], &[]] {
        kuager(&[&server, more].concat()).expect("works");
    }
    let (out, _) = kuager(&["invite", "--data", &data, "--list"]).expect("works");
    let last = out.lines().last().and_then(|line| line.split(' ').next()).expect("an id");
    kuager(&["invite", "--data", &data, "--revoke", last]).expect("works");
    let (out, _) = kuager(&["--data", &data, "invite", "--list"]).expect("works wherever `--data` stands");
    approve("invite_list", &out, dir.path());
    let wrong = kuager(&[&server[..], &["--station", "750000000-101"]].concat()).expect_err("there is no such station");
    approve("invite_unknown_station", &wrong.to_string(), dir.path());
}

#[test]
fn a_pack_with_mistakes() {
    let dir = tempfile::tempdir().expect("a folder");
    let pack = dir.path().join("mine");
    let source = pack.display().to_string();
    kuager(&["pack", "new", &source]).expect("works");
    for (file, old, new) in [
        ("forms/opening.toml", "admitted = 'no'", "admited = 'no'"),
        ("forms/opening.toml", "kind = \"integer\"", "kind = \"number\""),
        ("stations.csv", "\n", "\n\n,,\n"),
    ] {
        let text = std::fs::read_to_string(pack.join(file)).expect("is there");
        assert!(text.contains(old), "{file} has no {old}");
        std::fs::write(pack.join(file), text.replacen(old, new, 1)).expect("writes");
    }
    let (out, found) = kuager(&["pack", "check", &source]).expect("reports");
    assert_eq!(code(found), code(ExitCode::FAILURE));
    approve("pack_check", &out, dir.path());
}

#[tokio::test]
async fn objects_that_are_inspected() {
    let fixture = Fixture::new();
    fixture.enrol(1).await;
    let dir = tempfile::tempdir().expect("a folder");
    let data = fixture.deployment.dir().display().to_string();
    let record = fixture.sign(1, &fixture.turnout(0, "710000000-99"));
    let receipt = fixture.send(std::slice::from_ref(&record)).await.results[0].receipt.clone().expect("a receipt");
    for (name, bytes) in [("record", record), ("receipt", receipt.to_vec())] {
        let file = dir.path().join(name);
        std::fs::write(&file, bytes).expect("writes");
        let file = file.display().to_string();
        let (out, _) = kuager(&["inspect", &file, "--data", &data]).expect("works");
        approve(&format!("inspect_{name}"), &out, dir.path());
        let (out, _) = kuager(&["inspect", &file]).expect("works");
        approve(&format!("inspect_{name}_without_keys"), out.lines().last().unwrap_or_default(), dir.path());
    }
}
