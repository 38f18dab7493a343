//! Walks to the fields that a field spec names, through lists, and makes them where it may.
//!
//! A path is made of keys; lists on the way are gone through item by item whether the path says so (`x[]`) or
//! not. Follows upstream's `filters/fieldspec`, corner cases included: a null on the way ends the walk, unless
//! it may be made into what the path needs.

use std::sync::Arc;

use rustc_hash::FxHashMap;

use super::field_spec::FieldSpec;
use crate::diagnostic::{Diagnostic, Diagnostics};
use crate::resource::{Gvk, Resource, child_mapping};
use crate::yaml::{Key, MAX_DEPTH, Mapping, Node, Origin, Sources, ValueMut};

const ANNOTATIONS: &str = "metadata/annotations";

/// What stands at the end of a path that has to be made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Create {
    /// Nothing is made, whatever the spec says.
    Never,
    /// A scalar, which is empty until it is set.
    Scalar,
    /// A mapping.
    Mapping,
}

/// Sets a field that was found.
pub(super) type Set<'f, 's> = dyn FnMut(&mut Node<'s>) -> Result<(), Diagnostic> + 'f;

/// A field spec whose path is taken apart.
#[derive(Clone, Debug)]
pub(super) struct FieldPath<'s> {
    /// The spec.
    pub(super) spec: FieldSpec<'s>,
    parts: Vec<Part<'s>>,
}

#[derive(Clone, Copy, Debug)]
struct Part<'s> {
    name: &'s str,
    is_list: bool,
}

/// Field paths by the types they are for.
#[derive(Clone, Debug)]
pub(super) struct FieldPaths<'s> {
    paths: Arc<[FieldPath<'s>]>,
    by_type: FxHashMap<Gvk<'s>, Arc<[usize]>>,
}

/// How a path is walked.
struct Walk<'w, 'f, 's> {
    create: Create,
    origin: Origin,
    /// Scalars that look like null, but have no type.
    untyped: &'w [Origin],
    set: &'w mut Set<'f, 's>,
}

