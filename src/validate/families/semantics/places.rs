//! Places in objects, written as paths: `spec.rules[].http.paths[]` is every item of every rule's list.

use std::fmt::Write;

use crate::validate::{Object, Workload};
use crate::yaml::Node;

/// Where a path begins.
#[derive(Clone, Copy, Debug)]
pub(super) enum Of {
    /// At the root of the objects of a group and kind.
    Object(&'static str, &'static str),
    /// At the `spec` of pods, in whatever object it is.
    Pod,
    /// At each container.
    Container,
}

/// Calls `visit` with every value at the path, and where that is.
pub(super) fn visit<'a, 's>(
    object: &Object<'a, 's>,
    workload: Option<&Workload<'a, 's>>,
    (of, path): (Of, &str),
    visit: &mut impl FnMut(&'a Node<'s>, &str),
) {
    match (of, workload) {
        (Of::Object(group, kind), _) if object.is(group, kind) => {
            walk(object.node, path, &mut String::new(), visit);
        }
        (Of::Pod, Some(workload)) => walk(workload.spec, path, &mut workload.spec_path(), visit),
        (Of::Container, Some(workload)) => {
            for (mut place, container) in workload.containers() {
                walk(container, path, &mut place, visit);
            }
        }
        _ => {}
    }
}

/// `at` is as it was when this returns.
fn walk<'a, 's>(node: &'a Node<'s>, path: &str, at: &mut String, visit: &mut impl FnMut(&'a Node<'s>, &str)) {
    let (first, rest) = path.split_once('.').unwrap_or((path, ""));
    if first.is_empty() {
        return visit(node, at);
    }
    let name = first.strip_suffix("[]").unwrap_or(first);
    let Some(value) = node.get(name).filter(|value| !value.is_null()) else { return };
    let length = at.len();
    if length > 0 {
        at.push('.');
    }
    at.push_str(name);
    if name == first {
        walk(value, rest, at, visit);
    } else {
        let list = at.len();
        for (index, item) in value.as_sequence().unwrap_or_default().iter().enumerate() {
            // Writing into a String cannot fail.
            let _ = write!(at, "[{index}]");
            walk(item, rest, at, visit);
            at.truncate(list);
        }
    }
    at.truncate(length);
}

/// A path and one field more.
pub(super) fn join(path: &str, field: &str) -> String {
    if path.is_empty() { field.to_owned() } else { format!("{path}.{field}") }
}
