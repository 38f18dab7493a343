//! From a cluster of `stackgen.yaml` to its objects.

use std::collections::BTreeSet;
use std::path::Path;

use rayon::prelude::*;
use serde::Serialize;

use super::files::StackFiles;
use super::settings::{Cluster, Settings, Values};
use super::templates::{CLUSTER_COMPONENT, CLUSTER_SHARDS, Templates};
use crate::diagnostic::{Diagnostic, Diagnostics, Place};
use crate::kustomize::{Build, BuildOptions, Builder};
use crate::resource::ResMap;
use crate::yaml::Sources;

/// Where what is made for each cluster lies; in memory only.
pub const MADE_FOLDER: &str = ".stackgen/clusters";
/// Clusters that are built in a row by one thread: enough that its copy of the bases pays.
const IN_A_ROW: usize = 16;

/// The objects of a cluster.
#[derive(Debug)]
pub struct BuiltCluster<'a, 's> {
    /// Which one.
    pub cluster: &'a Cluster,
    /// What runs there.
    pub resources: ResMap<'s>,
}

/// What became of the clusters.
#[derive(Debug)]
pub struct Fleet<T> {
    /// What the work gave for each, in their order.
    pub results: Vec<T>,
    /// What somebody should look at.
    pub warnings: Vec<Diagnostic>,
}

/// What the templates of a cluster see.
#[derive(Serialize)]
pub(super) struct ComponentContext<'a> {
    cluster: &'a Cluster,
    values: &'a Values,
}

impl<'a> ComponentContext<'a> {
    pub(super) fn of(cluster: &'a Cluster) -> Self {
        Self { cluster, values: &cluster.values }
    }
}

/// The files of the component that is made for each cluster, and their templates.
pub(super) const MADE: [(&str, &str); 2] =
    [("kustomization.yaml", CLUSTER_COMPONENT), ("shards.yaml", CLUSTER_SHARDS)];

/// Builds each of `clusters` and does `work` on it, or says what is wrong with any of them. What they share is read
/// and worked on once; a cluster's objects are given back before the next ones are built.
pub fn build_clusters<'a, 's, T: Send>(
    (settings, clusters): (&'a Settings, &[&'a Cluster]),
    files: &mut StackFiles,
    templates: &Templates<'s>,
    sources: &'s Sources,
    work: impl Fn(&BuiltCluster<'a, 's>) -> Result<T, Diagnostics> + Sync,
) -> Result<Fleet<T>, Diagnostics> {
    for cluster in clusters {
        add_component(cluster, files, templates)?;
    }
    let made = files.root().join(MADE_FOLDER);
    let mut builder = Builder::new(&*files, BuildOptions::default(), sources);
    let one = |builder: &mut Builder<'_, 's>, cluster: &&'a Cluster| {
        let Build { mut resources, warnings } = builder.build(&made.join(&cluster.name))?;
        settings.images.apply(&mut resources, sources)?;
        Ok((work(&BuiltCluster { cluster, resources })?, warnings))
    };
    // The first of each overlay fills the store of bases that all others copy.
    let mut overlays = BTreeSet::new();
    let is_first: Vec<bool> = clusters.iter().map(|cluster| overlays.insert(cluster.overlay())).collect();
    let first = clusters.iter().zip(&is_first).filter(|(_, is_first)| **is_first);
    let mut first = first.map(|(cluster, _)| one(&mut builder, cluster)).collect::<Vec<_>>().into_iter();
    let others: Vec<_> = clusters.iter().zip(&is_first).filter(|(_, is_first)| !**is_first).collect();
    let others = others.par_iter().with_min_len(IN_A_ROW);
    let others: Vec<_> =
        others.map_init(|| builder.clone(), |builder, (cluster, _)| one(builder, cluster)).collect();
    let mut others = others.into_iter();
    let results = is_first.iter().filter_map(|is_first| if *is_first { first.next() } else { others.next() });
    join(results, Messages { made: &made, sources, seen: BTreeSet::new() })
}

/// Puts what became of the clusters together, in their order.
fn join<T>(
    results: impl Iterator<Item = Result<(T, Vec<Diagnostic>), Diagnostics>>,
    mut messages: Messages<'_>,
) -> Result<Fleet<T>, Diagnostics> {
    let mut fleet = Fleet { results: Vec::new(), warnings: Vec::new() };
    let mut errors = Diagnostics::default();
    for result in results {
        match result {
            Err(found) => errors.0.extend(messages.news(found.0)),
            Ok((result, warnings)) => {
                fleet.results.push(result);
                fleet.warnings.extend(messages.news(warnings));
            }
        }
    }
    errors.into_result()?;
    Ok(fleet)
}
/// What was said about the clusters so far.
struct Messages<'a> {
    /// The folder of what is made for each cluster, which nobody can open.
    made: &'a Path,
    sources: &'a Sources,
    seen: BTreeSet<String>,
}

impl Messages<'_> {
    /// The messages that are new: what is wrong in a base is said once, not for each cluster.
    fn news(&mut self, messages: Vec<Diagnostic>) -> Vec<Diagnostic> {
        let (sources, seen) = (self.sources, &mut self.seen);
        // A file that was read twice has two origins, and one location.
        let is_new = |message: &Diagnostic| {
            let place = match &message.place {
                Some(Place::Origin(origin)) => format!("{:?}", sources.locate(*origin)),
                other => format!("{other:?}"),
            };
            seen.insert(format!("{place} {:?} {}", message.object, message.message))
        };
        let mut messages: Vec<Diagnostic> = messages.into_iter().filter(is_new).collect();
        for message in &mut messages {
            message.related.retain(|(place, _)| !self.is_made(place));
            if message.place.as_ref().is_some_and(|place| self.is_made(place)) {
                message.hints.push(format!("this was rendered from templates/{CLUSTER_COMPONENT}"));
            }
        }
        messages
    }

    fn is_made(&self, place: &Place) -> bool {
        match place {
            Place::Path(path) => path.starts_with(self.made),
            Place::Origin(origin) => {
                self.sources.locate(*origin).is_some_and(|location| location.file.starts_with(self.made))
            }
        }
    }
}

/// Where what is made for a cluster lies, below the root.
pub(super) fn folder_of(cluster: &Cluster) -> String {
    format!("{MADE_FOLDER}/{}", cluster.name)
}

/// Lays the cluster's kustomization beside the stack: its overlay, and the component that is rendered for it.
pub(super) fn add_component<'a>(
    cluster: &'a Cluster,
    files: &mut StackFiles,
    templates: &Templates<'_>,
) -> Result<ComponentContext<'a>, Diagnostics> {
    let context = ComponentContext::of(cluster);
    let folder = folder_of(cluster);
    for (name, template) in MADE {
        files.add(&format!("{folder}/component"), name, templates.render(template, &context)?);
    }
    let overlay = serde_json::Value::String(format!("../../../{}", cluster.overlay()));
    let kustomization = format!("resources:\n- {overlay}\ncomponents:\n- component\n");
    files.add(&folder, "kustomization.yaml", kustomization);
    Ok(context)
}
