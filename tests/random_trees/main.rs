//! Builds random trees with ours and with the real kustomize: both must write the same bytes, or both must refuse.
//!
//! `cargo test --release --test random_trees`, with these variables:
//! - `STACKGEN_RANDOM_TREES`: how many trees (100)
//! - `STACKGEN_RANDOM_SEED`: the seed of the first (1); a tree depends on its seed and on the reference's version alone
//! - `STACKGEN_KUSTOMIZE`: a kustomize of the reference version, or the newest release with less in the trees; without
//!   it `kubectl kustomize`
//! - `STACKGEN_REQUIRE_TOOLS`: fail instead of skipping where there is no reference
//! - `STACKGEN_RANDOM_REFERENCE_ONLY`: ask the reference alone and count its reasons, for work on the generator
//!
//! A tree that differs is kept, as it was and shrunk, in `target/random-trees/`.
#![allow(clippy::unwrap_used, clippy::print_stdout, clippy::format_push_string, reason = "test code")]

mod generator;
mod kustomization;
mod layer;
mod object;
mod patch;
mod plugin;
mod pod;
mod program;
mod random;
mod replacement;
mod shrink;
mod text;
mod tree;
mod write;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};
use std::{env, fs, io, thread};

use similar::TextDiff;

use crate::program::{Answer, Difference, Program, Verdict, compare};
use crate::shrink::Shrinker;
use crate::tree::Tree;

/// Trees are built two at a time: most of the time goes into starting the reference.
const WORKERS: usize = 2;
/// After so many differences the rest would say nothing new.
const MOST_DIFFERENCES: usize = 10;

struct Run {
    ours: Program,
    reference: Program,
    reference_only: bool,
    next: AtomicU64,
    end: u64,
    folder: PathBuf,
    results: Mutex<Results>,
}

#[derive(Default)]
struct Results {
    built: usize,
    unfit: usize,
    /// How often the reference refused for what reason.
    refused: BTreeMap<String, usize>,
    differing: Vec<u64>,
}

fn main() -> ExitCode {
    let Some(reference) = Program::reference() else {
        println!("SKIPPED: random trees need a reference. Set STACKGEN_KUSTOMIZE, or install kubectl.");
        assert!(env::var_os("STACKGEN_REQUIRE_TOOLS").is_none(), "nothing may skip here");
        return ExitCode::SUCCESS;
    };
    let first = number("STACKGEN_RANDOM_SEED", 1);
    let run = Run {
        ours: Program::ours(),
        reference,
        reference_only: env::var_os("STACKGEN_RANDOM_REFERENCE_ONLY").is_some(),
        next: AtomicU64::new(first),
        end: first + number("STACKGEN_RANDOM_TREES", 100),
        folder: Path::new(env!("CARGO_TARGET_TMPDIR")).parent().unwrap().join("random-trees"),
        results: Mutex::default(),
    };
    println!("random trees from seed {first}, compared with `{}`", run.reference.name());
    thread::scope(|scope| {
        for worker in 0..WORKERS {
            let run = &run;
            scope.spawn(move || run.work(worker).unwrap());
        }
    });
    run.report()
}

fn number(variable: &str, default: u64) -> u64 {
    env::var(variable).ok().and_then(|text| text.parse().ok()).unwrap_or(default)
}

impl Run {
    fn work(&self, worker: usize) -> io::Result<()> {
        let folder = self.folder.join(format!("worker-{worker}"));
        loop {
            let seed = self.next.fetch_add(1, Ordering::Relaxed);
            if seed >= self.end || self.results.lock().unwrap().differing.len() >= MOST_DIFFERENCES {
                return Ok(());
            }
            let tree = layer::tree(seed, self.reference.limits);
            tree.write(&folder)?;
            self.judge(&tree, &folder)?;
        }
    }

    fn judge(&self, tree: &Tree, folder: &Path) -> io::Result<()> {
        let root = folder.join(&tree.root);
        if self.reference_only {
            let answer = self.reference.build(&root)?;
            self.count(&answer);
            return Ok(());
        }
        match compare(&self.ours, &self.reference, &root)? {
            Verdict::Built => self.results.lock().unwrap().built += 1,
            Verdict::Refused => *self.results.lock().unwrap().refused.entry(String::new()).or_default() += 1,
            Verdict::Unfit => self.results.lock().unwrap().unfit += 1,
            Verdict::Differs(difference) => {
                self.results.lock().unwrap().differing.push(tree.seed);
                self.keep(tree, difference, folder)?;
            }
        }
        Ok(())
    }

    fn count(&self, answer: &Answer) {
        let mut results = self.results.lock().unwrap();
        if answer.success {
            results.built += 1;
        } else {
            let reason: String = answer.reason().chars().take(140).collect();
            *results.refused.entry(reason).or_default() += 1;
        }
    }

    /// Keeps the tree as it is and as small as it can be made, and shows the difference in the small one.
    fn keep(&self, tree: &Tree, difference: Difference, folder: &Path) -> io::Result<()> {
        let seed = tree.seed;
        tree.write(&self.folder.join(format!("seed-{seed}")))?;
        let shrinker = Shrinker { ours: &self.ours, reference: &self.reference, folder, difference };
        let small = shrinker.shrink(tree)?;
        let kept = self.folder.join(format!("seed-{seed}-small"));
        small.write(&kept)?;
        let root = kept.join(&small.root);
        let (expected, found) = (self.reference.build(&root)?, self.ours.build(&root)?);
        let text = format!("seed {seed}: {}\n{}", root.display(), describe(difference, &expected, &found));
        fs::write(self.folder.join(format!("seed-{seed}.txt")), &text)?;
        println!("\n{text}");
        Ok(())
    }

    fn report(&self) -> ExitCode {
        let results = self.results.lock().unwrap();
        let refused: usize = results.refused.values().sum();
        println!(
            "{} trees: {} built by both to the same bytes, {refused} refused by both, {} left out, {} differ",
            results.built + refused + results.unfit + results.differing.len(),
            results.built,
            results.unfit,
            results.differing.len(),
        );
        for (reason, count) in results.refused.iter().filter(|(reason, _)| !reason.is_empty()) {
            println!("{count:>6}  {reason}");
        }
        if results.differing.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE }
    }
}

fn describe(difference: Difference, expected: &Answer, found: &Answer) -> String {
    match difference {
        Difference::OursPanics => format!("stackgen panics:\n{}", found.stderr),
        Difference::OursFails => format!("kustomize builds it, stackgen does not:\n{}", found.stderr),
        Difference::OursBuilds => format!("stackgen builds it, kustomize does not: {}\n", expected.reason()),
        Difference::OtherBytes => {
            let (expected, found) =
                (String::from_utf8_lossy(&expected.stdout), String::from_utf8_lossy(&found.stdout));
            let diff = TextDiff::from_lines(expected.as_ref(), found.as_ref());
            diff.unified_diff().context_radius(3).header("kustomize", "stackgen").to_string()
        }
    }
}
