//! The order of keys in the output: letters by code point, digits as numbers (`a2` before `a10`).
//!
//! go-yaml's comparison is not transitive: `v10 < v1alpha1 < v2 < v10`. kustomize feeds it to a sort that starts
//! from a random order, so its output is random for such keys. Here the sort starts from byte order and takes
//! the steps Go's sort would take, so the result depends on the keys alone. Keys without such a cycle have only
//! one order, and it is the same; keys with one get the order that kustomize writes most often.

use std::cmp::Ordering;
use std::sync::LazyLock;

use regex::Regex;

use crate::yaml::node::{Entry, Mapping};

/// Go sorts up to this many elements by insertion.
const RUN: usize = 12;

static LETTER: LazyLock<Option<Regex>> = LazyLock::new(|| Regex::new(r"^\p{L}").ok());
static DIGIT: LazyLock<Option<Regex>> = LazyLock::new(|| Regex::new(r"^\p{Nd}").ok());

/// The entries in the order of output, or `None` when they already have it.
pub(super) fn sorted<'n, 's>(mapping: &'n Mapping<'s>) -> Option<Vec<&'n Entry<'s>>> {
    let mut previous = "";
    let mut in_order = true;
    for (index, entry) in mapping.iter().enumerate() {
        let key = entry.key.text;
        if index > 0 && !follows(previous, key) {
            in_order = false;
            break;
        }
        previous = key;
    }
    if in_order {
        return None;
    }
    let mut entries: Vec<_> = mapping.iter().collect();
    entries.sort_unstable_by(|a, b| a.key.text.cmp(b.key.text));
    sort(&mut entries, |entry| entry.key.text);
    Some(entries)
}

/// Whether `b` comes after `a` both in bytes and in the output. Keys that all follow one another stay as they are.
fn follows(a: &str, b: &str) -> bool {
    if let (Some(x), Some(y)) = (a.bytes().next(), b.bytes().next())
        && x != y
        && x.is_ascii_alphabetic()
        && y.is_ascii_alphabetic()
    {
        return x < y;
    }
    let Some((x, y)) = a.bytes().zip(b.bytes()).find(|(x, y)| x != y) else {
        return a.len() < b.len();
    };
    if x.is_ascii_alphabetic() && y.is_ascii_alphabetic() {
        return x < y;
    }
    x < y && compare(a, b).is_lt()
}

/// Sorts elements that are in byte order: runs by insertion, then merges, so that a comparison with cycles does
/// no harm.
fn sort<T: Copy>(items: &mut [T], key: impl Fn(&T) -> &str + Copy) {
    for run in items.chunks_mut(RUN) {
        for end in 1..run.len() {
            let mut at = end;
            while at > 0 && compare(key(&run[at]), key(&run[at - 1])).is_lt() {
                run.swap(at, at - 1);
                at -= 1;
            }
        }
    }
    let mut width = RUN;
    let mut merged = Vec::with_capacity(if items.len() > RUN { items.len() } else { 0 });
    while width < items.len() {
        for pair in items.chunks_mut(2 * width) {
            if pair.len() > width {
                merge(pair, width, &mut merged, key);
            }
        }
        width *= 2;
    }
}

fn merge<T: Copy>(pair: &mut [T], middle: usize, merged: &mut Vec<T>, key: impl Fn(&T) -> &str) {
    let (left, right) = pair.split_at(middle);
    if compare(key(&left[middle - 1]), key(&right[0])).is_lt() {
        return;
    }
    merged.clear();
    let (mut from_left, mut from_right) = (left.iter().peekable(), right.iter().peekable());
    while let (Some(a), Some(b)) = (from_left.peek(), from_right.peek()) {
        let smaller = if compare(key(b), key(a)).is_lt() { from_right.next() } else { from_left.next() };
        merged.extend(smaller);
    }
    merged.extend(from_left);
    merged.extend(from_right);
    pair.copy_from_slice(merged);
}

