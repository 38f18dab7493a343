//! What the types of `stackgen.yaml` cannot say: names, forms, references. Everything that is wrong is said at once.

use std::collections::BTreeSet;
use std::path::Path;
use std::sync::LazyLock;

use regex::Regex;
use rustc_hash::FxHashMap;

use super::values::{
    CHANNEL, CPU, DURATION, Form, HOST_AND_PORT, LABEL_NAME, MAIL_ADDRESS, SIZE, TAKEN_LABELS, WEB_ADDRESS,
};
use super::{Cluster, Engine, GitOps, IgnoreFields, Settings};
use crate::diagnostic::{Diagnostic, Diagnostics, closest};
use crate::fs::FileSystem;
use crate::yaml::{Node, Origin};

/// What a cluster's name may be long, so that names made of it and of an app's name stay valid.
pub(super) const NAME_LIMIT: usize = 40;
/// The form of a cluster's name.
pub(super) const NAME: &str = "^[a-z0-9]([a-z0-9-]*[a-z0-9])?$";
/// The form of an engine's version.
pub(super) const VERSION: &str = "^v?[0-9]+\\.[0-9]+(\\.[0-9]+)?$";
/// The form of a field's path.
pub(super) const POINTER: &str = "^(/[^/]+)+$";
/// The first Flux that can leave fields alone.
const FLUX_WITH_IGNORE: (u32, u32) = (2, 9);

/// What the types cannot say.
pub(super) struct Check<'a, 's> {
    pub(super) node: Node<'s>,
    pub(super) root: &'a Path,
    pub(super) files: &'a dyn FileSystem,
    pub(super) known_values: Option<&'a [String]>,
    pub(super) errors: Diagnostics,
}

impl Check<'_, '_> {
    pub(super) fn run(mut self, settings: &Settings) -> Result<(), Diagnostics> {
        if settings.clusters.is_empty() {
            let error = Diagnostic::error("no cluster is listed").at(self.origin(&["clusters"]));
            self.errors.push(error.hint("leave `clusters` out for one cluster on each cloud"));
        }
        let mut names = BTreeSet::new();
        for (index, cluster) in settings.clusters.iter().enumerate() {
            self.cluster(index, cluster);
            if !names.insert(&cluster.name) {
                let error = Diagnostic::error(format!("two clusters are named `{}`", cluster.name));
                self.errors.push(error.at(self.in_cluster(index, "name")));
            }
        }
        self.gitops(&settings.gitops);
        for problem in settings.images.problems() {
            let path: Vec<&str> = problem.path.iter().map(String::as_str).collect();
            self.refuse(&path, &problem.message);
        }
        self.errors.into_result()
    }

    fn cluster(&mut self, index: usize, cluster: &Cluster) {
        if let Err(reason) = check_name(&cluster.name, NAME_LIMIT) {
            let error = Diagnostic::error(format!("`{}` cannot name a cluster: {reason}", cluster.name));
            self.errors.push(error.at(self.in_cluster(index, "name")));
        }
        let overlay = cluster.overlay();
        if Path::new(&overlay).is_absolute() || !self.files.is_dir(&self.root.join(&overlay)) {
            let overlays = self.files.list(&self.root.join("overlays")).join(", ");
            let error = Diagnostic::error(format!("there is no folder `{overlay}`"));
            let origin = self.in_cluster(index, "overlay");
            self.errors.push(error.at(origin).hint(format!("folders in overlays/: {overlays}")));
        }
        self.values(index, cluster);
    }

    fn values(&mut self, index: usize, cluster: &Cluster) {
        let values = &cluster.values;
        self.known_values(index);
        for form in values.forms() {
            self.form(index, &["values", form.path[0], form.path[1]], &form);
        }
        for (team, receiver) in &values.receivers {
            for form in receiver.forms() {
                self.form(index, &["values", "receivers", team.name(), form.path[1]], &form);
            }
        }
        for name in values.external_labels.keys() {
            let reason = if TAKEN_LABELS.contains(&name.as_str()) {
                "it is there already; `name`, `cloud` and `region` of the cluster set it"
            } else if name.starts_with("__") || !is_match(LABEL_NAME, name) {
                "use letters, digits and `_`, not first a digit and not first two `_`"
            } else {
                continue;
            };
            let message = format!("`{name}` cannot be an external label: {reason}");
            self.refuse_key(index, &["values", "external_labels"], name, message);
        }
        let limits = [
            ("prometheus_replicas", values.prometheus_replicas, 10),
            ("prometheus_shards", values.prometheus_shards, 100),
        ];
        for (name, value, limit) in limits {
            if value.is_some_and(|value| !(1..=limit).contains(&value)) {
                let origin = self.place(index, &["values", name]);
                self.errors.push(Diagnostic::error(format!("`{name}` must be from 1 to {limit}")).at(origin));
            }
        }
    }

