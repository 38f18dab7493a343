//! The reader's rules, each on a small text.

use std::fmt::Write;
use std::path::Path;

use super::*;
use crate::yaml::node::{Style, Value};

/// A node in one line: styles as marks in front of scalars.
fn show(node: &Node<'_>) -> String {
    let mut text = String::new();
    write_node(node, &mut text);
    text
}

fn write_node(node: &Node<'_>, text: &mut String) {
    match node.value() {
        Value::Scalar(scalar) => {
            let mark = match node.style() {
                Style::Plain => "",
                Style::SingleQuoted => "'",
                Style::DoubleQuoted => "\"",
                Style::Literal => "|",
                Style::Folded => ">",
                Style::Flow => "∅",
            };
            write!(text, "{mark}{}", scalar.escape_debug()).unwrap();
        }
        Value::Sequence(items) => {
            text.push('[');
            for (index, item) in items.iter().enumerate() {
                text.push_str(if index > 0 { " " } else { "" });
                write_node(item, text);
            }
            text.push(']');
        }
        Value::Mapping(mapping) => {
            text.push('{');
            for (index, entry) in mapping.iter().enumerate() {
                write!(text, "{}{}:", if index > 0 { " " } else { "" }, entry.key.text).unwrap();
                write_node(&entry.value, text);
            }
            text.push('}');
        }
    }
}

fn read(text: &str) -> Result<String, Vec<String>> {
    let sources = Sources::new();
    let source = sources.add(Path::new("a.yaml"), text.to_owned()).unwrap();
    match parse_documents(source, &sources, &ParseOptions::default()) {
        Ok(nodes) => Ok(nodes.iter().map(show).collect::<Vec<_>>().join(" --- ")),
        Err(errors) => Err(messages(&errors, &sources)),
    }
}

fn messages(errors: &[ParseError], sources: &Sources) -> Vec<String> {
    let place = |origin| sources.locate(origin).map(|place| format!("{}:{}", place.line, place.column));
    let message =
        |error: &ParseError| format!("{} {}", place(error.origin).unwrap_or_default(), error.message);
    errors.iter().map(message).collect()
}

fn read_settings(text: &str) -> (String, Vec<String>, usize) {
    let sources = Sources::new();
    let source = sources.add(Path::new("kustomization.yaml"), text.to_owned()).unwrap();
    let document = parse_one(source, &sources, &ParseOptions::SETTINGS).unwrap();
    let duplicates = document.duplicates.into_iter().map(|duplicate| duplicate.key).collect();
    (document.node.as_ref().map(show).unwrap_or_default(), duplicates, document.ignored.len())
}

#[track_caller]
fn reads(text: &str, expected: &str) {
    assert_eq!(read(text), Ok(expected.to_owned()), "{text}");
}

#[track_caller]
fn fails(text: &str, expected: &str) {
    match read(text) {
        Ok(nodes) => panic!("{text} was read: {nodes}"),
        Err(errors) => assert_eq!(errors.join("; "), expected, "{text}"),
    }
}

#[test]
fn documents_are_separate_and_empty_ones_are_left_out() {
    reads("a: 1\n---\n---\n# nothing\n---\nb: 2\n", "{a:1} --- {b:2}");
    reads("", "");
    reads("# only a comment\n", "");
    reads("null\n---\n~\n", "");
    reads("\u{feff}a: 1\n---\n\u{feff}b: 2\n", "{a:1} --- {b:2}");
    reads("%YAML 1.1\n---\na: 1\n", "{a:1}");
    reads("a: 'b\r\n  c'\r\nd: e\rf: g\r", "{a:'b c d:e f:g}");
    reads("a: 1\r\n---\r\nb: |\r\n  c\r\n", "{a:1} --- {b:|c\\n}");
}

#[test]
fn what_kustomize_would_drop_is_an_error() {
    fails("{\"a\": 1}\n{\"b\": 2}\n", "2:1 the document ends above, and kustomize would drop what follows");
    fails("a: 1\n--- {b: 2}", "2:5 the document ends above, and kustomize would drop what follows");
    fails("a: 1\n--- b: 2\n", "2:1 invalid document separator: `--- b: 2`");
}

#[test]
fn styles_survive() {
    reads("a: b\nc: 'd'\ne: \"f\"\ng: |\n  h\ni: >-\n  j\n  k\n", "{a:b c:'d e:\"f g:|h\\n i:>j k}");
    reads("a: {b: , c, d: [], e: ''}\nf:\n", "{a:{b:∅ c:∅ d:[] e:'} f:}");
    reads("a: [2001-1-2T3:4:5Z, 2001-01-02, 1:30]", "{a:[\"2001-1-2T3:4:5Z 2001-01-02 1:30]}");
}

#[test]
fn block_scalar_without_a_last_line_break_has_none() {
    reads("a: |\n  b", "{a:|b}");
    reads("a: |+\n  b", "{a:|b}");
    reads("a: |\n  b\n\n", "{a:|b\\n}");
    reads("a: |+\n  b\n\n", "{a:|b\\n\\n}");
}

#[test]
fn tags_become_styles() {
    reads("a: !!str 1\nb: !!int \"3\"\nc: !x 12\nd: ! 12\ne: !!null ''", "{a:\"1 b:3 c:\"12 d:12 e:null}");
    reads("a: !!binary aGVsbG8=\nb: !!binary gIGC\nc: !!set {x, y}", "{a:\"hello b:\"gIGC c:{x:∅ y:∅}}");
    fails(
        "a: !!int x\nb: !!bool yes",
        "1:4 `x` is not a whole number, as its tag says; 2:4 `yes` is not true or false, as its tag says",
    );
}

