//! `gitops/argo-project`

use super::{ARGO_CD, pattern};
use crate::diagnostic::{Severity, closest};
use crate::validate::rule::{Check, Profile, Rule, Run, example};
use crate::validate::{Finding, Findings, Object, Tree};
use crate::yaml::Node;

static RULE: Rule = Rule {
    id: "gitops/argo-project",
    severity: Severity::Error,
    profile: Profile::Default,
    summary: "an Application is of a project that is not there, or that does not let it have its source",
    why: "Argo CD reports InvalidSpecError and never syncs it",
    fix: "correct `project`, or add the repository to the project's `sourceRepos`",
    example: example!("gitops/argo-project"),
};

const KIND: (&str, &str) = (ARGO_CD, "AppProject");

pub(super) static CHECK: Check = Check { rules: &[&RULE], run: Run::Tree(check) };

fn check(tree: &Tree<'_, '_>, findings: &mut Findings<'_>) {
    // Without any project in the tree, they are kept elsewhere.
    if tree.of_kind(KIND.0, KIND.1).next().is_none() {
        return;
    }
    for application in tree.of_kind(ARGO_CD, "Application") {
        let Some(node) = application.at(&["spec", "project"]) else { continue };
        let name = node.text().unwrap_or_default();
        match tree.find(KIND, application.id.namespace, name).or_else(|| tree.find_anywhere(KIND, name)) {
            Some(project) => findings.extend_from(refused_source(application, project)),
            // Argo CD makes this one.
            None if name == "default" || name.is_empty() => {}
            None => {
                let message = format!("there is no AppProject `{name}`");
                let finding = application.finding(&RULE, "spec.project", node, message);
                findings.add(match closest(name, &tree.names(KIND, "")) {
                    Some(like) => finding.help(format!("did you mean `{like}`?")),
                    None => finding,
                });
            }
        }
    }
}

fn refused_source(application: &Object<'_, '_>, project: &Object<'_, '_>) -> Option<Finding> {
    let repositories: Vec<&str> =
        project.items(&["spec", "sourceRepos"]).iter().filter_map(Node::text).collect();
    let own =
        application.at(&["spec", "source", "repoURL"]).map(|node| ("spec.source.repoURL".to_owned(), node));
    let several = application.items(&["spec", "sources"]).iter().enumerate();
    let several = several.filter_map(|(index, source)| {
        Some((format!("spec.sources[{index}].repoURL"), source.get("repoURL")?))
    });
    let is_allowed = |url: &str| {
        let url = normal(url);
        let denied = repositories.iter().filter_map(|pattern| pattern.strip_prefix('!'));
        let mut allowed = repositories.iter().filter(|pattern| !pattern.starts_with('!'));
        !denied.into_iter().any(|pattern| pattern::matches(&normal(pattern), &url))
            && allowed.any(|pattern| pattern::matches(&normal(pattern), &url))
    };
    let (path, node) =
        own.into_iter().chain(several).find(|(_, node)| node.text().is_some_and(|url| !is_allowed(url)))?;
    let message = format!("{} does not let it have this source", project.describe());
    let place = project.at(&["spec", "sourceRepos"]).map_or(project.name_origin(), Node::origin);
    Some(application.finding(&RULE, path, node, message).related(place, "the project's sources are here"))
}

/// A URL in the form in which Argo CD compares it.
fn normal(url: &str) -> String {
    url.trim().trim_end_matches('/').trim_end_matches(".git").to_lowercase()
}
