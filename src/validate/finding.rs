//! What a rule found.

use std::fmt;

use super::rule::{Rule, Wanted};
use crate::schema::Edit;
use crate::yaml::Origin;

/// A violation of a rule.
#[derive(Clone, Debug)]
pub struct Finding {
    /// Which rule.
    pub rule: &'static Rule,
    /// One sentence, lower case, no full stop. Never the value of a secret.
    pub message: String,
    /// The key or value that is wrong.
    pub origin: Origin,
    /// Whether something secret stands there, so that the line must not be shown.
    pub is_secret: bool,
    /// The object it is in.
    pub object: Option<String>,
    /// The field, such as `spec.template.spec.containers[0].image`; empty if it is about the object or the text.
    pub path: String,
    /// Other places that explain it, with what they are.
    pub related: Vec<(Origin, String)>,
    /// What to do about this very finding, if that is more than the rule's `fix` says.
    pub help: Option<String>,
    /// What to write instead, and where, if nobody needs to think about it.
    pub edits: Vec<(Origin, Edit)>,
}

impl Finding {
    /// A finding at a place.
    pub fn new(rule: &'static Rule, origin: Origin, message: impl Into<String>) -> Self {
        Self {
            rule,
            message: message.into(),
            origin,
            is_secret: false,
            object: None,
            path: String::new(),
            related: Vec::new(),
            help: None,
            edits: Vec::new(),
        }
    }

    /// Says which object it is in.
    #[must_use]
    pub fn object(mut self, object: impl fmt::Display) -> Self {
        self.object = Some(object.to_string());
        self
    }

    /// Says that something secret stands at its place.
    #[must_use]
    pub fn secret(mut self) -> Self {
        self.is_secret = true;
        self
    }

    /// Says which field it is about.
    #[must_use]
    pub fn path(mut self, path: impl Into<String>) -> Self {
        self.path = path.into();
        self
    }

    /// Adds a place that explains it.
    #[must_use]
    pub fn related(mut self, origin: Origin, what: impl Into<String>) -> Self {
        if origin.is_some() {
            self.related.push((origin, what.into()));
        }
        self
    }

    /// Says what to write instead at a place.
    #[must_use]
    pub fn edit(mut self, origin: Origin, edit: Edit) -> Self {
        self.edits.push((origin, edit));
        self
    }

    /// Says what to do.
    #[must_use]
    pub fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }
}

/// What was found so far. Findings of rules that nobody wants are dropped.
#[derive(Debug)]
pub struct Findings<'w> {
    wanted: &'w Wanted,
    list: Vec<Finding>,
}

impl<'w> Findings<'w> {
    /// Nothing yet.
    pub fn new(wanted: &'w Wanted) -> Self {
        Self { wanted, list: Vec::new() }
    }

    /// Adds a finding.
    pub fn add(&mut self, finding: Finding) {
        if self.wanted.has(finding.rule) {
            self.list.push(finding);
        }
    }

    /// Adds what a function may have found.
    pub fn extend_from(&mut self, findings: impl IntoIterator<Item = Finding>) {
        findings.into_iter().for_each(|finding| self.add(finding));
    }

    /// Adds what was found elsewhere.
    pub fn extend(&mut self, other: Self) {
        self.list.extend(other.list);
    }

    /// All findings, in the order in which they were added.
    pub fn into_list(self) -> Vec<Finding> {
        self.list
    }
}