    /// A value that no template asks for does nothing, which nobody means.
    fn known_values(&mut self, index: usize) {
        let Some(known) = self.known_values else { return };
        let known: Vec<&str> = known.iter().map(String::as_str).collect();
        let Some(values) = self.cluster_node(index).and_then(|cluster| cluster.get("values")) else { return };
        let custom = values.get("custom").and_then(Node::as_mapping);
        let custom = custom.into_iter().flat_map(|custom| custom.iter().map(|entry| ("custom.", entry.key)));
        let own = values.as_mapping().into_iter().flat_map(|own| own.iter().map(|entry| ("", entry.key)));
        let mut errors = Vec::new();
        for (prefix, key) in own.chain(custom).filter(|(_, key)| key.text != "custom") {
            let name = format!("{prefix}{}", key.text);
            if !known.contains(&name.as_str()) {
                let error =
                    Diagnostic::error(format!("no template asks for the value `{name}`")).at(key.origin);
                errors.push(match closest(&name, &known) {
                    Some(meant) => error.hint(format!("did you mean `{meant}`?")),
                    None => error.hint(format!("values that templates ask for: {}", known.join(", "))),
                });
            }
        }
        self.errors.0.extend(errors);
    }

    fn form(&mut self, index: usize, path: &[&str], form: &Form<'_>) {
        let Some(value) = form.value.filter(|value| !is_match(form.pattern, value)) else { return };
        let path: Vec<&str> = path.iter().copied().filter(|key| !key.is_empty()).collect();
        let name = path.last().copied().unwrap_or_default();
        let error = Diagnostic::error(format!("`{value}` is no `{name}`")).at(self.place(index, &path));
        self.errors.push(error.hint(format!("write it like {}", form.example)));
    }

    fn gitops(&mut self, gitops: &GitOps) {
        if gitops.repository.trim().is_empty() {
            self.refuse(&["gitops", "repository"], "the repository has no address");
        }
        if gitops.branch.trim().is_empty() {
            self.refuse(&["gitops", "branch"], "the branch has no name");
        }
        let is_plain = |name: &str| !name.is_empty() && name != "." && name != "..";
        if !gitops.path.split('/').all(is_plain) || gitops.path.contains('\\') {
            self.refuse(&["gitops", "path"], "not a folder of the repository; write it like `deploy/gitops`");
        }
        let distinct: BTreeSet<Engine> = gitops.engines.iter().copied().collect();
        if distinct.len() != gitops.engines.len() {
            self.refuse(&["gitops", "engines"], "an engine is listed twice");
        }
        for (name, facts) in [("argocd", &gitops.argocd), ("flux", &gitops.flux)] {
            if facts.version.as_deref().is_some_and(|version| !is_match(VERSION, version)) {
                self.refuse(&["gitops", name, "version"], "no version; write it like \"3.2\"");
            }
        }
        self.ignore_fields(gitops);
    }

