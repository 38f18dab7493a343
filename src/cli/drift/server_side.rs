//! What the API server would make of the tree, by a dry run of a server-side apply. Nothing is stored.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use super::kubectl::Kubectl;
use crate::cli::diff::sides::{ClusterSides, SideFile, SideFiles};
use crate::diagnostic::{Diagnostic, Diagnostics};
use crate::drift::{Desired, Identity, Live};
use crate::yaml::{Node, Sources, emit_for_all_readers};

/// What the server says of the objects that it has, and of which ones it does not. Secrets stay here.
pub(super) fn ask<'s>(
    kubectl: &Kubectl<'_>,
    desired: &Desired<'s>,
    live: &Live<'s>,
    sources: &'s Sources,
) -> Result<(Vec<Node<'s>>, Vec<String>), Diagnostics> {
    let there: BTreeSet<Identity<'_>> = live.identities().collect();
    let mut questions: BTreeMap<(&str, &str, &str), Vec<&Node<'s>>> = BTreeMap::new();
    for node in desired.documents.iter().map(|document| &document.node) {
        let id = Identity::of(node);
        if id.kind != "Secret" && there.contains(&id) {
            questions.entry((id.group, id.kind, id.namespace)).or_default().push(node);
        }
    }
    let (mut files, mut notes) = (SideFiles::new(), Vec::new());
    for ((_, kind, namespace), nodes) in questions {
        let mut take = |name: &str, json: Vec<u8>| {
            let file = SideFile::of_bytes(Path::new("<kubectl apply --dry-run=server>"), Some(json));
            files.insert(format!("{kind} {namespace} {name}").into(), file);
        };
        match kubectl.dry_run(&text(&nodes)?)? {
            Ok(json) => take("", json),
            // One that is refused takes the others with it.
            Err(_) if nodes.len() > 1 => {
                for node in nodes {
                    let name = Identity::of(node).name;
                    match kubectl.dry_run(&text(&[node])?)? {
                        Ok(json) => take(name, json),
                        Err(said) => notes.push(refused(kind, name, &said)),
                    }
                }
            }
            Err(said) => notes.push(refused(kind, Identity::of(nodes[0]).name, &said)),
        }
    }
    let side = ClusterSides::of_files(SideFiles::new(), files, sources)?.after;
    Ok((side.documents.into_iter().map(|document| document.node).collect(), notes))
}

fn refused(kind: &str, name: &str, said: &str) -> String {
    format!("{kind} {name} is compared as the tree has it, because the server refuses a dry run: {said}")
}

/// The objects as kubectl reads them.
fn text(nodes: &[&Node<'_>]) -> Result<String, Diagnostics> {
    let mut text = String::new();
    for node in nodes {
        text.push_str("---\n");
        emit_for_all_readers(node, &mut text)
            .map_err(|error| Diagnostics::from(Diagnostic::error(error.to_string())))?;
    }
    Ok(text)
}
