//! Comparisons of several clusters, put together: what is the same in several of them stands once.

use std::fmt;
use std::hash::{DefaultHasher, Hash, Hasher};

use indexmap::IndexMap;
use rustc_hash::FxHashMap;

use super::change::{Edit, EditKind, ObjectChange, Verb};
use super::comparison::Comparison;
use super::danger::{Danger, Dangers, Level};
use crate::yaml::{Node, Value};

/// As many objects that only move between the same namespaces are one move of the namespace.
const MOVE_OF_NAMESPACE: usize = 3;

/// What differs, in all clusters.
#[derive(Debug, Default)]
pub struct Report<'a, 's> {
    /// What was compared, as it was and as it is: `gitops/`, `main`, `the sources`.
    pub sides: (String, String),
    /// The clusters that were compared; without clusters one without a name.
    pub clusters: Vec<Cluster<'a, 's>>,
    /// What differs, by kind, namespace and name.
    pub changes: Vec<Reported<'s>>,
    /// What may go wrong with all changes together.
    pub dangers: Vec<ReportedDanger<'s>>,
    /// What was found and is not among the changes, by the filter that took it out.
    pub hidden: Vec<Hidden>,
    /// What else is known of changes.
    pub remarks: Vec<Remark>,
    /// Whether what is compared with the first side runs: then what is not there is missing, not removed.
    pub is_live: bool,
}

/// A cluster that was compared.
#[derive(Debug, Default)]
pub struct Cluster<'a, 's> {
    /// Its name; empty where there are no clusters.
    pub name: String,
    /// What differs in it.
    pub comparison: Comparison<'a, 's>,
    /// What may go wrong with that.
    pub dangers: Dangers<'s>,
}

/// The place of a change: its cluster, and its place among what differs there.
pub type At = (usize, usize);

/// An object that is not what it was, in one or several clusters.
#[derive(Clone, Debug)]
pub struct Reported<'s> {
    /// The clusters, by their places in the report.
    pub clusters: Vec<usize>,
    /// The change in the first of them.
    pub at: At,
    /// What differs in it, in any of them; what is the same stands once.
    pub edits: Vec<ReportedEdit>,
    /// What may go wrong.
    pub dangers: Vec<ReportedDanger<'s>>,
}

/// A value that differs, in one or several clusters.
#[derive(Clone, Debug)]
pub struct ReportedEdit {
    /// The clusters, by their places in the report.
    pub clusters: Vec<usize>,
    /// The change of the first of them.
    pub at: At,
    /// Its place in that change.
    pub edit: usize,
}

/// A danger, in one or several clusters.
#[derive(Clone, Debug)]
pub struct ReportedDanger<'s> {
    /// The clusters, by their places in the report.
    pub clusters: Vec<usize>,
    /// What may go wrong.
    pub danger: Danger<'s>,
}

/// Something that is known of a change, and is none.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Remark {
    /// What it is: `manager`, who wrote a value; `pending`, what is yet to be synced.
    pub class: &'static str,
    /// What it is about.
    pub object: String,
    /// Where in the object.
    pub path: Option<String>,
    /// What is known.
    pub message: String,
}

/// Changes that a filter took out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hidden {
    /// The filter, as it was asked for.
    pub filter: String,
    /// How many values or objects it took out.
    pub count: usize,
}

impl fmt::Display for Hidden {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { filter, count } = self;
        let values = if *count == 1 { "value" } else { "values" };
        write!(formatter, "{count} {values} hidden by `{filter}`")
    }
}

impl Hidden {
    /// What each filter took out in all, in the order in which the filters come first; of those that took something.
    pub fn sum(all: Vec<Self>) -> Vec<Self> {
        let mut counts: IndexMap<String, usize> = IndexMap::new();
        for Self { filter, count } in all.into_iter().filter(|hidden| hidden.count > 0) {
            *counts.entry(filter).or_default() += count;
        }
        counts.into_iter().map(|(filter, count)| Self { filter, count }).collect()
    }
}

