//! `gitops/flux-source`

use crate::diagnostic::{Severity, closest};
use crate::validate::rule::{Check, Profile, Rule, Run, example};
use crate::validate::{Finding, Findings, Object, Tree};
use crate::yaml::Node;

static RULE: Rule = Rule {
    id: "gitops/flux-source",
    severity: Severity::Error,
    profile: Profile::Default,
    summary: "Flux is to take something from a source that is not there",
    why: "Flux reports ArtifactFailed or SourceNotFound and applies nothing",
    fix: "add the source, or correct kind, name and namespace",
    example: example!("gitops/flux-source"),
};

const GROUP: &str = "source.toolkit.fluxcd.io";

/// The source that Flux makes for itself when it is installed.
const BOOTSTRAP: &str = "flux-system";

/// The kinds of sources.
const SOURCES: [&str; 6] =
    ["Bucket", "ExternalArtifact", "GitRepository", "HelmChart", "HelmRepository", "OCIRepository"];

/// Where a source is named: group, kind, field.
const PLACES: [(&str, &str, &[&str]); 6] = [
    ("kustomize.toolkit.fluxcd.io", "Kustomization", &["spec", "sourceRef"]),
    ("helm.toolkit.fluxcd.io", "HelmRelease", &["spec", "chart", "spec", "sourceRef"]),
    ("helm.toolkit.fluxcd.io", "HelmRelease", &["spec", "chartRef"]),
    (GROUP, "HelmChart", &["spec", "sourceRef"]),
    ("image.toolkit.fluxcd.io", "ImageUpdateAutomation", &["spec", "sourceRef"]),
    (GROUP, "ArtifactGenerator", &["spec", "sourceRef"]),
];

pub(super) static CHECK: Check = Check { rules: &[&RULE], run: Run::Tree(check) };

fn check(tree: &Tree<'_, '_>, findings: &mut Findings<'_>) {
    for (group, kind, path) in PLACES {
        for object in tree.of_kind(group, kind) {
            if let Some(reference) = object.at(path) {
                findings.extend_from(missing(object, reference, path, tree));
            }
        }
    }
}

fn missing(
    object: &Object<'_, '_>,
    reference: &Node<'_>,
    path: &[&str],
    tree: &Tree<'_, '_>,
) -> Option<Finding> {
    let text = |field| reference.get(field).and_then(Node::text);
    let node = reference.get("name")?;
    let (kind, name) = (text("kind")?, node.text()?);
    let namespace = text("namespace").unwrap_or(object.id.namespace);
    // Other kinds are for the schema to refuse.
    if !SOURCES.contains(&kind)
        || name == BOOTSTRAP
        || name.contains("${")
        || tree.has((GROUP, kind), namespace, name)
    {
        return None;
    }
    let place = if namespace.is_empty() { String::new() } else { format!(" in namespace `{namespace}`") };
    let message = format!("there is no {kind} `{name}`{place}");
    let finding = object.finding(&RULE, format!("{}.name", path.join(".")), node, message);
    let sources = || tree.objects().iter().filter(|source| source.group() == GROUP);
    if let Some(other) = sources().find(|source| source.id.name == name) {
        let finding = finding.related(other.name_origin(), "a source of this name is here");
        return Some(finding.help(format!("it is a {} in namespace `{}`", other.kind(), other.id.namespace)));
    }
    let names: Vec<&str> =
        sources().filter(|source| source.kind() == kind).map(|source| source.id.name).collect();
    Some(match closest(name, &names) {
        Some(like) => finding.help(format!("did you mean `{like}`?")),
        None => finding,
    })
}
