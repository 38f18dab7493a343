//! Configurations and rules that objects carry: in values of ConfigMaps, and in the operator's objects.

use super::place::Place;
use crate::diff::path::{Path, Step};
use crate::diff::side::Object;
use crate::yaml::{Node, ParseOptions, Sources, parse_one};

/// Group of the Prometheus operator's objects.
pub(super) const OPERATOR: &str = "monitoring.coreos.com";
/// Words that one of stands in whatever rules look into. Dashboards, which are large, have none of them.
const MARKS: [&str; 7] =
    ["scrape_configs", "groups:", "receivers:", "rule_files", "remote_write", "global:", "retention"];

/// The documents in the values of an object.
#[derive(Debug, Default)]
pub(super) struct Documents<'s> {
    read: Vec<(Path<'s>, Node<'s>)>,
}

impl<'s> Documents<'s> {
    /// Reads the documents of a ConfigMap. What is no YAML is for `validate` to say.
    pub(super) fn of(object: Option<&Object<'_, 's>>, sources: &'s Sources) -> Self {
        let Some(object) = object.filter(|object| object.is("", "ConfigMap")) else {
            return Self::default();
        };
        let fields = Place::of(object).fields(&["data"]);
        let read = fields.into_iter().filter_map(|(_, place)| {
            let text = place.node.text().filter(|text| MARKS.iter().any(|mark| text.contains(mark)))?;
            let source = sources.add_embedded(place.origin(), text.to_owned()).ok()?;
            let node = parse_one(source, sources, &ParseOptions::default()).ok()?.node?;
            let mut path = place.path;
            path.0.push(Step::Document);
            node.as_mapping().is_some().then_some((path, node))
        });
        Self { read: read.collect() }
    }

    fn all(&self) -> impl Iterator<Item = Place<'_, 's>> {
        self.read.iter().map(|(path, node)| Place::new(node, path.clone()))
    }

    /// The documents that have one of these keys.
    fn with(&self, keys: &[&str]) -> Vec<Place<'_, 's>> {
        self.all().filter(|place| keys.iter().any(|key| place.node.get(key).is_some())).collect()
    }

    /// The configurations of Prometheus.
    pub(super) fn configurations(&self) -> Vec<Place<'_, 's>> {
        self.with(&["scrape_configs", "rule_files", "remote_write", "alerting"])
    }

    /// The documents as a whole, whoever reads them.
    pub(super) fn whole(&self) -> Vec<Place<'_, 's>> {
        self.all().collect()
    }

    /// The configurations of Alertmanager, those in the operator's objects among them.
    pub(super) fn routings<'o>(&'o self, object: Option<&'o Object<'_, 's>>) -> Vec<Place<'o, 's>> {
        let mut found = self.with(&["route", "receivers", "inhibit_rules"]);
        found.extend(spec_of(object, &["AlertmanagerConfig"]));
        found
    }

    /// The groups of rules, those in the operator's objects among them.
    pub(super) fn groups<'o>(&'o self, object: Option<&'o Object<'_, 's>>) -> Vec<Place<'o, 's>> {
        let mut found = self.with(&["groups"]);
        found.extend(spec_of(object, &["PrometheusRule"]));
        found.iter().flat_map(|place| place.items(&["groups"], &["name"])).collect()
    }

    /// The alerts.
    pub(super) fn alerts<'o>(&'o self, object: Option<&'o Object<'_, 's>>) -> Vec<Place<'o, 's>> {
        let groups = self.groups(object);
        let rules = groups.iter().flat_map(|group| group.items(&["rules"], &["alert"]));
        rules.filter(|rule| rule.text(&["alert"]).is_some()).collect()
    }

    /// The scrape jobs.
    pub(super) fn jobs(&self) -> Vec<Place<'_, 's>> {
        let configurations = self.configurations();
        configurations.iter().flat_map(|place| place.items(&["scrape_configs"], &["job_name"])).collect()
    }
}

/// `spec` of an object of the operator, if it is of one of these kinds.
fn spec_of<'o, 's>(object: Option<&'o Object<'_, 's>>, kinds: &[&str]) -> Option<Place<'o, 's>> {
    let object = object.filter(|object| kinds.iter().any(|kind| object.is(OPERATOR, kind)))?;
    Place::of(object).at(&["spec"])
}
