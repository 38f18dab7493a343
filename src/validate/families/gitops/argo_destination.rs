//! `gitops/argo-destination`

use super::{ARGO_CD, pattern};
use crate::diagnostic::Severity;
use crate::validate::rule::{Check, Profile, Rule, Run, example};
use crate::validate::{Finding, Findings, Object, Tree};
use crate::yaml::Node;

static RULE: Rule = Rule {
    id: "gitops/argo-destination",
    severity: Severity::Error,
    profile: Profile::Default,
    summary: "an Application goes where its project does not let it go",
    why: "Argo CD reports InvalidSpecError and never syncs it",
    fix: "correct the destination, or add it to the project's `destinations`",
    example: example!("gitops/argo-destination"),
};

/// The cluster that Argo CD itself runs in, by its URL and by its name.
const OWN_CLUSTER: (&str, &str) = ("https://kubernetes.default.svc", "in-cluster");

pub(super) static CHECK: Check = Check { rules: &[&RULE], run: Run::Tree(check) };

fn check(tree: &Tree<'_, '_>, findings: &mut Findings<'_>) {
    for application in tree.of_kind(ARGO_CD, "Application") {
        let name = application.text(&["spec", "project"]).unwrap_or_default();
        if let Some(project) = tree.find_anywhere((ARGO_CD, "AppProject"), name) {
            findings.extend_from(refused(application, project));
        }
    }
}

fn refused(application: &Object<'_, '_>, project: &Object<'_, '_>) -> Option<Finding> {
    let text = |field| application.text(&["spec", "destination", field]);
    let namespace = text("namespace")?;
    let cluster = Cluster { server: text("server"), name: text("name") };
    let allowed = project.items(&["spec", "destinations"]);
    let fits = |entry: &Node<'_>| cluster.is_meant(entry) && is_namespace(entry, namespace);
    let is_denied = |entry: &Node<'_>| {
        let field = |field| entry.get(field).and_then(Node::text).and_then(|text| text.strip_prefix('!'));
        field("namespace")
            .is_some_and(|pattern| cluster.is_meant(entry) && pattern::matches(pattern, namespace))
    };
    if allowed.iter().any(fits) && !allowed.iter().any(is_denied) {
        return None;
    }
    // The cluster is wrong if no entry means it at all.
    let is_cluster = !allowed.iter().any(|entry| cluster.is_meant(entry));
    let field = match (is_cluster, cluster.server) {
        (true, Some(_)) => "server",
        (true, None) => "name",
        (false, _) => "namespace",
    };
    let node = application.at(&["spec", "destination", field])?;
    let wrong = node.text().unwrap_or_default();
    let what = if is_cluster { "cluster" } else { "namespace" };
    let message = format!("{} does not let it go to {what} `{wrong}`", project.describe());
    let finding = application.finding(&RULE, format!("spec.destination.{field}"), node, message);
    let place = project.at(&["spec", "destinations"]).map_or(project.name_origin(), Node::origin);
    Some(finding.related(place, "the project's destinations are here"))
}

/// A cluster by its URL, by its name, or both.
struct Cluster<'t> {
    server: Option<&'t str>,
    name: Option<&'t str>,
}

impl Cluster<'_> {
    /// Whether an entry of a project means this cluster.
    fn is_meant(&self, entry: &Node<'_>) -> bool {
        let pattern = |field| entry.get(field).and_then(Node::text);
        let fits = |pattern: Option<&str>, own: Option<&str>, alias: Option<&str>| {
            let values = [own, alias].into_iter().flatten();
            pattern.is_some_and(|pattern| values.into_iter().any(|value| pattern::matches(pattern, value)))
        };
        let server_alias = (self.name == Some(OWN_CLUSTER.1)).then_some(OWN_CLUSTER.0);
        let name_alias = (self.server == Some(OWN_CLUSTER.0)).then_some(OWN_CLUSTER.1);
        fits(pattern("server"), self.server, server_alias) || fits(pattern("name"), self.name, name_alias)
    }
}

fn is_namespace(entry: &Node<'_>, namespace: &str) -> bool {
    let pattern = entry.get("namespace").and_then(Node::text);
    pattern.is_some_and(|pattern| pattern::matches(pattern, namespace))
}
