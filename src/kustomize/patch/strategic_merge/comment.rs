//! Types that a comment gives to a field: `containers: # {"x-kubernetes-patch-merge-key": "name", ...}`.
//!
//! kyaml reads any comment behind or above a key that is a JSON object as the OpenAPI schema of the field, and
//! takes that in place of the real one, whatever it says. Nodes do not carry comments; the texts they came from
//! still do.

use elsa::FrozenVec;

use crate::kustomize::patch::json::node_from_json;
use crate::schema::{Fragment, Schema, TypeRef};
use crate::yaml::{Key, Node, Sources};

/// The texts, and the types read from comments so far.
pub(super) struct Comments<'s> {
    pub(super) sources: &'s Sources,
    types: FrozenVec<Box<Node<'s>>>,
}

impl<'s> Comments<'s> {
    /// No types yet.
    pub(super) fn new(sources: &'s Sources) -> Self {
        Self { sources, types: FrozenVec::new() }
    }

    /// The type that a comment gives to the field with this key.
    pub(super) fn type_of<'m>(&'m self, schema: &'m Schema<'m>, key: Key) -> Option<TypeRef<'m>> {
        if !self.sources.have_json_comments() {
            return None;
        }
        let (before, after) = self.sources.around(key.origin)?;
        let json = comment_behind(after, key.text).or_else(|| comment_above(before))?;
        let json = serde_json::from_str(json).ok()?;
        let node = self.types.push_get(Box::new(node_from_json(&json, key.origin, self.sources)));
        let fragment = Fragment::new(schema, node);
        (!fragment.is_empty()).then(|| fragment.resolve().unwrap_or(TypeRef::Custom(fragment)))
    }
}

/// The JSON object in a comment that follows `key:` on its line.
fn comment_behind<'t>(after: &'t str, key: &str) -> Option<&'t str> {
    let quote = usize::from(after.starts_with(['"', '\'']));
    let rest = after.get(quote..)?.strip_prefix(key)?.get(quote..)?;
    let rest = rest.trim_start_matches(' ').strip_prefix(':')?.trim_start_matches([' ', '\t']);
    json_in_comment(rest)
}

/// The JSON object in a comment that is the only line above a key.
fn comment_above(before: &str) -> Option<&str> {
    let lines = before.trim_end_matches(' ').strip_suffix('\n')?;
    let (above, line) = lines.rsplit_once('\n').unwrap_or(("", lines));
    let further = above.rsplit_once('\n').map_or(above, |(_, line)| line);
    if further.trim_start().starts_with('#') { None } else { json_in_comment(line.trim_start()) }
}

fn json_in_comment(text: &str) -> Option<&str> {
    let json = text.strip_prefix('#')?.trim_start_matches('#');
    if !json.trim_start().starts_with('{') {
        return None;
    }
    json.lines().next().map(str::trim)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finds_json_behind_and_above_a_key() {
        assert_eq!(comment_behind("a: # {\"x\":1}\n- b", "a"), Some("{\"x\":1}"));
        assert_eq!(comment_behind("'a' :\t##{}\n", "a"), Some("{}"));
        assert_eq!(comment_behind("a: # text\n", "a"), None);
        assert_eq!(comment_behind("a:\n# {}\n", "a"), None);
        assert_eq!(comment_above("b: 1\n  # {}\n  "), Some("{}"));
        assert_eq!(comment_above("# one\n# {}\n"), None);
        assert_eq!(comment_above("b: 1 # {}\n"), None);
        assert_eq!(comment_above(""), None);
    }
}
