//! `stackgen build` beside the real kustomize, each as a whole process, in the same run.
//!
//! `cargo bench --bench build` prints a table. `STACKGEN_KUSTOMIZE` is the path of the other one (default: `kubectl
//! kustomize`). Trees that it would need minutes for are timed with ours alone.
#![allow(clippy::unwrap_used, clippy::print_stdout, reason = "a program of its own")]

mod measure;
mod trees;

use std::path::Path;

use measure::{best, can_run, megabytes, show};

fn main() {
    if std::env::args().any(|argument| argument == "--list" || argument == "--test") {
        return;
    }
    let root = Path::new(env!("CARGO_TARGET_TMPDIR")).join("bench");
    let kustomize = std::env::var("STACKGEN_KUSTOMIZE");
    let other = kustomize.map_or_else(|_| "kubectl kustomize".to_owned(), |path| format!("{path} build"));
    let trees = [
        ("monitoring, 131 objects", trees::monitoring(&root), 15, 3),
        ("1,000 objects, overlay", trees::services(&root, 1_000), 15, 3),
        ("4,000 objects, overlay", trees::services(&root, 4_000), 15, 1),
        ("10,000 objects, overlay", trees::services(&root, 10_000), 9, 0),
        ("100,000 objects, overlay", trees::services(&root, 100_000), 5, 0),
    ];
    println!("| tree | output | stackgen | peak memory | kustomize | factor |");
    println!("|---|---|---|---|---|---|");
    for (name, folder, ours, theirs) in trees {
        let stackgen = [env!("CARGO_BIN_EXE_stackgen"), "build"];
        let mine = best(&stackgen, &[&folder], ours, &root);
        let words: Vec<&str> = other.split(' ').collect();
        let (time, factor) = if theirs == 0 || !can_run(words[0]) {
            ("-".to_owned(), "-".to_owned())
        } else {
            let wall = best(&words, &[&folder], theirs, &root).wall;
            (show(wall), format!("{:.0}", wall.as_secs_f64() / mine.wall.as_secs_f64()))
        };
        println!(
            "| {name} | {:.2} MB | {} | {:.1} MB | {time} | {factor} |",
            megabytes(mine.output_bytes),
            show(mine.wall),
            megabytes(mine.peak_bytes)
        );
    }
}
