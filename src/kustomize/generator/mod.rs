//! ConfigMaps and Secrets made from literals, files and env files.
//!
//! What both have in common: their arguments, the object around the data, and the options. A value keeps the
//! place of the setting that gave it; a file's text has the file itself as its place.

mod config_map;
mod env_file;
mod iam_policy;
mod key_value;
mod secret;

pub use config_map::config_map;
pub use iam_policy::{CloudServiceAccount, IamPolicyArgs, KubernetesService, iam_policy};
pub use secret::secret;

use std::collections::BTreeMap;

use super::decode::{Text, TextMap};
use super::kustomization::{ConfigMapArgs, GeneratorOptions, SecretArgs};
use crate::diagnostic::{Diagnostic, Diagnostics};
use crate::resource::{Behavior, Resource};
use crate::yaml::{Key, Mapping, Node, Origin, Style};

/// What the arguments of both generators say.
struct Arguments<'a, 's> {
    kind: &'static str,
    origin: Origin,
    name: Text<'s>,
    namespace: Text<'s>,
    behavior: Text<'s>,
    literals: &'a [Text<'s>],
    files: &'a [Text<'s>],
    envs: Vec<Text<'s>>,
    options: Options<'s>,
    /// Messages must not show the lines that hold values.
    confidential: bool,
}

/// The options of one generator, with those of all generators worked in.
#[derive(Default)]
struct Options<'s> {
    labels: BTreeMap<&'s str, Text<'s>>,
    annotations: BTreeMap<&'s str, Text<'s>>,
    disable_name_suffix_hash: bool,
    /// Where immutability is asked for.
    immutable: Option<Origin>,
}

/// The fields that the entries of both generators have; they are two types, because one has another field.
macro_rules! arguments {
    ($kind:literal, $args:ident, $global:ident, confidential: $confidential:literal) => {
        Self {
            kind: $kind,
            origin: $args.origin,
            name: $args.name,
            namespace: $args.namespace,
            behavior: $args.behavior,
            literals: &$args.literals,
            files: &$args.files,
            envs: with_old_form(&$args.envs, $args.env),
            options: Options::merged($args.options.as_ref(), $global),
            confidential: $confidential,
        }
    };
}

impl<'a, 's> Arguments<'a, 's> {
    fn of_config_map(args: &'a ConfigMapArgs<'s>, global: Option<&GeneratorOptions<'s>>) -> Self {
        arguments!("ConfigMap", args, global, confidential: false)
    }

    fn of_secret(args: &'a SecretArgs<'s>, global: Option<&GeneratorOptions<'s>>) -> Self {
        arguments!("Secret", args, global, confidential: true)
    }

    /// The place of the object as a whole.
    fn place(&self) -> Origin {
        self.name.origin.or(self.origin)
    }

    /// An error about a line that may hold a value.
    fn error_in_value(&self, message: String, origin: Origin) -> Diagnostic {
        let place = if self.confidential { self.place() } else { origin };
        self.error(message).at(place)
    }

    /// An error about this object.
    fn error(&self, message: String) -> Diagnostic {
        Diagnostic::error(message).at(self.place()).object(format_args!("{} {}", self.kind, self.name.value))
    }

    /// `apiVersion`, `kind` and `metadata`; the caller adds the data.
    fn object(&self) -> Mapping<'s> {
        let origin = self.place();
        let mut metadata = Mapping::default();
        metadata.insert("name", Node::string(self.name.value, origin));
        if !self.namespace.is_empty() {
            metadata.insert("namespace", Node::string(self.namespace.value, self.namespace.origin));
        }
        insert_map(&mut metadata, "labels", &self.options.labels, origin);
        insert_map(&mut metadata, "annotations", &self.options.annotations, origin);
        let mut object = Mapping::default();
        object.insert("apiVersion", Node::plain("v1", origin));
        object.insert("kind", Node::plain(self.kind, origin));
        object.insert("metadata", mapping_node(metadata, origin));
        object
    }

    /// The finished object with what the build must know about it.
    fn resource(&self, mut object: Mapping<'s>) -> Resource<'s> {
        if let Some(origin) = self.options.immutable {
            object.insert("immutable", Node::plain("true", origin));
        }
        let mut resource = Resource::new(mapping_node(object, self.place()));
        resource.is_generated = true;
        resource.needs_hash_suffix = !self.options.disable_name_suffix_hash;
        resource.behavior = match self.behavior.value {
            "merge" => Behavior::Merge,
            "replace" => Behavior::Replace,
            _ => Behavior::Create,
        };
        resource
    }

    /// Reports a generator that cannot name its object.
    fn check_name(&self) -> Result<(), Diagnostics> {
        if self.name.is_empty() {
            let error = Diagnostic::error(format!("the generated {} has no name", self.kind));
            return Err(error.at(self.origin).hint("add `name:`").into());
        }
        Ok(())
    }
}

impl<'s> Options<'s> {
    /// The generator's own labels and annotations win; a switch is on if either side turns it on.
    fn merged(local: Option<&GeneratorOptions<'s>>, global: Option<&GeneratorOptions<'s>>) -> Self {
        let mut merged = Self::default();
        for options in [global, local].into_iter().flatten() {
            extend(&mut merged.labels, &options.labels);
            extend(&mut merged.annotations, &options.annotations);
            merged.disable_name_suffix_hash |= options.disable_name_suffix_hash;
            if options.immutable {
                merged.immutable = Some(options.origin);
            }
        }
        merged
    }
}

fn extend<'s>(map: &mut BTreeMap<&'s str, Text<'s>>, pairs: &TextMap<'s>) {
    map.extend(pairs.iter().map(|(key, value)| (key.value, *value)));
}

/// `env` is the form of `envs` from before there could be several.
fn with_old_form<'s>(envs: &[Text<'s>], env: Text<'s>) -> Vec<Text<'s>> {
    envs.iter().copied().chain((!env.is_empty()).then_some(env)).collect()
}

/// Sets `key` to a mapping of strings, unless there are none.
fn insert_map<'s>(
    parent: &mut Mapping<'s>,
    key: &'static str,
    pairs: &BTreeMap<&'s str, Text<'s>>,
    origin: Origin,
) {
    if pairs.is_empty() {
        return;
    }
    let mut mapping = Mapping::default();
    for (key, value) in pairs {
        mapping.push(Key::new(key, value.origin), Node::string(value.value, value.origin));
    }
    parent.insert(key, mapping_node(mapping, origin));
}

fn mapping_node(mapping: Mapping<'_>, origin: Origin) -> Node<'_> {
    Node::from_mapping(mapping, origin)
}

/// A string that stays one whatever it looks like; several lines as a block.
fn string_node(text: &str, origin: Origin) -> Node<'_> {
    let style = if text.contains('\n') { Style::Literal } else { Style::DoubleQuoted };
    Node::string(text, origin).with_style(style)
}
