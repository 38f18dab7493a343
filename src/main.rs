//! The program: parse the command line, run the library, return the exit status.

use std::process::ExitCode;

/// Parsing and merging allocate many small nodes; mimalloc takes a third off the time.
#[cfg(feature = "mimalloc")]
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    stackgen::cli::run()
}