/// Many objects that moved between the same two namespaces, and did nothing else.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NamespaceMove<'s> {
    /// Where they were.
    pub before: &'s str,
    /// Where they are.
    pub after: &'s str,
    /// Their places among the changes.
    pub changes: Vec<usize>,
}

impl<'a, 's> Report<'a, 's> {
    /// Puts the comparisons of clusters together.
    pub fn of(sides: (String, String), mut clusters: Vec<Cluster<'a, 's>>) -> Self {
        let mut known: IndexMap<u64, Reported<'s>> = IndexMap::new();
        let mut edits: FxHashMap<(u64, u64), usize> = FxHashMap::default();
        let mut of_all = Vec::new();
        let dangers: Vec<Dangers<'s>> =
            clusters.iter_mut().map(|cluster| std::mem::take(&mut cluster.dangers)).collect();
        for (index, (cluster, dangers)) in clusters.iter().zip(dangers).enumerate() {
            let mut of_changes = dangers.of_changes.into_iter();
            for danger in dangers.of_all {
                add_danger(&mut of_all, index, danger);
            }
            for (nth, change) in cluster.comparison.changes.iter().enumerate() {
                let key = of_object(change);
                let reported = known.entry(key).or_insert_with(|| Reported::new((index, nth)));
                reported.clusters.push(index);
                for (edit, one) in change.edits.iter().enumerate() {
                    let place = *edits.entry((key, of_edit(one))).or_insert_with(|| {
                        reported.edits.push(ReportedEdit { clusters: Vec::new(), at: (index, nth), edit });
                        reported.edits.len() - 1
                    });
                    reported.edits[place].clusters.push(index);
                }
                for danger in of_changes.next().unwrap_or_default() {
                    add_danger(&mut reported.dangers, index, danger);
                }
            }
        }
        let changes = known.into_values().collect();
        let mut report = Self { sides, clusters, changes, dangers: of_all, ..Self::default() };
        report.sort();
        report
    }

    /// Changes by what they are about, edits by their paths, whatever cluster came first.
    fn sort(&mut self) {
        let mut changes = std::mem::take(&mut self.changes);
        changes.sort_by(|one, other| {
            let identity = |reported: &Reported<'s>| self.change(reported).object().identity();
            identity(one).cmp(&identity(other)).then_with(|| one.clusters.cmp(&other.clusters))
        });
        for reported in &mut changes {
            reported.edits.sort_by_cached_key(|edit| self.edit(edit).path.order());
            reported.dangers.sort_by_key(|reported| std::cmp::Reverse(reported.danger.level));
        }
        self.changes = changes;
    }

