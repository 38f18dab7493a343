//! `stackgen.yaml`: which clusters there are, and which repository their engines read.
//!
//! Typed and strict: a key that does not exist is an error with its place. Without the file there is one cluster for
//! each cloud.

use std::collections::BTreeSet;
use std::path::Path;

use serde::{Deserialize, Serialize};

use super::cloud::Cloud;
use crate::diagnostic::{Diagnostic, Diagnostics};
use crate::fs::FileSystem;
use crate::kustomize::decode::closest;
use crate::yaml::{Node, Origin, ParseOptions, Source, Sources, parse_one};

/// The name of the file.
const FILE_NAME: &str = "stackgen.yaml";

/// Everything that `stackgen.yaml` says.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Settings {
    /// Where the stack runs.
    pub clusters: Vec<Cluster>,
    /// What the engines are told.
    pub gitops: GitOps,
}

/// One cluster. Templates see it, its values apart.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Cluster {
    /// Its name: a folder of the tree, a part of the names of the engines' objects, and a label of every metric.
    pub name: String,
    /// Whose it is.
    pub cloud: Cloud,
    /// The kustomization that it is built from; that of its cloud if it is left out.
    pub overlay: Option<String>,
    /// The address by which Argo CD knows the cluster; the one it runs in if it is left out.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub server: Option<String>,
    /// What the templates may use.
    #[serde(default, skip_serializing)]
    pub values: serde_yaml::Mapping,
}

/// What the engines are told.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields, default)]
pub struct GitOps {
    /// The repository that holds the tree.
    pub repository: String,
    /// The branch that is synced.
    pub branch: String,
    /// Where the tree is in the repository.
    pub path: String,
    /// Who syncs.
    pub engines: Vec<Engine>,
}

/// Who brings the tree to the cluster.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Deserialize, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Engine {
    /// Argo CD
    ArgoCd,
    /// Flux
    Flux,
}

/// Stands in the tree until somebody says which repository it is in.
const PLACEHOLDER_REPOSITORY: &str = "https://example.com/replace/me.git";
/// What a cluster's name may be long, so that names made of it and of an app's name stay valid.
const NAME_LIMIT: usize = 40;

impl Default for Settings {
    fn default() -> Self {
        Self { clusters: Cloud::ALL.map(Cluster::of).to_vec(), gitops: GitOps::default() }
    }
}

impl Default for GitOps {
    fn default() -> Self {
        Self {
            repository: PLACEHOLDER_REPOSITORY.to_owned(),
            branch: "main".to_owned(),
            path: "gitops".to_owned(),
            engines: vec![Engine::ArgoCd, Engine::Flux],
        }
    }
}

impl GitOps {
    /// Whether nobody has said yet which repository the tree is in.
    pub fn is_repository_missing(&self) -> bool {
        self.repository == PLACEHOLDER_REPOSITORY
    }
}

impl Cluster {
    /// The cluster of a cloud when nobody lists any.
    fn of(cloud: Cloud) -> Self {
        let name = cloud.name().to_owned();
        Self { name, cloud, overlay: None, server: None, values: serde_yaml::Mapping::new() }
    }

    /// The folder of the kustomization that the cluster is built from.
    pub fn overlay(&self) -> String {
        self.overlay.clone().unwrap_or_else(|| format!("overlays/{}", self.cloud))
    }
}

impl Settings {
    /// Reads `stackgen.yaml` in `root`, if it is there. `known_values` are those that templates ask for; any other is
    /// an error, most likely misspelt.
    pub fn read(
        files: &dyn FileSystem,
        root: &Path,
        known_values: Option<&[String]>,
        sources: &Sources,
    ) -> Result<Self, Diagnostics> {
        let path = root.join(FILE_NAME);
        if !files.is_file(&path) {
            return Ok(Self::default());
        }
        let fail = |error: String| Diagnostics::from(Diagnostic::error(error).in_path(&path));
        let bytes = files.read(&path).map_err(|error| fail(format!("cannot read it: {error}")))?;
        let text = crate::yaml::decode_text(bytes).map_err(|error| fail(error.to_string()))?;
        let source = sources.add(&path, text).map_err(|error| fail(error.to_string()))?;
        let settings: Self = serde_yaml::from_str(source.text).map_err(|error| explain(&error, source))?;
        let node = node(source, sources);
        Check { node, root, files, known_values, errors: Diagnostics::default() }.run(&settings)?;
        Ok(settings)
    }
}

/// The file as nodes, which know their places. It has been read once already, so this succeeds.
fn node<'s>(source: Source<'s>, sources: &'s Sources) -> Node<'s> {
    parse_one(source, sources, &ParseOptions::SETTINGS)
        .ok()
        .and_then(|document| document.node)
        .unwrap_or_else(|| Node::null(Origin::NONE))
}

/// A reader's error with its place, and the name that was perhaps meant.
fn explain(error: &serde_yaml::Error, source: Source<'_>) -> Diagnostic {
    let message = error.to_string();
    let message = message.split(" at line ").next().unwrap_or_default().to_owned();
    let names: Vec<&str> = message.split('`').skip(1).step_by(2).collect();
    let meant = names.split_first().and_then(|(wrong, known)| closest(wrong, known)).map(str::to_owned);
    let is_unknown = message.contains("unknown ");
    let mut diagnostic = Diagnostic::error(message);
    if let Some(location) = error.location() {
        diagnostic = diagnostic.at(source.origin(location.index()));
    }
    match meant.filter(|_| is_unknown) {
        Some(meant) => diagnostic.hint(format!("did you mean `{meant}`?")),
        None => diagnostic,
    }
}

