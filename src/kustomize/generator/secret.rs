//! Secrets: all values as base64, long ones in lines.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use super::{Arguments, key_value, mapping_node, string_node};
use crate::diagnostic::Diagnostics;
use crate::kustomize::Loader;
use crate::kustomize::kustomization::{GeneratorOptions, SecretArgs};
use crate::resource::Resource;
use crate::yaml::{Key, Mapping, Node};

const DEFAULT_TYPE: &str = "Opaque";
const LINE_LENGTH: usize = 70;

/// Makes the Secret that one entry of `secretGenerator` asks for.
pub fn secret<'s>(
    args: &SecretArgs<'s>,
    global: Option<&GeneratorOptions<'s>>,
    loader: &Loader<'_, 's>,
) -> Result<Resource<'s>, Diagnostics> {
    let arguments = Arguments::of_secret(args, global);
    arguments.check_name()?;
    let mut data = Mapping::default();
    for pair in key_value::load(&arguments, loader)? {
        let key = Key::new(pair.key, pair.key_origin);
        let text = loader.sources().keep(&base64_lines(pair.content.as_bytes()));
        data.push(key, string_node(text, pair.origin));
    }
    let mut object = arguments.object();
    let secret_type = if args.secret_type.is_empty() { DEFAULT_TYPE } else { args.secret_type.value };
    object.insert("type", Node::string(secret_type, args.secret_type.origin.or(arguments.place())));
    object.insert("data", mapping_node(data, arguments.place()));
    Ok(arguments.resource(object))
}

/// Base64; text longer than a line is broken into lines, each with a line end.
pub(super) fn base64_lines(bytes: &[u8]) -> String {
    let encoded = STANDARD.encode(bytes);
    if encoded.len() < LINE_LENGTH {
        return encoded;
    }
    let mut lines = String::with_capacity(encoded.len() + encoded.len() / LINE_LENGTH + 1);
    let mut rest = encoded.as_str();
    while !rest.is_empty() {
        let (line, after) = rest.split_at(rest.len().min(LINE_LENGTH));
        lines.push_str(line);
        lines.push('\n');
        rest = after;
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_values_are_broken_after_70_letters() {
        assert_eq!(base64_lines(b"admin"), "YWRtaW4=");
        assert_eq!(base64_lines(&[0; 51]).len(), 68);
        let lines = base64_lines(&[0; 54]);
        assert_eq!(lines, format!("{}\n{}\n", "A".repeat(70), "A".repeat(2)));
        assert_eq!(base64_lines(&[0; 105]), format!("{0}\n{0}\n", "A".repeat(70)));
    }
}
