//! What is read: files, folders and standard input, as texts and as the documents in them.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;
use std::path::{Path, PathBuf};

use super::other_files::OtherFiles;
use crate::diagnostic::{Diagnostic, Diagnostics};
use crate::fs::{Disk, FileSystem};
use crate::kustomize::{self, BuildOptions};
use crate::yaml::{Mark, Node, Origin, ParseError, ParseOptions, Source, Sources, marks, parse_readable};

/// What files with manifests are called.
const EXTENSIONS: [&str; 3] = ["yaml", "yml", "json"];

/// Where a rendered tree keeps what it knows of each cluster.
const LEDGERS: &str = ".stackgen/clusters";

/// A text as it was written.
#[derive(Clone, Debug)]
pub struct Text<'s> {
    /// The file as it is to be shown.
    pub path: PathBuf,
    /// The text; what is no UTF-8 in it was replaced.
    pub source: Source<'s>,
    /// Where the first byte stands that is no UTF-8.
    pub invalid: Option<usize>,
    /// How it is encoded, if its first bytes say that it is not UTF-8.
    pub encoding: Option<&'static str>,
    /// What cannot be read as YAML.
    pub errors: Vec<ParseError>,
    /// Its tags and merge keys, of which nodes know nothing.
    pub marks: Vec<(Origin, Mark)>,
    /// Items of lists of objects that are null.
    pub nulls: Vec<Origin>,
}

/// All that was read.
#[derive(Debug, Default)]
pub struct Input<'s> {
    /// The texts, in the order in which they were named; those of a folder by name.
    pub texts: Vec<Text<'s>>,
    /// The documents in them that can be read.
    pub nodes: Vec<Node<'s>>,
    /// Of a tree that was rendered for several clusters: which of the documents are for which.
    clusters: Vec<(String, Range<usize>)>,
    /// Whether some of them are the result of a build.
    pub is_built: bool,
    /// Folders of charts, whose templates are no manifests.
    pub charts: Vec<PathBuf>,
}

/// The documents that are validated together, with the cluster that they are for.
pub(super) type Together<'a, 's> = (Option<&'a str>, Vec<&'a Node<'s>>);

impl<'s> Input<'s> {
    /// Reads a file, or all manifests in a folder and the folders below it. A kustomization is built: what counts is
    /// what comes out of it, and findings are about the files that went in.
    pub fn read(&mut self, path: &Path, sources: &'s Sources) -> Result<(), Diagnostics> {
        self.read_in(&Disk, path, sources)
    }

    /// The same in another place, such as the tree of a commit.
    pub fn read_in(
        &mut self,
        place: &dyn FileSystem,
        path: &Path,
        sources: &'s Sources,
    ) -> Result<(), Diagnostics> {
        if is_kustomization(place, path) {
            let before = sources.files().count();
            let built = kustomize::build(place, path, &BuildOptions::default(), sources)?;
            self.nodes.extend(
                built.resources.into_resources().into_iter().map(|resource| resource.node.into_node()),
            );
            self.add_files(before..sources.files().count(), sources);
            self.is_built = true;
            return Ok(());
        }
        let mut errors = Diagnostics::default();
        let clusters = clusters(place, path);
        for file in self.manifests(place, path) {
            let before = self.nodes.len();
            let added = file.map_err(|error| cannot_read(path, &error)).and_then(|file| {
                let bytes = place.read(&file).map_err(|error| cannot_read(&file, &error))?;
                self.add(&file, bytes, sources)?;
                let below = file.strip_prefix(path).unwrap_or(&file);
                self.clusters
                    .extend(cluster_of(below, &clusters).map(|name| (name, before..self.nodes.len())));
                Ok(())
            });
            errors.absorb(added);
        }
        errors.into_result()
    }

    /// The file, or the manifests in a folder, by name. Hidden files and folders are somebody else's.
    fn manifests(&mut self, place: &dyn FileSystem, path: &Path) -> Vec<std::io::Result<PathBuf>> {
        if !place.is_dir(path) {
            return vec![Ok(path.to_owned())];
        }
        let found = place.visible_files(path);
        let files: Vec<PathBuf> = found.iter().filter_map(|file| file.as_ref().ok()).cloned().collect();
        let other = OtherFiles::of(place, &files);
        let is_wanted = |file: &std::io::Result<PathBuf>| {
            file.as_ref().map_or(true, |file| is_manifest(file) && !other.has(file))
        };
        let wanted = found.into_iter().filter(is_wanted).collect();
        self.charts.extend(other.charts);
        wanted
    }

    /// What is validated together: all, or of a tree that was rendered for several clusters what is for one of them.
    pub(super) fn together(&self) -> Vec<Together<'_, 's>> {
        let mut of_cluster: Vec<Option<&str>> = vec![None; self.nodes.len()];
        for (name, range) in &self.clusters {
            of_cluster[range.clone()].fill(Some(name));
        }
        let names: BTreeSet<&str> = of_cluster.iter().copied().flatten().collect();
        if names.is_empty() {
            return vec![(None, self.nodes.iter().collect())];
        }
        let is_for = |name, cluster: Option<&str>| cluster.is_none_or(|cluster| cluster == name);
        let nodes = |name| {
            let nodes = self.nodes.iter().zip(&of_cluster).filter(|(_, cluster)| is_for(name, **cluster));
            nodes.map(|(node, _)| node).collect()
        };
        names.iter().map(|name| (Some(*name), nodes(*name))).collect()
    }

    /// The objects by the cluster that they are for, as what is validated together.
    pub fn by_cluster(&self) -> BTreeMap<Option<String>, Vec<Node<'s>>> {
        let together = self.together().into_iter();
        together
            .map(|(cluster, nodes)| (cluster.map(str::to_owned), nodes.into_iter().cloned().collect()))
            .collect()
    }

    /// Adds a text that was read. `path` is what findings show.
    pub fn add(&mut self, path: &Path, bytes: Vec<u8>, sources: &'s Sources) -> Result<(), Diagnostics> {
        let encoding = encoding(&bytes);
        let (text, invalid) = match String::from_utf8(bytes) {
            Ok(text) => (text, None),
            // Its letters with zeros between them would be an error each.
            Err(_) if encoding.is_some() => (String::new(), Some(0)),
            Err(error) => {
                let offset = error.utf8_error().valid_up_to();
                (String::from_utf8_lossy(error.as_bytes()).into_owned(), Some(offset))
            }
        };
        let source =
            sources.add(path, text).map_err(|error| Diagnostic::error(error.to_string()).in_path(path))?;
        let (nodes, errors) = parse_readable(source, sources, &ParseOptions::default());
        let (marks, nulls) = (marks(source, sources), nodes_that_are_null(&nodes));
        self.nodes.extend(nodes);
        self.texts.push(Text { path: path.to_owned(), source, invalid, encoding, errors, marks, nulls });
        Ok(())
    }

    /// Adds some of the files that builds read, in the order in which they were.
    pub fn add_files(&mut self, which: Range<usize>, sources: &'s Sources) {
        let files = sources.files().skip(which.start).take(which.len());
        self.texts.extend(files.map(|(path, source)| Text {
            path: path.to_owned(),
            source,
            invalid: None,
            encoding: None,
            errors: Vec::new(),
            marks: marks(source, sources),
            nulls: Vec::new(),
        }));
    }

    /// Whether all of it could be read.
    pub fn is_complete(&self) -> bool {
        self.texts.iter().all(|text| text.errors.is_empty() && text.invalid.is_none())
    }
}