/// What the types cannot say.
struct Check<'a, 's> {
    node: Node<'s>,
    root: &'a Path,
    files: &'a dyn FileSystem,
    known_values: Option<&'a [String]>,
    errors: Diagnostics,
}

impl Check<'_, '_> {
    fn run(mut self, settings: &Settings) -> Result<(), Diagnostics> {
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
        let Some(known) = self.known_values else { return };
        let known: Vec<&str> = known.iter().map(String::as_str).collect();
        let values = self.cluster_node(index).and_then(|cluster| cluster.get("values")?.as_mapping());
        let mut errors = Vec::new();
        for name in cluster.values.keys().map(|key| key.as_str().unwrap_or_default()) {
            if known.contains(&name) {
                continue;
            }
            let origin =
                values.and_then(|values| values.entry(name)).map_or(Origin::NONE, |entry| entry.key.origin);
            let error = Diagnostic::error(format!("no template asks for the value `{name}`")).at(origin);
            errors.push(match closest(name, &known) {
                Some(meant) => error.hint(format!("did you mean `{meant}`?")),
                None => error.hint(format!("values that templates ask for: {}", known.join(", "))),
            });
        }
        self.errors.0.extend(errors);
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
    }

    fn refuse(&mut self, path: &[&str], message: &str) {
        let origin = self.origin(path);
        self.errors.push(Diagnostic::error(message).at(origin));
    }

    fn origin(&self, path: &[&str]) -> Origin {
        self.node.at(path).map_or(Origin::NONE, |node| node.origin)
    }

    /// The place of a key of a cluster, or of the cluster if it has no such key.
    fn in_cluster(&self, index: usize, key: &str) -> Origin {
        self.cluster_node(index).map_or(Origin::NONE, |cluster| cluster.get(key).unwrap_or(cluster).origin)
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fs::Memory;

    fn read(text: &str) -> Result<Settings, Vec<String>> {
        let mut files = Memory::new();
        files.insert(FILE_NAME, text.as_bytes().to_vec());
        files.insert("overlays/gke/kustomization.yaml", &b""[..]);
        let sources = Sources::new();
        Settings::read(&files, Path::new(""), Some(&["region".to_owned()]), &sources).map_err(|errors| {
            let place = |diagnostic: &Diagnostic| match diagnostic.place {
                Some(crate::diagnostic::Place::Origin(origin)) => sources.locate(origin).unwrap().to_string(),
                _ => String::new(),
            };
            let shown = |error: &Diagnostic| format!("{} {} {:?}", place(error), error.message, error.hints);
            errors.0.iter().map(shown).collect()
        })
    }

    #[test]
    fn without_a_file_there_is_a_cluster_on_each_cloud() {
        let settings = Settings::read(&Memory::new(), Path::new(""), None, &Sources::new()).unwrap();
        let names: Vec<String> = settings.clusters.iter().map(Cluster::overlay).collect();
        assert_eq!(names, ["overlays/aks", "overlays/gke", "overlays/eks"]);
    }

    #[test]
    fn reads_clusters_and_keeps_defaults() {
        let settings = read("clusters:\n- name: prod\n  cloud: gke\n  values: {region: x}\n").unwrap();
        assert_eq!(settings.clusters[0].overlay(), "overlays/gke");
        assert_eq!(settings.gitops.branch, "main");
        assert!(settings.gitops.is_repository_missing());
    }

    #[test]
    fn an_unknown_key_has_a_place_and_a_proposal() {
        let errors = read("clusters:\n- name: prod\n  clod: gke\n").unwrap_err();
        assert_eq!(
            errors,
            [
                "stackgen.yaml:3:3 clusters[0]: unknown field `clod`, expected one of `name`, `cloud`, `overlay`, `server`, `values` [\"did you mean `cloud`?\"]"
            ]
        );
        let errors = read("clusters:\n- name: prod\n  cloud: gek\n").unwrap_err();
        assert_eq!(errors.len(), 1);
        assert!(errors[0].ends_with("[\"did you mean `gke`?\"]"), "{errors:?}");
    }

    #[test]
    fn a_value_that_no_template_asks_for_is_an_error() {
        let errors = read("clusters:\n- name: prod\n  cloud: gke\n  values: {regoin: x}\n").unwrap_err();
        let expected =
            "stackgen.yaml:4:12 no template asks for the value `regoin` [\"did you mean `region`?\"]";
        assert_eq!(errors, [expected]);
    }

    #[test]
    fn reports_all_that_is_wrong_at_once() {
        let text = "clusters:\n- {name: Prod, cloud: gke}\n- {name: b, cloud: aks}\n- {name: b, cloud: gke}\n\
            gitops:\n  path: ../up\n";
        let errors = read(text).unwrap_err();
        let places: Vec<&str> = errors.iter().filter_map(|error| error.split(' ').next()).collect();
        assert_eq!(
            places,
            ["stackgen.yaml:2:10", "stackgen.yaml:3:3", "stackgen.yaml:4:10", "stackgen.yaml:6:9"],
            "{errors:?}"
        );
    }
}
