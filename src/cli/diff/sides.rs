//! The sides of each cluster: from files to objects.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use rayon::prelude::*;
use rustc_hash::FxHashSet;

use crate::diagnostic::{Diagnostic, Diagnostics};
use crate::diff::{Document, Filter, Side, Syncing};
use crate::yaml::{Node, ParseOptions, Sources, Typing, parse_documents};

/// The sides of each cluster.
#[derive(Debug, Default)]
pub(in crate::cli) struct Sides<'s> {
    /// What both are called.
    pub(in crate::cli) names: (String, String),
    pub(in crate::cli) clusters: Vec<ClusterSides<'s>>,
    /// Who brings a cluster from one to the other.
    pub(in crate::cli) syncing: Syncing,
    /// What may differ, and is left out.
    pub(in crate::cli) expected: Vec<Filter>,
}

/// What a cluster was and what it is; without clusters there is one without a name.
#[derive(Debug, Default)]
pub(in crate::cli) struct ClusterSides<'s> {
    pub(in crate::cli) name: String,
    pub(in crate::cli) before: Side<'s>,
    pub(in crate::cli) after: Side<'s>,
    /// How many objects are known to be the same and were left out.
    pub(in crate::cli) unchanged: usize,
}

/// A file of a side.
#[derive(Clone, Debug)]
pub(in crate::cli) struct SideFile<'s> {
    /// As it is to be shown.
    pub(in crate::cli) shown: PathBuf,
    /// None if they are those of the file of the same path on the other side.
    pub(in crate::cli) bytes: Option<Vec<u8>>,
    /// The app that its objects belong to.
    pub(in crate::cli) app: Option<&'s str>,
    /// Whether it was rendered: then no two files hold the same object.
    pub(in crate::cli) is_rendered: bool,
    /// The object in it as it was rendered, with the places of the sources; otherwise it is read from the bytes.
    pub(in crate::cli) node: Option<Node<'s>>,
}

/// The files of a side, by what pairs them with those of the other one.
pub(in crate::cli) type SideFiles<'s> = BTreeMap<PathBuf, SideFile<'s>>;

impl SideFile<'_> {
    /// A file that was read.
    pub(in crate::cli) fn of_bytes(shown: &Path, bytes: Option<Vec<u8>>) -> Self {
        Self { shown: shown.to_owned(), bytes, app: None, is_rendered: false, node: None }
    }

    fn is_same(&self, other: &SideFile<'_>) -> bool {
        other.bytes.is_none() || self.bytes == other.bytes
    }
}

impl<'s> Sides<'s> {
    /// The definitions of the custom resources that are compared. Others are large, and nobody asks for them.
    pub(in crate::cli) fn definitions(&self) -> impl Iterator<Item = &Node<'s>> {
        let sides = || self.clusters.iter().flat_map(|cluster| [&cluster.before, &cluster.after]);
        let compared = sides().flat_map(|side| &side.documents).map(|document| {
            let version = text(&document.node, &["apiVersion"]);
            (version.split_once('/').map_or("", |(group, _)| group), text(&document.node, &["kind"]))
        });
        let compared: FxHashSet<(&str, &str)> = compared.collect();
        let all = sides().flat_map(|side| side.same.iter().chain(&side.documents));
        all.map(|document| &document.node).filter(move |node| {
            let defined = (text(node, &["spec", "group"]), text(node, &["spec", "names", "kind"]));
            text(node, &["kind"]) == "CustomResourceDefinition" && compared.contains(&defined)
        })
    }
}

impl<'s> ClusterSides<'s> {
    /// The sides that two sets of files are. What both have in the same words is read once, or not at all where no
    /// object can be there twice.
    pub(in crate::cli) fn of_files(
        mut before: SideFiles<'s>,
        after: SideFiles<'s>,
        sources: &'s Sources,
    ) -> Result<Self, Diagnostics> {
        let (same, after): (SideFiles<'s>, SideFiles<'s>) =
            after.into_iter().partition(|(path, file)| before.get(path).is_some_and(|old| old.is_same(file)));
        let same: Vec<_> = same.into_keys().filter_map(|path| before.remove_entry(&path)).collect();
        let (known, same): (SideFiles<'s>, SideFiles<'s>) =
            same.into_iter().partition(|(_, file)| file.is_rendered);
        let typing = |files: &SideFiles<'s>| {
            if files.values().any(|file| file.is_rendered) { Typing::Core } else { Typing::Legacy }
        };
        let typings = (typing(&before), typing(&after));
        let mut errors = Diagnostics::default();
        let mut parsed = [same, before, after].map(|files| errors.absorb(documents(files, sources)));
        errors.into_result()?;
        let [same, before, after] = parsed.each_mut().map(|documents| documents.take().unwrap_or_default());
        let before = Side { documents: before, same, typing: typings.0 };
        let after = Side { documents: after, same: Vec::new(), typing: typings.1 };
        Ok(Self { before, after, unchanged: known.len(), ..Self::default() })
    }
}

fn documents<'s>(files: SideFiles<'s>, sources: &'s Sources) -> Result<Vec<Document<'s>>, Diagnostics> {
    let files: Vec<SideFile<'s>> = files.into_values().collect();
    let parsed = files.into_par_iter().map(|file| {
        let nodes = match file.node {
            Some(node) => Ok(vec![node]),
            None => parse(&file.shown, file.bytes.unwrap_or_default(), sources),
        };
        (file.app, nodes)
    });
    let parsed: Vec<_> = parsed.collect();
    let mut errors = Diagnostics::default();
    let nodes = parsed.into_iter().filter_map(|(app, parsed)| Some((app, errors.absorb(parsed)?)));
    let documents = nodes.flat_map(|(app, nodes)| nodes.into_iter().map(move |node| Document { node, app }));
    let documents = documents.collect();
    errors.into_result().map(|()| documents)
}

fn text<'s>(node: &Node<'s>, path: &[&str]) -> &'s str {
    node.at(path).and_then(Node::text).unwrap_or_default()
}

/// The documents in a text. `shown` is what messages call it.
pub(in crate::cli) fn parse<'s>(
    shown: &Path,
    bytes: Vec<u8>,
    sources: &'s Sources,
) -> Result<Vec<Node<'s>>, Diagnostics> {
    let text = String::from_utf8(bytes).map_err(|error| {
        let offset = error.utf8_error().valid_up_to();
        let message = format!("it is no UTF-8: byte {offset} is not what a character is made of");
        Diagnostic::error(message).in_path(shown).hint("compare text files; save it as UTF-8")
    })?;
    let error = |error: &dyn std::fmt::Display| Diagnostic::error(error.to_string()).in_path(shown);
    let source = sources.add(shown, text).map_err(|too_large| error(&too_large))?;
    parse_documents(source, sources, &ParseOptions::default()).map_err(|errors| {
        let errors = errors.into_iter().map(|error| Diagnostic::error(error.message).at(error.origin));
        Diagnostics(errors.collect())
    })
}