/// go-yaml's comparison of two keys. Antisymmetric, not transitive.
fn compare(a: &str, b: &str) -> Ordering {
    let Some(mut at) = a.bytes().zip(b.bytes()).position(|(x, y)| x != y) else {
        return a.len().cmp(&b.len());
    };
    while !a.is_char_boundary(at) {
        at -= 1;
    }
    let (Some(x), Some(y)) = (a[at..].chars().next(), b[at..].chars().next()) else {
        return a.len().cmp(&b.len());
    };
    match (is_letter(x), is_letter(y)) {
        (true, true) => x.cmp(&y),
        (true, false) => Ordering::Greater,
        (false, true) => Ordering::Less,
        (false, false) => {
            let carry = (x == '0' || y == '0') && ends_in_positive_number(&a[..at]);
            let ((left, left_length), (right, right_length)) =
                (number(&a[at..], carry), number(&b[at..], carry));
            left.cmp(&right).then(left_length.cmp(&right_length)).then(x.cmp(&y))
        }
    }
}

/// The number at the start of the text, overflowing as Go does, and how many digits it has. With `carry` a 1 is
/// thought in front of it: after `10` comes `100` and not `101`, although 0 and 1 differ.
fn number(text: &str, carry: bool) -> (i64, usize) {
    let mut value = i64::from(carry);
    let mut length = 0;
    for digit in text.chars().take_while(|&character| is_digit(character)) {
        value = value.wrapping_mul(10).wrapping_add(i64::from(u32::from(digit)) - i64::from(b'0'));
        length += 1;
    }
    (value, length)
}

fn ends_in_positive_number(text: &str) -> bool {
    text.chars().rev().take_while(|&character| is_digit(character)).any(|digit| digit != '0')
}

/// Unicode's category L. The standard library's `is_alphabetic` is wider.
fn is_letter(character: char) -> bool {
    if character.is_ascii() {
        return character.is_ascii_alphabetic();
    }
    matches(LETTER.as_ref(), character)
}

/// Unicode's category Nd. The standard library's `is_numeric` is wider.
fn is_digit(character: char) -> bool {
    if character.is_ascii() {
        return character.is_ascii_digit();
    }
    character.is_numeric() && matches(DIGIT.as_ref(), character)
}

fn matches(class: Option<&Regex>, character: char) -> bool {
    class.is_some_and(|class| class.is_match(character.encode_utf8(&mut [0; 4])))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn order(keys: &[&'static str]) -> Vec<&'static str> {
        let mut keys = keys.to_vec();
        keys.sort_unstable();
        sort(&mut keys, |key| key);
        keys
    }

    #[test]
    fn numbers_count_as_numbers() {
        assert_eq!(order(&["a10", "a2", "a1", "a01", "a001", "a"]), ["a", "a1", "a01", "a001", "a2", "a10"]);
        assert_eq!(
            order(&["0", "00", "01", "1", "001", "10", "010"]),
            ["0", "00", "1", "01", "001", "10", "010"]
        );
        assert_eq!(order(&["a100", "a101", "a1001"]), ["a100", "a101", "a1001"]);
    }

    #[test]
    fn letters_come_after_everything_else() {
        assert_eq!(
            order(&["a-b", "a.b", "a_b", "a/b", "ab", "aB", "a b", "a0"]),
            ["a b", "a-b", "a.b", "a/b", "a_b", "a0", "aB", "ab"]
        );
        assert_eq!(order(&["é", "e", "f", "É", "E"]), ["E", "e", "f", "É", "é"]);
        assert_eq!(order(&["a١", "a1", "a2", "a٢"]), ["a1", "a2", "a١", "a٢"]);
    }

    #[test]
    fn cycles_have_one_order_whatever_comes_first() {
        let expected = order(&["v10", "v1alpha1", "v2"]);
        assert_eq!(order(&["v2", "v1alpha1", "v10"]), expected);
        assert_eq!(order(&["v1alpha1", "v10", "v2"]), expected);
    }

    #[test]
    fn many_keys_are_in_the_only_order_they_have() {
        let keys: Vec<String> = (0..500).map(|number| format!("key{}", number * 7919 % 1000)).collect();
        let mut texts: Vec<&str> = keys.iter().map(String::as_str).collect();
        texts.sort_unstable();
        texts.dedup();
        sort(&mut texts, |key| key);
        assert!(texts.windows(2).all(|pair| compare(pair[0], pair[1]).is_lt()));
    }
}
