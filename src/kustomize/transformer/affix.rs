//! Puts a prefix before names, or a suffix behind them.
//!
//! Kinds whose name is more than a name are passed over. What was added is remembered with the object: of
//! several that could be meant by a reference, the one with the same prefixes and suffixes is.

use crate::diagnostic::{Diagnostic, Diagnostics};
use crate::kustomize::decode::Text;
use crate::kustomize::field_path::{Create, FieldPath, FieldPaths};
use crate::kustomize::field_spec::FieldSpec;
use crate::kustomize::set_value::set_scalar;
use crate::resource::{Affixes, Gvk, Resource};
use crate::yaml::{Node, Sources};

/// Names of these are left alone.
const SKIPPED: [Gvk<'static>; 3] = [
    Gvk { group: "", version: "", kind: "CustomResourceDefinition" },
    Gvk { group: "apiregistration.k8s.io", version: "", kind: "APIService" },
    Gvk { group: "", version: "", kind: "Namespace" },
];

/// On which side of a name something is put.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::kustomize) enum Side {
    Before,
    Behind,
}

/// Puts a text before or behind the text of fields.
#[derive(Clone)]
pub(in crate::kustomize) struct Affix<'s> {
    paths: FieldPaths<'s>,
    addition: Addition<'s>,
}

/// What is put, and where.
#[derive(Clone)]
struct Addition<'s> {
    text: Text<'s>,
    side: Side,
    sources: &'s Sources,
    /// The last list that was made longer, and what it became.
    last: (Affixes<'s>, Affixes<'s>),
    /// Room for a new name.
    name: String,
}

impl<'s> Affix<'s> {
    /// For the fields of `specs`.
    pub(in crate::kustomize) fn new(
        text: Text<'s>,
        side: Side,
        specs: &[FieldSpec<'s>],
        sources: &'s Sources,
    ) -> Self {
        let none = Affixes::default();
        let last = (none.clone(), none.with(text.value));
        let addition = Addition { text, side, sources, last, name: String::new() };
        Self { paths: FieldPaths::new(specs, sources), addition }
    }

    /// Changes one object.
    pub(in crate::kustomize) fn apply(&mut self, resource: &mut Resource<'s>) -> Result<(), Diagnostics> {
        let mut errors = Diagnostics::default();
        let original = resource.original_id().gvk;
        if self.addition.text.is_empty() || SKIPPED.iter().any(|skipped| original.is_selected_by(skipped)) {
            return Ok(());
        }
        for path in self.paths.of(&original) {
            if let Err(error) = self.addition.apply(resource, path) {
                let origin = path.spec.origin.or(self.addition.text.origin);
                errors.push(error.object(resource.current_id()).related(origin, "asked for here"));
            }
        }
        errors.into_result()
    }
}

impl<'s> Addition<'s> {
    fn apply(&mut self, resource: &mut Resource<'s>, path: &FieldPath<'s>) -> Result<(), Diagnostic> {
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
        let mut prefix = Affix::new(text("p-"), Side::Before, &config.name_prefix, sources);
        let mut suffix = Affix::new(text("-s"), Side::Behind, &config.name_suffix, sources);
        for resource in &mut resources {
            prefix.apply(resource).unwrap();
            suffix.apply(resource).unwrap();
        }
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