impl<'s> FieldPaths<'s> {
    /// Takes the paths of `specs` apart.
    pub(super) fn new(specs: &[FieldSpec<'s>], sources: &'s Sources) -> Self {
        let paths = specs.iter().map(|spec| FieldPath::new(*spec, sources)).collect();
        Self { paths, by_type: FxHashMap::default() }
    }

    /// The paths for objects of one type, in order.
    pub(super) fn of(&mut self, gvk: &Gvk<'s>) -> impl Iterator<Item = &FieldPath<'s>> {
        let paths = &self.paths;
        let found = self.by_type.entry(*gvk).or_insert_with(|| {
            (0..paths.len()).filter(|index| gvk.is_selected_by(&paths[*index].spec.gvk)).collect()
        });
        let found = Arc::clone(found);
        (0..found.len()).map(move |index| &paths[found[index]])
    }

    /// Sets every field of an object that a spec names. Gives all errors, with the object and the settings.
    pub(super) fn set(
        &mut self,
        resource: &mut Resource<'s>,
        create: Create,
        origin: Origin,
        set: &mut Set<'_, 's>,
    ) -> Result<(), Diagnostics> {
        let mut errors = Diagnostics::default();
        for path in self.of(&resource.gvk()) {
            if path.spec.path == ANNOTATIONS && resource.has_bookkeeping() {
                make_annotations(resource, origin);
            }
            if let Err(error) = path.walk(resource, create, origin, set) {
                let id = resource.current_id();
                errors.push(error.object(id).related(path.spec.origin.or(origin), "asked for here"));
            }
        }
        errors.into_result()
    }
}

/// Upstream keeps its bookkeeping in the annotations, so that they are there even if nobody wrote any.
fn make_annotations(resource: &mut Resource<'_>, origin: Origin) {
    if let Some(metadata) = resource.metadata_mut(origin) {
        child_mapping(metadata, "annotations", origin);
    }
}

impl<'s> FieldPath<'s> {
    /// Takes the path of `spec` apart.
    pub(super) fn new(spec: FieldSpec<'s>, sources: &'s Sources) -> Self {
        let parts = split_path(spec.path, '/')
            .into_iter()
            .map(|name| {
                let name = match name {
                    std::borrow::Cow::Borrowed(name) => name,
                    std::borrow::Cow::Owned(name) => sources.keep(&name),
                };
                let short = name.strip_suffix("[]");
                Part { name: short.unwrap_or(name).trim(), is_list: short.is_some() }
            })
            .collect();
        Self { spec, parts }
    }

    /// Whether the path says where lists are: a walk makes empty ones of nulls there.
    pub(super) fn names_lists(&self) -> bool {
        self.parts.iter().any(|part| part.is_list)
    }

    /// Calls `set` with every node of an object at the end of the path. What is made on the way has `origin`.
    pub(super) fn walk(
        &self,
        resource: &mut Resource<'s>,
        create: Create,
        origin: Origin,
        set: &mut Set<'_, 's>,
    ) -> Result<(), Diagnostic> {
        let untyped = resource.marks.as_ref().map_or(&[][..], |marks| &marks.untyped);
        self.walk_node(&mut resource.node, untyped, create, origin, set)
    }

    /// As [`Self::walk`]; what looks like null is none if it is one of the `untyped`.
    pub(super) fn walk_node(
        &self,
        node: &mut Node<'s>,
        untyped: &[Origin],
        create: Create,
        origin: Origin,
        set: &mut Set<'_, 's>,
    ) -> Result<(), Diagnostic> {
        if self.parts.len() > MAX_DEPTH {
            return Err(Diagnostic::error(format!("a field path has more than {MAX_DEPTH} parts"))
                .at(self.spec.origin.or(origin)));
        }
        let create = if self.spec.create { create } else { Create::Never };
        Walk { create, origin, untyped, set }.step(node, &self.parts).map_err(|mut error| {
            error.message = format!("field `{}`: {}", self.spec.path, error.message);
            error
        })
    }
}

impl<'s> Walk<'_, '_, 's> {
    fn is_null(&self, node: &Node<'_>) -> bool {
        node.is_null() && !self.untyped.contains(&node.origin())
    }

    fn step(&mut self, node: &mut Node<'s>, parts: &[Part<'s>]) -> Result<(), Diagnostic> {
        let Some((part, rest)) = parts.split_first() else { return (self.set)(node) };
        if self.is_null(node) {
            return Ok(());
        }
        let origin = node.origin();
        match node.value_mut() {
            ValueMut::Sequence(items) => items.iter_mut().try_for_each(|item| self.step(item, parts)),
            ValueMut::Mapping(mapping) => {
                check_name(part.name, origin)?;
                match self.field(mapping, part, rest.is_empty()) {
                    Some(field) => self.step(field, rest),
                    None => Ok(()),
                }
            }
            ValueMut::Scalar(_) => Err(unexpected("a mapping or a list", node)),
        }
    }

    /// The field that `part` names, made if need be and allowed.
    fn field<'m>(
        &self,
        mapping: &'m mut Mapping<'s>,
        part: &Part<'s>,
        is_last: bool,
    ) -> Option<&'m mut Node<'s>> {
        let made = match (self.create, is_last) {
            _ if part.is_list => None,
            (Create::Never, _) => None,
            (Create::Scalar, true) => Some(Node::plain("", self.origin)),
            _ => Some(Node::mapping(self.origin)),
        };
        if let Some(made) = made.as_ref().filter(|_| !mapping.contains(part.name)) {
            mapping.push(Key::new(part.name, self.origin), made.clone());
        }
        let field = mapping.get_mut(part.name)?;
        if self.is_null(field) {
            match made {
                Some(made) => *field = made,
                None if part.is_list => *field = Node::sequence(Vec::new(), field.origin()),
                None => {}
            }
        }
        Some(field)
    }
}

/// What upstream cannot use as a key: it takes these parts as places in a list.
fn check_name(name: &str, origin: Origin) -> Result<(), Diagnostic> {
    let problem = match name {
        "" => "cannot set or create an empty field name",
        "*" => "a `*` is not possible here",
        "-" => "expected a list, found a mapping",
        _ if name.starts_with('[') && name.ends_with(']') => "expected a list, found a mapping",
        _ if name.parse::<i64>().is_ok() => "expected a list, found a mapping",
        _ => return Ok(()),
    };
    Err(Diagnostic::error(problem).at(origin).hint("lists are gone through without naming their items"))
}

