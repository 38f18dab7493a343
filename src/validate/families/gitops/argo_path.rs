//! `gitops/argo-path`

use std::path::{Component, Path, PathBuf};

use rustc_hash::FxHashMap;

use super::ARGO_CD;
use crate::diagnostic::{Severity, closest};
use crate::validate::rule::{Check, Profile, Rule, Run, example};
use crate::validate::{Finding, Findings, Object, Tree};
use crate::yaml::Node;

static RULE: Rule = Rule {
    id: "gitops/argo-path",
    severity: Severity::Error,
    profile: Profile::Default,
    summary: "an Application takes its manifests from a folder that is not there",
    why: "Argo CD reports ComparisonError: app path does not exist",
    fix: "correct `path`, which counts from the root of the repository, or add the folder",
    example: example!("gitops/argo-path"),
};

pub(super) static CHECK: Check = Check { rules: &[&RULE], run: Run::Tree(check) };

fn check(tree: &Tree<'_, '_>, findings: &mut Findings<'_>) {
    let known = flux_paths(tree);
    for application in tree.of_kind(ARGO_CD, "Application") {
        let own = application.at(&["spec", "source"]).map(|source| ("spec.source".to_owned(), source));
        let several = application.items(&["spec", "sources"]).iter().enumerate();
        let several = several.map(|(index, source)| (format!("spec.sources[{index}]"), source));
        for (path, source) in own.into_iter().chain(several) {
            findings.extend_from(missing(application, &format!("{path}.path"), source, (tree, &known)));
        }
    }
}

/// The folders that Flux takes from each repository: what is said to one engine holds for the other.
type Folders<'s> = FxHashMap<String, Vec<&'s str>>;

fn flux_paths<'s>(tree: &Tree<'_, 's>) -> Folders<'s> {
    let mut folders = Folders::default();
    for kustomization in tree.of_kind("kustomize.toolkit.fluxcd.io", "Kustomization") {
        let text = |path| kustomization.text(path);
        let source = ("source.toolkit.fluxcd.io", text(&["spec", "sourceRef", "kind"]).unwrap_or_default());
        let namespace = text(&["spec", "sourceRef", "namespace"]).unwrap_or(kustomization.id.namespace);
        let name = text(&["spec", "sourceRef", "name"]).unwrap_or_default();
        let url = tree.find(source, namespace, name).and_then(|source| source.text(&["spec", "url"]));
        if let (Some(url), Some(path)) = (url, text(&["spec", "path"])) {
            folders.entry(normal(url)).or_default().push(path.trim_start_matches("./").trim_end_matches('/'));
        }
    }
    folders
}

fn normal(url: &str) -> String {
    url.trim().trim_end_matches('/').trim_end_matches(".git").to_lowercase()
}

fn missing(
    application: &Object<'_, '_>,
    path: &str,
    source: &Node<'_>,
    (tree, known): (&Tree<'_, '_>, &Folders<'_>),
) -> Option<Finding> {
    let node = source.get("path").filter(|_| source.get("chart").is_none())?;
    let folder = node.text()?.trim_start_matches("./").trim_end_matches('/');
    if folder.is_empty() || folder == "." || folder.contains("{{") || folder.contains("${") {
        return None;
    }
    let file = tree.sources.locate(node.origin())?.file;
    let url = normal(source.get("repoURL").and_then(Node::text).unwrap_or_default());
    let others = known.get(&url).map_or(&[][..], Vec::as_slice);
    let is_there = match root(&file, folder) {
        Some(root) => root.join(folder).exists(),
        // Without the repository at hand, the folder has to be among those that Flux takes, or to lie around one.
        None => {
            others.is_empty()
                || others.iter().any(|other| is_around(folder, other) || is_around(other, folder))
        }
    };
    if is_there {
        return None;
    }
    let finding = application.finding(&RULE, path, node, format!("the repository has no folder `{folder}`"));
    Some(match closest(folder, others) {
        Some(like) => finding.help(format!("Flux takes `{like}` from the same repository")),
        None => finding,
    })
}

/// Whether a folder holds another one, or is it.
fn is_around(folder: &str, other: &str) -> bool {
    other == folder || other.strip_prefix(folder).is_some_and(|rest| rest.starts_with('/'))
}

/// The root of the repository that a file is in: the folder around it that holds the first part of the path.
fn root(file: &Path, folder: &str) -> Option<PathBuf> {
    let Some(Component::Normal(first)) = Path::new(folder).components().next() else { return None };
    let file = std::path::absolute(file).ok()?;
    let mut found = None;
    for around in file.ancestors().skip(1) {
        if around.join(first).is_dir() {
            found = found.or_else(|| Some(around.to_owned()));
        }
        if around.join(".git").exists() {
            break;
        }
    }
    found
}
