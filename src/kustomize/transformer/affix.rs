//! Puts a prefix before names, or a suffix behind them.
//!
//! Kinds whose name is more than a name are passed over. What was added is remembered with the object: of
//! several that could be meant by a reference, the one with the same prefixes and suffixes is.

use crate::diagnostic::{Diagnostic, Diagnostics};
use crate::kustomize::decode::Text;
use crate::kustomize::field_path::{Create, FieldPath, FieldPaths};
use crate::kustomize::field_spec::FieldSpec;
use crate::kustomize::set_value::set_scalar;
use crate::resource::{Affixes, Gvk, ResMap, Resource};
use crate::yaml::{Node, Sources};

/// Names of these are left alone.
const SKIPPED: [Gvk<'static>; 3] = [
    Gvk { group: "", version: "", kind: "CustomResourceDefinition" },
    Gvk { group: "apiregistration.k8s.io", version: "", kind: "APIService" },
    Gvk { group: "", version: "", kind: "Namespace" },
];

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Side {
    Before,
    Behind,
}

/// Puts `prefix` before the text of the fields.
pub fn apply_prefix<'s>(
    prefix: Text<'s>,
    field_specs: &[FieldSpec<'s>],
    resources: &mut ResMap<'s>,
    sources: &'s Sources,
) -> Result<(), Diagnostics> {
    Affix::new(prefix, Side::Before, sources).apply(field_specs, resources)
}

/// Puts `suffix` behind the text of the fields.
pub fn apply_suffix<'s>(
    suffix: Text<'s>,
    field_specs: &[FieldSpec<'s>],
    resources: &mut ResMap<'s>,
    sources: &'s Sources,
) -> Result<(), Diagnostics> {
    Affix::new(suffix, Side::Behind, sources).apply(field_specs, resources)
}

struct Affix<'s> {
    text: Text<'s>,
    side: Side,
    sources: &'s Sources,
    /// The last list that was made longer, and what it became.
    last: (Affixes<'s>, Affixes<'s>),
    /// Room for a new name.
    name: String,
}

impl<'s> Affix<'s> {
    fn new(text: Text<'s>, side: Side, sources: &'s Sources) -> Self {
        let none = Affixes::default();
        let last = (none.clone(), none.with(text.value));
        Self { text, side, sources, last, name: String::new() }
    }

    fn apply(mut self, specs: &[FieldSpec<'s>], resources: &mut ResMap<'s>) -> Result<(), Diagnostics> {
        if self.text.is_empty() {
            return Ok(());
        }
        let mut errors = Diagnostics::default();
        let mut paths = FieldPaths::new(specs, self.sources);
        for resource in resources {
            let original = resource.original_id().gvk;
            if SKIPPED.iter().any(|skipped| original.is_selected_by(skipped)) {
                continue;
            }
            for path in paths.of(&original) {
                if let Err(error) = self.apply_to(resource, path) {
                    let id = resource.current_id();
                    errors.push(
                        error.object(id).related(path.spec.origin.or(self.text.origin), "asked for here"),
                    );
                }
            }
        }
        errors.into_result()
    }

    fn apply_to(&mut self, resource: &mut Resource<'s>, path: &FieldPath<'s>) -> Result<(), Diagnostic> {
        if path.spec.path == "metadata/name" {
            let affixes = match self.side {
                Side::Before => &mut resource.name_prefixes,
                Side::Behind => &mut resource.name_suffixes,
            };
            if **affixes != *self.last.0 {
                self.last = (affixes.clone(), affixes.with(self.text.value));
            }
            affixes.clone_from(&self.last.1);
            resource.store_previous_id();
        }
        if !resource.gvk().is_selected_by(&path.spec.gvk) {
            return Ok(());
        }
        let origin = self.text.origin;
        path.walk(resource, Create::Scalar, origin, &mut |node: &mut Node<'s>| {
            let old = node.text().unwrap_or_default();
            let (first, second) = match self.side {
                Side::Before => (self.text.value, old),
                Side::Behind => (old, self.text.value),
            };
            self.name.clear();
            self.name.extend([first, second]);
            set_scalar(node, self.sources.keep(&self.name), origin)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kustomize::testing::{objects, sources, written};
    use crate::kustomize::transformer_config::TransformerConfig;
    use crate::yaml::Origin;

    #[test]
    fn names_change_but_those_of_crds_and_namespaces() {
        let sources = sources();
        let mut resources = objects(
            "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: a\n---\n\
             apiVersion: v1\nkind: Namespace\nmetadata:\n  name: b\n",
            sources,
        );
        let config = TransformerConfig::built_in();
        let text = |value| Text { value, origin: Origin::NONE };
        apply_prefix(text("p-"), &config.name_prefix, &mut resources, sources).unwrap();
        apply_suffix(text("-s"), &config.name_suffix, &mut resources, sources).unwrap();
        assert_eq!(
            written(&resources),
            "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: p-a-s\n---\n\
             apiVersion: v1\nkind: Namespace\nmetadata:\n  name: b\n"
        );
        let changed = resources.get(0).unwrap();
        assert_eq!((&*changed.name_prefixes, &*changed.name_suffixes), (&["p-"][..], &["-s"][..]));
        let names: Vec<&str> = changed.previous_ids.iter().map(|id| id.name).collect();
        assert_eq!(names, ["a", "p-a"]);
    }
}
