//! What Argo CD needs for a cluster: a project, an Application for each app, and one that brings those.
//!
//! The project is the cluster's own: it allows what this cluster holds and no more, and does not change because another
//! cluster does.

use std::collections::BTreeSet;

use serde::Serialize;

use super::cluster_files::{Renderer, app_folder, apps};
use super::ignored_fields::{self, IgnoredFields};
use super::tree::ClusterFiles;
use crate::diagnostic::Diagnostics;
use crate::resource::Resource;
use crate::stack::{ARGO_CD_APPLICATION, ARGO_CD_PROJECT, ARGO_CD_ROOT, App, BuiltCluster, Cluster, GitOps};

#[derive(Serialize)]
struct ProjectContext<'a> {
    gitops: &'a GitOps,
    cluster: &'a Cluster,
    namespaces: BTreeSet<&'a str>,
    /// What the cluster holds outside of namespaces: the kinds, and with their names.
    cluster_kinds: BTreeSet<Kind<'a>>,
    cluster_objects: BTreeSet<NamedKind<'a>>,
}

#[derive(PartialEq, Eq, PartialOrd, Ord, Serialize)]
struct Kind<'a> {
    group: &'a str,
    kind: &'a str,
}

#[derive(PartialEq, Eq, PartialOrd, Ord, Serialize)]
struct NamedKind<'a> {
    group: &'a str,
    kind: &'a str,
    name: &'a str,
}

#[derive(Serialize)]
struct RootContext<'a> {
    gitops: &'a GitOps,
    cluster: &'a Cluster,
}

#[derive(Serialize)]
struct ApplicationContext<'a> {
    gitops: &'a GitOps,
    cluster: &'a Cluster,
    app: AppContext<'a>,
}

#[derive(Serialize)]
struct AppContext<'a> {
    name: &'a str,
    path: String,
    namespace: &'static str,
    wave: i32,
    is_foundation: bool,
    ignored_fields: Vec<IgnoredFields<'a>>,
}

/// What is in `argocd/` for a cluster.
pub(super) fn files(
    renderer: &Renderer<'_, '_>,
    built: &BuiltCluster<'_, '_>,
) -> Result<ClusterFiles, Diagnostics> {
    let (gitops, cluster) = (renderer.gitops, built.cluster);
    let project = renderer.engine_file(ARGO_CD_PROJECT, &project(gitops, built), None)?;
    let root = renderer.engine_file(ARGO_CD_ROOT, &RootContext { gitops, cluster }, None)?;
    let mut files = vec![
        (format!("argocd/project-{}.yaml", cluster.name), project),
        (format!("argocd/root-{}.yaml", cluster.name), root),
    ];
    for name in apps(built) {
        let context = ApplicationContext { gitops, cluster, app: app(gitops, built, name) };
        let file = renderer.engine_file(ARGO_CD_APPLICATION, &context, Some(name))?;
        files.push((format!("argocd/{}/{name}.yaml", cluster.name), file));
    }
    Ok(files)
}

/// What the cluster's objects are and where they go, so that the project allows that and no more.
fn project<'a>(gitops: &'a GitOps, built: &'a BuiltCluster<'_, '_>) -> ProjectContext<'a> {
    let mut namespaces: BTreeSet<&str> =
        apps(built).into_iter().map(|app| App::find(app).namespace).collect();
    let (mut cluster_kinds, mut cluster_objects) = (BTreeSet::new(), BTreeSet::new());
    for id in built.resources.iter().map(Resource::current_id) {
        if id.namespace.is_empty() {
            let (group, kind, name) = (id.gvk.group, id.gvk.kind, id.name);
            cluster_kinds.insert(Kind { group, kind });
            cluster_objects.insert(NamedKind { group, kind, name });
        } else {
            namespaces.insert(id.namespace);
        }
    }
    ProjectContext { gitops, cluster: built.cluster, namespaces, cluster_kinds, cluster_objects }
}

fn app<'a>(gitops: &'a GitOps, built: &'a BuiltCluster<'_, '_>, name: &'a str) -> AppContext<'a> {
    let facts = App::find(name);
    AppContext {
        name,
        path: format!("{}/{}", gitops.path, app_folder(&built.cluster.name, name)),
        namespace: facts.namespace,
        wave: facts.wave,
        is_foundation: facts.is_foundation,
        ignored_fields: ignored_fields::of_app(gitops, built, name),
    }
}
