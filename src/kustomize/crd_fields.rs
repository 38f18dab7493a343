//! Field specs from OpenAPI definitions: what `crds` in a kustomization is for.
//!
//! The files are no CRDs but definitions by type name, whose properties say with extensions
//! (`x-kubernetes-annotation` and others) that they hold annotations, selectors, identities or names.

use std::borrow::Cow;

use super::field_spec::{FieldSpec, merge_one};
use super::transformer_config::{NameReference, TransformerConfig};
use crate::diagnostic::{Diagnostic, Diagnostics};
use crate::resource::Gvk;
use crate::yaml::{Mapping, Node, Sources};

/// How many properties are read of one file, and how deep, before it is refused: types may hold each other.
const MAX_PROPERTIES: usize = 1_000_000;
const MAX_NESTING: usize = 100;

/// Reads one file of definitions.
pub fn read_definitions<'s>(
    node: &Node<'s>,
    sources: &'s Sources,
) -> Result<TransformerConfig<'s>, Diagnostics> {
    let definitions = check(node)?;
    let mut reader = Reader {
        definitions,
        sources,
        config: TransformerConfig::default(),
        visiting: Vec::new(),
        properties: 0,
    };
    let mut errors = Diagnostics::default();
    for entry in definitions.iter().filter(|entry| is_object_type(&entry.value)) {
        let kind = entry.key.text.rsplit('.').next().unwrap_or_default();
        if let Err(error) = reader.read(kind, entry.key.text, &mut Vec::new()) {
            errors.push(error);
        }
    }
    errors.into_result().map(|()| reader.config)
}

fn check<'n, 's>(node: &'n Node<'s>) -> Result<&'n Mapping<'s>, Diagnostic> {
    let wrong = |node: &Node<'_>| {
        Diagnostic::error(format!("expected OpenAPI definitions by type name, found a {}", node.kind_name()))
            .at(node.origin())
            .hint("`crds` takes OpenAPI definitions; a CustomResourceDefinition belongs into `resources`")
    };
    let Some(definitions) = node.as_mapping() else { return Err(wrong(node)) };
    match definitions.iter().find(|entry| entry.value.as_mapping().is_none() && !entry.value.is_null()) {
        Some(entry) => Err(wrong(&entry.value)),
        None => Ok(definitions),
    }
}

struct Reader<'n, 's> {
    definitions: &'n Mapping<'s>,
    sources: &'s Sources,
    config: TransformerConfig<'s>,
    /// The types that are being read: a type that holds itself is read once.
    visiting: Vec<&'n str>,
    properties: usize,
}

impl<'n, 's> Reader<'n, 's> {
    /// Reads the properties of a type, which `path` leads to in objects of `kind`.
    fn read(&mut self, kind: &'s str, type_name: &str, path: &mut Vec<&'s str>) -> Result<(), Diagnostic> {
        let Some(entry) = self.definitions.entry(type_name) else { return Ok(()) };
        if self.visiting.contains(&entry.key.text) {
            return Ok(());
        }
        if self.visiting.len() >= MAX_NESTING || self.properties >= MAX_PROPERTIES {
            return Err(Diagnostic::error("the types of these definitions are nested too deeply")
                .at(entry.key.origin)
                .hint("keep only the types that matter here"));
        }
        self.visiting.push(entry.key.text);
        for property in properties(&entry.value).into_iter().flatten() {
            self.properties += 1;
            path.push(property.key.text);
            self.read_property(kind, &property.value, path)?;
            path.pop();
        }
        self.visiting.pop();
        Ok(())
    }

    fn read_property(
        &mut self,
        kind: &'s str,
        property: &'n Node<'s>,
        path: &mut Vec<&'s str>,
    ) -> Result<(), Diagnostic> {
        let has = |extension| field(property, extension).is_some_and(|value| value.text().is_some());
        let spec = self.spec(kind, path, property);
        if has("x-kubernetes-annotation") {
            merge_one(&mut self.config.common_annotations, spec)?;
        }
        if has("x-kubernetes-label-selector") {
            merge_one(&mut self.config.common_labels, spec)?;
        }
        if has("x-kubernetes-identity") {
            merge_one(&mut self.config.name_prefix, spec)?;
        }
        self.read_reference(kind, property, path)?;
        match field(property, "$ref").and_then(Node::text) {
            Some(type_name) => self.read(kind, type_name, path),
            None => Ok(()),
        }
    }

    fn read_reference(
        &mut self,
        kind: &'s str,
        property: &Node<'s>,
        path: &mut Vec<&'s str>,
    ) -> Result<(), Diagnostic> {
        let text = |extension| field(property, extension).and_then(Node::text);
        let (Some(version), Some(target)) =
            (text("x-kubernetes-object-ref-api-version"), text("x-kubernetes-object-ref-kind"))
        else {
            return Ok(());
        };
        path.push(text("x-kubernetes-object-ref-name-key").unwrap_or("name"));
        let referrer = self.spec(kind, path, property);
        path.pop();
        self.config.merge_reference(&NameReference {
            target: Gvk { group: "", version, kind: target },
            referrers: Cow::Owned(vec![referrer]),
        })
    }

    fn spec(&self, kind: &'s str, path: &[&'s str], property: &Node<'s>) -> FieldSpec<'s> {
        FieldSpec {
            gvk: Gvk { group: "", version: "", kind },
            path: self.sources.keep(&path.join("/")),
            create: false,
            origin: property.origin(),
        }
    }
}

/// A type with kind, version and metadata is one that objects have.
fn is_object_type(definition: &Node<'_>) -> bool {
    properties(definition).is_some_and(|properties| {
        ["kind", "apiVersion", "metadata"].into_iter().all(|name| properties.contains(name))
    })
}

fn properties<'n, 's>(definition: &'n Node<'s>) -> Option<&'n Mapping<'s>> {
    field(field(definition, "Schema")?, "properties")?.as_mapping()
}

/// A field whatever its case, as Go reads JSON.
fn field<'n, 's>(node: &'n Node<'s>, name: &str) -> Option<&'n Node<'s>> {
    let mapping = node.as_mapping()?;
    mapping.get(name).or_else(|| {
        mapping.iter().find(|entry| entry.key.text.eq_ignore_ascii_case(name)).map(|entry| &entry.value)
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kustomize::testing::{nodes, sources};

    const DEFINITIONS: &str = "
example.com/v1.Bee:
  Schema:
    properties:
      kind: {type: string}
      apiVersion: {type: string}
      metadata: {type: object}
      spec: {$ref: example.com/v1.BeeSpec}
example.com/v1.BeeSpec:
  Schema:
    properties:
      notes: {x-kubernetes-annotation: ''}
      self: {$ref: example.com/v1.BeeSpec}
      secretRef:
        x-kubernetes-object-ref-api-version: v1
        x-kubernetes-object-ref-kind: Secret
";

    #[test]
    fn extensions_become_field_specs() {
        let sources = sources();
        let config = read_definitions(&nodes(DEFINITIONS, sources)[0], sources).unwrap();
        assert_eq!(config.common_annotations[0].path, "spec/notes");
        assert_eq!(config.common_annotations[0].gvk.kind, "Bee");
        assert_eq!(config.name_reference[0].referrers[0].path, "spec/secretRef/name");
    }

    #[test]
    fn a_custom_resource_definition_is_refused_with_a_hint() {
        let sources = sources();
        let text = "apiVersion: apiextensions.k8s.io/v1\nkind: CustomResourceDefinition\n";
        let errors = read_definitions(&nodes(text, sources)[0], sources).unwrap_err();
        assert!(errors.0[0].hints[0].contains("resources"));
    }
}
