//! What tells the items of a list apart: the API's own keys, or those of the field where the API says nothing.

use super::path::{Path, Step};
use crate::schema::{ListType, ValueSchema};
use crate::yaml::Node;

/// How the items of two lists are paired.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum ListKind<'t> {
    /// By their place: the order has a meaning.
    Ordered,
    /// By what they are as a whole, in whatever order.
    Content,
    /// By the values of these fields. The second list is looked at too, if what the first says is not unique.
    Keyed(Vec<&'t str>, &'static [&'static str]),
}

/// A list that has keys by the conventions of its field, though no schema says so.
struct Convention {
    /// The kind of object, or none for documents inside values.
    kind: Option<&'static str>,
    /// The last keys on the way to the list.
    path: &'static [&'static str],
    keys: &'static [&'static str],
    then: &'static [&'static str],
}

const fn keyed(path: &'static [&'static str], keys: &'static [&'static str]) -> Convention {
    Convention { kind: None, path, keys, then: &[] }
}

const fn of(
    kind: &'static str,
    path: &'static [&'static str],
    keys: &'static [&'static str],
    then: &'static [&'static str],
) -> Convention {
    Convention { kind: Some(kind), path, keys, then }
}

/// Rules are known by their name, and two alerts of one name by their labels.
const RULE: (&[&str], &[&str]) = (&["alert", "record"], &["labels"]);

/// An empty list of keys stands for items that are told apart by what they are.
const CONVENTIONS: [Convention; 41] = [
    // Prometheus
    keyed(&["groups"], &["name"]),
    Convention { kind: None, path: &["groups", "rules"], keys: RULE.0, then: RULE.1 },
    of("PrometheusRule", &["groups", "rules"], RULE.0, RULE.1),
    of("ThanosRuler", &["groups", "rules"], RULE.0, RULE.1),
    keyed(&["scrape_configs"], &["job_name"]),
    keyed(&["rule_files"], &[]),
    keyed(&["static_configs", "targets"], &[]),
    keyed(&["kubernetes_sd_configs", "namespaces", "names"], &[]),
    keyed(&["remote_write"], &["name", "url"]),
    keyed(&["remote_read"], &["name", "url"]),
    of("ServiceMonitor", &["endpoints"], &["port", "targetPort", "path", "scheme"], &[]),
    of("PodMonitor", &["podMetricsEndpoints"], &["port", "targetPort", "path", "scheme"], &[]),
    of("ServiceMonitor", &["namespaceSelector", "matchNames"], &[], &[]),
    of("PodMonitor", &["namespaceSelector", "matchNames"], &[], &[]),
    // Alertmanager
    keyed(&["receivers"], &["name"]),
    keyed(&["mute_time_intervals"], &["name"]),
    keyed(&["time_intervals"], &["name"]),
    keyed(&["templates"], &[]),
    keyed(&["route", "group_by"], &[]),
    keyed(&["equal"], &[]),
    of("AlertmanagerConfig", &["receivers"], &["name"], &[]),
    // Grafana
    keyed(&["panels"], &["id"]),
    keyed(&["targets"], &["refId"]),
    keyed(&["templating", "list"], &["name"]),
    keyed(&["annotations", "list"], &["name"]),
    keyed(&["datasources"], &["uid", "name"]),
    keyed(&["providers"], &["name"]),
    keyed(&["tags"], &[]),
    // Kubernetes
    of("Role", &["rules"], &[], &[]),
    of("ClusterRole", &["rules"], &[], &[]),
    of("RoleBinding", &["subjects"], &["kind", "name"], &["namespace"]),
    of("ClusterRoleBinding", &["subjects"], &["kind", "name"], &["namespace"]),
    of("NetworkPolicy", &["ingress"], &[], &[]),
    of("NetworkPolicy", &["egress"], &[], &[]),
    of("NetworkPolicy", &["from"], &[], &[]),
    of("NetworkPolicy", &["to"], &[], &[]),
    of("NetworkPolicy", &["ports"], &[], &[]),
    of("NetworkPolicy", &["policyTypes"], &[], &[]),
    of("CustomResourceDefinition", &["versions"], &["name"], &[]),
    of("CustomResourceDefinition", &["required"], &[], &[]),
    of("Kustomization", &["resources"], &[], &[]),
];

