//! The program `kuager`; everything is in the library.

use std::process::ExitCode;

fn main() -> ExitCode {
    kuager::main()
}
