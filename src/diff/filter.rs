//! What is not to be shown: filters, which somebody asked for, and which say how much they took out.
//!
//! A filter is a path as reports print it, or a JSON pointer; everything below it is taken out. `*` stands for any part
//! of a key or of an item's name. In front of it may stand the objects that it is about: `ConfigMap/grafana-*:data`.
//! Without a path, as `ConfigMap/grafana-*`, it is about the objects as a whole, those that came or went too.

use super::change::{ObjectChange, Verb};
use super::comparison::Comparison;
use super::path::{Path, Step};
use super::report::Hidden;
use super::side::Object;

/// A filter.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Filter {
    /// As it was asked for.
    name: String,
    patterns: Vec<Pattern>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
struct Pattern {
    kind: String,
    object: String,
    steps: Vec<Part>,
}

/// One step of a pattern.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Part {
    Key(String),
    Item(String),
    /// Of a JSON pointer, which does not say which of the two is meant.
    Either(String),
}

/// A filter that cannot be read.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{pattern}` is no filter: {reason}")]
pub struct InvalidFilter {
    pattern: String,
    reason: &'static str,
}

/// Filters with a name, for what tools write and nobody decides on.
const BUNDLES: [(&str, &[&str]); 4] = [
    (
        "version-labels",
        &[
            "metadata.labels[\"helm.sh/chart\"]",
            "metadata.labels[\"app.kubernetes.io/version\"]",
            "metadata.labels.chart",
            "spec.template.metadata.labels[\"helm.sh/chart\"]",
            "spec.template.metadata.labels[\"app.kubernetes.io/version\"]",
            "spec.template.metadata.labels.chart",
        ],
    ),
    (
        "checksums",
        &["metadata.annotations[\"checksum/*\"]", "spec.template.metadata.annotations[\"checksum/*\"]"],
    ),
    (
        "tracking",
        &[
            "metadata.annotations[\"argocd.argoproj.io/tracking-id\"]",
            "metadata.labels[\"app.kubernetes.io/instance\"]",
            "metadata.labels[\"kustomize.toolkit.fluxcd.io/*\"]",
            "metadata.annotations[\"kubectl.kubernetes.io/last-applied-configuration\"]",
        ],
    ),
    (
        "server-fields",
        &[
            "metadata.creationTimestamp",
            "metadata.generation",
            "metadata.managedFields",
            "metadata.resourceVersion",
            "metadata.uid",
            "status",
        ],
    ),
];

impl Filter {
    /// A filter as it is written.
    pub fn parse(text: &str) -> Result<Self, InvalidFilter> {
        Ok(Self { name: text.to_owned(), patterns: vec![Pattern::parse(text)?] })
    }

    /// The filters of a bundle.
    pub fn bundle(name: &str) -> Option<Self> {
        let (name, patterns) = BUNDLES.iter().find(|(known, _)| *known == name)?;
        let patterns = patterns.iter().filter_map(|text| Pattern::parse(text).ok()).collect();
        Some(Self { name: (*name).to_owned(), patterns })
    }

    /// The names of all bundles.
    pub fn bundles() -> impl Iterator<Item = &'static str> {
        BUNDLES.iter().map(|(name, _)| *name)
    }

    /// What is expected, for a reason.
    pub fn expected(reason: &str, paths: &[String]) -> Vec<Result<Self, InvalidFilter>> {
        let name = format!("expected: {reason}");
        let filter = |path: &String| Ok(Self { name: name.clone(), patterns: vec![Pattern::parse(path)?] });
        paths.iter().map(filter).collect()
    }

    fn takes(&self, object: &Object<'_, '_>, path: &Path<'_>) -> bool {
        self.patterns.iter().any(|pattern| pattern.takes(object, path))
    }

    fn takes_whole(&self, object: &Object<'_, '_>) -> bool {
        self.patterns.iter().any(|pattern| pattern.steps.is_empty() && pattern.is_about(object))
    }
}

impl Comparison<'_, '_> {
    /// Takes out what filters are about, and says how much each of them took.
    pub fn hide(&mut self, filters: &[Filter]) -> Vec<Hidden> {
        let mut hidden: Vec<Hidden> =
            filters.iter().map(|filter| Hidden { filter: filter.name.clone(), count: 0 }).collect();
        for change in &mut self.changes {
            let object = change.object().clone();
            change.edits.retain(|edit| {
                let taking = filters.iter().position(|filter| filter.takes(&object, &edit.path));
                if let Some(filter) = taking {
                    hidden[filter].count += 1;
                }
                taking.is_none()
            });
        }
        self.unchanged += self.changes.extract_if(.., |change| is_nothing(change)).count();
        self.changes.retain(|change| {
            let taking = filters.iter().position(|filter| filter.takes_whole(change.object()));
            if let Some(filter) = taking {
                hidden[filter].count += 1;
            }
            taking.is_none()
        });
        Hidden::sum(hidden)
    }
}

/// Whether nothing is left of a change.
fn is_nothing(change: &ObjectChange<'_, '_>) -> bool {
    change.verb == Verb::Changed && change.edits.is_empty() && !change.is_relocated()
}

