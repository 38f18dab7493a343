//! Objects from text and back, for tests.

use std::path::Path;

use crate::resource::{ResMap, Resource};
use crate::yaml::{Node, Origin, ParseOptions, Sources, emit, parse_documents};

/// Texts that live as long as the test run.
pub(crate) fn sources() -> &'static Sources {
    Box::leak(Box::new(Sources::new()))
}

/// The documents of a text.
pub(crate) fn nodes(text: &str, sources: &'static Sources) -> Vec<Node<'static>> {
    let source = sources.add(Path::new("test.yaml"), text.to_owned()).unwrap();
    parse_documents(source, sources, &ParseOptions::default()).unwrap()
}

/// The objects of a text.
pub(crate) fn objects(text: &str, sources: &'static Sources) -> ResMap<'static> {
    nodes(text, sources).into_iter().map(Resource::new).collect()
}

/// An object of this type with this name and nothing else.
pub(crate) fn named(api_version: &'static str, kind: &'static str, name: &'static str) -> Resource<'static> {
    let mut node = Node::mapping(Origin::NONE);
    if let Some(mapping) = node.as_mapping_mut() {
        mapping.insert("apiVersion", Node::plain(api_version, Origin::NONE));
        mapping.insert("kind", Node::plain(kind, Origin::NONE));
    }
    let mut resource = Resource::new(node);
    resource.set_name(name, Origin::NONE);
    resource
}

/// The objects as they would be written.
pub(crate) fn written(objects: &ResMap<'_>) -> String {
    let mut out = String::new();
    for (index, object) in objects.iter().enumerate() {
        if index > 0 {
            out.push_str("---\n");
        }
        emit(&object.node, &mut out).unwrap();
    }
    out
}
