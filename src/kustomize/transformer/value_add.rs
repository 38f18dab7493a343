//! Writes one value into fields, or into a place in the file paths that fields hold.
//!
//! Upstream's `ValueAddTransformer`: only a configuration of its own, no field of a kustomization.

use super::namespace::{Namespace, NamespaceSettings, RoleBindingSubjects};
use crate::diagnostic::{Diagnostic, Diagnostics};
use crate::kustomize::decode::{Text, settings};
use crate::kustomize::field_path::{split_path, unexpected};
use crate::kustomize::kustomization::SelectorFields;
use crate::kustomize::path_lookup::lookup_or_create;
use crate::kustomize::selector::Selector;
use crate::kustomize::set_value::set_scalar;
use crate::resource::{ResMap, Resource};
use crate::yaml::Sources;

settings! {
    /// Where a value goes.
    ValueAddTarget<'s> {
        /// The objects; all without it.
        selector: Option<SelectorFields<'s>> = "selector",
        /// The field: keys, places in lists and `[key=value]`, separated by `/`.
        field_path: Text<'s> = "fieldPath",
        /// Which part of the path that the field holds, from 1; 0 replaces the whole field.
        file_path_position: i64 = "filePathPosition",
    }
}

/// Writes `value` where the targets say.
pub fn apply<'s>(
    value: Text<'s>,
    targets: &[ValueAddTarget<'s>],
    resources: &mut ResMap<'s>,
    sources: &'s Sources,
) -> Result<(), Diagnostics> {
    let mut errors = Diagnostics::default();
    let value = Text { value: value.value.trim(), ..value };
    if targets.is_empty() {
        errors.push(Diagnostic::error("there must be at least one target").at(value.origin));
    }
    for target in targets {
        errors.absorb(apply_target(value, target, resources, sources));
    }
    errors.into_result()
}

fn apply_target<'s>(
    value: Text<'s>,
    target: &ValueAddTarget<'s>,
    resources: &mut ResMap<'s>,
    sources: &'s Sources,
) -> Result<(), Diagnostics> {
    check(target)?;
    let selected = match &target.selector {
        Some(fields) => Selector::compile(fields)?.select(resources),
        None => (0..resources.len()).collect(),
    };
    let mut errors = Diagnostics::default();
    for position in selected {
        let Some(resource) = resources.get_mut(position) else { continue };
        if target.field_path.value == "metadata/namespace" {
            let subjects = RoleBindingSubjects::DefaultOnly;
            let settings = NamespaceSettings { namespace: value, unset_only: false, subjects };
            errors.absorb(Namespace::new(settings, &[], sources).set(resource));
        } else if let Err(error) = add(value, target, resource, sources) {
            errors.push(error.object(resource.current_id()).related(target.origin, "asked for here"));
        }
    }
    errors.into_result()
}

fn check(target: &ValueAddTarget<'_>) -> Result<(), Diagnostics> {
    let problem = match target {
        _ if target.field_path.is_empty() => "`fieldPath` must not be empty",
        _ if target.file_path_position < 0 => "`filePathPosition` must not be negative",
        _ => return Ok(()),
    };
    Err(Diagnostic::error(problem).at(target.origin).into())
}

fn add<'s>(
    value: Text<'s>,
    target: &ValueAddTarget<'s>,
    resource: &mut Resource<'s>,
    sources: &'s Sources,
) -> Result<(), Diagnostic> {
    let path = target.field_path.value;
    let parts = path_parts(path, sources);
    let Some(node) = lookup_or_create(&mut resource.node, &parts, value.origin)? else {
        return Err(Diagnostic::error(format!("field `{path}`: a null or a missing item is in the way"))
            .at(resource.node.origin()));
    };
    let new = match (usize::try_from(target.file_path_position), node.text()) {
        (_, None) => return Err(unexpected("a scalar", node)),
        (Ok(0) | Err(_), _) => value.value,
        (Ok(position), Some(old)) => sources.keep(&insert_path_part(old, position - 1, value.value)),
    };
    set_scalar(node, new, value.origin)
}

