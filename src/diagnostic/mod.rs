//! A message for people: what is wrong, where, in which object, and what to do next.
//!
//! Plain data. The place is an [`Origin`]; file, line and column are looked up when the message is shown.

mod closest;

use std::fmt;
use std::path::PathBuf;

use crate::fs::git::GitError;
use crate::yaml::Origin;

pub use closest::closest;

/// How bad it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Severity {
    /// Nothing is wrong; it could be better.
    Note,
    /// The work goes on; somebody should look.
    Warning,
    /// The work ends.
    Error,
}

/// Where something is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Place {
    /// A byte of a text that was read.
    Origin(Origin),
    /// A file or folder as a whole.
    Path(PathBuf),
}

/// A message with its place and the next step.
#[derive(Clone, Debug)]
pub struct Diagnostic {
    /// How bad it is.
    pub severity: Severity,
    /// The rule that it breaks, if it is about one.
    pub rule: Option<&'static str>,
    /// One sentence, lower case, no full stop.
    pub message: String,
    /// The place it is about.
    pub place: Option<Place>,
    /// Whether something secret stands at the place, so that its line must not be shown.
    pub is_secret: bool,
    /// The object it is about.
    pub object: Option<String>,
    /// Other places that explain it, with what they are.
    pub related: Vec<(Place, String)>,
    /// What to do next.
    pub hints: Vec<String>,
}

/// All errors of a stage.
#[derive(Clone, Debug, Default)]
pub struct Diagnostics(pub Vec<Diagnostic>);

impl Diagnostic {
    /// An error.
    pub fn error(message: impl Into<String>) -> Self {
        Self::new(Severity::Error, message.into())
    }

    /// A warning.
    pub fn warning(message: impl Into<String>) -> Self {
        Self::new(Severity::Warning, message.into())
    }

    fn new(severity: Severity, message: String) -> Self {
        Self {
            severity,
            rule: None,
            message,
            place: None,
            is_secret: false,
            object: None,
            related: Vec::new(),
            hints: Vec::new(),
        }
    }

    /// Says where; an unknown origin says nothing.
    #[must_use]
    pub fn at(mut self, origin: Origin) -> Self {
        if origin.is_some() {
            self.place = Some(Place::Origin(origin));
        }
        self
    }

    /// Says in which file or folder.
    #[must_use]
    pub fn in_path(mut self, path: impl Into<PathBuf>) -> Self {
        self.place = Some(Place::Path(path.into()));
        self
    }

    /// Says which object it is about.
    #[must_use]
    pub fn object(mut self, object: impl fmt::Display) -> Self {
        self.object = Some(object.to_string());
        self
    }

    /// Adds a place that explains the message.
    #[must_use]
    pub fn related(mut self, origin: Origin, what: impl Into<String>) -> Self {
        if origin.is_some() {
            self.related.push((Place::Origin(origin), what.into()));
        }
        self
    }

    /// Adds a next step.
    #[must_use]
    pub fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hints.push(hint.into());
        self
    }
}

impl Diagnostics {
    /// `Ok` where there is nothing to report.
    pub fn into_result(self) -> Result<(), Self> {
        if self.0.is_empty() { Ok(()) } else { Err(self) }
    }

    /// Adds a message.
    pub fn push(&mut self, diagnostic: Diagnostic) {
        self.0.push(diagnostic);
    }

    /// Takes over the errors of a part of the work, so that the other parts can report theirs too.
    pub fn absorb<T>(&mut self, result: Result<T, Self>) -> Option<T> {
        match result {
            Ok(value) => Some(value),
            Err(errors) => {
                self.0.extend(errors.0);
                None
            }
        }
    }

    /// Adds the same related place to every message that is not about that place itself: the include chain.
    #[must_use]
    pub fn included_from(mut self, origin: Origin, what: &str) -> Self {
        for diagnostic in &mut self.0 {
            let place = Place::Origin(origin);
            if origin.is_some() && diagnostic.place.as_ref() != Some(&place) {
                diagnostic.related.push((place, what.to_owned()));
            }
        }
        self
    }
}

impl From<Diagnostic> for Diagnostics {
    fn from(diagnostic: Diagnostic) -> Self {
        Self(vec![diagnostic])
    }
}

impl From<GitError> for Diagnostic {
    fn from(error: GitError) -> Self {
        let mut diagnostic = Self::error(error.message);
        diagnostic.hints = error.hints;
        let (name, known) = error.unknown.unwrap_or_default();
        let known: Vec<&str> = known.iter().map(String::as_str).collect();
        match closest(&name, &known) {
            Some(meant) => diagnostic.hint(format!("did you mean `{meant}`?")),
            None => diagnostic,
        }
    }
}

impl From<GitError> for Diagnostics {
    fn from(error: GitError) -> Self {
        Diagnostic::from(error).into()
    }
}

impl fmt::Display for Diagnostics {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, diagnostic) in self.0.iter().enumerate() {
            if index > 0 {
                formatter.write_str("; ")?;
            }
            formatter.write_str(&diagnostic.message)?;
        }
        Ok(())
    }
}

impl std::error::Error for Diagnostics {}
