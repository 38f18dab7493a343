//! Whatever bytes `stackgen validate` is given: it ends, and says something or nothing.
//!
//! Documents of our stack and of the rules' examples are changed by chance: bits flipped, ends cut off, pieces taken out, doubled
//! or put in from other documents, numbers made huge, brackets nested, encodings broken. `STACKGEN_DOCUMENTS=1000000 cargo
//! test --release --test integration hostile` does so with as many as one likes; `STACKGEN_SEED` says where chance begins.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};

use stackgen::validate::{Gathering, Input, OfTree, Profile, Target, Tree, Wanted};
use stackgen::yaml::Sources;

use crate::support::random::Random;

/// How many documents the gate looks at.
const DOCUMENTS: u64 = 2_000;
/// What breaks readers: brackets, quotes, tags, anchors, line ends, letters of several bytes, halves of them, marks.
const PIECES: [&[u8]; 34] = [
    b"{",
    b"}",
    b"[",
    b"]",
    b"\"",
    b"'",
    b": ",
    b"- ",
    b"\n",
    b"\r\n",
    b"\t",
    b"#",
    b"|",
    b">-",
    b"&a ",
    b"*a",
    b"<<: *a\n",
    b"!!binary ",
    b"!x ",
    b"---\n",
    b"...\n",
    b"%YAML 1.2\n",
    b"? ",
    b"\0",
    b"\xff\xfe",
    b"\xfe\xff",
    b"\xef\xbb\xbf",
    b"\xc3",
    "\u{e9}\u{301}".as_bytes(),
    "\u{2028}".as_bytes(),
    "\u{1f600}".as_bytes(),
    b"999999999999999999999999",
    b"-1e999",
    b"0x7fffffffffffffff",
];

/// Everything that is small enough to be changed often.
fn documents() -> Vec<Vec<u8>> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut files: Vec<PathBuf> = Vec::new();
    for folder in ["base", "components", "overlays", "tests/rules"] {
        let entries = walkdir::WalkDir::new(root.join(folder)).sort_by_file_name().into_iter();
        files.extend(entries.map(|entry| entry.unwrap().into_path()));
    }
    let is_document = |file: &PathBuf| file.extension().is_some_and(|end| end == "yaml" || end == "json");
    let texts = files.into_iter().filter(is_document).map(|file| std::fs::read(file).unwrap());
    texts.filter(|text| (1..20_000).contains(&text.len())).collect()
}

fn change(text: &mut Vec<u8>, other: &[u8], random: &mut Random) {
    let at = random.below(text.len() + 1);
    let end = (at + random.below(60)).min(text.len());
    match random.below(10) {
        0 if !text.is_empty() => {
            let at = at.min(text.len() - 1);
            text[at] ^= 1 << random.below(8);
        }
        1 => text.truncate(at),
        2 => drop(text.drain(at..end)),
        3 => {
            let piece = text[at..end].to_vec();
            let again = piece.iter().copied().cycle().take(piece.len() * (1 + random.below(4)));
            text.splice(at..at, again.collect::<Vec<u8>>());
        }
        4 => {
            let from = random.below(other.len());
            let piece = &other[from..(from + random.below(400)).min(other.len())];
            text.splice(at..end, piece.iter().copied());
        }
        5 => {
            let depth = 1 + random.below(300);
            text.splice(at..at, [b"[".as_slice(), b"{", b"- "][random.below(3)].repeat(depth));
        }
        6 => {
            let line = text[..at].iter().rposition(|byte| *byte == b'\n').map_or(0, |end| end + 1);
            text.splice(line..line, vec![b' '; 1 + random.below(8)]);
        }
        7 => *text = text.iter().flat_map(|byte| [*byte, 0]).take(8_000).collect(),
        _ => drop(text.splice(at..at, PIECES[random.below(PIECES.len())].iter().copied())),
    }
}

/// All that is found, which is never looked at: only that it comes.
fn validate(text: &[u8]) {
    let sources = Sources::default();
    let mut input = Input::default();
    if input.add(Path::new("document.yaml"), text.to_vec(), &sources).is_err() {
        return;
    }
    let wanted = Wanted { profile: Profile::Audit, only: Vec::new() };
    let mut gathering = Gathering::new(&wanted, &sources, Path::new("/"));
    gathering.add_texts(&input.texts);
    for (_, tree) in Tree::of_input(&input, |_| Target::default(), &sources) {
        gathering.add_tree(OfTree::validate(&tree, None, &wanted));
    }
    for finding in gathering.finish() {
        // A place that is none would end the run that shows it.
        let _ = sources.locate(finding.origin);
    }
}

#[test]
fn whatever_bytes_it_is_given_validate_ends() {
    let number = |name: &str, otherwise| std::env::var(name).map_or(otherwise, |text| text.parse().unwrap());
    let (count, seed) = (number("STACKGEN_DOCUMENTS", DOCUMENTS), number("STACKGEN_SEED", 1));
    let documents = documents();
    assert!(documents.len() > 400, "{}", documents.len());
    let mut random = Random(seed);
    for nth in 0..count {
        let mut text = documents[random.below(documents.len())].clone();
        for _ in 0..=random.below(4) {
            let other = random.below(documents.len());
            change(&mut text, &documents[other], &mut random);
        }
        if catch_unwind(AssertUnwindSafe(|| validate(&text))).is_err() {
            let file = std::env::temp_dir().join(format!("stackgen-hostile-{seed}-{nth}.yaml"));
            std::fs::write(&file, &text).unwrap();
            panic!("document {nth} of seed {seed} ends the run: it is in {}", file.display());
        }
    }
}
