//! The program `kuager`; everything is in the library.

use std::process::ExitCode;

fn main() -> ExitCode {
    kuager_coordinator::cli::main()
}
