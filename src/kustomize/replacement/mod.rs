//! Replacements: a value of one object, or a given text, is copied to fields of others.

mod field_path;
mod source;
mod structured;
mod target;
mod value;
mod walk;

use self::source::Found;
use self::target::Target;
use self::value::{Budget, Copied};
use super::Loader;
use super::decode::{Dialect, Text, decode};
use super::kustomization::Replacement;
use super::read::syntax_errors;
use super::selector::SelectorIndex;
use crate::diagnostic::{Diagnostic, Diagnostics};
use crate::resource::ResMap;
use crate::yaml::{Node, Origin, ParseOptions, Sources, Value, parse_one};

const DEFAULT_FIELD_PATH: &str = "metadata.name";

/// Reads the files that replacements name with `path`; a file holds one replacement or a list of them.
pub fn load<'s>(
    replacements: &[Replacement<'s>],
    loader: &Loader<'_, 's>,
) -> Result<Vec<Replacement<'s>>, Diagnostics> {
    let mut errors = Diagnostics::default();
    let mut all = Vec::new();
    for replacement in replacements {
        if replacement.path.is_empty() {
            all.push(replacement.clone());
            continue;
        }
        let has_targets = replacement.targets.as_ref().is_some_and(|targets| !targets.is_empty());
        if replacement.source.is_some() || has_targets {
            errors.push(
                Diagnostic::error("a replacement has both a `path` and a source or targets of its own")
                    .at(replacement.path.origin)
                    .hint("make two of it"),
            );
            continue;
        }
        all.extend(errors.absorb(load_file(replacement.path, loader)).into_iter().flatten());
    }
    errors.into_result().map(|()| all)
}

fn load_file<'s>(path: Text<'s>, loader: &Loader<'_, 's>) -> Result<Vec<Replacement<'s>>, Diagnostics> {
    let source = loader.text(path)?;
    let document = parse_one(source, loader.sources(), &ParseOptions::SETTINGS).map_err(syntax_errors)?;
    let wrong = |found: &str, origin: Origin| {
        Diagnostics::from(
            Diagnostic::error(format!("expected a replacement or a list of replacements, found {found}"))
                .at(origin)
                .related(path.origin, "named here"),
        )
    };
    let Some(node) = document.node else { return Err(wrong("nothing", source.origin(0))) };
    // Upstream ignores unknown fields here, unlike in the kustomization file.
    match node.value() {
        Value::Sequence(_) => decode(&node, Dialect::Plugin),
        Value::Mapping(_) => Ok(vec![decode(&node, Dialect::Plugin)?]),
        Value::Scalar(_) => Err(wrong(&format!("a {}", node.kind_name()), node.origin())),
    }
}

/// Carries out all replacements, one after the other.
pub fn apply<'s>(
    replacements: &[Replacement<'s>],
    resources: &mut ResMap<'s>,
    sources: &'s Sources,
) -> Result<(), Diagnostics> {
    apply_each(replacements, resources, sources, |_, _| ())
}

/// As [`apply`], and calls `done` after each of them.
pub fn apply_each<'s>(
    replacements: &[Replacement<'s>],
    resources: &mut ResMap<'s>,
    sources: &'s Sources,
    mut done: impl FnMut(&mut ResMap<'s>, &Replacement<'s>),
) -> Result<(), Diagnostics> {
    let mut errors = Diagnostics::default();
    let index = SelectorIndex::new(resources);
    let mut work = Work { resources, index, sources, budget: Budget::default() };
    for replacement in replacements {
        errors.absorb(work.replace(replacement));
        done(work.resources, replacement);
        if work.budget.is_spent() {
            break;
        }
    }
    resources.drop_empty();
    errors.into_result()
}

struct Work<'r, 's> {
    resources: &'r mut ResMap<'s>,
    index: SelectorIndex<'s>,
    sources: &'s Sources,
    budget: Budget,
}

