//! The program: parse the command line, run the library, return the exit status.

use std::process::ExitCode;

fn main() -> ExitCode {
    stackgen::cli::run()
}
