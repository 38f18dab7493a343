//! What the engines are told, as their objects in the tree say it: which apps there are, and which fields are left alone.
//!
//! Read from the tree and not from the settings: what was rendered is what the engines do.

use super::identity::Identity;
use crate::yaml::Node;

/// What the objects of Argo CD and Flux say.
#[derive(Debug, Default)]
pub struct Engines<'s> {
    /// The names of the Applications.
    pub(super) applications: Vec<&'s str>,
    /// The namespaces and names of Flux' Kustomizations.
    pub(super) kustomizations: Vec<(&'s str, &'s str)>,
    ignored: Vec<Ignored<'s>>,
}

/// Fields of objects that are left alone. What is empty is not asked for.
#[derive(Clone, Debug)]
struct Ignored<'s> {
    group: Option<&'s str>,
    kind: &'s str,
    namespace: &'s str,
    name: &'s str,
    /// JSON pointers.
    paths: Vec<&'s str>,
}

impl<'s> Engines<'s> {
    /// Reads the engines' objects for a cluster.
    pub fn of<'a>(objects: impl Iterator<Item = &'a Node<'s>>) -> Self
    where
        's: 'a,
    {
        let mut engines = Self::default();
        for node in objects {
            let Identity { group, kind, namespace, name } = Identity::of(node);
            let rules = |path: &[&str]| node.at(path).and_then(Node::as_sequence).unwrap_or_default();
            match (group, kind) {
                ("argoproj.io", "Application") => {
                    engines.applications.push(name);
                    let rules = rules(&["spec", "ignoreDifferences"]).iter();
                    engines.ignored.extend(rules.map(|rule| Ignored::of(Some(rule), rule, "jsonPointers")));
                }
                ("kustomize.toolkit.fluxcd.io", "Kustomization") => {
                    engines.kustomizations.push((namespace, name));
                    let rules = rules(&["spec", "ignore"]).iter();
                    engines.ignored.extend(rules.map(|rule| Ignored::of(rule.get("target"), rule, "paths")));
                }
                _ => {}
            }
        }
        engines
    }

    /// What they leave alone, and no apps: nothing is theirs then but what the tree has.
    #[must_use]
    pub fn without_apps(&self) -> Self {
        Self { ignored: self.ignored.clone(), ..Self::default() }
    }

    /// The JSON pointers of what is left alone in an object.
    pub(super) fn ignored(&self, id: &Identity<'_>) -> impl Iterator<Item = &'s str> {
        self.ignored.iter().filter(|rule| rule.is_about(id)).flat_map(|rule| rule.paths.iter().copied())
    }
}

impl<'s> Ignored<'s> {
    fn of(target: Option<&Node<'s>>, rule: &Node<'s>, paths: &str) -> Self {
        let text = |key: &str| target.and_then(|target| target.get(key)).and_then(Node::text);
        let paths = rule.get(paths).and_then(Node::as_sequence).unwrap_or_default();
        Self {
            group: text("group"),
            kind: text("kind").unwrap_or_default(),
            namespace: text("namespace").unwrap_or_default(),
            name: text("name").unwrap_or_default(),
            paths: paths.iter().filter_map(Node::text).collect(),
        }
    }

    fn is_about(&self, id: &Identity<'_>) -> bool {
        let is = |wanted: &str, found: &str| wanted.is_empty() || wanted == found;
        self.group.is_none_or(|group| group == id.group)
            && is(self.kind, id.kind)
            && is(self.namespace, id.namespace)
            && is(self.name, id.name)
    }
}