impl<'s> Work<'_, 's> {
    fn replace(&mut self, replacement: &Replacement<'s>) -> Result<(), Diagnostics> {
        let (targets, found) = self.check(replacement)?;
        let mut value = match (&found, replacement.source_value) {
            (Some(found), _) => found.value(self.resources)?,
            (None, Some(text)) => Copied::of_text(Node::plain(text.value, text.origin)),
            (None, None) => return Ok(()),
        };
        let mut errors = Diagnostics::default();
        for target in &targets {
            for position in target.candidates(&self.index) {
                if self.budget.is_spent() {
                    return errors.into_result();
                }
                let Some(resource) = self.resources.get_mut(position) else { continue };
                if !target.is_for(resource) {
                    continue;
                }
                let id = resource.current_id();
                let live = found.as_ref().filter(|one| one.position == position && one.follows_field());
                errors.absorb(target.write(resource, &mut value, live, self.sources, &self.budget));
                if resource.current_id() != id {
                    self.index.add(position, resource);
                }
            }
        }
        errors.into_result()
    }

    /// Finds the source and reads the targets; reports everything that is wrong with either.
    fn check<'a>(
        &self,
        replacement: &'a Replacement<'s>,
    ) -> Result<(Vec<Target<'a, 's>>, Option<Found<'a, 's>>), Diagnostics> {
        let mut errors = Diagnostics::default();
        let error =
            |message: &str, origin: Origin| Diagnostic::error(message).at(origin.or(replacement.origin));
        if let (Some(_), Some(text)) = (&replacement.source, replacement.source_value) {
            errors.push(
                error("a replacement has both `source` and `sourceValue`", text.origin).hint("remove one"),
            );
        } else if replacement.source.is_none() && replacement.source_value.is_none() {
            errors.push(
                error("a replacement has no source", Origin::NONE).hint("add `source` or `sourceValue`"),
            );
        }
        if replacement.targets.is_none() {
            errors.push(error("a replacement has no targets", Origin::NONE).hint("add `targets`"));
        }
        let mut targets = Vec::new();
        for target in replacement.targets.iter().flatten() {
            let target = Target::new(target, replacement.origin, self.sources);
            targets.extend(errors.absorb(target));
        }
        let found = replacement.source.as_ref().and_then(|source| {
            let found = Found::new(source, self.resources, &self.index, self.sources);
            errors.absorb(found.map_err(Diagnostics::from))
        });
        errors.into_result().map(|()| (targets, found))
    }
}

