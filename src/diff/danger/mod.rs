//! Changes that may do harm when they are synced.
//!
//! A [`Rule`] looks at one change, or at all changes of a cluster, and says what is about to happen (`Found`); `engine`
//! adds what Argo CD and Flux will do with exactly that object. Rules read objects whose Secrets are masked already, so
//! that no message can show what is in one. [`RULES`] lists all of them; they stand by family in files of their own.

mod access;
mod alerts;
mod around;
mod atoms;
mod availability;
mod claims;
mod definitions;
mod documents;
mod engine;
mod exposure;
mod identity;
mod images;
mod immutable;
mod ingress;
mod matchers;
mod network;
mod place;
mod pods;
mod removed;
mod retention;
mod routing;
mod scraping;
mod syncing;
mod units;

use super::change::{ObjectChange, Verb};
use super::comparison::Comparison;
use super::path::Path;
use crate::yaml::{Origin, Sources};
use around::Around;
use engine::{Act, sentences};
use place::Place;

pub use engine::Syncing;

/// How much a danger matters.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Level {
    /// Somebody should know before the sync.
    Caution,
    /// The sync fails, or destroys what cannot be had back.
    Blocking,
}

impl Level {
    /// The word for it, which stands in reports.
    pub fn word(self) -> &'static str {
        match self {
            Self::Caution => "caution",
            Self::Blocking => "blocking",
        }
    }
}

/// A change that may do harm.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Danger<'s> {
    /// The rule that found it, as `data/retention-cut`.
    pub rule: &'static str,
    /// How much it matters.
    pub level: Level,
    /// What is about to happen, in one sentence without a full stop.
    pub message: String,
    /// Where in the object, if it is about a value of it.
    pub path: Option<Path<'s>>,
    /// What Argo CD or Flux will do, each a sentence of its own.
    pub engines: Vec<String>,
    /// What to do about it.
    pub hint: Option<String>,
    /// The place in the source that asks for it.
    pub origin: Origin,
}

/// The dangers in one cluster.
#[derive(Clone, Debug, Default)]
pub struct Dangers<'s> {
    /// Those of each change, in the order of the changes.
    pub of_changes: Vec<Vec<Danger<'s>>>,
    /// Those of all changes together.
    pub of_all: Vec<Danger<'s>>,
    /// What each change is about.
    about: Vec<About>,
}

/// What tells a change from others: what became of which object, and where that stands.
type About = (Verb, String, Origin);

fn about(change: &ObjectChange<'_, '_>) -> About {
    (change.verb, change.object().describe(), change.origin())
}

impl<'a, 's> Dangers<'s> {
    /// The dangers for those changes that are left when filters took others out. A filter hides no danger: what is about
    /// a change that it took out is about all of them then, and names the object.
    #[must_use]
    pub fn kept_by(self, changes: &[ObjectChange<'a, 's>]) -> Self {
        let Self { of_changes, mut of_all, about: earlier } = self;
        let mut left = changes.iter().map(about).peekable();
        let mut kept = Self::default();
        for (about, dangers) in earlier.into_iter().zip(of_changes) {
            if left.next_if_eq(&about).is_some() {
                kept.of_changes.push(dangers);
                kept.about.push(about);
                continue;
            }
            of_all.extend(dangers.into_iter().map(|danger| {
                let message = format!("{}: {}", about.1, danger.message);
                Danger { message, ..danger }
            }));
        }
        Self { of_all, ..kept }
    }
}

/// What is looked for.
#[derive(Clone, Copy, Debug)]
pub struct Rule {
    /// Family and name, as `data/retention-cut`.
    pub id: &'static str,
    /// How much it matters, if nothing about the change makes it matter less.
    pub level: Level,
    /// What is found, in one sentence without a full stop.
    pub summary: &'static str,
    /// What to do about it, in one sentence without a full stop.
    pub hint: &'static str,
    find: Find,
}

/// How a rule finds what it looks for.
#[derive(Clone, Copy, Debug)]
enum Find {
    /// In each change.
    Change(for<'s> fn(&Subject<'_, '_, 's>) -> Vec<Found<'s>>),
    /// In all changes of a cluster together.
    All(for<'s> fn(&Around<'_, '_, 's>) -> Vec<Found<'s>>),
}

