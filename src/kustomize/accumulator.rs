//! What a kustomization has gathered so far: objects, field specs, vars.

use super::history::Field;
use super::run::Run;
use super::transformer_config::TransformerConfig;
use super::vars::VarSet;
use crate::diagnostic::{Diagnostic, Diagnostics};
use crate::resource::{Behavior, IdIndex, ResMap, Resource};
use crate::yaml::{Mapping, Node, Origin, Style};

/// Objects with the field specs and vars that go with them.
#[derive(Clone, Debug, Default)]
pub(super) struct Accumulator<'s> {
    /// The objects. Whoever changes their names calls [`Accumulator::names_changed`].
    pub(super) resources: ResMap<'s>,
    /// Where transformers work.
    pub(super) config: TransformerConfig<'s>,
    /// The vars that were declared.
    pub(super) vars: VarSet<'s>,
    /// Positions by current id; `None` until it is needed again.
    known: Option<IdIndex>,
}

impl<'s> Accumulator<'s> {
    /// Says that ids may have changed.
    pub(super) fn names_changed(&mut self) {
        self.known = None;
    }

    /// Takes out the positions by any id for somebody who may change names, where they are known: as long as no object
    /// had another id.
    pub(super) fn take_known_ids(&mut self) -> Option<IdIndex> {
        let had_no_other = |resource: &Resource<'_>| resource.previous_ids.is_empty();
        self.known.take().filter(|_| self.resources.iter().all(had_no_other))
    }

    /// Adds objects, which must all be new.
    pub(super) fn append(&mut self, added: Vec<Resource<'s>>) -> Result<(), Diagnostics> {
        let mut errors = Diagnostics::default();
        for resource in added {
            if let Err(error) = self.append_one(resource) {
                errors.push(error);
            }
        }
        errors.into_result()
    }

    fn append_one(&mut self, resource: Resource<'s>) -> Result<(), Diagnostic> {
        let known = self.known.get_or_insert_with(|| self.resources.index_by_current_id());
        let id = resource.current_id();
        if let Some(first) = known.find_last(&self.resources, &id) {
            return Err(duplicate(&self.resources.as_slice()[first], &resource));
        }
        let position = self.resources.len();
        self.resources.push(resource);
        known.add(&self.resources, &id, position);
        Ok(())
    }

    /// Adds what another accumulator gathered.
    pub(super) fn merge(&mut self, other: Self) -> Result<(), Diagnostics> {
        if self.resources.is_empty() {
            if other.known.is_none() {
                // Transformers may have given one id to several of them.
                refuse_duplicates(&other.resources)?;
            }
            self.resources = other.resources;
            self.known = other.known;
        } else {
            self.append(other.resources.into_resources())?;
        }
        self.config.merge(&other.config)?;
        self.vars.merge(other.vars)
    }

    /// As [`Self::absorb`], with the fields that asked for the objects. A history sees what each of them does.
    pub(super) fn absorb_generated(
        &mut self,
        generated: Vec<(Resource<'s>, Field)>,
        run: &mut Run<'_, 's>,
    ) -> Result<(), Diagnostics> {
        if run.history.is_none() {
            return self.absorb(generated.into_iter().map(|(object, _)| object).collect());
        }
        let mut errors = Diagnostics::default();
        for (object, field) in generated {
            errors.absorb(self.absorb(vec![object]));
            run.note(&mut self.resources, field);
        }
        errors.into_result()
    }

    /// Adds generated objects, or merges them into those that are there, as their behavior says.
    pub(super) fn absorb(&mut self, generated: Vec<Resource<'s>>) -> Result<(), Diagnostics> {
        if generated.is_empty() {
            return Ok(());
        }
        let mut errors = Diagnostics::default();
        let mut index = self.resources.index_by_any_id();
        self.names_changed();
        for resource in generated {
            match index.find(&self.resources, &resource.current_id()).as_slice() {
                [] => {
                    if let Err(error) = must_create(&resource) {
                        errors.push(error);
                    }
                    index.add_all(&self.resources, &resource, self.resources.len());
                    self.resources.push(resource);
                }
                [only] => {
                    let old = &mut self.resources.as_mut_slice()[*only];
                    match resource.behavior {
                        Behavior::Create => errors.push(exists(old, &resource)),
                        _ if old.gvk() != resource.gvk() => errors.push(other_kind(old, &resource)),
                        _ => *old = combined(old, resource),
                    }
                }
                several => errors.push(ambiguous(&self.resources, several, &resource)),
            }
        }
        errors.into_result()
    }
}

/// The generated object with what it takes over from the one it replaces or is merged into.
fn combined<'s>(old: &Resource<'s>, mut new: Resource<'s>) -> Resource<'s> {
    let origin = new.node.origin();
    inherit(&mut new, old, &["metadata", "labels"]);
    inherit(&mut new, old, &["metadata", "annotations"]);
    if new.behavior == Behavior::Merge {
        inherit(&mut new, old, &["data"]);
        inherit(&mut new, old, &["binaryData"]);
        new.built_from.clone_from(&old.built_from);
        drop_if_empty(&mut new, "data");
    }
    new.set_name(old.name(), origin_of(old, "name"));
    new.set_namespace(old.namespace(), origin_of(old, "namespace").or(origin));
    new.needs_hash_suffix &= old.needs_hash_suffix;
    new.is_generated = old.is_generated;
    new.number = old.number;
    new.behavior = old.behavior;
    new.previous_ids.clone_from(&old.previous_ids);
    new.name_prefixes.clone_from(&old.name_prefixes);
    new.name_suffixes.clone_from(&old.name_suffixes);
    new.transformations.clone_from(&old.transformations);
    new.var_names.clone_from(&old.var_names);
    new
}

/// Upstream writes merged data only if there are any.
fn drop_if_empty(resource: &mut Resource<'_>, field: &str) {
    if let Some(fields) = resource.node.as_mapping_mut()
        && fields.get(field).is_some_and(Node::is_null_or_empty)
    {
        fields.remove(field);
    }
}

fn origin_of(resource: &Resource<'_>, field: &str) -> Origin {
    resource.node.at(&["metadata", field]).map_or(Origin::NONE, Node::origin)
}

/// Adds to a string map of `new` the keys that only `old` has.
fn inherit<'s>(new: &mut Resource<'s>, old: &Resource<'s>, path: &[&'static str]) {
    let Some(inherited) = old.node.at(path).and_then(Node::as_mapping).filter(|mapping| !mapping.is_empty())
    else {
        return;
    };
    let Some((last, parents)) = path.split_last() else { return };
    let origin = old.node.at(path).map_or(Origin::NONE, Node::origin);
    let mut target = new.node.as_mapping_mut();
    for parent in parents {
        target = target.and_then(|mapping| crate::resource::child_mapping(mapping, parent, origin));
    }
    if let Some(target) = target.and_then(|mapping| crate::resource::child_mapping(mapping, last, origin)) {
        add_missing(target, inherited);
    }
}

