//! Variables of Grafana in a query, replaced by something of the same length, so that places stay.

use std::sync::LazyLock;

use regex::Regex;

/// `$name`, `${name}`, `${name:format}`, `[[name]]`, `[[name:format]]`
static VARIABLE: LazyLock<Option<Regex>> =
    LazyLock::new(|| Regex::new(r"\$\{\w+(?:\.\w+)*(?::\w+)?\}|\[\[\w+(?::\w+)?\]\]|\$\w+").ok());

/// What a variable outside of strings and ranges may stand for.
const MEANINGS: [Meaning; 3] = [Meaning::Name, Meaning::Number, Meaning::Duration];

#[derive(Clone, Copy, PartialEq, Eq)]
enum Meaning {
    Name,
    Number,
    Duration,
}

/// The query with its variables replaced, in each way in which they may be meant.
pub(super) fn meanings(query: &str) -> Vec<String> {
    let Some(pattern) = VARIABLE.as_ref() else { return Vec::new() };
    if !pattern.is_match(query) {
        return vec![query.to_owned()];
    }
    MEANINGS.into_iter().map(|meaning| replaced(query, pattern, meaning)).collect()
}

fn replaced(query: &str, pattern: &Regex, meaning: Meaning) -> String {
    let mut text = String::with_capacity(query.len());
    let mut at = 0;
    for found in pattern.find_iter(query) {
        text.push_str(&query[at..found.start()]);
        let is_in_name = is_part(text.chars().next_back()) || is_part(query[found.end()..].chars().next());
        let meaning = match meaning {
            _ if is_in_range(&text) => Meaning::Duration,
            _ if is_in_name => Meaning::Name,
            meaning => meaning,
        };
        let length = found.len();
        match meaning {
            // Letters fit in strings and in parts of names too.
            Meaning::Name => text.push_str(&"x".repeat(length)),
            Meaning::Number => text.push_str(&"1".repeat(length)),
            // `[5m]` may be written as `[${minutes}m]`.
            Meaning::Duration
                if query[found.end()..].starts_with(|next: char| next.is_ascii_alphabetic()) =>
            {
                text.push_str(&"1".repeat(length));
            }
            Meaning::Duration => text.extend("5m".chars().chain(std::iter::repeat(' ')).take(length)),
        }
        at = found.end();
    }
    text.push_str(&query[at..]);
    text
}

/// Whether a character beside a variable makes the variable a part of a name, or the name of a selector.
fn is_part(character: Option<char>) -> bool {
    character.is_some_and(|character| character.is_alphanumeric() || matches!(character, '_' | ':' | '{'))
}

/// Whether the end of a text is inside of brackets.
fn is_in_range(before: &str) -> bool {
    let mut is_open = false;
    let mut quote = None;
    for character in before.chars() {
        match (quote, character) {
            (Some(open), _) if open == character => quote = None,
            (None, '"' | '\'' | '`') => quote = Some(character),
            (None, '[') => is_open = true,
            (None, ']') => is_open = false,
            _ => {}
        }
    }
    is_open && quote.is_none()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn variables_become_what_can_be_read_and_places_stay() {
        let query = "topk($n, rate(a{b=~\"${c:regex}\", d=\"[[e]]\"}[$__rate_interval]))";
        let all = meanings(query);
        assert_eq!(all[1], "topk(11, rate(a{b=~\"1111111111\", d=\"11111\"}[5m              ]))");
        assert!(all.iter().all(|one| one.len() == query.len()));
        assert_eq!(meanings("up[5m]"), ["up[5m]"]);
    }
}