/// One change, with what is around it.
struct Subject<'c, 'a, 's> {
    change: &'c ObjectChange<'a, 's>,
    /// Its place among the changes.
    index: usize,
    around: &'c Around<'c, 'a, 's>,
}

/// What a rule found.
#[derive(Debug)]
struct Found<'s> {
    message: String,
    path: Option<Path<'s>>,
    origin: Origin,
    act: Act,
    level: Option<Level>,
    hint: Option<&'static str>,
}

/// All rules, by family.
pub static RULES: &[&[Rule]] = &[
    removed::RULES,
    identity::RULES,
    immutable::RULES,
    claims::RULES,
    retention::RULES,
    definitions::RULES,
    pods::RULES,
    access::RULES,
    network::RULES,
    exposure::RULES,
    ingress::RULES,
    availability::RULES,
    images::RULES,
    scraping::RULES,
    alerts::RULES,
    routing::RULES,
    syncing::RULES,
];

/// What may go wrong when the changes of a cluster are synced.
pub fn dangers<'s>(comparison: &Comparison<'_, 's>, syncing: &Syncing, sources: &'s Sources) -> Dangers<'s> {
    if *syncing == Syncing::Nobody {
        return Dangers::default();
    }
    let around = Around::new(&comparison.changes, sources);
    let rules = || RULES.iter().flat_map(|family| family.iter());
    let of_changes = comparison.changes.iter().enumerate().map(|(index, change)| {
        let subject = Subject { change, index, around: &around };
        let found = rules().filter_map(|rule| match rule.find {
            Find::Change(find) => Some((rule, find(&subject))),
            Find::All(_) => None,
        });
        found
            .flat_map(|(rule, found)| found.into_iter().map(move |found| (rule, found)))
            .map(|(rule, found)| found.into_danger(rule, Some(change), syncing))
            .collect()
    });
    let of_changes = of_changes.collect();
    let of_all = rules().filter_map(|rule| match rule.find {
        Find::All(find) => Some((rule, find(&around))),
        Find::Change(_) => None,
    });
    let of_all = of_all
        .flat_map(|(rule, found)| found.into_iter().map(move |found| (rule, found)))
        .map(|(rule, found)| found.into_danger(rule, None, syncing))
        .collect();
    Dangers { of_changes, of_all, about: comparison.changes.iter().map(about).collect() }
}

impl<'s> Found<'s> {
    /// Something about a value.
    fn at(place: &Place<'_, 's>, message: impl Into<String>) -> Self {
        Self {
            message: message.into(),
            path: Some(place.path.clone()),
            origin: place.node.origin(),
            act: Act::Apply,
            level: None,
            hint: None,
        }
    }

    /// Something about the object as a whole.
    fn of(origin: Origin, message: impl Into<String>) -> Self {
        Self { message: message.into(), path: None, origin, act: Act::Apply, level: None, hint: None }
    }

    fn act(self, act: Act) -> Self {
        Self { act, ..self }
    }

    fn level(self, level: Level) -> Self {
        Self { level: Some(level), ..self }
    }

    fn hint(self, hint: &'static str) -> Self {
        Self { hint: Some(hint), ..self }
    }

    fn into_danger(
        self,
        rule: &Rule,
        change: Option<&ObjectChange<'_, 's>>,
        syncing: &Syncing,
    ) -> Danger<'s> {
        let (engines, is_kept) = sentences(self.act, change, syncing);
        let level = self.level.unwrap_or(rule.level);
        Danger {
            rule: rule.id,
            // What every engine leaves in the cluster is not lost.
            level: if is_kept { Level::Caution } else { level },
            message: self.message,
            path: self.path,
            engines,
            hint: Some(self.hint.unwrap_or(rule.hint).to_owned()),
            origin: self.origin,
        }
    }
}

impl Rule {
    const fn new(
        id: &'static str,
        level: Level,
        (summary, hint): (&'static str, &'static str),
        find: for<'s> fn(&Subject<'_, '_, 's>) -> Vec<Found<'s>>,
    ) -> Self {
        Self { id, level, summary, hint, find: Find::Change(find) }
    }

    const fn of_all(
        id: &'static str,
        level: Level,
        (summary, hint): (&'static str, &'static str),
        find: for<'s> fn(&Around<'_, '_, 's>) -> Vec<Found<'s>>,
    ) -> Self {
        Self { id, level, summary, hint, find: Find::All(find) }
    }
}

#[cfg(test)]
mod tests;
