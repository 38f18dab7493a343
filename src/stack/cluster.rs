//! From a cluster of `stackgen.yaml` to its objects.

use serde::Serialize;

use super::files::StackFiles;
use super::settings::{Cluster, Settings};
use super::templates::{CLUSTER_COMPONENT, Templates};
use crate::diagnostic::{Diagnostic, Diagnostics};
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
    let mut errors = Diagnostics::default();
    let mut built = Vec::new();
    for cluster in &settings.clusters {
        let folder = files.root().join(FOLDER).join(&cluster.name);
        if let Some(Build { resources, warnings }) = errors.absorb(builder.build(&folder)) {
            built.push(BuiltCluster { cluster, resources, warnings });
        }
    }
    errors.into_result()?;
    Ok(built)
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
