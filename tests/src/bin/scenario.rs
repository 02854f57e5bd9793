//! One phase of a scenario in a process of its own: `test-scenario FOLDER SCENARIO PHASE READY`.
//!
//! Prints `HOST {command}` for the host and reads its answer from standard input.
#![allow(
    clippy::print_stdout,
    clippy::unwrap_used,
    reason = "a test program: it talks on standard output and fails by panicking"
)]

use std::io::{BufRead, Write};
use std::path::Path;

use kuager_tests::scenario;
use serde_json::Value;

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [folder, file, phase, ready] = arguments.try_into().expect("FOLDER SCENARIO PHASE READY");
    let read = |path: &str| serde_json::from_str::<Value>(&std::fs::read_to_string(path).unwrap()).unwrap();
    let (scenario, ready) = (read(&file), read(&ready));
    let phases = scenario["phases"].as_array().unwrap();
    let phase = phases.iter().find(|held| held["name"] == phase).expect("a phase of this name");
    let mut host = |command: &Value| {
        println!("HOST {command}");
        std::io::stdout().flush().unwrap();
        let mut answer = String::new();
        std::io::stdin().lock().read_line(&mut answer).unwrap();
        serde_json::from_str(&answer).unwrap()
    };
    scenario::run(Path::new(&folder), phase, &ready, &mut host);
}
