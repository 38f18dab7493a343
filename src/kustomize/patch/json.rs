//! JSON values as nodes.

use serde_json::Value as Json;

use crate::yaml::{Entry, Key, Mapping, Node, Origin, Sources};

/// A JSON value as a node. All of it has one origin; its strings are kept in `sources`.
pub(super) fn node_from_json<'s>(json: &Json, origin: Origin, sources: &'s Sources) -> Node<'s> {
    let plain = |text: String| Node::plain(sources.keep(&text), origin);
    match json {
        Json::Null => Node::null(origin),
        Json::Bool(value) => Node::plain(if *value { "true" } else { "false" }, origin),
        Json::Number(number) => plain(number.to_string()),
        Json::String(text) => Node::string(sources.keep(text), origin),
        Json::Array(items) => {
            Node::sequence(items.iter().map(|item| node_from_json(item, origin, sources)).collect(), origin)
        }
        Json::Object(fields) => {
            let entry = |(key, value): (&String, &Json)| Entry {
                key: Key::new(key, origin),
                value: node_from_json(value, origin, sources),
            };
            let fields = Mapping::from_entries(fields.iter().map(entry).collect());
            Node::from_mapping(fields, origin)
        }
    }
}
