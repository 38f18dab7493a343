//! What could not be done with a node or a store: what kind of failure, where, what was said, and what to do next.

use std::fmt;
use std::io;

/// What a caller can tell apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Failure {
    /// There is no such file, folder or address.
    Missing,
    /// Something has that name already.
    Exists,
    /// The path leads out of the data folder, or goes through a link.
    Path,
    /// No space is left.
    Full,
    /// What came is not what was promised.
    Content,
    /// Nobody answers.
    Unreachable,
    /// It may not be done.
    Forbidden,
    /// The server answered something else.
    Answer,
    /// Anything else.
    Other,
}

/// What could not be done.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BackupError {
    /// What kind of failure it is.
    pub failure: Failure,
    /// The path or the address.
    pub place: String,
    /// What went wrong and what was expected; lower case, no full stop.
    pub message: String,
    /// What to do next.
    pub hint: Option<String>,
}

impl BackupError {
    /// A failure at a place.
    pub fn new(failure: Failure, place: impl Into<String>, message: impl Into<String>) -> Self {
        Self { failure, place: place.into(), message: message.into(), hint: None }
    }

    /// With what to do next.
    #[must_use]
    pub fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }

    /// A failure of the file system.
    pub(crate) fn of(place: impl Into<String>, error: &io::Error) -> Self {
        // A failure that came through a stream is told as what it is.
        if let Some(error) = error.get_ref().and_then(|inner| inner.downcast_ref::<Self>()) {
            return error.clone();
        }
        let (failure, hint) = match error.kind() {
            io::ErrorKind::NotFound => {
                (Failure::Missing, "look at the data folder that the server was started with")
            }
            io::ErrorKind::AlreadyExists | io::ErrorKind::DirectoryNotEmpty => {
                (Failure::Exists, "move away what is there")
            }
            io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => {
                (Failure::Full, "make space, then run again")
            }
            io::ErrorKind::PermissionDenied => {
                (Failure::Forbidden, "run as the user that the server runs as")
            }
            _ => return Self::new(Failure::Other, place, error.to_string()),
        };
        Self::new(failure, place, error.to_string()).hint(hint)
    }
}

impl fmt::Display for BackupError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}: {}", self.place, self.message)?;
        self.hint.as_ref().map_or(Ok(()), |hint| write!(formatter, "\n  hint: {hint}"))
    }
}

impl std::error::Error for BackupError {}
