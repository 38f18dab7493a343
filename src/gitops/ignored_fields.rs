//! Fields that somebody in the cluster looks after: neither engine may take them for drift.
//!
//! One list for both engines: what `gitops.ignore_fields` says, and the replicas of everything that an autoscaler
//! scales. An app gets the rules that match one of its objects, so that a rule for nothing shows nowhere.

use serde::Serialize;

use crate::resource::Resource;
use crate::stack::{BuiltCluster, GitOps, app_of};
use crate::yaml::Node;

/// Where every scalable object keeps how many of it there are.
const REPLICAS: &str = "/spec/replicas";
/// Group and kind of the objects that scale others.
const AUTOSCALERS: [(&str, &str); 2] =
    [("autoscaling", "HorizontalPodAutoscaler"), ("keda.sh", "ScaledObject")];

/// Fields of one object that are left alone.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub(super) struct IgnoredFields<'a> {
    group: &'a str,
    kind: &'a str,
    namespace: &'a str,
    name: &'a str,
    /// JSON pointers.
    paths: Vec<&'a str>,
}

/// The rules for the objects of an app, in order of the objects.
pub(super) fn of_app<'a>(
    gitops: &'a GitOps,
    built: &'a BuiltCluster<'_, '_>,
    app: &str,
) -> Vec<IgnoredFields<'a>> {
    let scaled = scaled_objects(built);
    let mut rules = Vec::new();
    for object in built.resources.iter().filter(|object| app_of(object) == Some(app)) {
        let id = object.current_id();
        let (group, kind) = (id.gvk.group, id.gvk.kind);
        let mut paths: Vec<&str> = gitops
            .ignore_fields
            .iter()
            .filter(|rule| rule.matches(group, kind, id.namespace, id.name))
            .flat_map(|rule| rule.paths.iter().map(String::as_str))
            .collect();
        if scaled.contains(&(group, kind, id.namespace, id.name)) {
            paths.push(REPLICAS);
        }
        paths.sort_unstable();
        paths.dedup();
        if !paths.is_empty() {
            rules.push(IgnoredFields { group, kind, namespace: id.namespace, name: id.name, paths });
        }
    }
    rules.sort();
    rules
}

/// Group, kind, namespace and name of everything that an autoscaler looks after.
fn scaled_objects<'a>(built: &'a BuiltCluster<'_, '_>) -> Vec<(&'a str, &'a str, &'a str, &'a str)> {
    let is_autoscaler = |object: &&Resource<'_>| {
        let gvk = object.gvk();
        AUTOSCALERS.contains(&(gvk.group, gvk.kind))
    };
    built.resources.iter().filter(is_autoscaler).filter_map(target).collect()
}

fn target<'a>(autoscaler: &'a Resource<'_>) -> Option<(&'a str, &'a str, &'a str, &'a str)> {
    let reference = autoscaler.node.get("spec")?.get("scaleTargetRef")?;
    let text = |key: &str| reference.get(key).and_then(Node::text);
    // What a ScaledObject leaves out is a Deployment.
    let group = text("apiVersion").unwrap_or("apps/v1").split_once('/').map_or("", |(group, _)| group);
    Some((group, text("kind").unwrap_or("Deployment"), autoscaler.namespace(), text("name")?))
}