    fn ignore_fields(&mut self, gitops: &GitOps) {
        let is_pointer = |path: &String| is_match(POINTER, path);
        let rules = self.node.at(&["gitops", "ignore_fields"]);
        let place = |index: usize, key| {
            let rule = rules.and_then(|rules| rules.as_sequence()?.get(index));
            rule.map_or(Origin::NONE, |rule| rule.get(key).unwrap_or(rule).origin())
        };
        let mut errors = Vec::new();
        for (index, IgnoreFields { kind, paths, .. }) in gitops.ignore_fields.iter().enumerate() {
            if kind.is_empty() {
                errors.push(Diagnostic::error("the kind has no name").at(place(index, "kind")));
            }
            if paths.is_empty() || !paths.iter().all(is_pointer) {
                let error =
                    Diagnostic::error("not all of this are paths of fields").at(place(index, "paths"));
                errors.push(error.hint("write them as JSON pointers, like `/spec/replicas`"));
            }
        }
        self.errors.0.extend(errors);
        let is_flux_too_old =
            gitops.engines.contains(&Engine::Flux) && !gitops.flux.is_at_least(FLUX_WITH_IGNORE);
        if is_flux_too_old && !gitops.ignore_fields.is_empty() {
            let error =
                Diagnostic::error("Flux can leave fields alone since 2.9, and yours is not said to be newer");
            let error = error.at(self.origin(&["gitops", "ignore_fields"]));
            self.errors.push(
                error.hint("set `gitops.flux.version: \"2.9\"`, or leave the fields out of the objects"),
            );
        }
    }

    fn refuse(&mut self, path: &[&str], message: &str) {
        let origin = self.origin(path);
        self.errors.push(Diagnostic::error(message).at(origin));
    }

    fn refuse_key(&mut self, index: usize, path: &[&str], key: &str, message: String) {
        let entry = self.cluster_node(index).and_then(|cluster| cluster.at(path)?.as_mapping()?.entry(key));
        let origin = entry.map_or(Origin::NONE, |entry| entry.key.origin);
        self.errors.push(Diagnostic::error(message).at(origin));
    }

    /// The place of a value of a cluster.
    fn place(&self, index: usize, path: &[&str]) -> Origin {
        let value = self.cluster_node(index).and_then(|cluster| cluster.at(path));
        value.map_or(Origin::NONE, Node::origin)
    }

    fn origin(&self, path: &[&str]) -> Origin {
        self.node.at(path).map_or(Origin::NONE, Node::origin)
    }

    /// The place of a key of a cluster, or of the cluster if it has no such key.
    fn in_cluster(&self, index: usize, key: &str) -> Origin {
        self.cluster_node(index).map_or(Origin::NONE, |cluster| cluster.get(key).unwrap_or(cluster).origin())
    }

    fn cluster_node(&self, index: usize) -> Option<&Node<'_>> {
        self.node.get("clusters")?.as_sequence()?.get(index)
    }
}

/// Whether `name` can be a folder on every system and a part of Kubernetes names: a DNS label.
pub fn check_name(name: &str, limit: usize) -> Result<(), String> {
    const RESERVED: [&str; 4] = ["con", "prn", "aux", "nul"];
    let is_edge = |byte: &u8| byte.is_ascii_lowercase() || byte.is_ascii_digit();
    let bytes = name.as_bytes();
    if name.len() > limit {
        return Err(format!("it has more than {limit} characters"));
    }
    if !bytes.first().is_some_and(is_edge)
        || !bytes.last().is_some_and(is_edge)
        || !bytes.iter().all(|byte| is_edge(byte) || *byte == b'-')
    {
        return Err("use lower-case letters, digits and `-`, with a letter or digit at both ends".to_owned());
    }
    let is_port = (name.starts_with("com") || name.starts_with("lpt")) && name.len() == 4;
    if RESERVED.contains(&name) || is_port && bytes[3].is_ascii_digit() {
        return Err("Windows keeps this name for a device".to_owned());
    }
    Ok(())
}

/// Major and minor number of a version.
pub(super) fn parse_version(text: &str) -> Option<(u32, u32)> {
    let mut numbers = text.trim_start_matches('v').split('.').map(str::parse);
    Some((numbers.next()?.ok()?, numbers.next()?.ok()?))
}

/// The forms, compiled once: a fleet has thousands of values.
static PATTERNS: LazyLock<FxHashMap<&'static str, Regex>> = LazyLock::new(|| {
    let patterns = [LABEL_NAME, WEB_ADDRESS, SIZE, CPU, DURATION, MAIL_ADDRESS, CHANNEL, HOST_AND_PORT];
    let patterns = patterns.into_iter().chain([VERSION, POINTER]);
    patterns.filter_map(|pattern| Some((pattern, Regex::new(pattern).ok()?))).collect()
});

fn is_match(pattern: &str, text: &str) -> bool {
    PATTERNS.get(pattern).is_some_and(|pattern| pattern.is_match(text))
}