/// Lists of Kubernetes with text or content in whatever order, of every kind: the API does not say so.
const SETS: [&str; 9] = [
    "verbs",
    "resources",
    "apiGroups",
    "resourceNames",
    "nonResourceURLs",
    "accessModes",
    "matchExpressions",
    "tolerations",
    "drop",
];

/// How the items of the list at `path` are paired.
pub(super) fn list_kind<'t>(kind: &str, path: &Path<'_>, schema: Option<ValueSchema<'t>>) -> ListKind<'t> {
    match schema.map(ValueSchema::list_type) {
        Some(ListType::Map(keys)) => return ListKind::Keyed(keys, &[]),
        Some(ListType::Set) => return ListKind::Content,
        _ => {}
    }
    let inside = path.0.iter().rposition(|step| *step == Step::Document);
    let steps = path.0.get(inside.map_or(0, |at| at + 1)..).unwrap_or_default();
    let found = CONVENTIONS.iter().find(|one| {
        let fits = if inside.is_some() { one.kind.is_none() } else { one.kind == Some(kind) };
        fits && ends_with(steps, one.path)
    });
    match found {
        Some(one) if one.keys.is_empty() => ListKind::Content,
        Some(one) => ListKind::Keyed(one.keys.to_vec(), one.then),
        None if inside.is_none() && is_set(steps) => ListKind::Content,
        None => ListKind::Ordered,
    }
}

fn is_set(steps: &[Step<'_>]) -> bool {
    SETS.iter().any(|name| steps.last() == Some(&Step::Key(name)))
}

/// Whether the last keys of a path are these.
fn ends_with(steps: &[Step<'_>], wanted: &[&str]) -> bool {
    let mut keys = steps.iter().rev().filter_map(|step| match step {
        Step::Key(key) => Some(*key),
        _ => None,
    });
    wanted.iter().rev().all(|key| keys.next() == Some(*key))
}

/// Whether the order of a list has a meaning although its items have keys: init containers run one after the other, and
/// a variable may use those before it.
pub(super) fn is_order_kept(path: &Path<'_>, items: &[Node<'_>]) -> bool {
    match path.last_key() {
        Some("initContainers") => true,
        Some("env") => {
            let value = |item: &Node<'_>| {
                item.get("value").and_then(Node::text).is_some_and(|text| text.contains("$("))
            };
            items.iter().any(value)
        }
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn path(keys: &[&'static str]) -> Path<'static> {
        Path(keys.iter().map(|key| if *key == "#" { Step::Document } else { Step::Key(key) }).collect())
    }

    #[test]
    fn documents_have_keys_of_their_own() {
        let jobs = path(&["data", "prometheus.yml", "#", "scrape_configs"]);
        assert_eq!(list_kind("ConfigMap", &jobs, None), ListKind::Keyed(vec!["job_name"], &[]));
        let routes = path(&["data", "alertmanager.yml", "#", "route", "routes"]);
        assert_eq!(list_kind("ConfigMap", &routes, None), ListKind::Ordered);
        // A field of the same name in an object is something else.
        assert_eq!(list_kind("Anything", &path(&["spec", "panels"]), None), ListKind::Ordered);
        assert_eq!(list_kind("Role", &path(&["rules", "verbs"]), None), ListKind::Content);
        assert_eq!(
            list_kind("PrometheusRule", &path(&["spec", "groups", "rules"]), None),
            ListKind::Keyed(vec!["alert", "record"], &["labels"])
        );
    }
}
