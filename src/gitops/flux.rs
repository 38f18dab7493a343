//! What Flux needs for a cluster: the repository, and a Kustomization for each app.

use serde::Serialize;

use super::cluster_files::{Renderer, app_folder, apps};
use super::ignored_fields::{self, IgnoredFields};
use super::tree::ClusterFiles;
use crate::diagnostic::Diagnostics;
use crate::stack::{App, BuiltCluster, Cluster, FLUX_KUSTOMIZATION, FLUX_SOURCE, GitOps};

#[derive(Serialize)]
struct SourceContext<'a> {
    gitops: &'a GitOps,
    cluster: &'a Cluster,
    ignore: Vec<String>,
}

#[derive(Serialize)]
struct KustomizationContext<'a> {
    gitops: &'a GitOps,
    cluster: &'a Cluster,
    app: AppContext<'a>,
}

#[derive(Serialize)]
struct AppContext<'a> {
    name: &'a str,
    path: String,
    is_foundation: bool,
    depends_on: Vec<&'a str>,
    ignored_fields: Vec<IgnoredFields<'a>>,
}

/// What is in `flux/` for a cluster. Never a `kustomization.yaml` there: `flux bootstrap` puts `flux-system/` beside
/// these files, and a list that leaves it out would make Flux prune itself.
pub(super) fn files(
    renderer: &Renderer<'_, '_>,
    built: &BuiltCluster<'_, '_>,
) -> Result<ClusterFiles, Diagnostics> {
    let (gitops, cluster) = (renderer.gitops, built.cluster);
    let folder = format!("flux/{}", cluster.name);
    let ignore = everything_but(&format!("{}/clusters/{}", gitops.path, cluster.name));
    let source = renderer.engine_file(FLUX_SOURCE, &SourceContext { gitops, cluster, ignore }, None)?;
    let mut files = vec![(format!("{folder}/source.yaml"), source)];
    let apps = apps(built);
    for name in &apps {
        let context = KustomizationContext { gitops, cluster, app: app(gitops, built, name, &apps) };
        let file = renderer.engine_file(FLUX_KUSTOMIZATION, &context, Some(name))?;
        files.push((format!("{folder}/{name}.yaml"), file));
    }
    Ok(files)
}

fn app<'a>(
    gitops: &'a GitOps,
    built: &'a BuiltCluster<'_, '_>,
    name: &'a str,
    apps: &[&'a str],
) -> AppContext<'a> {
    AppContext {
        name,
        path: format!("{}/{}", gitops.path, app_folder(&built.cluster.name, name)),
        is_foundation: App::find(name).is_foundation,
        depends_on: dependencies(name, apps),
        ignored_fields: ignored_fields::of_app(gitops, built, name),
    }
}

/// The foundations that are synced before `name`.
fn dependencies<'a>(name: &str, apps: &[&'a str]) -> Vec<&'a str> {
    let own = App::find(name).wave;
    let is_before = |app: &App| app.is_foundation && app.wave < own;
    apps.iter().copied().filter(|other| is_before(&App::find(other))).collect()
}

/// Patterns in the manner of `.gitignore` that leave nothing but `path`. A folder inside a folder that is ignored
/// cannot be brought back, so each step of the way is.
fn everything_but(path: &str) -> Vec<String> {
    let mut patterns = Vec::new();
    let mut folder = String::from("/");
    for name in path.split('/') {
        patterns.push(format!("{folder}*"));
        folder = format!("{folder}{name}/");
        patterns.push(format!("!{folder}"));
    }
    patterns
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn foundations_come_first_and_nothing_waits_for_itself() {
        let apps = ["crds", "prereqs", "prometheus", "grafana"];
        assert!(dependencies("crds", &apps).is_empty());
        assert_eq!(dependencies("prereqs", &apps), ["crds"]);
        assert_eq!(dependencies("grafana", &apps), ["crds", "prereqs"]);
    }

    #[test]
    fn ignores_step_by_step() {
        assert_eq!(everything_but("a/b"), ["/*", "!/a/", "/a/*", "!/a/b/"]);
    }
}
