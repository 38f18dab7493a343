//! Sets replica counts of objects by any name they have or had.

use rustc_hash::FxHashMap;

use crate::diagnostic::{Diagnostic, Diagnostics, closest};
use crate::kustomize::field_path::{Create, FieldPath};
use crate::kustomize::field_spec::FieldSpec;
use crate::kustomize::kustomization::Replica;
use crate::kustomize::set_value::set_scalar;
use crate::resource::{ResId, ResMap};
use crate::yaml::Sources;

/// Objects by every name they have or had.
type ByName<'s> = FxHashMap<&'s str, Vec<(ResId<'s>, usize)>>;

/// Applies every entry in order. An entry that matches nothing is an error.
pub fn apply<'s>(
    replicas: &[Replica<'s>],
    field_specs: &[FieldSpec<'s>],
    resources: &mut ResMap<'s>,
    sources: &'s Sources,
) -> Result<(), Diagnostics> {
    if replicas.is_empty() {
        return Ok(());
    }
    let mut errors = Diagnostics::default();
    let paths: Vec<FieldPath<'s>> = field_specs.iter().map(|spec| FieldPath::new(*spec, sources)).collect();
    let by_name = by_name(resources);
    for replica in replicas {
        let named = by_name.get(replica.name.value).map_or(&[][..], Vec::as_slice);
        let count = sources.keep(&replica.count.to_string());
        let mut is_found = false;
        for path in &paths {
            for (id, position) in named.iter().filter(|(id, _)| id.gvk.is_selected_by(&path.spec.gvk)) {
                is_found = true;
                if let Some(resource) = resources.get_mut(*position)
                    && resource.gvk().is_selected_by(&path.spec.gvk)
                    && let Err(error) = path.walk(resource, Create::Scalar, replica.origin, &mut |node| {
                        set_scalar(node, count, replica.origin)
                    })
                {
                    errors.push(error.object(id).related(replica.origin, "asked for here"));
                }
            }
        }
        if !is_found {
            errors.push(unmatched(replica, field_specs, &by_name));
        }
    }
    errors.into_result()
}

fn by_name<'s>(resources: &ResMap<'s>) -> ByName<'s> {
    let mut by_name = ByName::default();
    for (position, resource) in resources.iter().enumerate().filter(|(_, one)| !one.is_empty()) {
        for id in resource.earlier_ids().chain([resource.current_id()]) {
            by_name.entry(id.name).or_default().push((id, position));
        }
    }
    by_name
}

fn unmatched(replica: &Replica<'_>, specs: &[FieldSpec<'_>], by_name: &ByName<'_>) -> Diagnostic {
    let types: Vec<String> = specs.iter().map(|spec| spec.gvk.to_string()).collect();
    let has_replicas = |id: &ResId<'_>| specs.iter().any(|spec| id.gvk.is_selected_by(&spec.gvk));
    let mut names: Vec<&str> =
        by_name.values().flatten().filter(|(id, _)| has_replicas(id)).map(|(id, _)| id.name).collect();
    names.sort_unstable();
    names.dedup();
    let error = Diagnostic::error(format!(
        "no object called `{}` has replicas; they are set in: {}",
        replica.name.value,
        types.join(", ")
    ))
    .at(if replica.name.origin.is_some() { replica.name.origin } else { replica.origin });
    match closest(replica.name.value, &names) {
        Some(meant) => error.hint(format!("did you mean `{meant}`?")),
        None if names.is_empty() => error,
        None => error.hint(format!("objects with replicas: {}", names.join(", "))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kustomize::decode::Text;
    use crate::kustomize::testing::{objects, sources, written};
    use crate::kustomize::transformer_config::TransformerConfig;
    use crate::yaml::Origin;

    #[test]
    fn earlier_names_count_and_unknown_ones_are_errors() {
        let sources = sources();
        let mut resources =
            objects("apiVersion: apps/v1\nkind: Deployment\nmetadata:\n  name: web\n", sources);
        resources.as_mut_slice()[0].store_previous_id();
        resources.as_mut_slice()[0].set_name("p-web", Origin::NONE);
        let replica =
            |value| Replica { name: Text { value, origin: Origin::NONE }, count: 3, ..Replica::default() };
        let config = TransformerConfig::built_in();
        apply(&[replica("web")], &config.replicas, &mut resources, sources).unwrap();
        assert_eq!(
            written(&resources),
            "apiVersion: apps/v1\nkind: Deployment\nmetadata:\n  name: p-web\nspec:\n  replicas: 3\n"
        );
        let errors = apply(&[replica("wab")], &config.replicas, &mut resources, sources).unwrap_err();
        assert_eq!(errors.0.len(), 1);
    }
}
