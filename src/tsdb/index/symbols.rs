//! The strings of a block: sorted, each once, referred to by position.

use super::super::Damage;
use super::super::bytes::Bytes;
use super::super::window::Window;
use super::{FILE, Section};

/// A length has at most ten bytes.
const LONGEST_LENGTH: usize = 10;

/// Walks over the strings of a section whose checksum is right.
pub(in crate::tsdb) struct Symbols {
    section: Section,
    position: u64,
    left: u32,
    text: String,
    is_first: bool,
}

impl Symbols {
    pub(in crate::tsdb) fn new(window: &mut Window, section: Section) -> Result<Self, Damage> {
        let wrong = |error: std::io::Error| Damage::reading(FILE, section.start, "the symbols", &error);
        let left = Bytes::new(window.get(section.start, 4).map_err(wrong)?).be32().unwrap_or_default();
        Ok(Self { section, position: section.start + 4, left, text: String::new(), is_first: true })
    }

    /// The next string; an error if they are not sorted, or not as many as promised.
    pub(in crate::tsdb) fn next(&mut self, window: &mut Window) -> Result<Option<&str>, Damage> {
        if self.left == 0 {
            return self.check_end().map(|()| None);
        }
        let position = self.position;
        let damage = |message: &str| Damage::at(FILE, position, message);
        let wrong = |error: std::io::Error| Damage::reading(FILE, position, "a symbol", &error);
        let mut prefix = Bytes::new(window.peek(position, LONGEST_LENGTH).map_err(wrong)?);
        let before = prefix.len();
        let length = prefix.uvarint().ok_or_else(|| damage("a symbol has no length"))?;
        let start = position + (before - prefix.len()) as u64;
        let end = start.checked_add(length).filter(|&end| end <= self.section.end);
        let end = end.ok_or_else(|| damage("a symbol is longer than its section"))?;
        let length = usize::try_from(length).map_err(|_| damage("a symbol is too long"))?;
        let text = std::str::from_utf8(window.get(start, length).map_err(wrong)?);
        let text = text.map_err(|_| damage("a symbol is not UTF-8"))?;
        if !self.is_first && text <= self.text.as_str() {
            return Err(damage("the symbols are not sorted"));
        }
        self.text.clear();
        self.text.push_str(text);
        (self.is_first, self.position, self.left) = (false, end, self.left - 1);
        Ok(Some(&self.text))
    }

    fn check_end(&self) -> Result<(), Damage> {
        if self.position == self.section.end {
            return Ok(());
        }
        Err(Damage::at(FILE, self.position, "there are more symbols than the section says"))
    }
}
