//! The quick parser against the full one: what it reads, both read alike, places included.

use std::fs;
use std::path::Path;

use walkdir::WalkDir;

use super::split::split;
use super::{ParseOptions, Piece, fast, full};
use crate::yaml::node::{Node, Value};
use crate::yaml::random::Random;
use crate::yaml::source::Sources;

/// How many documents the quick parser read.
fn compare(name: &str, text: &str) -> usize {
    let sources = Sources::new();
    let source = sources.add(Path::new("a.yaml"), text.to_owned()).unwrap();
    split(source).0.into_iter().filter(|piece| compare_piece(name, *piece, &sources)).count()
}

fn compare_piece(name: &str, piece: Piece<'_>, sources: &Sources) -> bool {
    let options = ParseOptions::default();
    let Some(quick) = fast::parse(piece, sources, options.typing) else { return false };
    let full = full::parse(piece, sources, options).unwrap_or_else(|errors| {
        panic!("{name}: only the quick parser reads this: {errors:?}\n{}", piece.text())
    });
    match (&quick.node, &full.node) {
        (Some(quick), Some(full)) => {
            assert!(same(quick, full), "{name}: {quick:#?}\n{full:#?}\n{}", piece.text());
        }
        (quick, full) => assert_eq!(quick.is_some(), full.is_some(), "{name}: {}", piece.text()),
    }
    true
}

fn same(one: &Node<'_>, other: &Node<'_>) -> bool {
    one.origin() == other.origin()
        && one.style() == other.style()
        && match (one.value(), other.value()) {
            (Value::Scalar(one), Value::Scalar(other)) => one == other,
            (Value::Sequence(one), Value::Sequence(other)) => {
                one.len() == other.len() && one.iter().zip(other).all(|(one, other)| same(one, other))
            }
            (Value::Mapping(one), Value::Mapping(other)) => {
                one.len() == other.len()
                    && one.iter().zip(other).all(|(one, other)| {
                        one.key.text == other.key.text
                            && one.key.origin == other.key.origin
                            && same(&one.value, &other.value)
                    })
            }
            _ => false,
        }
}

/// All files of this repository, and the cases beside it where they are there.
#[test]
fn real_files() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let folders =
        ["base", "overlays", "components", "stack", "tests", "../shared/conformance", "../shared/validation"];
    let entries = folders.iter().flat_map(|folder| WalkDir::new(root.join(folder)).into_iter().flatten());
    for entry in entries.filter(|entry| entry.file_type().is_file()) {
        let is_yaml =
            entry.path().extension().is_some_and(|extension| extension == "yaml" || extension == "yml");
        if is_yaml && let Ok(text) = fs::read_to_string(entry.path()) {
            compare(&entry.path().display().to_string(), &text);
        }
    }
}

/// Values, with `^` for a line break and the indentation behind it.
const VALUES: &[&str] = &[
    "",
    "1",
    "x",
    "~",
    "\"q\"",
    "'s'",
    "'it''s'",
    "[a, b]",
    "{a: 1}",
    "{\"a\":1,\"b\":[]}",
    "{a: , b: [c, {d: e}],^  f: g}",
    "|^  t^   u^^  v",
    "|-^  t",
    "|+^  t^^",
    "|2^   t",
    ">^  t^  u^^  v^   w^  x",
    ">-^^  t^  u",
    "|",
    "a^  b^^  c",
    "\"a^  b\"",
    "'a^^  b'",
    "\"\\u00e9\\n\\^   z\"",
    "x # c",
    "\"x\"# c",
    "http://x:80",
    "a#b",
    "^  a#b # c:^",
    "^  a#b: c # d: e",
    "a-b",
    "-1",
    "é ü",
    "2001-1-2T3:4:5Z",
    "[2001-1-2T3:4:5Z]",
    "[]",
    "{}",
    "[a,^# c^ b, ]",
    "a: b",
    "- a",
    "? a",
    "&a v",
    "!t v",
    "\t",
    "a\tb",
    "\"a",
    "[a",
    "@a",
    "%a",
    "a: ",
    ">  # c^  t",
];

fn document(random: &mut Random, indent: usize, depth: usize, text: &mut String) {
    let count = 1 + random.below(3);
    let is_mapping = random.below(3) > 0;
    for index in 0..count {
        text.push('\n');
        text.push_str(&" ".repeat(indent));
        text.push_str(if is_mapping { ["a:", "\"b c\":", "d-e:"][index] } else { "-" });
        if depth < 3 && random.below(2) == 0 {
            let step = if is_mapping { random.below(3) } else { 2 };
            if random.below(6) == 0 {
                text.push_str(random.pick(&[" # c", " ", "\n", "\n# c"]));
            }
            document(random, indent + step, depth + 1, text);
        } else {
            let value = random.pick(VALUES).replace('^', &format!("\n{}", " ".repeat(indent)));
            text.push_str(if value.is_empty() { "" } else { " " });
            text.push_str(&value);
        }
    }
}

#[test]
fn random_documents() {
    let mut random = Random(7);
    let mut read = 0;
    for _ in 0..6000 {
        let mut text = String::new();
        document(&mut random, 0, 0, &mut text);
        text.push_str(random.pick(&["", "\n", "\n\n", "\n  ", "\n# c"]));
        read += compare("random", text.trim_start_matches('\n'));
    }
    assert!(read > 500, "the quick parser read {read} documents only");
}
