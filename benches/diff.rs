//! `stackgen diff` of two rendered trees of the size of kube-prometheus, beside `diff -ru` and dyff, each as a whole
//! process, in the same run.
//!
//! `cargo bench --bench diff` prints a table. `STACKGEN_DYFF` is the path of dyff (default: the one on the path).
#![allow(clippy::unwrap_used, clippy::print_stdout, reason = "a program of its own")]

mod measure;
#[expect(dead_code, reason = "what the other benchmarks use")]
mod trees;

use std::path::{Path, PathBuf};

use measure::{best, can_run, megabytes, show};

const RUNS: usize = 15;

fn main() {
    if std::env::args().any(|argument| argument == "--list" || argument == "--test") {
        return;
    }
    let root = Path::new(env!("CARGO_TARGET_TMPDIR")).join("bench");
    let dyff = std::env::var("STACKGEN_DYFF").unwrap_or_else(|_| "dyff".to_owned());
    let cases = [
        ("131 files, the same", folders(&root, 0)),
        ("131 files, 5 differ", folders(&root, 5)),
        ("131 files, all differ", folders(&root, usize::MAX)),
        ("one file, 5 objects differ", streams(&root, 5)),
        ("one file, all objects differ", streams(&root, usize::MAX)),
    ];
    println!("| trees | size | report | stackgen diff | peak memory | diff -ru | dyff between |");
    println!("|---|---|---|---|---|---|---|");
    for (name, [before, after]) in cases {
        let paths = [before.as_path(), after.as_path()];
        let ours = best(&[env!("CARGO_BIN_EXE_stackgen"), "diff"], &paths, RUNS, &root);
        let text = best(&["diff", "-ru"], &paths, RUNS, &root);
        // dyff takes files, not folders.
        let other = if before.is_dir() || !can_run(&dyff) {
            "-".to_owned()
        } else {
            show(best(&[&dyff, "between", "--omit-header"], &paths, 3, &root).wall)
        };
        println!(
            "| {name} | {:.2} MB | {:.3} MB | {} | {:.1} MB | {} | {other} |",
            megabytes(size(&before)),
            megabytes(ours.output_bytes),
            show(ours.wall),
            megabytes(ours.peak_bytes),
            show(text.wall)
        );
    }
}

/// The tree, and the tree with one value changed in each of `changed` files.
fn folders(root: &Path, changed: usize) -> [PathBuf; 2] {
    let (before, after) = (root.join("diff/before"), root.join(format!("diff/after-{changed}")));
    for (nth, (name, text)) in trees::monitoring_files().enumerate() {
        let name = name.as_str();
        trees::write(&after.join(name), &if nth < changed { change(&text) } else { text.clone() });
        trees::write(&before.join(name), &text);
    }
    [before, after]
}

/// The same as one file each.
fn streams(root: &Path, changed: usize) -> [PathBuf; 2] {
    folders(root, changed).map(|folder| {
        let file = folder.with_extension("yaml");
        let texts = trees::monitoring_files()
            .map(|(name, _)| std::fs::read_to_string(folder.join(name)).unwrap() + "---\n");
        trees::write(&file, &texts.collect::<String>());
        file
    })
}

/// A field more, which none of the objects has.
fn change(text: &str) -> String {
    text.replacen("metadata:\n", "metadata:\n  generation: 7\n", 1)
}

fn size(path: &Path) -> u64 {
    let files = walkdir::WalkDir::new(path).into_iter().flatten();
    files.filter(|entry| entry.file_type().is_file()).map(|entry| entry.metadata().unwrap().len()).sum()
}
