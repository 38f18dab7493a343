//! The writer against what the real kustomize wrote: tables of values, and properties of whatever they hold.

use std::fs;
use std::path::Path;

use super::emit;
use crate::yaml::parse::{ParseOptions, parse_documents};
use crate::yaml::source::Sources;

const HEAD: &str = "apiVersion: x.io/v1\nkind: T\nmetadata:\n  name: r\nspec:\n";

/// Rows of the shared table that differ on purpose: what stands below `spec:`, what ours writes, and why.
const DIFFERENT: &[(&str, &str, &str)] = &[
    ("  v: 18446744073709551616", "  v: 18446744073709551616", "kustomize rounds to a float"),
    ("  v: -9223372036854775809", "  v: -9223372036854775809", "kustomize rounds to a float"),
    (
        "  v: 123456789012345678901234567890",
        "  v: 123456789012345678901234567890",
        "kustomize rounds to a float",
    ),
    ("  \"<<\": x", "  <<: x", "kustomize drops the entry"),
    ("  b:\n    \"<<\": {k: v}", "  b:\n    <<:\n      k: v", "kustomize drops the entry"),
    ("  v: !!binary gIGC", "  v: gIGC", "kustomize puts U+FFFD in the place of bytes that are no text"),
    (
        "  v:\n    \"v1\": 1\n    \"v1beta1\": 1\n    \"v1alpha1\": 1\n    \"v2\": 1\n    \"v10\": 1\n    \
         \"v1beta2\": 1\n    \"v1beta10\": 1",
        "  v:\n    v1: 1\n    v10: 1\n    v1alpha1: 1\n    v1beta1: 1\n    v1beta2: 1\n    v1beta10: 1\n    v2: 1",
        "kustomize writes one of six orders at random; this is the one it writes most often",
    ),
    (
        r#"  v: "\x41\u00e9\U0001F600\/\e\_\N\L\P\0""#,
        "  v: \"Aé\\U0001F600/\\e\u{a0}\\N\\L\\P\\0\"",
        "kustomize refuses `\\/`, which JSON has",
    ),
    (
        r#"  v: "\ud83d\ude00""#,
        "  v: \"\\U0001F600\"",
        "kustomize refuses surrogate pairs, which is how JSON escapes characters beyond U+FFFF",
    ),
];

/// A line of a table: what stands below `spec:`, and what kustomize writes there.
struct Row {
    input: String,
    expected: Result<String, String>,
}

fn rows(text: &str) -> Vec<Row> {
    let fields = |line: &str| {
        let mut fields = line.rsplitn(3, '\t');
        let expected = unescape(fields.next()?);
        let input = unescape(fields.next()?);
        let expected = match expected.strip_prefix("ERROR: ") {
            Some(error) => Err(error.to_owned()),
            None => Ok(expected),
        };
        Some(Row { input, expected })
    };
    text.lines().skip(1).filter_map(fields).collect()
}

/// Undoes `\n`, `\r`, `\t`, `\\` and `\u2028`.
fn unescape(text: &str) -> String {
    let mut plain = String::new();
    let mut rest = text;
    while let Some(at) = rest.find('\\') {
        plain.push_str(&rest[..at]);
        let (character, length) = match rest.as_bytes().get(at + 1) {
            Some(b'n') => ('\n', 2),
            Some(b'r') => ('\r', 2),
            Some(b't') => ('\t', 2),
            Some(b'u') => {
                let code = u32::from_str_radix(&rest[at + 2..at + 6], 16).unwrap();
                (char::from_u32(code).unwrap(), 6)
            }
            _ => ('\\', 2),
        };
        plain.push(character);
        rest = &rest[at + length..];
    }
    plain + rest
}

/// What is written below `spec:` for what stands there.
fn rewrite(input: &str) -> Result<String, String> {
    let sources = Sources::new();
    let end = if input.ends_with('\n') { "" } else { "\n" };
    let source = sources.add(Path::new("r.yaml"), format!("{HEAD}{input}{end}")).unwrap();
    let nodes = parse_documents(source, &sources, &ParseOptions::default())
        .map_err(|errors| errors[0].message.clone())?;
    let mut out = String::new();
    emit(&nodes[0], &mut out).map_err(|error| error.message)?;
    let body = out.strip_prefix(HEAD).ok_or("the head is different")?;
    // Where blank lines end the text, they show how many there are.
    Ok(body.strip_suffix('\n').filter(|body| !body.ends_with('\n')).unwrap_or(body).to_owned())
}

#[test]
fn the_shared_table_holds() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/reference/emit_table.tsv");
    let Ok(table) = fs::read_to_string(&path) else {
        println!("SKIPPED: {} is not there", path.display());
        return;
    };
    let rows = rows(&table);
    assert_eq!(rows.len(), 610);
    check(&rows, DIFFERENT);
}

#[test]
fn our_own_table_holds() {
    let rows = rows(include_str!("../../../tests/emit/rows.tsv"));
    assert!(rows.len() > 200);
    check(&rows, &[]);
}

fn check(rows: &[Row], different: &[(&str, &str, &str)]) {
    let mut wrong = Vec::new();
    for row in rows {
        let found = rewrite(&row.input);
        let on_purpose = different.iter().find(|(input, ..)| *input == row.input);
        let holds = match (&found, &row.expected, on_purpose) {
            (Ok(found), _, Some((_, ours, _))) => found == ours,
            (Ok(found), Ok(expected), None) => found == expected,
            (found, expected, _) => found.is_err() == expected.is_err(),
        };
        if !holds {
            wrong.push(format!("{:?}\n  kustomize {:?}\n  ours      {found:?}", row.input, row.expected));
        }
    }
    assert!(wrong.is_empty(), "{} rows differ:\n{}", wrong.len(), wrong.join("\n"));
    let known = |input: &str| rows.iter().any(|row| row.input == input);
    assert!(different.iter().all(|(input, ..)| known(input)), "a row that differs is not in the table");
}