/// A field path, or the one that is meant where none is given.
fn path_or_default(path: Text<'_>, origin: Origin) -> Text<'_> {
    if path.is_empty() { Text { value: DEFAULT_FIELD_PATH, origin } } else { path }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kustomize::testing::{nodes, objects, sources, written};

    const OBJECTS: &str = "\
apiVersion: v1
kind: ConfigMap
metadata:
  name: source
  annotations: {host: example.com}
data:
  port: \"8080\"
---
apiVersion: apps/v1
kind: Deployment
metadata:
  name: target
  labels: {app: a}
spec:
  template:
    containers:
    - name: web
      image: web:1
      port: 80
    - name: webhook
      image: hook:1
      port: 81
  settings: '{\"b\": {\"c\": \"x<y\"}, \"a\": 1}'
  more: |
    list:
      - name: a   # here
        value: 'b'
";

    fn replace(replacement: &str) -> Result<String, Diagnostics> {
        let sources = sources();
        let replacements = [decode(&nodes(replacement, sources)[0], Dialect::File).unwrap()];
        let mut resources = objects(OBJECTS, sources);
        apply(&replacements, &mut resources, sources)?;
        Ok(written(&resources))
    }

    fn with_target(target: &str) -> Result<String, Diagnostics> {
        let source = "source: {kind: ConfigMap, name: source, fieldPath: data.port}";
        replace(&format!("{source}\ntargets:\n- select: {{kind: Deployment}}\n{target}"))
    }

    #[test]
    fn items_are_matched_by_patterns() {
        let both = with_target("  fieldPaths: ['spec.template.containers.[name=web].port']").unwrap();
        assert_eq!(both.matches("port: 8080").count(), 2);
        let one = with_target("  fieldPaths: ['spec.template.containers.[name=^web$].port']").unwrap();
        assert_eq!(one.matches("port: 8080").count(), 1);
        let all = with_target("  fieldPaths: ['spec.template.containers.*.image']").unwrap();
        assert_eq!(all.matches("image: \"8080\"").count(), 2);
        assert!(with_target("  fieldPaths: ['spec.template.containers.[name=db].port']").is_err());
    }

    #[test]
    fn fields_are_made_on_request() {
        let made =
            |path: &str| with_target(&format!("  fieldPaths: ['{path}']\n  options: {{create: true}}"));
        assert!(made("spec.a.b").unwrap().contains("  a:\n    b: 8080\n"));
        assert!(made("spec.l.0.x").unwrap().contains("  l:\n  - x: 8080\n"));
        assert!(made("spec.l.[name=new].x").unwrap().contains("  l:\n  - name: new\n    x: 8080\n"));
        assert!(made("spec.template.containers.3.port").is_err());
        assert!(with_target("  fieldPaths: [spec.a.b]").is_err());
    }

    #[test]
    fn text_that_holds_json_or_yaml_is_written_to() {
        let json = with_target("  fieldPaths: [spec.settings.b.c]").unwrap();
        assert!(json.contains(r#"settings: '{"a":1,"b":{"c":"8080"}}'"#), "{json}");
        let yaml = with_target("  fieldPaths: ['spec.more.list.[name=a].value']").unwrap();
        assert!(yaml.contains("more: |-\n    list:\n    - name: a"), "{yaml}");
        assert!(yaml.contains("value: '8080'"), "{yaml}");
        assert!(with_target("  fieldPaths: [spec.settings.b.d]").is_err());
    }

    #[test]
    fn rejected_objects_stay() {
        let rejected =
            with_target("  reject: [{labelSelector: app=a}]\n  fieldPaths: [metadata.name]").unwrap();
        assert_eq!(rejected, written(&objects(OBJECTS, sources())));
        let renamed = with_target("  reject: [{name: other}]").unwrap();
        assert!(renamed.contains("name: \"8080\""));
    }

    #[test]
    fn a_value_copied_into_itself_ends_in_an_error() {
        let sources = sources();
        let itself = "source: {kind: ConfigMap, fieldPath: data}\ntargets:\n- select: {kind: ConfigMap}\n  fieldPaths: [data.x, data.y]\n  options: {create: true}";
        let joined = "source: {kind: ConfigMap, fieldPath: data.port}\ntargets:\n- select: {kind: ConfigMap}\n  fieldPaths: [data.port]\n  options: {delimiter: /, index: 99}";
        for replacement in [itself, joined] {
            let replacement = decode(&nodes(replacement, sources)[0], Dialect::File).unwrap();
            let mut resources = objects(OBJECTS, sources);
            assert!(apply(&vec![replacement; 2000], &mut resources, sources).is_err());
        }
        let path = format!(
            "sourceValue: x\ntargets: [{{select: {{}}, fieldPaths: [{}], options: {{create: true}}}}]",
            "a.".repeat(5000)
        );
        assert!(replace(&path).is_err());
    }

    #[test]
    fn errors_come_at_once_and_name_the_next_step() {
        let errors =
            with_target("  fieldPaths: [spec.tmplate, spec.template.containers.*.prot]").unwrap_err();
        let messages: Vec<_> = errors.0.iter().map(|error| error.message.as_str()).collect();
        assert_eq!(messages.len(), 2);
        assert!(messages[0].contains("did you mean `template`?"), "{messages:?}");
        assert!(messages[1].contains("did you mean `port`?"), "{messages:?}");
        assert_eq!(replace("path: ''").unwrap_err().0.len(), 2);
        assert!(replace("source: {kind: Pod}\ntargets: []").is_err());
        assert!(replace("sourceValue: x\nsource: {kind: ConfigMap}\ntargets: []").is_err());
    }
}
