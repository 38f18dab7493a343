//! The texts that ConfigMaps and Secrets hold, and what each of them is.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use crate::validate::object::Object;
use crate::yaml::{Node, Origin, ParseError, ParseOptions, Sources, parse_one};

/// What a document is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::validate) enum Role {
    /// `prometheus.yml`
    Prometheus,
    /// A file of recording and alerting rules.
    Rules,
    /// `alertmanager.yml`
    Alertmanager,
    /// Data sources that Grafana is provisioned with.
    Datasources,
    /// Where Grafana looks for dashboards.
    Providers,
    /// A dashboard of Grafana.
    Dashboard,
}

/// A text in an object.
pub(super) struct Value<'s> {
    /// Where in the object.
    pub(super) path: String,
    key: &'s str,
    pub(super) text: &'s str,
    pub(super) origin: Origin,
}

/// All texts of an object that may hold a document.
pub(super) fn of<'s>(object: &Object<'_, 's>, sources: &'s Sources) -> Vec<Value<'s>> {
    let is_secret = object.kind() == "Secret";
    let fields: &[&str] =
        if object.kind() == "GrafanaDashboard" { &["spec"] } else { &["data", "stringData"] };
    let mut found = Vec::new();
    for field in fields {
        for entry in object.mapping(&[*field]).into_iter().flatten() {
            let Some(text) = entry.value.text() else { continue };
            let text = if is_secret && *field == "data" { decoded(text, sources) } else { Some(text) };
            let Some(text) = text else { continue };
            let origin = entry.value.origin().or(entry.key.origin).or(object.origin());
            found.push(Value {
                path: format!("{field}.{}", entry.key.text),
                key: entry.key.text,
                text,
                origin,
            });
        }
    }
    found
}

fn decoded<'s>(text: &str, sources: &'s Sources) -> Option<&'s str> {
    let compact: String = text.split_ascii_whitespace().collect();
    let bytes = STANDARD.decode(compact).ok()?;
    String::from_utf8(bytes).ok().map(|text| sources.keep(&text))
}

impl<'s> Value<'s> {
    /// What the text is, as far as its key and its first words on a line say. Most texts are none of our business, so
    /// this looks at no more than it must.
    pub(super) fn role(&self, object: &Object<'_, 's>) -> Option<Role> {
        if !self.origin.is_some() {
            return None;
        }
        if self.text.trim_start().starts_with('{') {
            let is_named =
                self.key.to_ascii_lowercase().ends_with(".json") || object.kind() == "GrafanaDashboard";
            let is_labelled = object.label("grafana_dashboard").is_some();
            let is_dashboard =
                is_labelled || self.text.contains("\"panels\"") || self.text.contains("\"schemaVersion\"");
            return (is_named && is_dashboard).then_some(Role::Dashboard);
        }
        let keys =
            self.text.lines().filter(|line| line.starts_with(|first: char| first.is_ascii_alphabetic()));
        let keys: Vec<&str> =
            keys.filter_map(|line| line.split_once(':')).map(|(key, _)| key.trim_end()).collect();
        Role::of_keys(&keys, self.key)
    }

    /// The document that the text holds.
    pub(super) fn parse(&self, sources: &'s Sources) -> Result<Option<Node<'s>>, Vec<ParseError>> {
        let Ok(source) = sources.add_embedded(self.origin, self.text.to_owned()) else { return Ok(None) };
        Ok(parse_one(source, sources, &ParseOptions::default())?.node)
    }
}

impl Role {
    /// What a document with these keys at its top is. `name` is what its file is called.
    pub(super) fn of_keys(keys: &[&str], name: &str) -> Option<Self> {
        let has = |key: &str| keys.contains(&key);
        // Promtail, Loki and the agents scrape too, with a configuration of their own.
        let is_foreign = ["clients", "positions", "server", "limits_config", "metrics", "integrations"];
        let is_named = |word: &str| name.ends_with(word);
        if has("groups") && keys.iter().all(|key| *key == "groups" || *key == "namespace") {
            return Some(Self::Rules);
        }
        if has("datasources") || has("deleteDatasources") {
            return has("apiVersion").then_some(Self::Datasources);
        }
        if has("providers") && has("apiVersion") && keys.len() == 2 {
            return Some(Self::Providers);
        }
        if has("receivers") && has("route")
            || (has("route") || has("receivers")) && is_named("alertmanager.yml")
        {
            return Some(Self::Alertmanager);
        }
        let is_called_so = is_named("prometheus.yml") || is_named("prometheus.yaml");
        let is_prometheus = ["scrape_configs", "scrape_config_files", "rule_files"].into_iter().any(has)
            || is_called_so && ["global", "alerting", "remote_write"].into_iter().any(has);
        // What `promtool test rules` reads names rule files too.
        let is_test = has("tests") || has("evaluation_interval");
        (is_prometheus && !is_test && !is_foreign.into_iter().any(has)).then_some(Self::Prometheus)
    }
}
