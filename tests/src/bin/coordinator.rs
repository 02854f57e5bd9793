//! The coordinator as a process of its own: the shipped program under a name that the tests of this package can find.

use std::process::ExitCode;

fn main() -> ExitCode {
    kuager::main()
}