/// Says that another kind of value was expected.
pub(super) fn unexpected(expected: &str, node: &Node<'_>) -> Diagnostic {
    Diagnostic::error(format!("expected {expected}, found a {}", node.kind_name())).at(node.origin())
}

/// Splits a path at a delimiter that has no backslash before it. One leading delimiter is allowed.
pub(super) fn split_path(path: &str, delimiter: char) -> Vec<std::borrow::Cow<'_, str>> {
    let path = path.strip_prefix(delimiter).unwrap_or(path);
    let mut parts: Vec<std::borrow::Cow<'_, str>> = Vec::new();
    for piece in path.split(delimiter) {
        match parts.last_mut().and_then(|last| last.strip_suffix('\\').map(str::to_owned).zip(Some(last))) {
            Some((start, last)) => *last = format!("{start}{delimiter}{piece}").into(),
            None => parts.push(piece.into()),
        }
    }
    parts
}

#[cfg(test)]
mod tests {
    use super::*;

    fn map(entries: Vec<(&'static str, Node<'static>)>) -> Node<'static> {
        let mut node = Node::mapping(Origin::NONE);
        for (key, value) in entries {
            node.as_mapping_mut().unwrap().insert(key, value);
        }
        node
    }

    fn text(value: &'static str) -> Node<'static> {
        Node::plain(value, Origin::NONE)
    }

    /// Writes `new` at the path and shows the node.
    fn set(node: &mut Node<'static>, path: &'static str, create: bool) -> Result<usize, Diagnostic> {
        let sources = Box::leak(Box::new(Sources::new()));
        let spec = FieldSpec::built_in("", "", "", path, create);
        let mut resource = Resource::new(std::mem::replace(node, text("")));
        let mut count = 0;
        let walked =
            FieldPath::new(spec, sources).walk(&mut resource, Create::Scalar, Origin::NONE, &mut |field| {
                count += 1;
                *field = text("new");
                Ok(())
            });
        *node = resource.node.into_node();
        walked.map(|()| count)
    }

    #[test]
    fn escaped_slashes_stay_in_the_key() {
        assert_eq!(split_path(r"metadata/annotations/a\/b", '/'), ["metadata", "annotations", "a/b"]);
        assert_eq!(split_path("/a/b", '/'), ["a", "b"]);
        assert_eq!(split_path("", '/'), [""]);
    }

    #[test]
    fn goes_through_lists_without_being_told() {
        let item = || map(vec![("image", text("old"))]);
        let mut node = map(vec![("spec", Node::sequence(vec![item(), item()], Origin::NONE))]);
        assert_eq!(set(&mut node, "spec/image", false).unwrap(), 2);
    }

    #[test]
    fn makes_mappings_on_the_way_and_replaces_nulls() {
        let mut node = map(vec![("metadata", text("null"))]);
        assert_eq!(set(&mut node, "metadata/namespace", false).unwrap(), 0);
        assert_eq!(set(&mut node, "metadata/namespace", true).unwrap(), 1);
        assert_eq!(node.at(&["metadata", "namespace"]).unwrap().text(), Some("new"));
        assert_eq!(set(&mut node, "a/b/c", true).unwrap(), 1);
    }

    #[test]
    fn a_null_that_should_be_a_list_becomes_an_empty_one() {
        let mut node = map(vec![("containers", text("null"))]);
        assert_eq!(set(&mut node, "containers[]/image", true).unwrap(), 0);
        assert_eq!(node.get("containers").unwrap().kind_name(), "list");
    }

    #[test]
    fn very_long_paths_are_refused() {
        let path: &'static str = Box::leak("a/".repeat(100_000).into_boxed_str());
        assert!(set(&mut map(Vec::new()), path, true).is_err());
    }

    #[test]
    fn scalars_on_the_way_and_numbers_as_keys_are_errors() {
        let mut node = map(vec![("spec", text("x"))]);
        let error = set(&mut node, "spec/a", true).unwrap_err();
        assert_eq!(error.message, "field `spec/a`: expected a mapping or a list, found a scalar");
        assert!(set(&mut node, "0/a", true).is_err());
    }
}
