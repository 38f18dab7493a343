//! The keys and values of a generated object: loaded, checked, sorted.
//!
//! Sources are read in upstream's order: env files, literals, files. The order shows in which of two equal keys is
//! called the second; the object's own keys are sorted.

use std::collections::hash_map::Entry;

use rustc_hash::FxHashMap;

use super::{Arguments, env_file};
use crate::diagnostic::{Diagnostic, Diagnostics};
use crate::kustomize::Loader;
use crate::kustomize::decode::Text;
use crate::yaml::Origin;

/// One key with its value.
pub(super) struct Pair<'s> {
    /// The key.
    pub(super) key: &'s str,
    /// The value.
    pub(super) content: Content<'s>,
    /// Where the value was written.
    pub(super) origin: Origin,
    /// Where the key was written, or the setting that led to it.
    pub(super) key_origin: Origin,
}

/// A value.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Content<'s> {
    /// Text, of a setting or a file.
    Text(&'s str),
    /// A file that is not UTF-8.
    Bytes(Vec<u8>),
}

impl Content<'_> {
    /// The value as bytes.
    pub(super) fn as_bytes(&self) -> &[u8] {
        match self {
            Self::Text(text) => text.as_bytes(),
            Self::Bytes(bytes) => bytes,
        }
    }
}

/// All pairs, sorted by key.
pub(super) fn load<'s>(
    arguments: &Arguments<'_, 's>,
    loader: &Loader<'_, 's>,
) -> Result<Vec<Pair<'s>>, Diagnostics> {
    let mut errors = Diagnostics::default();
    let mut pairs = Vec::new();
    for path in &arguments.envs {
        let of_file = env_file::load(*path, arguments, loader);
        pairs.extend(errors.absorb(of_file).into_iter().flatten());
    }
    for (index, literal) in arguments.literals.iter().enumerate() {
        let parsed =
            parse_literal(*literal).ok_or_else(|| Diagnostics::from(bad_literal(arguments, *literal, index)));
        pairs.extend(errors.absorb(parsed));
    }
    for setting in arguments.files {
        let pair = load_file(*setting, arguments, loader);
        pairs.extend(errors.absorb(pair));
    }
    report_repeated_keys(arguments, &pairs, &mut errors);
    errors.into_result()?;
    pairs.sort_by_key(|pair| pair.key);
    Ok(pairs)
}

/// Splits `key=value` at the first `=` and takes one pair of quotes off the value.
fn parse_literal(literal: Text<'_>) -> Option<Pair<'_>> {
    let (key, value) = literal.value.split_once('=').filter(|(key, _)| !key.is_empty())?;
    let content = Content::Text(without_quotes(value));
    Some(Pair { key, content, origin: literal.origin, key_origin: literal.origin })
}

fn without_quotes(text: &str) -> &str {
    ['"', '\''].into_iter().find_map(|quote| text.strip_prefix(quote)?.strip_suffix(quote)).unwrap_or(text)
}

fn bad_literal(arguments: &Arguments<'_, '_>, literal: Text<'_>, index: usize) -> Diagnostic {
    let message = format!("literal {} is not of the form `key=value`", index + 1);
    arguments
        .error_in_value(message, literal.origin)
        .hint("write the key, `=`, and the value, which may be empty")
}

/// Reads the file of `path` or `key=path`.
fn load_file<'s>(
    setting: Text<'s>,
    arguments: &Arguments<'_, 's>,
    loader: &Loader<'_, 's>,
) -> Result<Pair<'s>, Diagnostics> {
    let (key, path) = split_file_setting(setting.value)
        .map_err(|problem| arguments.error(problem).at(setting.origin).hint("write `path` or `key=path`"))?;
    let (file, bytes) = loader.read(Text { value: path, origin: setting.origin })?;
    let (content, origin) = match String::from_utf8(bytes) {
        Ok(text) => {
            let source = loader
                .sources()
                .add(&file, text)
                .map_err(|error| arguments.error(error.to_string()).at(setting.origin))?;
            (Content::Text(source.text), source.origin(0))
        }
        Err(error) => (Content::Bytes(error.into_bytes()), setting.origin),
    };
    Ok(Pair { key, content, origin, key_origin: setting.origin })
}

fn split_file_setting(setting: &str) -> Result<(&str, &str), String> {
    match setting.split_once('=') {
        None => Ok((base_name(setting), setting)),
        Some(("", path)) => Err(format!("there is no key before `=` in `={path}`")),
        Some((key, "")) => Err(format!("there is no path after `=` in `{key}=`")),
        Some((_, path)) if path.contains('=') => Err(format!("`{setting}` has more than one `=`")),
        Some(parts) => Ok(parts),
    }
}

/// The last name of a slash-separated path.
fn base_name(path: &str) -> &str {
    let trimmed = path.trim_end_matches('/');
    trimmed.rsplit('/').next().unwrap_or(trimmed)
}

fn report_repeated_keys(arguments: &Arguments<'_, '_>, pairs: &[Pair<'_>], errors: &mut Diagnostics) {
    let mut seen: FxHashMap<&str, &Pair<'_>> = FxHashMap::default();
    for pair in pairs {
        match seen.entry(pair.key) {
            Entry::Vacant(entry) => {
                entry.insert(pair);
            }
            Entry::Occupied(first) => {
                let message = format!("the key `{}` is there twice", pair.key);
                let mut error = arguments.error_in_value(message, pair.key_origin);
                if !arguments.confidential {
                    error = error.related(first.get().key_origin, "it is here first");
                }
                errors.push(error.hint("remove one of them, or give a file another key with `key=path`"));
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn literals_split_at_the_first_equals_sign() {
        let pair = |text| parse_literal(Text { value: text, origin: Origin::NONE });
        let pair = |text| pair(text).map(|pair| (pair.key.to_owned(), pair.content));
        assert_eq!(pair("a=b=c"), Some(("a".to_owned(), Content::Text("b=c"))));
        assert_eq!(pair("a='b'"), Some(("a".to_owned(), Content::Text("b"))));
        assert_eq!(pair("a=\"'b'\""), Some(("a".to_owned(), Content::Text("'b'"))));
        assert_eq!(pair("a='b\""), Some(("a".to_owned(), Content::Text("'b\""))));
        assert_eq!(pair("a='"), Some(("a".to_owned(), Content::Text("'"))));
        assert_eq!(pair("a="), Some(("a".to_owned(), Content::Text(""))));
        assert_eq!(pair("=b"), None);
        assert_eq!(pair("a"), None);
    }

    #[test]
    fn a_file_is_named_by_its_path_or_by_a_key() {
        assert_eq!(split_file_setting("folder/a.txt"), Ok(("a.txt", "folder/a.txt")));
        assert_eq!(split_file_setting("b=folder/a.txt"), Ok(("b", "folder/a.txt")));
        assert!(split_file_setting("=a").is_err());
        assert!(split_file_setting("a=").is_err());
        assert!(split_file_setting("a=b=c").is_err());
    }
}