fn add_missing<'s>(target: &mut Mapping<'s>, inherited: &Mapping<'s>) {
    for entry in inherited {
        if !target.contains(entry.key.text) {
            let mut value = entry.value.clone();
            // Upstream reads these maps as strings, whatever they were.
            if value.style() == Style::Plain || value.text().is_none() {
                value = Node::string(value.text().unwrap_or_default(), value.origin());
            }
            target.push(entry.key, value);
        }
    }
}

fn must_create(resource: &Resource<'_>) -> Result<(), Diagnostic> {
    if resource.behavior == Behavior::Create {
        return Ok(());
    }
    Err(Diagnostic::error(format!(
        "{} does not exist, so nothing can be merged or replaced",
        resource.current_id()
    ))
    .at(resource.node.origin())
    .object(resource.current_id())
    .hint("drop `behavior`, or name an object of the bases as it is called there, without hash"))
}

fn exists(old: &Resource<'_>, new: &Resource<'_>) -> Diagnostic {
    Diagnostic::error(format!("{} exists already", new.current_id()))
        .at(new.node.origin())
        .object(new.current_id())
        .related(old.node.origin(), "it is here")
        .hint("set `behavior: merge` or `behavior: replace`, or give it another name")
}

/// A patch made it something else. It is found by what it was, but upstream replaces only what it is.
fn other_kind(old: &Resource<'_>, new: &Resource<'_>) -> Diagnostic {
    Diagnostic::error(format!(
        "`{}` is no {} any more, so it cannot be merged or replaced",
        old.name(),
        new.gvk()
    ))
    .at(new.node.origin())
    .object(new.current_id())
    .related(old.node.origin(), format!("it became {}", old.current_id()))
    .hint("generate it before the patch that changes its kind, or drop `behavior`")
}

fn ambiguous(resources: &ResMap<'_>, positions: &[usize], new: &Resource<'_>) -> Diagnostic {
    let error = Diagnostic::error(format!("several objects are or were called {}", new.current_id()))
        .at(new.node.origin())
        .object(new.current_id());
    positions.iter().filter_map(|position| resources.get(*position)).fold(error, |error, resource| {
        error.related(resource.node.origin(), format!("{}", resource.current_id()))
    })
}

/// Two objects with one id.
fn duplicate(first: &Resource<'_>, second: &Resource<'_>) -> Diagnostic {
    Diagnostic::error(format!("two objects have the id {}", second.current_id()))
        .at(second.node.origin())
        .object(second.current_id())
        .related(first.node.origin(), "the first is here")
        .hint("remove one of them, or patch the first instead of writing it again")
}

/// Whatever may change names may make them the same.
pub(super) fn refuse_duplicates(resources: &ResMap<'_>) -> Result<(), Diagnostics> {
    let errors = resources.duplicates().map(|(first, second)| duplicate(first, second));
    Diagnostics(errors.collect()).into_result()
}
