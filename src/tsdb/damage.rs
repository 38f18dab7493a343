//! What is wrong with a block: in which file, where in it, and what to do about it.

use std::fmt;
use std::io;

/// One thing that is wrong. Blocks are written once and never changed, so every one means lost or foreign bytes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Damage {
    /// The file, as a path below the block's folder.
    pub file: String,
    /// Where in the file, if it is about one place.
    pub offset: Option<u64>,
    /// One sentence, lower case, no full stop.
    pub message: String,
}

impl Damage {
    /// About a file as a whole.
    pub(super) fn of(file: &str, message: impl Into<String>) -> Self {
        Self { file: file.to_owned(), offset: None, message: message.into() }
    }

    /// About one place of a file.
    pub(super) fn at(file: &str, offset: u64, message: impl Into<String>) -> Self {
        Self { offset: Some(offset), ..Self::of(file, message) }
    }

    /// A read that went wrong while something was looked for.
    pub(super) fn reading(file: &str, offset: u64, what: &str, error: &io::Error) -> Self {
        match error.kind() {
            io::ErrorKind::UnexpectedEof => Self::at(file, offset, format!("the file ends inside {what}")),
            io::ErrorKind::InvalidData => Self::at(file, offset, format!("{what} {error}")),
            _ => Self::at(file, offset, format!("{what} cannot be read: {error}")),
        }
    }

    /// What to do next: it is the same whatever is broken, because nothing in a block says how to mend it.
    pub const HINT: &'static str = "take this block from another copy (the other replica, an older backup), or move \
        its folder away and lose its time range";
}

impl fmt::Display for Damage {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.offset {
            Some(offset) => write!(formatter, "{} at byte {offset}: {}", self.file, self.message),
            None => write!(formatter, "{}: {}", self.file, self.message),
        }
    }
}

impl std::error::Error for Damage {}