#[test]
fn anchors_and_aliases_are_expanded() {
    reads("a: &x {b: 1}\nc: *x\nd: &x 2\ne: *x", "{a:{b:1} c:{b:1} d:2 e:2}");
    reads("a: &k key\n*k : 1", "{a:key key:1}");
    fails("a: *b\n", "1:4 there is no anchor `b` above this alias");
    fails("a: &x {b: *x}", "1:11 the value of anchor `x` contains itself");
    fails("a: &x [*x]", "1:8 the value of anchor `x` contains itself");
}

#[test]
fn merge_keys_follow_version_three() {
    reads("a: &x {b: 1, c: 2}\nd:\n  c: 3\n  <<: *x\n", "{a:{b:1 c:2} d:{c:3 b:1}}");
    reads("a: &x {b: 1}\nc: &y {b: 2, d: 3}\ne: {<<: [*x, *y]}", "{a:{b:1} c:{b:2 d:3} e:{b:1 d:3}}");
    reads("a: &x {b: 1}\nc: &y {<<: *x, d: 2}\ne: {<<: *y}", "{a:{b:1} c:{d:2 b:1} e:{d:2 b:1}}");
    reads("a:\n  <<: {b: , c: x}", "{a:{b: c:x}}");
    reads("a: {\"<<\": 1}", "{a:{<<:1}}");
    fails("a: {<<: 1}", "1:9 a merge key `<<` needs a mapping or a list of mappings");
    fails("a: &x [{b: 1}]\nc: {<<: *x}", "1:4 a merge key `<<` needs a mapping or a list of mappings");
    fails("a: {<<: {b: 1}, <<: {c: 1}}", "1:17 a mapping can have one merge key `<<` only");
}

#[test]
fn keys_are_unique_strings() {
    fails("a: 1\nb: 2\n\"a\": 3", "3:1 the key `a` is there twice");
    fails("a: {1: b}", "1:5 the key `1` is a number, and keys have to be strings");
    fails("a: {true: b}", "1:5 the key `true` is a boolean, and keys have to be strings");
    fails("a: {~: b}", "1:5 the key `~` is null, and keys have to be strings");
    fails("a: {2001-01-01: b}", "1:5 the key `2001-01-01` is a date, and keys have to be strings");
    fails("? [a]\n: b", "1:3 a list cannot be a key");
    reads("a: {yes: b, '1': c}", "{a:{yes:b 1:c}}");
    let many = (0..40).map(|number| format!("k{number}: 1")).collect::<Vec<_>>().join("\n");
    fails(&format!("{many}\nk3: 2\n"), "41:1 the key `k3` is there twice");
}

#[test]
fn settings_files_are_read_as_version_two_does() {
    assert_eq!(
        read_settings("a: 1\nb: {yes: x, 0x10: y}\na: 2\n---\nc: 1\n---\n# nothing\n"),
        ("{a:2 b:{true:x 16:y}}".to_owned(), vec!["a".to_owned()], 1)
    );
    assert_eq!(read_settings("a: &x {b: 1}\nc: {b: 2, <<: *x}").0, "{a:{b:1} c:{b:1}}");
    assert_eq!(read_settings("{\"a\": [1, true]}").0, "{a:[1 true]}");
    assert_eq!(read_settings("# nothing\n").0, "");
}

#[test]
fn syntax_errors_have_a_place() {
    fails("a: [b\nc: d\n", "2:2 did not find expected ',' or ']' while parsing a flow sequence");
    fails("a: b: c", "1:5 mapping values are not allowed in this context");
    fails("a:\n\tb: c", "2:1 found character that cannot start any token while scanning for the next token");
    fails("[a", "1:3 did not find expected ',' or ']' while parsing a flow sequence");
    fails("a: \"b", "1:6 found unexpected end of stream while scanning a quoted scalar");
    fails(
        "a: b\r\nc: |\r\n  d\r\ne: [f\r\n",
        "5:1 did not find expected ',' or ']' while parsing a flow sequence",
    );
    fails("a: b\u{7f}\n", "1:5 the control character U+007F is not allowed");
    fails(
        "a: é\u{1}\n---\nb: [\n",
        "1:5 the control character U+0001 is not allowed; 4:1 did not find expected node content while parsing a flow node",
    );
}

#[test]
fn hostile_input_ends_in_an_error() {
    let bomb = "a: &a [x, x, x, x, x, x, x, x, x, x]\n".to_owned()
        + &(1..9)
            .map(|level| {
                let (this, last) = (char::from(b'a' + level), char::from(b'a' + level - 1));
                format!("{this}: &{this} [{}]", vec![format!("*{last}"); 10].join(", "))
            })
            .collect::<Vec<_>>()
            .join("\n");
    assert!(read(&bomb).unwrap_err()[0].contains("anchors and aliases make more than 1000000 values"));
    let deep = "[".repeat(20_000);
    assert!(read(&deep).unwrap_err()[0].contains("more than 1000 collections are nested here"));
    let anchors = (0..900).map(|level| format!("{:level$}a: &a{level}", "")).collect::<Vec<_>>().join("\n");
    assert_eq!(read(&anchors).err(), None);
}
