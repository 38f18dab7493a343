//! `gitops/unsubstituted-var`

use rustc_hash::FxHashSet;

use crate::diagnostic::Severity;
use crate::validate::rule::{Check, Profile, Rule, Run, example};
use crate::validate::{Findings, Object, Tree, is_foreign};
use crate::yaml::Node;

static RULE: Rule = Rule {
    id: "gitops/unsubstituted-var",
    severity: Severity::Error,
    profile: Profile::Default,
    summary: "a `${variable}` is left that nobody fills in",
    why: "the text itself is applied: names are refused, hosts and images are of nobody",
    fix: "write the value, or give it in `postBuild.substitute` of the Flux Kustomization that applies this",
    example: example!("gitops/unsubstituted-var"),
};

/// Fields whose text is a program's own, where `${}` may mean something: scripts, configurations, templates.
const PROGRAMS: [&str; 16] = [
    "annotations",
    "args",
    "binaryData",
    "command",
    "data",
    "description",
    "env",
    "expr",
    "exec",
    "expression",
    "openAPIV3Schema",
    "patches",
    "postBuild",
    "stringData",
    "template_files",
    "valuesObject",
];

pub(super) static CHECK: Check = Check { rules: &[&RULE], run: Run::Tree(check) };

fn check(tree: &Tree<'_, '_>, findings: &mut Findings<'_>) {
    let Some(known) = substituted(tree) else { return };
    for object in tree.objects() {
        // Other projects have variables of their own.
        let is_program =
            ["ApplicationSet", "HelmRelease", "ValidatingAdmissionPolicy", "CustomResourceDefinition"];
        if !is_foreign(object.group()) && !is_program.contains(&object.kind()) {
            walk(object, object.node, &mut Vec::new(), &known, findings);
        }
    }
}

/// The variables that Flux fills in; nothing if they are kept where nobody can look.
fn substituted<'s>(tree: &Tree<'_, 's>) -> Option<FxHashSet<&'s str>> {
    let mut known = FxHashSet::default();
    for kustomization in tree.of_kind("kustomize.toolkit.fluxcd.io", "Kustomization") {
        let variables = kustomization.mapping(&["spec", "postBuild", "substitute"]);
        known.extend(variables.into_iter().flatten().map(|entry| entry.key.text));
        for source in kustomization.items(&["spec", "postBuild", "substituteFrom"]) {
            let text = |field| source.get(field).and_then(Node::text).unwrap_or_default();
            let source = tree.find(("", text("kind")), kustomization.id.namespace, text("name"))?;
            let fields = ["data", "stringData"].into_iter().filter_map(|field| source.mapping(&[field]));
            known.extend(fields.flatten().map(|entry| entry.key.text));
        }
    }
    Some(known)
}

fn walk<'a>(
    object: &Object<'_, '_>,
    node: &'a Node<'_>,
    path: &mut Vec<&'a str>,
    known: &FxHashSet<&str>,
    findings: &mut Findings<'_>,
) {
    if let Some(text) = node.text() {
        for name in variables(text).filter(|name| !known.contains(name)).take(1) {
            let message = format!("nobody fills in `${{{name}}}`");
            findings.add(object.finding(&RULE, path.join("."), node, message));
        }
    }
    for item in node.as_sequence().into_iter().flatten() {
        walk(object, item, path, known, findings);
    }
    for entry in node.as_mapping().into_iter().flatten() {
        if !PROGRAMS.contains(&entry.key.text) {
            path.push(entry.key.text);
            walk(object, &entry.value, path, known, findings);
            path.pop();
        }
    }
}

/// The names in `${name}`. With a default Flux needs none, and `$${name}` is meant to stay.
fn variables(text: &str) -> impl Iterator<Item = &str> {
    let starts = memchr::memmem::find_iter(text.as_bytes(), "${");
    starts.filter(|at| !text[..*at].ends_with('$')).filter_map(|at| {
        let name = text[at + 2..].split_once('}')?.0;
        let first = name.bytes().next()?;
        let is_word = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_';
        (name.bytes().all(is_word) && !first.is_ascii_digit()).then_some(name)
    })
}

#[cfg(test)]
mod tests {
    use super::variables;

    #[test]
    fn finds_the_variables_that_flux_would_fill_in() {
        let found: Vec<&str> = variables("${a}-$${b}-${c:=x}-${1}-${d_2}-$e-${f").collect();
        assert_eq!(found, ["a", "d_2"]);
    }
}
