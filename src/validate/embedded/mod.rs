//! The documents that stand inside objects, or where objects stand: configurations of Prometheus, Alertmanager and
//! Grafana, rule files, dashboards. Found once per tree, read with places of the file that holds them.

mod intervals;
mod rules;
mod values;

use super::finding::Finding;
use super::object::Object;
use super::rule::Rule;
use super::tree::Tree;
use crate::yaml::{Node, Origin, ParseError};

pub(super) use intervals::Intervals;
pub(super) use rules::{Field, Group, PromRule};
use values::{Role, Value};

/// A document in an object.
#[derive(Clone, Debug)]
pub(super) struct Document<'a, 's> {
    /// The object.
    pub(super) object: Object<'a, 's>,
    /// Where in the object it is; empty if it is the object.
    pub(super) path: String,
    /// What it says.
    pub(super) node: Node<'s>,
}

impl Document<'_, '_> {
    /// A finding in this document.
    pub(super) fn finding(&self, rule: &'static Rule, origin: Origin, message: impl Into<String>) -> Finding {
        let finding = Finding::new(rule, origin.or(self.object.origin()), message)
            .object(self.object.id)
            .path(self.path.as_str());
        if self.is_secret() { finding.secret() } else { finding }
    }

    /// Whether it stands where its text may not be repeated.
    pub(super) fn is_secret(&self) -> bool {
        self.object.is("", "Secret")
    }
}

/// A text that should be a document and cannot be read.
#[derive(Debug)]
pub(super) struct Unreadable<'a, 's> {
    /// What it should be.
    pub(super) role: Role,
    /// The object that holds it.
    pub(super) object: Object<'a, 's>,
    /// Where in the object.
    pub(super) path: String,
    /// Why.
    pub(super) errors: Vec<ParseError>,
}

impl Unreadable<'_, '_> {
    /// A finding for each error. `what` is what the text should be.
    pub(super) fn findings(&self, rule: &'static Rule, what: &str) -> Vec<Finding> {
        let is_secret = self.object.is("", "Secret");
        let finding = |error: &ParseError| {
            // A message may repeat what stands there.
            let reason = if is_secret { String::new() } else { format!(": {}", error.message) };
            let finding = Finding::new(rule, error.origin, format!("{what} is no YAML{reason}"));
            let finding = finding.object(self.object.id).path(self.path.as_str());
            if is_secret { finding.secret() } else { finding }
        };
        self.errors.iter().map(finding).collect()
    }
}

/// A dashboard of Grafana as text.
#[derive(Debug)]
pub(super) struct Dashboard<'a, 's> {
    /// The object that holds it.
    pub(super) object: Object<'a, 's>,
    /// Where in the object.
    pub(super) path: String,
    /// The JSON.
    pub(super) text: &'s str,
    /// Where the text begins.
    pub(super) origin: Origin,
}

/// All documents of a tree, in the order of the input.
#[derive(Debug, Default)]
pub(super) struct Documents<'a, 's> {
    pub(super) prometheus: Vec<Document<'a, 's>>,
    pub(super) alertmanager: Vec<Document<'a, 's>>,
    pub(super) datasources: Vec<Document<'a, 's>>,
    pub(super) dashboards: Vec<Dashboard<'a, 's>>,
    pub(super) groups: Vec<Group<'a, 's>>,
    pub(super) rules: Vec<PromRule<'a, 's>>,
    pub(super) unreadable: Vec<Unreadable<'a, 's>>,
    /// How often metrics are scraped.
    pub(super) intervals: Intervals,
    files: usize,
}

impl<'a, 's> Documents<'a, 's> {
    /// All documents of a tree.
    pub(super) fn of(tree: &Tree<'a, 's>) -> Self {
        let mut documents = Self::default();
        for object in tree.objects() {
            documents.read(*object, tree);
        }
        documents.intervals = Intervals::of(tree, &documents.prometheus);
        documents
    }

    fn read(&mut self, object: Object<'a, 's>, tree: &Tree<'a, 's>) {
        match (object.group(), object.kind()) {
            ("monitoring.coreos.com", "PrometheusRule") => {
                if let Some(spec) = object.at(&["spec"]) {
                    self.add_rules(object, "spec.", spec, tree);
                }
            }
            ("", "ConfigMap" | "Secret") | ("grafana.integreatly.org", "GrafanaDashboard") => {
                for value in values::of(&object, tree.sources) {
                    self.read_value(object, &value, tree);
                }
            }
            // A file that is no manifest at all.
            ("", "") => {
                let keys = object.node.as_mapping().into_iter().flatten().map(|entry| entry.key.text);
                if let Some(role) = Role::of_keys(&keys.collect::<Vec<_>>(), "") {
                    self.add(role, object, String::new(), object.node.clone(), tree);
                }
            }
            _ => {}
        }
    }

    fn read_value(&mut self, object: Object<'a, 's>, value: &Value<'s>, tree: &Tree<'a, 's>) {
        let Some(role) = value.role(&object) else { return };
        let path = value.path.clone();
        if role == Role::Dashboard {
            self.dashboards.push(Dashboard { object, path, text: value.text, origin: value.origin });
            return;
        }
        match value.parse(tree.sources) {
            Ok(Some(node)) => self.add(role, object, path, node, tree),
            Ok(None) => {}
            Err(errors) => self.unreadable.push(Unreadable { role, object, path, errors }),
        }
    }

    fn add(&mut self, role: Role, object: Object<'a, 's>, path: String, node: Node<'s>, tree: &Tree<'a, 's>) {
        let list = match role {
            Role::Rules => {
                let prefix = if path.is_empty() { String::new() } else { format!("{path}: ") };
                return self.add_rules(object, &prefix, &node, tree);
            }
            Role::Prometheus => &mut self.prometheus,
            Role::Alertmanager => &mut self.alertmanager,
            Role::Datasources => &mut self.datasources,
            // That it can be read is all that anybody asks of it.
            Role::Providers | Role::Dashboard => return,
        };
        list.push(Document { object, path, node });
    }

    fn add_rules(&mut self, object: Object<'a, 's>, prefix: &str, node: &Node<'s>, tree: &Tree<'a, 's>) {
        self.files += 1;
        let (groups, rules) = rules::read(object, prefix, node, self.files, tree.sources);
        self.groups.extend(groups);
        self.rules.extend(rules);
    }
}

pub(super) use values::Role as DocumentRole;
