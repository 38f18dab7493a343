//! `stackgen.yaml`: which clusters there are, and which repository their engines read.
//!
//! Typed and strict: a key that does not exist is an error with its place. Without the file there is one cluster for
//! each cloud.

mod check;
mod validation;
mod values;

use std::path::Path;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

pub use check::check_name;
pub use validation::{IgnoreFindings, Validation};
pub use values::{Team, Values};

use super::cloud::Cloud;
use super::images::Images;
use super::typed_file::{self, node};
use crate::diagnostic::Diagnostics;
use crate::fs::FileSystem;
use crate::yaml::{Node, Sources};
use check::{Check, NAME_LIMIT};

/// The name of the file.
const FILE_NAME: &str = "stackgen.yaml";

/// Everything that `stackgen.yaml` says.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Settings {
    /// Where the stack runs.
    pub clusters: Vec<Cluster>,
    /// What the engines are told.
    pub gitops: GitOps,
    /// Where images come from.
    pub images: Images,
    /// What `stackgen validate` is told.
    pub validate: Validation,
}

/// One cluster. Templates see it, its values apart.
#[derive(Clone, Debug, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Cluster {
    /// Its name: a folder of the tree, a part of the names of the engines' objects, and a label of every metric.
    #[schemars(length(max = NAME_LIMIT), regex(pattern = check::NAME))]
    pub name: String,
    /// Whose it is.
    pub cloud: Cloud,
    /// The kustomization that it is built from; that of its cloud if it is left out.
    pub overlay: Option<String>,
    /// The address by which Argo CD knows the cluster; the one it runs in if it is left out.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub server: Option<String>,
    /// What it says over its overlay.
    #[serde(default, skip_serializing)]
    pub values: Values,
}

/// What the engines are told.
#[derive(Clone, Debug, Deserialize, Serialize, JsonSchema)]
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
    /// The Argo CD that reads the tree.
    pub argocd: EngineFacts,
    /// The Flux that reads the tree.
    pub flux: EngineFacts,
    /// Fields that something in the cluster sets, and that no engine may set back. The replicas of what an
    /// autoscaler scales are left alone without being listed.
    #[serde(skip_serializing)]
    pub ignore_fields: Vec<IgnoreFields>,
}

/// What is known about an engine.
#[derive(Clone, Debug, Default, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct EngineFacts {
    /// Its version, like `"3.2"`. Fields that came with some version are written only if this says that it is there.
    #[schemars(regex(pattern = check::VERSION))]
    pub version: Option<String>,
}

/// Fields that are left alone, in all objects that match.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct IgnoreFields {
    /// The group of the objects; none for `v1`.
    #[serde(default)]
    pub group: String,
    /// Their kind.
    pub kind: String,
    /// Their namespace; any if it is left out.
    pub namespace: Option<String>,
    /// Their name; any if it is left out.
    pub name: Option<String>,
    /// The fields, as JSON pointers.
    #[schemars(length(min = 1), inner(regex(pattern = check::POINTER)))]
    pub paths: Vec<String>,
}

/// Who brings the tree to the cluster.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Engine {
    /// Argo CD
    ArgoCd,
    /// Flux
    Flux,
}

/// Stands in the tree until somebody says which repository it is in.
const PLACEHOLDER_REPOSITORY: &str = "https://example.com/replace/me.git";

impl Default for Settings {
    fn default() -> Self {
        Self {
            clusters: Cloud::ALL.map(Cluster::of).to_vec(),
            gitops: GitOps::default(),
            images: Images::default(),
            validate: Validation::default(),
        }
    }
}

impl Default for GitOps {
    fn default() -> Self {
        Self {
            repository: PLACEHOLDER_REPOSITORY.to_owned(),
            branch: "main".to_owned(),
            path: "gitops".to_owned(),
            engines: vec![Engine::ArgoCd, Engine::Flux],
            argocd: EngineFacts::default(),
            flux: EngineFacts::default(),
            ignore_fields: Vec::new(),
        }
    }
}

impl GitOps {
    /// Whether nobody has said yet which repository the tree is in.
    pub fn is_repository_missing(&self) -> bool {
        self.repository == PLACEHOLDER_REPOSITORY
    }
}

impl EngineFacts {
    /// Major and minor number of a version.
    pub fn parse(version: &str) -> Option<(u32, u32)> {
        check::parse_version(version)
    }

    /// Whether the engine is said to be of `version` or a later one.
    pub fn is_at_least(&self, version: (u32, u32)) -> bool {
        self.version.as_deref().and_then(check::parse_version).is_some_and(|own| own >= version)
    }
}

impl IgnoreFields {
    /// Whether the object is meant.
    pub fn matches(&self, group: &str, kind: &str, namespace: &str, name: &str) -> bool {
        let is =
            |wanted: &Option<String>, found: &str| wanted.as_deref().is_none_or(|wanted| wanted == found);
        self.group == group && self.kind == kind && is(&self.namespace, namespace) && is(&self.name, name)
    }
}

impl Cluster {
    /// The cluster of a cloud when nobody lists any.
    fn of(cloud: Cloud) -> Self {
        let name = cloud.name().to_owned();
        Self { name, cloud, overlay: None, server: None, values: Values::default() }
    }

    /// The folder of the kustomization that the cluster is built from.
    pub fn overlay(&self) -> String {
        self.overlay.clone().unwrap_or_else(|| format!("overlays/{}", self.cloud))
    }
}

impl Settings {
    /// The JSON Schema of the file.
    pub fn schema() -> serde_json::Value {
        schemars::schema_for!(Self).to_value()
    }

    /// Reads `stackgen.yaml` in `root`, if it is there. `known_values` are those that templates ask for; any other is
    /// an error, most likely misspelt.
    pub fn read(
        files: &dyn FileSystem,
        root: &Path,
        known_values: Option<&[String]>,
        sources: &Sources,
    ) -> Result<Self, Diagnostics> {
        let path = root.join(FILE_NAME);
        let Some((mut settings, source)) = typed_file::read::<Self>(files, &path, sources)? else {
            return Ok(Self::default());
        };
        let node = node(source, sources);
        settings.validate.place(&node);
        Check { node, root, files, known_values, errors: Diagnostics::default() }.run(&settings)?;
        Ok(settings)
    }
}

/// What `stackgen.yaml` says as nodes, if it was read.
pub fn settings_node<'s>(root: &Path, sources: &'s Sources) -> Option<Node<'s>> {
    let path = root.join(FILE_NAME);
    let (_, source) = sources.files().find(|(file, _)| *file == path)?;
    Some(node(source, sources))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diagnostic::Diagnostic;
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
        let errors =
            read("clusters:\n- name: prod\n  cloud: gke\n  values: {prometheus_shards: 2}\n").unwrap_err();
        let expected = "stackgen.yaml:4:12 no template asks for the value `prometheus_shards` [\"values that templates ask for: region\"]";
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