impl Pattern {
    fn parse(text: &str) -> Result<Self, InvalidFilter> {
        let fail = |reason| InvalidFilter { pattern: text.to_owned(), reason };
        let (objects, path) = match text.split_once(':') {
            Some((objects, path)) if !objects.contains(['[', '.', '"']) => (objects, Some(path)),
            // A key with a slash is written in quotes, and a pointer begins with one.
            None if text.contains('/') && !text.starts_with('/') && !text.contains('[') => (text, None),
            _ => ("*", Some(text)),
        };
        let (kind, object) = objects.split_once('/').unwrap_or((objects, "*"));
        let steps = match path {
            None => Some(Vec::new()),
            Some(path) if path.starts_with('/') => Some(pointer(path)),
            Some(path) => Some(steps(path).map_err(fail)?).filter(|steps| !steps.is_empty()),
        };
        let Some(steps) = steps.filter(|_| !kind.is_empty() && !object.is_empty()) else {
            return Err(fail("it says what it is about, as `spec.replicas` or `ConfigMap/grafana-*:data`"));
        };
        Ok(Self { kind: kind.to_owned(), object: object.to_owned(), steps })
    }

    fn is_about(&self, object: &Object<'_, '_>) -> bool {
        matches(&self.kind, object.id.gvk.kind) && matches(&self.object, object.id.name)
    }

    fn takes(&self, object: &Object<'_, '_>, path: &Path<'_>) -> bool {
        let mut steps = path.0.iter().filter(|step| **step != Step::Document);
        self.is_about(object)
            && self.steps.iter().all(|part| steps.next().is_some_and(|step| part.takes(step)))
    }
}

impl Part {
    fn takes(&self, step: &Step<'_>) -> bool {
        match (self, step) {
            (Self::Key(part) | Self::Either(part), Step::Key(key)) => matches(part, key),
            (Self::Item(part), Step::Item { name, .. }) => matches(part, name),
            (Self::Either(part), Step::Item { name, before, after }) => {
                let index = after.or(*before).map(|index| index.to_string());
                matches(part, name) || index.is_some_and(|index| *part == index)
            }
            _ => false,
        }
    }
}

fn pointer(path: &str) -> Vec<Part> {
    let parts = path.trim_start_matches('/').split('/');
    parts.map(|part| Part::Either(part.replace("~1", "/").replace("~0", "~"))).collect()
}

/// The steps of `spec.containers[name].image`, `data["a.b"]`.
fn steps(path: &str) -> Result<Vec<Part>, &'static str> {
    let mut steps = Vec::new();
    let mut rest = path;
    while !rest.is_empty() {
        if let Some(quoted) = rest.strip_prefix("[\"") {
            let end = quoted.find("\"]").ok_or("a `[\"` has no `\"]`")?;
            steps.push(Part::Key(quoted[..end].to_owned()));
            rest = &quoted[end + 2..];
        } else if let Some(item) = rest.strip_prefix('[') {
            let end = item.find(']').ok_or("a `[` has no `]`")?;
            steps.push(Part::Item(item[..end].trim_start_matches("name=").to_owned()));
            rest = &item[end + 1..];
        } else {
            let key = rest.strip_prefix('.').filter(|_| !steps.is_empty()).unwrap_or(rest);
            let end = key.find(['.', '[']).unwrap_or(key.len());
            if end == 0 {
                return Err("a key is missing");
            }
            steps.push(Part::Key(key[..end].to_owned()));
            rest = &key[end..];
        }
    }
    Ok(steps)
}

/// Whether a text is what a pattern with `*` says. Linear: a `*` takes as little as it can, and none is looked at twice.
fn matches(pattern: &str, text: &str) -> bool {
    let mut parts = pattern.split('*');
    let first = parts.next().unwrap_or_default();
    let Some(mut rest) = text.strip_prefix(first) else { return false };
    let Some(last) = parts.next_back() else { return rest.is_empty() };
    for part in parts {
        let Some(at) = rest.find(part) else { return false };
        rest = &rest[at + part.len()..];
    }
    rest.ends_with(last)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stars_stand_for_anything() {
        for (pattern, text) in [("*", ""), ("a*", "abc"), ("*c", "abc"), ("a*c", "abbc"), ("a*b*c", "a-b-c")]
        {
            assert!(matches(pattern, text), "{pattern} {text}");
        }
        for (pattern, text) in [("a", "ab"), ("a*c", "ab"), ("ab*ba", "aba"), ("", "a")] {
            assert!(!matches(pattern, text), "{pattern} {text}");
        }
    }

    #[test]
    fn paths_are_read_as_they_are_printed() {
        let key = |text: &str| Part::Key(text.to_owned());
        assert_eq!(steps("a.b[\"c.d/e\"].f"), Ok(vec![key("a"), key("b"), key("c.d/e"), key("f")]));
        assert_eq!(
            steps("containers[name=x].image"),
            Ok(vec![key("containers"), Part::Item("x".to_owned()), key("image")])
        );
        for wrong in ["", ".", "a..b", "a[", "a[\"b]", "x:", "/x:a", "X/:a", "X/"] {
            assert!(Filter::parse(wrong).is_err(), "{wrong}");
        }
        assert!(Filter::bundles().all(|name| {
            let known = BUNDLES.iter().find(|(known, _)| *known == name).map_or(0, |(_, all)| all.len());
            Filter::bundle(name).is_some_and(|filter| filter.patterns.len() == known)
        }));
    }
}
