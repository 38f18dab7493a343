//! Which app of the stack an object belongs to. An app is a folder of the tree, and one unit that an engine syncs.

use crate::resource::Resource;

/// Where the name of the app is written on each object.
const APP_LABEL: &str = "app.kubernetes.io/name";

/// An app that objects are put into by their kind.
const BY_KIND: &[(&str, &str, &str)] = &[
    ("apiextensions.k8s.io", "CustomResourceDefinition", "crds"),
    ("", "Namespace", "prereqs"),
    ("scheduling.k8s.io", "PriorityClass", "prereqs"),
    ("storage.k8s.io", "StorageClass", "prereqs"),
];

/// What sets the apps of the stack apart from what users add.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct App {
    /// Its name.
    pub name: &'static str,
    /// The namespace that its objects are in, if not that of the stack.
    pub namespace: &'static str,
    /// Apps of a lower wave are synced first.
    pub wave: i32,
    /// Whether everything else fails or loses data when its objects go: they are never pruned.
    pub is_foundation: bool,
}

/// An app that is not in the table.
const OTHER: App = App { name: "", namespace: "monitoring", wave: 0, is_foundation: false };

/// The apps that are special.
const APPS: &[App] = &[
    App { name: "crds", wave: -20, is_foundation: true, ..OTHER },
    App { name: "prereqs", wave: -10, is_foundation: true, ..OTHER },
    App { name: "node-exporter", namespace: "monitoring-node", ..OTHER },
    App { name: "grafana", wave: 10, ..OTHER },
];

impl App {
    /// What is known about the app `name`.
    pub fn find(name: &str) -> Self {
        APPS.iter().copied().find(|app| app.name == name).unwrap_or(OTHER)
    }
}

/// The name of the app that an object belongs to: by its kind, else by its label.
pub fn app_of<'s>(object: &Resource<'s>) -> Option<&'s str> {
    let gvk = object.gvk();
    let by_kind = BY_KIND.iter().find(|(group, kind, _)| *group == gvk.group && *kind == gvk.kind);
    match by_kind {
        Some((_, _, app)) => Some(app),
        None => object.label(APP_LABEL).filter(|app| !app.is_empty()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_others_stand_on_comes_first_and_stays() {
        let waves = ["crds", "prereqs", "prometheus", "grafana"].map(|name| App::find(name).wave);
        assert!(waves.is_sorted());
        assert!(App::find("prereqs").is_foundation && !App::find("prometheus").is_foundation);
        assert_eq!(App::find("mine").namespace, "monitoring");
    }
}