    /// The word for what became of an object.
    pub fn word(&self, verb: Verb) -> &'static str {
        match verb {
            Verb::Added if self.is_live => "extra",
            Verb::Removed if self.is_live => "missing",
            Verb::Changed if self.is_live => "modified",
            verb => verb.word(),
        }
    }

    /// Whether nothing differs.
    pub fn is_empty(&self) -> bool {
        self.changes.is_empty()
    }

    /// The change in the first cluster that has it.
    pub fn change(&self, reported: &Reported<'s>) -> &ObjectChange<'a, 's> {
        let (cluster, change) = reported.at;
        &self.clusters[cluster].comparison.changes[change]
    }

    /// The edit in the first cluster that has it.
    pub fn edit(&self, reported: &ReportedEdit) -> &Edit<'s> {
        let (cluster, change) = reported.at;
        &self.clusters[cluster].comparison.changes[change].edits[reported.edit]
    }

    /// How many objects each verb is about; one that changes in several clusters counts once.
    pub fn counts(&self) -> Vec<(Verb, usize)> {
        let mut counts = std::collections::BTreeMap::new();
        self.changes.iter().for_each(|reported| *counts.entry(self.change(reported).verb).or_insert(0) += 1);
        counts.into_iter().collect()
    }

    /// The dangers, the worst first, each with the change that it is about; none if it is about all of them.
    pub fn dangers(&self) -> Vec<(Option<&Reported<'s>>, &ReportedDanger<'s>)> {
        let of_changes = self
            .changes
            .iter()
            .flat_map(|reported| reported.dangers.iter().map(move |danger| (Some(reported), danger)));
        let mut dangers: Vec<_> =
            of_changes.chain(self.dangers.iter().map(|danger| (None, danger))).collect();
        dangers.sort_by_key(|(_, reported)| std::cmp::Reverse(reported.danger.level));
        dangers
    }

    /// The worst danger.
    pub fn worst(&self) -> Option<Level> {
        self.dangers().first().map(|(_, reported)| reported.danger.level)
    }

    /// The names of clusters.
    pub fn cluster_names<'r>(&'r self, clusters: &'r [usize]) -> impl Iterator<Item = &'r str> {
        clusters.iter().map(|index| self.clusters[*index].name.as_str()).filter(|name| !name.is_empty())
    }

    /// The moves of whole namespaces. Their objects need no word of their own.
    pub fn namespace_moves(&self) -> Vec<NamespaceMove<'s>> {
        let mut moves: IndexMap<(&'s str, &'s str, &[usize]), Vec<usize>> = IndexMap::new();
        for (index, reported) in self.changes.iter().enumerate() {
            let change = self.change(reported);
            let only_follows = reported.edits.iter().all(|edit| self.edit(edit).kind == EditKind::Follows);
            if let (Verb::Moved, true, Some(before), Some(after)) =
                (change.verb, only_follows, &change.before, &change.after)
            {
                let key = (before.id.namespace, after.id.namespace, reported.clusters.as_slice());
                moves.entry(key).or_default().push(index);
            }
        }
        let moves = moves.into_iter().filter(|(_, changes)| changes.len() >= MOVE_OF_NAMESPACE);
        moves.map(|((before, after, _), changes)| NamespaceMove { before, after, changes }).collect()
    }
}

impl Reported<'_> {
    fn new(at: At) -> Self {
        Self { clusters: Vec::new(), at, edits: Vec::new(), dangers: Vec::new() }
    }
}

/// Adds a danger of a cluster; what is the same in several clusters stands once.
fn add_danger<'s>(dangers: &mut Vec<ReportedDanger<'s>>, cluster: usize, danger: Danger<'s>) {
    // The places of items may differ, and the files that they come from.
    let key = |danger: &Danger<'s>| {
        let path = danger.path.as_ref().map(ToString::to_string);
        (danger.rule, danger.level, danger.message.clone(), path, danger.engines.clone())
    };
    let wanted = key(&danger);
    match dangers.iter_mut().find(|known| key(&known.danger) == wanted) {
        Some(known) => known.clusters.push(cluster),
        None => dangers.push(ReportedDanger { clusters: vec![cluster], danger }),
    }
}

/// A number for the object that a change is about and what became of it; of one that came or went, with all it says.
fn of_object(change: &ObjectChange<'_, '_>) -> u64 {
    let mut hasher = DefaultHasher::new();
    let ObjectChange { verb, before, after, .. } = change;
    verb.hash(&mut hasher);
    for object in [before, after] {
        object.as_ref().map(|object| (object.id, object.app)).hash(&mut hasher);
    }
    if matches!(verb, Verb::Added | Verb::Removed) {
        text_of(&change.object().node, &mut hasher);
    }
    hasher.finish()
}

/// A number for what an edit says, wherever its values come from. The places of items may differ.
fn of_edit(edit: &Edit<'_>) -> u64 {
    let mut hasher = DefaultHasher::new();
    (edit.path.to_string(), edit.kind).hash(&mut hasher);
    for node in [&edit.before, &edit.after] {
        node.is_some().hash(&mut hasher);
        if let Some(node) = node {
            text_of(node, &mut hasher);
        }
    }
    hasher.finish()
}

fn text_of(node: &Node<'_>, hasher: &mut impl Hasher) {
    match node.value() {
        Value::Scalar(text) => (0, text, node.is_null()).hash(hasher),
        Value::Sequence(items) => {
            (1, items.len()).hash(hasher);
            for item in items {
                text_of(item, hasher);
            }
        }
        Value::Mapping(mapping) => {
            (2, mapping.len()).hash(hasher);
            for entry in mapping {
                entry.key.text.hash(hasher);
                text_of(&entry.value, hasher);
            }
        }
    }
}
