//! What Argo CD needs: a project, an Application for each app, and one for each cluster that brings those.

use std::collections::BTreeSet;

use serde::Serialize;

use super::tree::{Input, Tree, app_folder, apps, engine_file};
use crate::diagnostic::Diagnostics;
use crate::stack::{ARGO_CD_APPLICATION, ARGO_CD_PROJECT, ARGO_CD_ROOT, App, BuiltCluster, Cluster, GitOps};

/// The cluster that Argo CD runs in.
const OWN_CLUSTER: &str = "https://kubernetes.default.svc";

#[derive(Serialize)]
struct ProjectContext<'a> {
    gitops: &'a GitOps,
    servers: BTreeSet<&'a str>,
    namespaces: BTreeSet<&'a str>,
    cluster_kinds: BTreeSet<Kind<'a>>,
}

#[derive(PartialEq, Eq, PartialOrd, Ord, Serialize)]
struct Kind<'a> {
    group: &'a str,
    kind: &'a str,
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
}

/// Adds `argocd/`.
pub(super) fn add(tree: &mut Tree, input: &Input<'_, '_>) -> Result<(), Diagnostics> {
    let project = engine_file(input, ARGO_CD_PROJECT, &project(input), None)?;
    tree.add("argocd/project.yaml".to_owned(), project)?;
    for built in input.clusters {
        let root = RootContext { gitops: input.gitops, cluster: built.cluster };
        let root = engine_file(input, ARGO_CD_ROOT, &root, None)?;
        tree.add(format!("argocd/root-{}.yaml", built.cluster.name), root)?;
        for app in apps(built) {
            let application =
                engine_file(input, ARGO_CD_APPLICATION, &application(input, built, app), Some(app))?;
            tree.add(format!("argocd/{}/{app}.yaml", built.cluster.name), application)?;
        }
    }
    Ok(())
}

/// What the stack writes anywhere, so that the project allows that and no more.
fn project<'a>(input: &Input<'a, '_>) -> ProjectContext<'a> {
    let mut context = ProjectContext {
        gitops: input.gitops,
        servers: BTreeSet::new(),
        namespaces: BTreeSet::new(),
        cluster_kinds: BTreeSet::new(),
    };
    for built in input.clusters {
        context.servers.insert(built.cluster.server.as_deref().unwrap_or(OWN_CLUSTER));
        context.namespaces.extend(apps(built).into_iter().map(|app| App::find(app).namespace));
        for id in built.resources.iter().map(crate::resource::Resource::current_id) {
            if id.namespace.is_empty() {
                context.cluster_kinds.insert(Kind { group: id.gvk.group, kind: id.gvk.kind });
            } else {
                context.namespaces.insert(id.namespace);
            }
        }
    }
    context
}

fn application<'a>(
    input: &Input<'a, '_>,
    built: &BuiltCluster<'a, '_>,
    app: &'a str,
) -> ApplicationContext<'a> {
    let facts = App::find(app);
    let app = AppContext {
        name: app,
        path: format!("{}/{}", input.gitops.path, app_folder(&built.cluster.name, app)),
        namespace: facts.namespace,
        wave: facts.wave,
        is_foundation: facts.is_foundation,
    };
    ApplicationContext { gitops: input.gitops, cluster: built.cluster, app }
}
