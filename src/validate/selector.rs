//! What a label selector asks for, and what matches it.

use crate::yaml::{Entry, Mapping, Node};

/// Labels that controllers put on pods; the template does not have them.
const SET_BY_CONTROLLERS: [&str; 10] = [
    "apps.kubernetes.io/pod-index",
    "batch.kubernetes.io/controller-uid",
    "batch.kubernetes.io/job-completion-index",
    "batch.kubernetes.io/job-name",
    "controller-revision-hash",
    "controller-uid",
    "job-name",
    "pod-template-hash",
    "rollouts-pod-template-hash",
    "statefulset.kubernetes.io/pod-name",
];

/// `matchLabels` and `matchExpressions`, all of which have to hold.
#[derive(Clone, Copy, Debug)]
pub struct Selector<'a, 's> {
    labels: Option<&'a Mapping<'s>>,
    expressions: &'a [Node<'s>],
}

impl<'a, 's> Selector<'a, 's> {
    /// The selector of a Service: labels alone.
    pub fn of_labels(labels: &'a Mapping<'s>) -> Self {
        Self { labels: Some(labels), expressions: &[] }
    }

    /// A `LabelSelector`; one that asks for nothing matches everything.
    pub fn of(node: &'a Node<'s>) -> Self {
        let expressions = node.get("matchExpressions").and_then(Node::as_sequence).unwrap_or_default();
        Self { labels: node.get("matchLabels").and_then(Node::as_mapping), expressions }
    }

    /// Whether it asks for nothing.
    pub fn is_empty(&self) -> bool {
        self.labels.is_none_or(Mapping::is_empty) && self.expressions.is_empty()
    }

    /// The labels that it asks for by value, each with key and value.
    pub fn pairs(&self) -> impl Iterator<Item = (&'s str, &'s str)> + use<'a, 's> {
        self.labels
            .into_iter()
            .flatten()
            .filter_map(|entry| Some((entry.key.text, entry.value.text()?)))
            .filter(|(key, _)| !SET_BY_CONTROLLERS.contains(key))
    }

    /// Whether something with these labels is meant.
    pub fn matches(&self, labels: Option<&Mapping<'_>>) -> bool {
        self.matches_values(|key| labels?.get(key)?.text())
    }

    /// Whether something is meant whose labels have these values.
    pub fn matches_values<'l>(&self, value: impl Fn(&str) -> Option<&'l str>) -> bool {
        self.pairs().all(|(key, wanted)| value(key) == Some(wanted))
            && self.expressions.iter().all(|expression| holds(expression, &value))
    }

    /// The first label that it asks for and `is_known` does not know, else the first one that it asks for.
    pub fn culprit(&self, is_known: impl Fn(&str, &str) -> bool) -> Option<&'a Entry<'s>> {
        let is_known = |entry: &&Entry<'_>| is_known(entry.key.text, entry.value.text().unwrap_or_default());
        let mut entries = self.labels.into_iter().flatten();
        entries.clone().find(|entry| !is_known(entry)).or_else(|| entries.next())
    }

    /// The selector in the way `kubectl` shows it, for messages.
    pub fn describe(&self) -> String {
        let pairs = self.labels.into_iter().flatten();
        let mut parts: Vec<String> = pairs
            .map(|entry| format!("{}={}", entry.key.text, entry.value.text().unwrap_or_default()))
            .collect();
        parts.extend(self.expressions.iter().map(|expression| {
            let part = |field| expression.get(field).and_then(Node::text).unwrap_or_default();
            format!("{} {}", part("key"), part("operator"))
        }));
        parts.join(",")
    }
}

/// Whether one of `matchExpressions` holds. One with an unknown operator is for another rule to report.
fn holds<'l>(expression: &Node<'_>, value: &impl Fn(&str) -> Option<&'l str>) -> bool {
    let Some(key) = expression.get("key").and_then(Node::text) else { return true };
    if SET_BY_CONTROLLERS.contains(&key) {
        return true;
    }
    let found = value(key);
    let values = expression.get("values").and_then(Node::as_sequence).unwrap_or_default();
    let is_listed = found.is_some_and(|found| values.iter().any(|value| value.text() == Some(found)));
    match expression.get("operator").and_then(Node::text) {
        Some("In") => is_listed,
        Some("NotIn") => !is_listed,
        Some("Exists") => found.is_some(),
        Some("DoesNotExist") => found.is_none(),
        _ => true,
    }
}
