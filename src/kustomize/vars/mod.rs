//! Vars: values of objects' fields, by name, for `$(NAME)` in other objects.
//!
//! A kustomization declares vars; the objects that hold their values are marked at once, under the names that
//! they have then, and the values are read at the very end. Deprecated upstream in favour of replacements.

mod expand;
mod value;

use std::collections::BTreeMap;

use rustc_hash::FxHashMap;

use super::field_path::{Create, FieldPaths};
use super::field_spec::FieldSpec;
use super::kustomization::Var;
use super::shared_scalar::{Places, SharedScalars};
use super::untyped_scalar::untyped;
use crate::diagnostic::{Diagnostic, Diagnostics, closest};
use crate::resource::{Gvk, ResId, ResMap, Resource, or_default};
use crate::yaml::{Origin, Sources};
use expand::Expander;
use value::VarValue;

/// Vars by name.
#[derive(Clone, Debug, Default)]
pub struct VarSet<'s> {
    vars: BTreeMap<&'s str, Var<'s>>,
}

impl<'s> VarSet<'s> {
    /// Adds the vars of a kustomization and marks the objects that hold their values.
    pub fn declare(&mut self, vars: &[Var<'s>], resources: &mut ResMap<'s>) -> Result<(), Diagnostics> {
        let mut errors = Diagnostics::default();
        if vars.is_empty() {
            return Ok(());
        }
        let by_name = by_any_name(resources);
        for var in vars {
            let named = by_name.get(var.objref.name.value).map_or(&[][..], Vec::as_slice);
            let mut matches: Vec<usize> =
                named.iter().filter(|(id, _)| is_target(var, id)).map(|(_, position)| *position).collect();
            matches.dedup();
            match matches[..] {
                [] => {}
                [only] => resources.as_mut_slice()[only].var_names.push(var.name.value),
                _ => errors.push(ambiguous(var, &matches, resources)),
            }
            if let Err(error) = self.add(var.clone()) {
                errors.push(error);
            }
        }
        errors.into_result()
    }

    /// Takes over the vars of a base.
    pub fn merge(&mut self, other: Self) -> Result<(), Diagnostics> {
        let mut errors = Diagnostics::default();
        for var in other.vars.into_values() {
            if let Err(error) = self.add(var) {
                errors.push(error);
            }
        }
        errors.into_result()
    }

    fn add(&mut self, var: Var<'s>) -> Result<(), Diagnostic> {
        let name = var.name;
        match self.vars.insert(name.value, var) {
            Some(old) => Err(Diagnostic::error(format!("var `{}` is declared twice", name.value))
                .at(name.origin)
                .related(old.name.origin, "the other declaration is here")
                .hint("give one of them another name; a base that is reached twice declares its vars twice")),
            None => Ok(()),
        }
    }

    /// Replaces `$(NAME)` in the fields of `references`. Gives warnings about vars that were not used.
    pub fn resolve(
        &self,
        references: &[FieldSpec<'s>],
        resources: &mut ResMap<'s>,
        sources: &'s Sources,
    ) -> Result<Vec<Diagnostic>, Diagnostics> {
        if self.vars.is_empty() {
            return Ok(Vec::new());
        }
        let mut expander = Expander::new(self.values(resources, sources)?, sources);
        let mut paths = FieldPaths::new(references, sources);
        let mut errors = Diagnostics::default();
        let mut shared = SharedScalars::new(sources);
        for resource in resources {
            let untyped = untyped(resource);
            // Field by field, because upstream expands a shared string again wherever it comes across it.
            for path in paths.of(&resource.gvk()) {
                let places = Places::of(resource);
                let walked = path
                    .walk(resource, Create::Never, Origin::NONE, &mut |node| expander.expand(node, &untyped));
                if let Err(error) = walked {
                    errors.push(error.object(resource.current_id()));
                }
                shared.settle(resource, &places);
            }
        }
        errors.into_result()?;
        Ok(self.unused(&expander))
    }

    fn unused(&self, expander: &Expander<'s>) -> Vec<Diagnostic> {
        let unused = self.vars.values().filter(|var| !expander.is_used(var.name.value));
        unused
            .map(|var| {
                Diagnostic::warning(format!("var `{}` was never replaced", var.name.value))
                    .at(var.name.origin)
                    .hint(format!(
                        "write $({}) in a field of `varReference`, or drop the var",
                        var.name.value
                    ))
            })
            .collect()
    }

    fn values(
        &self,
        resources: &ResMap<'s>,
        sources: &'s Sources,
    ) -> Result<FxHashMap<&'s str, VarValue<'s>>, Diagnostics> {
        let mut marked: FxHashMap<&str, &Resource<'s>> = FxHashMap::default();
        for resource in resources {
            for name in &resource.var_names {
                marked.entry(name).or_insert(resource);
            }
        }
        let mut errors = Diagnostics::default();
        let mut values = FxHashMap::default();
        for (name, var) in &self.vars {
            let value = match marked.get(name) {
                Some(resource) => value::read(var, resource, sources),
                None => Err(unmapped(var, resources)),
            };
            match value {
                Ok(value) => drop(values.insert(*name, value)),
                Err(error) => errors.push(error),
            }
        }
        errors.into_result().map(|()| values)
    }
}

/// Every object by each name it has or had, with the id of that time.
fn by_any_name<'s>(resources: &ResMap<'s>) -> FxHashMap<&'s str, Vec<(ResId<'s>, usize)>> {
    let mut by_name: FxHashMap<&'s str, Vec<(ResId<'s>, usize)>> = FxHashMap::default();
    for (position, resource) in resources.iter().enumerate().filter(|(_, one)| !one.is_empty()) {
        for earlier in resource.earlier_ids() {
            by_name.entry(earlier.name).or_default().push((earlier, position));
        }
        let current = resource.current_id();
        let namespace = current.effective_namespace();
        by_name.entry(current.name).or_default().push((ResId { namespace, ..current }, position));
    }
    by_name
}

