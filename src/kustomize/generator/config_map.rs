//! ConfigMaps: text under `data`, other bytes as base64 under `binaryData`.

use super::key_value::{self, Content};
use super::secret::base64_lines;
use super::{Arguments, mapping_node, string_node};
use crate::diagnostic::Diagnostics;
use crate::kustomize::Loader;
use crate::kustomize::kustomization::{ConfigMapArgs, GeneratorOptions};
use crate::resource::Resource;
use crate::yaml::{Key, Mapping};

/// Makes the ConfigMap that one entry of `configMapGenerator` asks for.
pub fn config_map<'s>(
    args: &ConfigMapArgs<'s>,
    global: Option<&GeneratorOptions<'s>>,
    loader: &Loader<'_, 's>,
) -> Result<Resource<'s>, Diagnostics> {
    let arguments = Arguments::of_config_map(args, global);
    arguments.check_name()?;
    let (mut data, mut binary_data) = (Mapping::default(), Mapping::default());
    for pair in key_value::load(&arguments, loader)? {
        let key = Key::new(pair.key, pair.key_origin);
        match pair.content {
            Content::Text(text) => data.push(key, string_node(text, pair.origin)),
            Content::Bytes(bytes) => {
                let text = loader.sources().keep(&base64_lines(&bytes));
                binary_data.push(key, string_node(text, pair.origin));
            }
        }
    }
    let mut object = arguments.object();
    for (field, values) in [("data", data), ("binaryData", binary_data)] {
        if !values.is_empty() {
            object.insert(field, mapping_node(values, arguments.place()));
        }
    }
    Ok(arguments.resource(object))
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;
    use crate::fs::Memory;
    use crate::kustomize::LoadRestrictor;
    use crate::kustomize::decode::Text;
    use crate::resource::Behavior;
    use crate::yaml::{Origin, Sources, Style};

    fn text(value: &str) -> Text<'_> {
        Text { value, origin: Origin::NONE }
    }

    fn with_loader(test: impl FnOnce(&Loader<'_, '_>)) {
        let mut files = Memory::new();
        files.insert("/app/kustomization.yaml", "".as_bytes());
        files.insert("/app/app.ini", "FOO=bar\nBAR=baz\n".as_bytes());
        files.insert("/app/raw.bin", [0xffu8, 0x68].as_slice());
        files.insert("/app/folder/x", "".as_bytes());
        let sources = Sources::new();
        test(&Loader::new(&files, &sources, LoadRestrictor::RootOnly, Path::new("/app")).unwrap());
    }

    #[test]
    fn data_is_sorted_and_bytes_are_set_apart() {
        with_loader(|loader| {
            let args = ConfigMapArgs {
                name: text("config"),
                literals: vec![text("z=1"), text("a=true")],
                files: vec![text("app.ini"), text("raw=raw.bin")],
                behavior: text("merge"),
                ..ConfigMapArgs::default()
            };
            let resource = config_map(&args, None, loader).unwrap();
            let data = resource.node.get("data").unwrap().as_mapping().unwrap();
            let keys: Vec<_> = data.iter().map(|entry| entry.key.text).collect();
            assert_eq!(keys, ["a", "app.ini", "z"]);
            assert_eq!(data.get("a").unwrap().style(), Style::DoubleQuoted);
            let ini = data.get("app.ini").unwrap();
            assert_eq!(ini.style(), Style::Literal);
            assert_eq!(loader.sources().locate(ini.origin()).unwrap().to_string(), "/app/app.ini:1:1");
            assert_eq!(resource.node.at(&["binaryData", "raw"]).unwrap().text(), Some("/2g="));
            assert_eq!((resource.behavior, resource.needs_hash_suffix), (Behavior::Merge, true));
        });
    }

    #[test]
    fn options_of_the_generator_win_over_those_of_all() {
        with_loader(|loader| {
            let options = |labels: &[(&'static str, &'static str)], immutable| GeneratorOptions {
                labels: labels.iter().map(|(key, value)| (text(key), text(value))).collect(),
                immutable,
                disable_name_suffix_hash: immutable,
                ..GeneratorOptions::default()
            };
            let args = ConfigMapArgs {
                name: text("config"),
                options: Some(options(&[("b", "local")], false)),
                ..ConfigMapArgs::default()
            };
            let global = options(&[("b", "global"), ("a", "global")], true);
            let resource = config_map(&args, Some(&global), loader).unwrap();
            assert_eq!((resource.label("a"), resource.label("b")), (Some("global"), Some("local")));
            assert_eq!(resource.node.get("immutable").unwrap().text(), Some("true"));
            assert!(!resource.needs_hash_suffix);
            assert!(resource.node.get("data").is_none());
        });
    }

    #[test]
    fn all_errors_come_at_once() {
        with_loader(|loader| {
            let args = ConfigMapArgs {
                name: text("config"),
                literals: vec![text("a=1"), text("a=2"), text("nothing")],
                files: vec![text("app.imi"), text("folder"), text("a=b=c")],
                ..ConfigMapArgs::default()
            };
            let errors = config_map(&args, None, loader).unwrap_err();
            let messages: Vec<_> = errors.0.iter().map(|error| error.message.as_str()).collect();
            assert_eq!(messages.len(), 5, "{messages:?}");
            assert!(errors.0.iter().any(|error| error.hints.iter().any(|hint| hint.contains("app.ini"))));
        });
    }
}
