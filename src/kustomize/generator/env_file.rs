//! Files of `key=value` lines.
//!
//! Blanks before the key and a byte order mark at the start go; `#` begins a comment line; a key alone has an empty
//! value; everything after the first `=` is the value, quotes included. A line without a key is left out, as
//! upstream does.

use super::Arguments;
use super::key_value::{Content, Pair};
use crate::diagnostic::Diagnostics;
use crate::kustomize::Loader;
use crate::kustomize::decode::Text;
use crate::yaml::Source;

const BYTE_ORDER_MARK: char = '\u{feff}';

/// The pairs of the file that `setting` names.
pub(super) fn load<'s>(
    setting: Text<'s>,
    arguments: &Arguments<'_, 's>,
    loader: &Loader<'_, 's>,
) -> Result<Vec<Pair<'s>>, Diagnostics> {
    let (file, bytes) = loader.read(setting)?;
    let text = String::from_utf8(bytes).map_err(|error| {
        let before = &error.as_bytes()[..error.utf8_error().valid_up_to()];
        let line = memchr::memchr_iter(b'\n', before).count() + 1;
        arguments
            .error(format!("line {line} of `{}` is not UTF-8", setting.value))
            .at(setting.origin)
            .hint("list the file under `files` to take its bytes as they are")
    })?;
    let source = loader
        .sources()
        .add(&file, text)
        .map_err(|error| arguments.error(error.to_string()).at(setting.origin))?;
    Ok(parse(source))
}

/// All lines that hold a pair.
fn parse(source: Source<'_>) -> Vec<Pair<'_>> {
    let mut pairs = Vec::new();
    let mut offset = 0;
    for line in source.text.split_inclusive('\n') {
        let marked = if offset == 0 { line.strip_prefix(BYTE_ORDER_MARK).unwrap_or(line) } else { line };
        let rest = marked.trim_start();
        let origin = source.origin(offset + line.len() - rest.len());
        offset += line.len();
        let content = without_line_end(rest);
        let (key, value) = content.split_once('=').unwrap_or((content, ""));
        if !key.is_empty() && !key.starts_with('#') {
            pairs.push(Pair { key, content: Content::Text(value), origin, key_origin: origin });
        }
    }
    pairs
}

fn without_line_end(line: &str) -> &str {
    let line = line.strip_suffix('\n').unwrap_or(line);
    line.strip_suffix('\r').unwrap_or(line)
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;
    use crate::yaml::Sources;

    #[test]
    fn reads_lines_as_upstream_does() {
        let sources = Sources::new();
        let text = "\u{feff}A=1\r\n  # no\n\n\tB = x = 'y' \nC\n=lost\nD=";
        let source = sources.add(Path::new("a.env"), text.to_owned()).unwrap();
        let pairs = parse(source);
        let found: Vec<_> = pairs
            .iter()
            .map(|pair| (pair.key, pair.content.as_bytes(), sources.locate(pair.origin).unwrap().to_string()))
            .collect();
        let expected: [(&str, &[u8], &str); 4] = [
            ("A", b"1", "a.env:1:2"),
            ("B ", b" x = 'y' ", "a.env:4:2"),
            ("C", b"", "a.env:5:1"),
            ("D", b"", "a.env:7:1"),
        ];
        assert_eq!(found.len(), expected.len());
        for ((key, value, place), expected) in found.iter().zip(expected) {
            assert_eq!((*key, *value, place.as_str()), expected);
        }
    }
}
