//! Documents that stand inside values: configurations, rules, dashboards.

use crate::yaml::{Node, ParseOptions, Sources, parse_documents};

/// What keys of files with documents end with.
const EXTENSIONS: [&str; 4] = [".json", ".yaml", ".yml", ".rules"];

/// The documents in two texts, if both hold one. `key` is what the text is called.
pub(super) fn open<'s>(
    key: &str,
    before: &Node<'s>,
    after: &Node<'s>,
    sources: &'s Sources,
) -> Option<(Node<'s>, Node<'s>)> {
    let (one, other) = (before.text()?, after.text()?);
    if !may_be_document(key, one) || !may_be_document(key, other) {
        return None;
    }
    Some((read(before, one, sources)?, read(after, other, sources)?))
}

fn may_be_document(key: &str, text: &str) -> bool {
    let text = text.trim_ascii();
    let is_json =
        text.starts_with('{') && text.ends_with('}') || text.starts_with('[') && text.ends_with(']');
    let is_named = || EXTENSIONS.iter().any(|extension| key.ends_with(extension));
    is_json || is_named() && text.contains(':')
}

fn read<'s>(node: &Node<'s>, text: &str, sources: &'s Sources) -> Option<Node<'s>> {
    let source = sources.add_embedded(node.origin(), text.to_owned()).ok()?;
    let mut documents = parse_documents(source, sources, &ParseOptions::default()).ok()?;
    let document = documents.pop().filter(|_| documents.is_empty())?;
    (document.as_mapping().is_some() || document.as_sequence().is_some()).then_some(document)
}
