//! From a cluster of `stackgen.yaml` to its objects.

use std::collections::BTreeSet;
use std::path::Path;

use serde::Serialize;

use super::files::StackFiles;
use super::settings::{Cluster, Settings};
use super::templates::{CLUSTER_COMPONENT, Templates};
use crate::diagnostic::{Diagnostic, Diagnostics, Place};
use crate::kustomize::{Build, BuildOptions, Builder};
use crate::resource::ResMap;
use crate::yaml::Sources;

/// Where what is made for each cluster lies; in memory only.
const FOLDER: &str = ".stackgen/clusters";

/// The objects of a cluster.
#[derive(Debug)]
pub struct BuiltCluster<'a, 's> {
    /// Which one.
    pub cluster: &'a Cluster,
    /// What runs there.
    pub resources: ResMap<'s>,
    /// What somebody should look at.
    pub warnings: Vec<Diagnostic>,
}

#[derive(Serialize)]
struct ComponentContext<'a> {
    cluster: &'a Cluster,
    values: &'a serde_yaml::Mapping,
}

/// Builds all clusters, or says what is wrong with each. What they share is read and worked on once.
pub fn build_clusters<'a, 's>(
    settings: &'a Settings,
    files: &mut StackFiles,
    templates: &Templates<'s>,
    sources: &'s Sources,
) -> Result<Vec<BuiltCluster<'a, 's>>, Diagnostics> {
    for cluster in &settings.clusters {
        add_component(cluster, files, templates)?;
    }
    let mut builder = Builder::new(&*files, BuildOptions::default(), sources);
    let made = files.root().join(FOLDER);
    let mut messages = Messages { made: &made, sources, seen: BTreeSet::new() };
    let mut errors = Diagnostics::default();
    let mut built = Vec::new();
    for cluster in &settings.clusters {
        match builder.build(&made.join(&cluster.name)) {
            Err(found) => errors.0.extend(messages.news(found.0)),
            Ok(Build { resources, warnings }) => {
                built.push(BuiltCluster { cluster, resources, warnings: messages.news(warnings) });
            }
        }
    }
    errors.into_result()?;
    Ok(built)
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

/// Lays the cluster's kustomization beside the stack: its overlay, and the component that is rendered for it.
fn add_component(
    cluster: &Cluster,
    files: &mut StackFiles,
    templates: &Templates<'_>,
) -> Result<(), Diagnostics> {
    let context = ComponentContext { cluster, values: &cluster.values };
    let component = templates.render(CLUSTER_COMPONENT, &context)?;
    let folder = format!("{FOLDER}/{}", cluster.name);
    files.add(&format!("{folder}/component"), "kustomization.yaml", component);
    let overlay = serde_json::Value::String(format!("../../../{}", cluster.overlay()));
    let kustomization = format!("resources:\n- {overlay}\ncomponents:\n- component\n");
    files.add(&folder, "kustomization.yaml", kustomization);
    Ok(())
}
