//! What is compared with what.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use rayon::prelude::*;
use rustc_hash::FxHashSet;

use super::{Arguments, files, rendered, usage};
use crate::cli::printer::Printer;
use crate::diagnostic::{Diagnostic, Diagnostics};
use crate::diff::{Document, Side, Syncing};
use crate::yaml::{Node, ParseOptions, Sources, Typing, parse_documents};

/// The sides of each cluster.
#[derive(Debug, Default)]
pub(super) struct Sides<'s> {
    /// What both are called.
    pub(super) names: (String, String),
    pub(super) clusters: Vec<ClusterSides<'s>>,
    /// Who brings a cluster from one to the other.
    pub(super) syncing: Syncing,
}

/// What a cluster was and what it is; without clusters there is one without a name.
#[derive(Debug, Default)]
pub(super) struct ClusterSides<'s> {
    pub(super) name: String,
    pub(super) before: Side<'s>,
    pub(super) after: Side<'s>,
    /// How many objects are known to be the same and were left out.
    pub(super) unchanged: usize,
}

/// A file of a side.
#[derive(Clone, Debug)]
pub(super) struct SideFile<'s> {
    /// As it is to be shown.
    pub(super) shown: PathBuf,
    /// None if they are those of the file of the same path on the other side.
    pub(super) bytes: Option<Vec<u8>>,
    /// The app that its objects belong to.
    pub(super) app: Option<&'s str>,
}

/// The files of a side, by what pairs them with those of the other one.
pub(super) type SideFiles<'s> = BTreeMap<PathBuf, SideFile<'s>>;

impl<'s> Sides<'s> {
    /// The definitions of the custom resources that are compared. Others are large, and nobody asks for them.
    pub(super) fn definitions(&self) -> impl Iterator<Item = &Node<'s>> {
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
    /// The sides that two sets of files are. What both have in the same words is read once.
    pub(super) fn of_files(
        mut before: SideFiles<'s>,
        after: SideFiles<'s>,
        sources: &'s Sources,
    ) -> Result<Self, Diagnostics> {
        let (same, after): (SideFiles<'s>, SideFiles<'s>) =
            after.into_iter().partition(|(_, file)| file.bytes.is_none());
        let same = same.into_keys().filter_map(|path| before.remove_entry(&path)).collect();
        let mut errors = Diagnostics::default();
        let mut parsed = [same, before, after].map(|files| errors.absorb(documents(files, sources)));
        errors.into_result()?;
        let [same, before, after] = parsed.each_mut().map(|documents| documents.take().unwrap_or_default());
        let before = Side { documents: before, same, typing: Typing::Legacy };
        let after = Side { documents: after, same: Vec::new(), typing: Typing::Legacy };
        Ok(Self { before, after, ..Self::default() })
    }
}

fn documents<'s>(files: SideFiles<'s>, sources: &'s Sources) -> Result<Vec<Document<'s>>, Diagnostics> {
    let files: Vec<SideFile<'s>> = files.into_values().collect();
    let parsed = files
        .into_par_iter()
        .map(|file| (file.app, parse(&file.shown, file.bytes.unwrap_or_default(), sources)));
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
pub(super) fn parse<'s>(
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

impl Arguments {
    /// What the arguments say.
    pub(super) fn sides<'s>(
        &self,
        printer: &Printer,
        sources: &'s Sources,
    ) -> Result<Sides<'s>, Diagnostics> {
        if let Some((before, after)) = self.two_paths()? {
            return files::sides(&before, &after, sources);
        }
        rendered::sides(self, printer, sources)
    }

    /// Whether git called, as `GIT_EXTERNAL_DIFF`: `path old-file old-hex old-mode new-file new-hex new-mode`, and two
    /// more for a file that was renamed.
    pub(super) fn is_called_by_git(&self) -> bool {
        matches!(self.names.as_slice(), [_, before, _, _, after, _, _] | [_, before, _, _, after, _, _, _, _]
            if is_path(before) && is_path(after))
    }

    /// The two files or folders that are named, if that is what is named: as two names, as git and kubectl call an
    /// external diff, or with `--from` and `--to`.
    fn two_paths(&self) -> Result<Option<(PathBuf, PathBuf)>, Diagnostics> {
        match (&self.from, &self.to, self.names.as_slice()) {
            (None, None, [_, before, _, _, after, ..]) if self.is_called_by_git() => {
                Ok(Some((before.into(), after.into())))
            }
            (Some(before), Some(after), _) | (None, None, [before, after])
                if before == "-" && after == "-" =>
            {
                Err(usage("standard input cannot be both sides", "name a file for one of them"))
            }
            (None, None, [before, after]) if is_path(before) && is_path(after) => {
                Ok(Some((before.into(), after.into())))
            }
            (Some(before), Some(after), []) => Ok(Some((before.into(), after.into()))),
            (Some(_), Some(_), _) => {
                Err(usage("with --from and --to nothing else can be named", "leave the clusters out"))
            }
            _ => Ok(None),
        }
    }
}

/// Whether a name is meant as a file or folder: clusters have neither slashes nor dots.
fn is_path(name: &str) -> bool {
    name == "-" || name.contains(['/', '.', '\\']) || Path::new(name).exists()
}