fn path_parts<'s>(path: &'s str, sources: &'s Sources) -> Vec<&'s str> {
    let parts = split_path(path, '/').into_iter();
    parts
        .map(|part| match part {
            std::borrow::Cow::Borrowed(part) => part,
            std::borrow::Cow::Owned(part) => sources.keep(&part),
        })
        .collect()
}

/// Puts `part` into a file path, as its part number `position`, or at the end. What is absolute stays so.
fn insert_path_part(path: &str, position: usize, part: &str) -> String {
    let mut parts = path_pieces(path);
    let mut position = position.min(parts.len());
    let is_absolute = parts.first().is_some_and(|first| first.is_empty());
    if is_absolute && position < parts.len() {
        position += 1;
    }
    parts.insert(position, part);
    if is_absolute { format!("/{}", clean(&parts[1..])) } else { clean(&parts) }
}

/// The parts of a path; the first one of an absolute path is empty.
fn path_pieces(path: &str) -> Vec<&str> {
    if path == "/" {
        return vec![""];
    }
    let mut rest = path;
    let mut parts = Vec::new();
    while let Some((directory, name)) = rest.rsplit_once('/') {
        parts.push(name);
        rest = directory;
    }
    if !rest.is_empty() || path.starts_with('/') {
        parts.push(rest);
    }
    parts.reverse();
    parts
}

/// Joins parts and takes `.` and `..` out.
fn clean(parts: &[&str]) -> String {
    let mut kept: Vec<&str> = Vec::new();
    for part in parts.iter().flat_map(|part| part.split('/')) {
        match part {
            "" | "." => {}
            ".." if kept.last().is_some_and(|last| *last != "..") => drop(kept.pop()),
            _ => kept.push(part),
        }
    }
    let is_nothing = kept.is_empty() && parts.iter().any(|part| !part.is_empty());
    if is_nothing { ".".to_owned() } else { kept.join("/") }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kustomize::testing::{objects, sources, written};
    use crate::yaml::Origin;

    #[test]
    fn inserts_as_upstream_documents_it() {
        let rows = [
            ("", 0, "PEACH"),
            ("/", 0, "/PEACH"),
            ("pie", 0, "PEACH/pie"),
            ("/pie", 0, "/PEACH/pie"),
            ("raw", 1, "raw/PEACH"),
            ("/raw", 9, "/raw/PEACH"),
            ("a/nice/warm/pie", 3, "a/nice/warm/PEACH/pie"),
            ("/a/nice/warm/pie", 3, "/a/nice/warm/PEACH/pie"),
        ];
        for (path, position, expected) in rows {
            assert_eq!(insert_path_part(path, position, "PEACH"), expected, "{path}");
        }
    }

    #[test]
    fn writes_fields_and_paths() {
        let sources = sources();
        let text = |value| Text { value, origin: Origin::NONE };
        let mut resources =
            objects("apiVersion: v1\nkind: A\nmetadata:\n  name: a\nspec:\n  dir: /x/y\n", sources);
        let target = |path, position| ValueAddTarget {
            field_path: text(path),
            file_path_position: position,
            ..ValueAddTarget::default()
        };
        let targets =
            [target("spec/dir", 2), target("spec/items/[name=b]/value", 0), target("metadata/namespace", 0)];
        apply(text(" v "), &targets, &mut resources, sources).unwrap();
        assert_eq!(
            written(&resources),
            "apiVersion: v1\nkind: A\nmetadata:\n  name: a\n  namespace: v\nspec:\n  dir: /x/v/y\n  items:\n  \
             - name: b\n    value: v\n"
        );
        let errors =
            apply(text("v"), &[target("", 0), target("a", -1)], &mut resources, sources).unwrap_err();
        assert_eq!(errors.0.len(), 2);
    }
}
