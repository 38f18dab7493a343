//! Files in a folder of manifests that hold no objects of a cluster: what kustomizations there name as patches and
//! settings, and the templates of charts.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use crate::fs::{FileSystem, normal};
use crate::kustomize::FILE_NAMES;
use crate::yaml::{Node, ParseOptions, Sources, parse_readable};

/// Fields whose items are paths, or hold one as `path`; an item may also be the content itself.
const NAMED: [&str; 11] = [
    "configurations",
    "crds",
    "generators",
    "openapi",
    "patches",
    "patchesJson6902",
    "patchesStrategicMerge",
    "replacements",
    "transformers",
    "validators",
    "vars",
];
/// What the folder of patches beside a kustomization is called, as kubebuilder has it: also those that are in no use.
const PATCHES: &str = "patches";
/// Fields whose items list files of which ConfigMaps and Secrets are made.
const GENERATED: [&str; 2] = ["configMapGenerator", "secretGenerator"];

/// What is in a folder beside manifests.
#[derive(Debug, Default)]
pub(super) struct OtherFiles {
    /// Named by kustomizations.
    named: BTreeSet<PathBuf>,
    /// Named by kustomizations as objects.
    resources: BTreeSet<PathBuf>,
    /// Folders with kustomizations.
    kustomizations: BTreeSet<PathBuf>,
    /// Folders of charts.
    pub(super) charts: BTreeSet<PathBuf>,
}

impl OtherFiles {
    /// Of the files of a folder.
    pub(super) fn of(place: &dyn FileSystem, files: &[PathBuf]) -> Self {
        let mut other = Self::default();
        for file in files {
            let name = file.file_name().and_then(|name| name.to_str()).unwrap_or_default();
            let Some(folder) = file.parent() else { continue };
            if name == "Chart.yaml" {
                other.charts.insert(folder.to_owned());
            } else if FILE_NAMES.contains(&name) {
                other.kustomizations.insert(normal(folder));
                other.read_kustomization(place, file, folder);
            }
        }
        other
    }

    /// Whether a file is one of them.
    pub(super) fn has(&self, file: &Path) -> bool {
        let file = normal(file);
        self.named.contains(&file)
            || self.is_patch(&file)
            || self.charts.iter().any(|chart| file.starts_with(normal(chart)))
    }

    fn is_patch(&self, file: &Path) -> bool {
        let folder = file.parent().filter(|folder| folder.ends_with(PATCHES));
        let is_beside = |folder: &Path| {
            folder.parent().is_some_and(|above| self.kustomizations.contains(above))
                && !self.kustomizations.contains(folder)
        };
        folder.is_some_and(is_beside) && !self.resources.contains(file)
    }

    /// What cannot be read is told of elsewhere.
    fn read_kustomization(&mut self, place: &dyn FileSystem, file: &Path, folder: &Path) {
        // These texts are read a second time as manifests, and only then count.
        let sources = Sources::default();
        let text = place.read(file).ok().and_then(|bytes| String::from_utf8(bytes).ok());
        let Some(source) = text.and_then(|text| sources.add(file, text).ok()) else { return };
        let (nodes, _) = parse_readable(source, &sources, &ParseOptions::default());
        for node in &nodes {
            let named = NAMED.iter().filter_map(|field| node.get(field)).flat_map(named_in);
            let generated = GENERATED.iter().filter_map(|field| node.get(field)).flat_map(generated_from);
            let resources = node.get("resources").into_iter().flat_map(named_in);
            self.resources.extend(resources.map(|path| normal(&folder.join(path))));
            self.named.extend(named.chain(generated).map(|path| normal(&folder.join(path))));
        }
    }
}

/// The paths that a field names.
fn named_in<'n>(field: &'n Node<'_>) -> Vec<&'n str> {
    let path = |item: &'n Node<'_>| item.text().or_else(|| item.get("path")?.text());
    // What has line ends is the content itself.
    let is_path = |text: &&str| !text.is_empty() && !text.contains('\n');
    let items = field.as_sequence().unwrap_or(std::slice::from_ref(field));
    items.iter().filter_map(path).filter(is_path).collect()
}

/// The files of generators: `path`, or `key=path`.
fn generated_from<'n>(field: &'n Node<'_>) -> Vec<&'n str> {
    let files =
        |item: &'n Node<'_>| ["files", "envs"].into_iter().filter_map(|field| item.get(field)?.as_sequence());
    let items = field.as_sequence().unwrap_or_default().iter();
    let named = items.flat_map(files).flatten().filter_map(Node::text);
    named.map(|text| text.split_once('=').map_or(text, |(_, path)| path)).collect()
}
