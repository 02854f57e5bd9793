//! The scenarios that every language runs, here in Rust over the bridge: each phase a process, some of them killed.

use std::io::{BufRead, BufReader, Write};
use std::os::unix::process::ExitStatusExt;
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};

use serde_json::Value;

const SIGKILL: i32 = 9;

struct Talk {
    child: Child,
    input: ChildStdin,
    output: BufReader<ChildStdout>,
}

impl Talk {
    fn start(mut command: Command) -> Self {
        let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
        let input = child.stdin.take().unwrap();
        let output = BufReader::new(child.stdout.take().unwrap());
        Self { child, input, output }
    }

    fn line(&mut self) -> Option<String> {
        let mut line = String::new();
        (self.output.read_line(&mut line).unwrap() > 0).then_some(line)
    }

    fn say(&mut self, line: &str) {
        writeln!(self.input, "{}", line.trim_end()).unwrap();
        self.input.flush().unwrap();
    }
}

fn scenarios() -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("scenarios");
    let files = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    files.filter(|path| path.extension().is_some_and(|kind| kind == "json")).collect()
}

#[test]
fn every_scenario_holds_over_the_bridge() {
    let files = scenarios();
    assert!(!files.is_empty());
    for file in files {
        let scenario: Value = serde_json::from_str(&std::fs::read_to_string(&file).unwrap()).unwrap();
        let folder = tempfile::tempdir().unwrap();
        let mut host = Talk::start(Command::new(env!("CARGO_BIN_EXE_test-host")));
        let ready = folder.path().join("ready.json");
        std::fs::write(&ready, host.line().expect("the host is ready")).unwrap();
        for phase in scenario["phases"].as_array().unwrap() {
            let mut command = Command::new(env!("CARGO_BIN_EXE_test-scenario"));
            command.arg(folder.path()).arg(&file).arg(phase["name"].as_str().unwrap()).arg(&ready);
            let mut phone = Talk::start(command);
            while let Some(line) = phone.line() {
                let command = line.strip_prefix("HOST ").expect("nothing but commands for the host");
                host.say(command);
                let answer = host.line().expect("the host answers");
                phone.say(&answer);
            }
            let status = phone.child.wait().unwrap();
            let last = phase["steps"].as_array().unwrap().last().unwrap();
            let expected = (last["do"] == "kill").then_some(SIGKILL);
            assert_eq!(status.signal(), expected, "{} of {}", phase["name"], file.display());
            assert!(expected.is_some() || status.success(), "{} of {}", phase["name"], file.display());
        }
        drop(host.input);
        assert!(host.child.wait().unwrap().success());
    }
}
