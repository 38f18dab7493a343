//! Strings that kustomize writes without quotes and that others read as something else, or not at all.
//!
//! Follows the patterns of YAML 1.1 (yaml.org/type) as `PyYAML` has them, and the core schema of YAML 1.2.

/// Whether plain `text`, which is a string for go-yaml, may be none for another reader.
pub(super) fn is_doubtful(text: &str) -> bool {
    match text.as_bytes() {
        b"=" | b"<<" => true,
        [b'0'..=b'9' | b'+' | b'-' | b'.', ..] => {
            is_number(text) || is_prefixed_number(text) || is_time(text)
        }
        _ => false,
    }
}

/// Whether a text holds a character that ends a line for readers of YAML 1.1 alone.
pub(super) fn has_old_break(text: &str) -> bool {
    !text.is_ascii() && text.contains(['\u{85}', '\u{2028}', '\u{2029}'])
}

/// Digits, with a point, an exponent or `_` between them; also numbers that are too large for others.
fn is_number(text: &str) -> bool {
    let is_part = |byte: u8| byte.is_ascii_digit() || b"+-._eE".contains(&byte);
    text.bytes().all(is_part) && text.replace('_', "").parse::<f64>().is_ok()
}

/// `0x1f`, `0b1`, `0o7`, also with `_` alone after it.
fn is_prefixed_number(text: &str) -> bool {
    let text = text.trim_start_matches(['+', '-']);
    let digits = ["0x", "0b", "0o"].into_iter().find_map(|prefix| text.strip_prefix(prefix));
    digits.is_some_and(|digits| digits.bytes().all(|byte| byte.is_ascii_hexdigit() || byte == b'_'))
}

/// A date and what follows it, months and days with one digit too.
fn is_time(text: &str) -> bool {
    let mut parts = text.splitn(3, '-');
    let (year, month, rest) = (parts.next(), parts.next(), parts.next());
    let is_short =
        |digits: &str| matches!(digits.len(), 1 | 2) && digits.bytes().all(|byte| byte.is_ascii_digit());
    let is_year = year.is_some_and(|year| year.len() == 4 && year.bytes().all(|byte| byte.is_ascii_digit()));
    let Some((day, clock)) = rest.and_then(|rest| rest.split_once(['T', 't', ' ', '\t'])) else {
        return false;
    };
    is_year && month.is_some_and(is_short) && is_short(day) && clock.contains(':')
}

#[cfg(test)]
mod tests {
    use super::super::emit_for_all_readers;
    use super::*;
    use crate::yaml::{Node, Origin};

    #[test]
    fn what_others_take_for_more_is_doubtful_and_addresses_and_versions_are_not() {
        for text in [
            "=",
            "<<",
            "1e1000",
            "-1.5E+400",
            "1__0",
            "1_.",
            "0x_",
            "-0b_1",
            "2001-1-1 1:00:00",
            "2001-01-01t1:00:00Z",
        ] {
            assert!(is_doubtful(text), "{text}");
        }
        for text in
            ["==", "<", "a", "10.0.0.1", "1.2.3", "30s", "-", "--", "...", "1-2", "2001-1-1", "0x1g", "e", ""]
        {
            assert!(!is_doubtful(text), "{text}");
        }
    }

    #[test]
    fn doubtful_values_and_keys_are_quoted() {
        let mut node = Node::mapping(Origin::NONE);
        for text in ["<<", "=", "1e1000", "a"] {
            node.as_mapping_mut().unwrap().insert(text, Node::string(text, Origin::NONE));
        }
        let mut text = String::new();
        emit_for_all_readers(&node, &mut text).unwrap();
        let mut lines: Vec<&str> = text.lines().collect();
        lines.sort_unstable();
        assert_eq!(lines, ["\"1e1000\": \"1e1000\"", "\"<<\": \"<<\"", "\"=\": \"=\"", "a: a"]);
    }
}