/// The encoding that a byte order mark names, if it is another than UTF-8.
fn encoding(bytes: &[u8]) -> Option<&'static str> {
    match bytes {
        [0xff, 0xfe, 0, 0, ..] => Some("UTF-32 (little endian)"),
        [0, 0, 0xfe, 0xff, ..] => Some("UTF-32 (big endian)"),
        [0xff, 0xfe, ..] => Some("UTF-16 (little endian)"),
        [0xfe, 0xff, ..] => Some("UTF-16 (big endian)"),
        _ => None,
    }
}

/// The clusters that a folder was rendered for, longest name first. Of any other folder there are none.
fn clusters(place: &dyn FileSystem, path: &Path) -> Vec<String> {
    let ledgers = place.list(&path.join(LEDGERS));
    let names = ledgers.iter().filter_map(|ledger| Some(Path::new(ledger).file_stem()?.to_str()?.to_owned()));
    let mut names: Vec<String> = names.collect();
    names.sort_by(|one, other| other.len().cmp(&one.len()).then(one.cmp(other)));
    names
}

/// The cluster that a file of a rendered tree is for: `clusters/<name>/...`, `argocd/project-<name>.yaml`.
fn cluster_of(below: &Path, clusters: &[String]) -> Option<String> {
    let mut parts = below.iter().skip(1).filter_map(|part| part.to_str());
    let second = parts.next()?;
    let is_of = |name: &&String| match second.strip_suffix(".yaml") {
        Some(file) => file.strip_suffix(name.as_str()).is_some_and(|rest| rest.ends_with('-')),
        None => second == name.as_str(),
    };
    clusters.iter().find(is_of).cloned()
}

fn is_kustomization(place: &dyn FileSystem, path: &Path) -> bool {
    kustomize::FILE_NAMES.iter().any(|name| place.is_file(&path.join(name)))
}

fn is_manifest(path: &Path) -> bool {
    path.extension().is_some_and(|extension| EXTENSIONS.iter().any(|known| extension == *known))
}

fn cannot_read(path: &Path, error: &std::io::Error) -> Diagnostics {
    let error = Diagnostic::error(format!("cannot read it: {error}")).in_path(path);
    error.hint("name a file, or a folder with manifests or a kustomization, that can be read").into()
}

/// The items of lists of objects that hold nothing.
fn nodes_that_are_null(nodes: &[Node<'_>]) -> Vec<Origin> {
    let is_list =
        |node: &&Node<'_>| node.get("kind").and_then(Node::text).is_some_and(|kind| kind.ends_with("List"));
    let lists = nodes.iter().filter(is_list).filter_map(|list| list.get("items")?.as_sequence());
    lists.flatten().filter(|item| item.is_null()).map(Node::origin).collect()
}