/// Whether the var means an object of this id. Without a namespace any will do.
fn is_target(var: &Var<'_>, id: &ResId<'_>) -> bool {
    let target = &var.objref;
    let in_namespace =
        target.namespace.is_empty() || or_default(target.namespace.value) == or_default(id.namespace);
    in_namespace && id.gvk == target_gvk(var)
}

fn target_gvk<'s>(var: &Var<'s>) -> Gvk<'s> {
    let target = &var.objref;
    let written = Gvk { group: target.group.value, version: target.version.value, kind: target.kind.value };
    match target.api_version.value.split('/').collect::<Vec<_>>()[..] {
        [""] => written,
        [version] => Gvk { version, ..written },
        [group, version] => Gvk { group, version, ..written },
        _ => written,
    }
}

fn ambiguous(var: &Var<'_>, matches: &[usize], resources: &ResMap<'_>) -> Diagnostic {
    let message = format!("var `{}` may mean {} objects", var.name.value, matches.len());
    let error = Diagnostic::error(message).at(var.objref.origin).hint("add a `namespace` to its `objref`");
    matches.iter().filter_map(|position| resources.get(*position)).fold(error, |error, resource| {
        error.related(resource.node.origin(), format!("{} is one of them", resource.current_id()))
    })
}

fn unmapped(var: &Var<'_>, resources: &ResMap<'_>) -> Diagnostic {
    let target = &var.objref;
    let gvk = target_gvk(var);
    let error =
        Diagnostic::error(format!("var `{}`: there is no {gvk} `{}`", var.name.value, target.name.value))
            .at(if target.origin.is_some() { target.origin } else { var.origin });
    let of_kind = resources.iter().filter(|resource| resource.gvk().kind == gvk.kind);
    if let Some(found) = of_kind.clone().find(|resource| resource.original_id().name == target.name.value) {
        let id = found.current_id();
        return error.related(found.node.origin(), format!("{id} has another type or namespace")).hint(
            format!(
                "write `apiVersion: {}` in the `objref`, and the namespace as it was there",
                id.gvk.api_version()
            ),
        );
    }
    let names: Vec<&str> = of_kind.map(|resource| resource.original_id().name).collect();
    match closest(target.name.value, &names) {
        Some(meant) => error.hint(format!("did you mean `{meant}`?")),
        None => error.hint("name the object as its own file does, without prefix and suffix"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kustomize::decode::Text;
    use crate::kustomize::kustomization::VarObjRef;
    use crate::kustomize::testing::{objects, sources, written};
    use crate::kustomize::transformer_config::TransformerConfig;

    const SERVICE: &str =
        "apiVersion: v1\nkind: Service\nmetadata:\n  name: web\nspec:\n  ports:\n  - port: 80\n";
    const POD: &str = "apiVersion: v1\nkind: Pod\nmetadata:\n  annotations:\n    a: $(NAME):$(PORT)\n  name: p\n\
                       spec:\n  containers:\n  - args:\n    - $(PORT)\n    - $$(PORT)\n    - $(OTHER)\n";

    fn text(value: &'static str) -> Text<'static> {
        Text { value, origin: Origin::NONE }
    }

    fn var(name: &'static str, object: &'static str, path: &'static str) -> Var<'static> {
        let objref = VarObjRef {
            api_version: text("v1"),
            kind: text("Service"),
            name: text(object),
            ..VarObjRef::default()
        };
        let mut var = Var { name: text(name), objref, ..Var::default() };
        var.fieldref.field_path = text(path);
        var
    }

    fn resolved(vars: &[Var<'static>]) -> Result<(String, usize), Diagnostics> {
        let sources = sources();
        let mut resources = objects(&format!("{SERVICE}---\n{POD}"), sources);
        let mut set = VarSet::default();
        set.declare(vars, &mut resources)?;
        let references = TransformerConfig::built_in().var_reference;
        let warnings = set.resolve(&references, &mut resources, sources)?;
        Ok((written(&resources), warnings.len()))
    }

    #[test]
    fn values_keep_their_type_where_they_stand_alone() {
        let vars =
            [var("NAME", "web", ""), var("PORT", "web", "spec.ports[0].port"), var("UNUSED", "web", "kind")];
        let (text, warnings) = resolved(&vars).unwrap();
        assert!(text.contains("a: web:80\n"), "{text}");
        assert!(text.contains("- args:\n    - 80\n    - $(PORT)\n    - $(OTHER)\n"), "{text}");
        assert_eq!(warnings, 1);
    }

    #[test]
    fn vars_without_object_or_field_and_twins_are_errors() {
        let errors = resolved(&[var("A", "webb", ""), var("B", "web", "spec.nothing")]).unwrap_err();
        assert_eq!(errors.0.len(), 2);
        assert_eq!(errors.0[0].hints, ["did you mean `web`?"]);
        let errors = resolved(&[var("A", "web", ""), var("A", "web", "kind")]).unwrap_err();
        assert_eq!(errors.0[0].message, "var `A` is declared twice");
    }
}
