//! A cluster's objects with what happened to them on the way.

use std::collections::BTreeMap;
use std::path::PathBuf;

use super::cluster::{BuiltCluster, MADE, add_component, folder_of};
use super::files::StackFiles;
use super::settings::{Cluster, Settings};
use super::template_lines::TemplateLines;
use super::templates::Templates;
use crate::diagnostic::Diagnostics;
use crate::kustomize::history::{Field, History};
use crate::kustomize::{BuildOptions, Builder};
use crate::yaml::{Node, Origin, Sources};

/// The objects of a cluster and their history.
#[derive(Debug)]
pub struct ClusterHistory<'a, 's> {
    /// The cluster with its objects.
    pub built: BuiltCluster<'a, 's>,
    /// What happened to them.
    pub history: History<'s>,
    /// The files that were made for the cluster, in memory only, by their paths.
    pub made: BTreeMap<PathBuf, Made>,
}

/// What a file that was made for a cluster came from.
#[derive(Clone, Debug)]
pub enum Made {
    /// The entry of the cluster in the settings.
    Entry,
    /// A template.
    Template {
        /// Its name below `templates/`.
        template: &'static str,
        /// What stands behind the lines, if that can be said.
        lines: Option<TemplateLines>,
    },
}

/// Builds a cluster, and keeps what happens to its objects.
pub fn build_with_history<'a, 's>(
    (settings, node): (&'a Settings, Option<&Node<'s>>),
    cluster: &'a Cluster,
    files: &StackFiles,
    templates: &Templates<'s>,
    sources: &'s Sources,
) -> Result<ClusterHistory<'a, 's>, Diagnostics> {
    let mut files = files.clone();
    let context = add_component(cluster, &mut files, templates)?;
    let folder = files.root().join(folder_of(cluster));
    let mut made = BTreeMap::from([(folder.join("kustomization.yaml"), Made::Entry)]);
    for (name, template) in MADE {
        let lines = templates.render_with_lines(template, &context)?.1;
        made.insert(folder.join("component").join(name), Made::Template { template, lines });
    }
    let mut history = History::default();
    let mut builder = Builder::new(&files, BuildOptions::default(), sources);
    let mut resources = builder.build_with_history(&folder, &mut history)?.resources;
    settings.images.apply(&mut resources, sources)?;
    let images = node.and_then(|node| node.get("images"));
    let place =
        images.and_then(|images| images.get("registry").or(Some(images))).map_or(Origin::NONE, Node::origin);
    history.note(&mut resources, Field::new("images of stackgen.yaml", place), Vec::new());
    Ok(ClusterHistory { built: BuiltCluster { cluster, resources }, history, made })
}
