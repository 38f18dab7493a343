//! How a file of the tree names the file that it came from: the same on every machine, and in one line.

use std::fmt::Write as _;
use std::path::{Component, Path};

/// The way to `file` from the folder `root`, with `/`. Both are without links, so `..` leads where it seems to.
pub(super) fn source_path(file: &Path, root: &Path) -> String {
    let (mut from, mut to) = (root.components().peekable(), file.components().peekable());
    if file.is_absolute() {
        while from.peek().is_some() && from.peek() == to.peek() {
            from.next();
            to.next();
        }
    } else {
        from = Path::new("").components().peekable();
    }
    let up = from.map(|_| "..".to_owned());
    let down = to.filter(|part| !matches!(part, Component::RootDir | Component::Prefix(_)));
    let parts: Vec<String> =
        up.chain(down.map(|part| one_line(&part.as_os_str().to_string_lossy()))).collect();
    parts.join("/")
}

/// A name could hold a line end, and what follows it would be no comment any more.
fn one_line(name: &str) -> String {
    let mut shown = String::with_capacity(name.len());
    for character in name.chars() {
        if character.is_control() || matches!(character, '\u{2028}' | '\u{2029}' | '\u{feff}') {
            let _ = write!(shown, "{}", character.escape_unicode());
        } else {
            shown.push(character);
        }
    }
    shown
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_no_folder_of_the_machine() {
        let root = Path::new("/home/me/stack");
        assert_eq!(source_path(Path::new("/home/me/stack/base/a.yaml"), root), "base/a.yaml");
        assert_eq!(source_path(Path::new("/home/me/shared/a.yaml"), root), "../shared/a.yaml");
        assert_eq!(source_path(Path::new("/srv/a.yaml"), root), "../../../srv/a.yaml");
        assert_eq!(source_path(Path::new("base/a.yaml"), root), "base/a.yaml");
    }

    #[test]
    fn stays_in_its_line() {
        assert_eq!(source_path(Path::new("/r/a\nkind: Secret"), Path::new("/r")), "a\\u{a}kind: Secret");
        assert_eq!(source_path(Path::new("/r/\u{2028}\u{85}"), Path::new("/r")), "\\u{2028}\\u{85}");
    }
}
