//! `gitops/flux-depends-on`

use rustc_hash::FxHashMap;

use crate::diagnostic::{Severity, closest};
use crate::validate::rule::{Check, Profile, Rule, Run, example};
use crate::validate::{Findings, Kind, Object, Tree};
use crate::yaml::Node;

static RULE: Rule = Rule {
    id: "gitops/flux-depends-on",
    severity: Severity::Error,
    profile: Profile::Default,
    summary: "something waits for a Kustomization or HelmRelease that never gets ready",
    why: "Flux reports DependencyNotReady and applies nothing",
    fix: "correct the name in `dependsOn`, or take out what closes the circle",
    example: example!("gitops/flux-depends-on"),
};

const KINDS: [Kind<'static>; 2] =
    [("kustomize.toolkit.fluxcd.io", "Kustomization"), ("helm.toolkit.fluxcd.io", "HelmRelease")];

pub(super) static CHECK: Check = Check { rules: &[&RULE], run: Run::Tree(check) };

/// One entry of `dependsOn`.
struct Dependency<'t, 'a, 's> {
    path: String,
    name: &'a Node<'s>,
    /// What is waited for, if it is there.
    target: Option<&'t Object<'a, 's>>,
}

fn check(tree: &Tree<'_, '_>, findings: &mut Findings<'_>) {
    for kind in KINDS {
        for object in tree.of_kind(kind.0, kind.1) {
            for dependency in dependencies(object, kind, tree) {
                if dependency.target.is_none() {
                    missing(object, &dependency, kind, tree, findings);
                }
            }
        }
        circles(kind, tree, findings);
    }
}

fn dependencies<'t, 'a, 's>(
    object: &Object<'a, 's>,
    kind: Kind<'_>,
    tree: &'t Tree<'a, 's>,
) -> Vec<Dependency<'t, 'a, 's>> {
    let items = object.items(&["spec", "dependsOn"]).iter().enumerate();
    let dependencies = items.filter_map(|(index, item)| {
        let name = item.get("name")?;
        let namespace = item.get("namespace").and_then(Node::text).unwrap_or(object.id.namespace);
        let target = tree.find(kind, namespace, name.text()?);
        Some(Dependency { path: format!("spec.dependsOn[{index}].name"), name, target })
    });
    dependencies.collect()
}

fn missing<'s>(
    object: &Object<'_, 's>,
    dependency: &Dependency<'_, '_, 's>,
    kind: Kind<'static>,
    tree: &Tree<'_, 's>,
    findings: &mut Findings<'_>,
) {
    let name = dependency.name.text().unwrap_or_default();
    let message = format!("there is no {} `{name}` to wait for", kind.1);
    let finding = object.finding(&RULE, dependency.path.as_str(), dependency.name, message);
    let names = tree.names(kind, object.id.namespace);
    let others: Vec<&str> = names.into_iter().filter(|name| *name != object.id.name).collect();
    findings.add(match closest(name, &others) {
        Some(like) => finding.help(format!("did you mean `{like}`?")),
        None => finding,
    });
}

/// Follows each dependency once; one that leads back to what is being followed closes a circle.
fn circles(kind: Kind<'static>, tree: &Tree<'_, '_>, findings: &mut Findings<'_>) {
    let key = |object: &Object<'_, '_>| object.node.origin();
    let mut is_done = FxHashMap::default();
    for start in tree.of_kind(kind.0, kind.1) {
        if is_done.contains_key(&key(start)) {
            continue;
        }
        is_done.insert(key(start), false);
        let mut path = vec![(start, dependencies(start, kind, tree).into_iter())];
        while let Some((object, rest)) = path.last_mut() {
            let object = *object;
            let Some(dependency) = rest.next() else {
                is_done.insert(key(object), true);
                path.pop();
                continue;
            };
            let Some(target) = dependency.target else { continue };
            match is_done.get(&key(target)) {
                Some(true) => {}
                Some(false) => {
                    let message = format!("this waits for `{}`, which waits for this", target.id.name);
                    let finding = object.finding(&RULE, dependency.path, dependency.name, message);
                    findings.add(finding.related(target.name_origin(), "the circle goes through here"));
                }
                None => {
                    is_done.insert(key(target), false);
                    path.push((target, dependencies(target, kind, tree).into_iter()));
                }
            }
        }
    }
}
