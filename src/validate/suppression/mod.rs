//! Findings that somebody has looked at and wants to live with, each with the reason.
//!
//! `# stackgen: ignore[rule] reason` on a line or above it, the annotation `stackgen.dev/ignore: rule=reason; ...` on an
//! object, or `validate.ignore` in `stackgen.yaml`. One that hides nothing is reported: it would hide the next mistake.

mod annotation;
mod comment;
mod settings;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use super::families::suppress;
use super::finding::Finding;
use super::rule::{Rule, Wanted, names};
use super::run::{find_rule, rules};
use crate::diagnostic::closest;
use crate::yaml::{Origin, Sources};

pub(super) use annotation::of_object;
pub(super) use comment::of_text;
use settings::Matching;
pub(super) use settings::of_settings;

/// What is hidden, and why.
#[derive(Clone, Debug)]
pub(super) struct Suppression {
    /// Ids, or families with a slash behind them; each with its place.
    pub(super) rules: Vec<(String, Origin)>,
    /// Why; empty if nobody says.
    pub(super) reason: String,
    /// Where it is written.
    pub(super) origin: Origin,
    pub(super) scope: Scope,
    /// Whether it hid something.
    pub(super) is_used: bool,
}

/// Which findings it is about.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Scope {
    /// Those on a line of a file.
    Line(PathBuf, u32),
    /// Those of an object, as findings name it.
    Object(String),
    /// Those that an entry of the settings is about.
    Matching(Matching),
}

/// Suppressions, to be looked up by what they are about.
#[derive(Debug, Default)]
pub(super) struct Suppressions {
    list: Vec<Suppression>,
    by_scope: BTreeMap<Scope, Vec<usize>>,
    /// Those that must be asked each.
    matching: Vec<usize>,
    /// The folder that settings name files from.
    root: PathBuf,
}

impl Suppressions {
    /// Looks nothing up yet.
    pub(super) fn new(list: Vec<Suppression>, root: &Path) -> Self {
        let mut by_scope: BTreeMap<Scope, Vec<usize>> = BTreeMap::new();
        let mut matching = Vec::new();
        for (index, suppression) in list.iter().enumerate() {
            match &suppression.scope {
                Scope::Matching(_) => matching.push(index),
                scope => by_scope.entry(scope.clone()).or_default().push(index),
            }
        }
        Self { list, by_scope, matching, root: root.to_owned() }
    }

    /// Whether one of them hides the finding; notes which did.
    pub(super) fn hide(&mut self, finding: &Finding, sources: &Sources) -> bool {
        if self.list.is_empty() {
            return false;
        }
        let line = sources.locate(finding.origin).map(|place| Scope::Line(place.file, place.line));
        let object = finding.object.clone().map(Scope::Object);
        let by_scope =
            [line, object].into_iter().flatten().filter_map(|scope| self.by_scope.get(&scope)).flatten();
        let mut is_hidden = false;
        for index in by_scope.chain(&self.matching) {
            let suppression = &mut self.list[*index];
            let is_meant = match &suppression.scope {
                Scope::Matching(matching) => matching.has(finding, sources, &self.root),
                _ => true,
            };
            if is_meant && suppression.rules.iter().any(|(name, _)| names(name, finding.rule)) {
                suppression.is_used = true;
                is_hidden = true;
            }
        }
        is_hidden
    }

    /// All of them.
    pub(super) fn into_list(self) -> Vec<Suppression> {
        self.list
    }
}

impl Suppression {
    /// Whether all rules that it names ran, so that it is known whether it is of use.
    fn has_run(&self, wanted: &Wanted) -> bool {
        let has_run =
            |name: &str| rules().iter().filter(|rule| names(name, rule)).all(|rule| wanted.has(rule));
        self.rules.iter().all(|(name, _)| has_run(name))
    }

    /// What is wrong with it.
    pub(super) fn findings(&self, wanted: &Wanted) -> Vec<Finding> {
        let mut found: Vec<Finding> =
            self.rules.iter().filter_map(|(name, origin)| unknown(name, *origin)).collect();
        if self.reason.is_empty() {
            found.push(Finding::new(&suppress::REASON, self.origin, "nothing says why this is ignored"));
        }
        if found.iter().all(|finding| finding.rule.id != suppress::UNKNOWN_RULE.id)
            && !self.is_used
            && self.has_run(wanted)
        {
            let names: Vec<String> = self.rules.iter().map(|(name, _)| format!("`{name}`")).collect();
            let message = format!("no finding of {} is hidden by this", names.join(", "));
            found.push(Finding::new(&suppress::UNUSED, self.origin, message));
        }
        found
    }
}

fn unknown(name: &str, origin: Origin) -> Option<Finding> {
    let known = rules();
    if find_rule(name).is_some() || known.iter().any(|rule: &&Rule| names(name, rule)) {
        return None;
    }
    let finding = Finding::new(&suppress::UNKNOWN_RULE, origin, format!("there is no rule `{name}`"));
    let known: Vec<&str> = known.iter().map(|rule| rule.id).collect();
    Some(match closest(name, &known) {
        Some(like) => finding.help(format!("did you mean `{like}`?")),
        None => finding,
    })
}
