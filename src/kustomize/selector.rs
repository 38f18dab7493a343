//! Which objects a patch or a replacement is for.
//!
//! Type, namespace and name are regular expressions that must match as a whole; labels and annotations have
//! selectors in the Kubernetes API's syntax. Everything is compiled once, and an index leads from names and kinds to
//! the few objects that can match.

use rustc_hash::FxHashMap;

use super::decode::Text;
use super::kustomization::SelectorFields;
use super::label_selector::LabelSelector;
use super::pattern::Pattern;
use crate::diagnostic::{Diagnostic, Diagnostics};
use crate::resource::{Gvk, ResId, ResMap, Resource};

/// A compiled selector. What is left out matches anything.
#[derive(Clone, Debug)]
pub struct Selector<'s> {
    group: Pattern<'s>,
    version: Pattern<'s>,
    kind: Pattern<'s>,
    name: Pattern<'s>,
    namespace: Pattern<'s>,
    labels: LabelSelector<'s>,
    annotations: LabelSelector<'s>,
}

/// Where objects are, by every kind and name that they have or had.
#[derive(Debug, Default)]
pub struct SelectorIndex<'s> {
    by_name: FxHashMap<&'s str, Vec<usize>>,
    by_kind: FxHashMap<&'s str, Vec<usize>>,
    len: usize,
}

impl<'s> Selector<'s> {
    /// Compiles a selector and reports everything that is wrong with it.
    pub fn compile(fields: &SelectorFields<'s>) -> Result<Self, Diagnostics> {
        let mut errors = Diagnostics::default();
        let mut pattern = |text: Text<'s>, field: &str| {
            let compiled = Pattern::anchored(text.value).map_err(|reason| {
                let message = format!("`{}` is not a regular expression: {reason}", text.value);
                Diagnostic::error(message)
                    .at(text.origin)
                    .hint(format!("`{field}` of a selector is in RE2 syntax"))
            });
            errors.absorb(compiled.map_err(Diagnostics::from))
        };
        let group = pattern(fields.group, "group");
        let version = pattern(fields.version, "version");
        let kind = pattern(fields.kind, "kind");
        let name = pattern(fields.name, "name");
        let namespace = pattern(fields.namespace, "namespace");
        let labels = errors.absorb(parse_label_selector(fields.label_selector));
        let annotations = errors.absorb(parse_label_selector(fields.annotation_selector));
        errors.into_result()?;
        Ok(Self {
            group: group.unwrap_or(Pattern::Any),
            version: version.unwrap_or(Pattern::Any),
            kind: kind.unwrap_or(Pattern::Any),
            name: name.unwrap_or(Pattern::Any),
            namespace: namespace.unwrap_or(Pattern::Any),
            labels: labels.unwrap_or_default(),
            annotations: annotations.unwrap_or_default(),
        })
    }

    /// Whether the object matches: its type now; name and namespace each now or at first; labels and annotations.
    pub fn matches(&self, resource: &Resource<'_>) -> bool {
        let current = resource.current_id();
        if !self.matches_gvk(&current.gvk) {
            return false;
        }
        let original = resource.original_id();
        let in_namespace = |id: &ResId<'_>| self.namespace.matches(id.effective_namespace());
        (self.name.matches(original.name) || self.name.matches(current.name))
            && (self.namespace.is_any() || in_namespace(&original) || in_namespace(&current))
            && self.matches_metadata(resource)
    }

    /// Whether one id matches as a whole, its namespace as it is written.
    pub fn matches_id(&self, id: &ResId<'_>) -> bool {
        self.matches_gvk(&id.gvk) && self.name.matches(id.name) && self.namespace.matches(id.namespace)
    }

    /// Whether labels and annotations match.
    pub fn matches_metadata(&self, resource: &Resource<'_>) -> bool {
        self.labels.matches_labels(resource) && self.annotations.matches_annotations(resource)
    }

    /// Whether type, name or namespace are asked for.
    pub fn asks_for_id(&self) -> bool {
        [&self.group, &self.version, &self.kind, &self.name, &self.namespace]
            .into_iter()
            .any(|pattern| !pattern.is_any())
    }

    /// Whether labels or annotations are asked for.
    pub fn asks_for_metadata(&self) -> bool {
        !self.labels.is_empty() || !self.annotations.is_empty()
    }

    /// Positions of the objects that match, in order.
    pub fn select(&self, resources: &ResMap<'_>) -> Vec<usize> {
        let matches = resources.iter().enumerate().filter(|(_, resource)| self.matches(resource));
        matches.map(|(position, _)| position).collect()
    }

    /// As [`Self::select`], without a look at objects that cannot match.
    pub fn select_indexed(&self, resources: &ResMap<'_>, index: &SelectorIndex<'_>) -> Vec<usize> {
        let matches = |position: &usize| resources.get(*position).is_some_and(|one| self.matches(one));
        self.candidates(index).into_iter().filter(matches).collect()
    }

    /// Positions of the objects that can match, in order.
    pub fn candidates(&self, index: &SelectorIndex<'_>) -> Vec<usize> {
        index.candidates(self.name.literal(), self.kind.literal())
    }

    fn matches_gvk(&self, gvk: &Gvk<'_>) -> bool {
        self.kind.matches(gvk.kind) && self.group.matches(gvk.group) && self.version.matches(gvk.version)
    }
}

fn parse_label_selector(text: Text<'_>) -> Result<LabelSelector<'_>, Diagnostics> {
    LabelSelector::parse(text.value).map_err(|reason| {
        Diagnostic::error(format!("`{}` is not a selector: {reason}", text.value))
            .at(text.origin)
            .hint("for example `app=web,tier in (a, b),!canary`")
            .into()
    })
}

impl<'s> SelectorIndex<'s> {
    /// An index of all objects.
    pub fn new(resources: &ResMap<'s>) -> Self {
        let mut index = Self::default();
        for (position, resource) in resources.iter().enumerate() {
            index.add(position, resource);
        }
        index
    }

    /// Positions of the objects that have or had this name, else this kind, in order.
    pub fn candidates(&self, name: Option<&str>, kind: Option<&str>) -> Vec<usize> {
        let found = match (name, kind) {
            (Some(name), _) => self.by_name.get(name),
            (None, Some(kind)) => self.by_kind.get(kind),
            (None, None) => return (0..self.len).collect(),
        };
        let mut positions = found.cloned().unwrap_or_default();
        positions.sort_unstable();
        positions.dedup();
        positions
    }

    /// Adds an object, or the names and kinds that it got since it was added.
    pub fn add(&mut self, position: usize, resource: &Resource<'s>) {
        self.len = self.len.max(position + 1);
        for id in resource.earlier_ids().chain([resource.current_id()]) {
            add(self.by_name.entry(id.name).or_default(), position);
            add(self.by_kind.entry(id.gvk.kind).or_default(), position);
        }
    }
}

fn add(positions: &mut Vec<usize>, position: usize) {
    if positions.last() != Some(&position) {
        positions.push(position);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kustomize::testing::named;
    use crate::yaml::Origin;

    fn text(value: &str) -> Text<'_> {
        Text { value, origin: Origin::NONE }
    }

    fn objects() -> ResMap<'static> {
        let mut renamed = named("apps/v1", "Deployment", "web");
        renamed.store_previous_id();
        renamed.set_name("prod-web", Origin::NONE);
        renamed.set_namespace("shop", Origin::NONE);
        [renamed, named("v1", "Service", "web"), named("v1", "Namespace", "shop")].into_iter().collect()
    }

    fn select(fields: &SelectorFields<'_>) -> Vec<usize> {
        let (objects, selector) = (objects(), Selector::compile(fields).unwrap());
        let found = selector.select(&objects);
        assert_eq!(found, selector.select_indexed(&objects, &SelectorIndex::new(&objects)));
        found
    }

    #[test]
    fn names_match_now_or_at_first() {
        let by_name = |name| SelectorFields { name: text(name), ..SelectorFields::default() };
        assert_eq!(select(&by_name("web")), [0, 1]);
        assert_eq!(select(&by_name("prod-web")), [0]);
        assert_eq!(select(&by_name(".*web")), [0, 1]);
        assert_eq!(select(&by_name("we")), [] as [usize; 0]);
        assert_eq!(select(&SelectorFields { kind: text("Service|Namespace"), ..by_name("") }), [1, 2]);
        assert_eq!(select(&SelectorFields { group: text("apps"), ..by_name("") }), [0]);
    }

    #[test]
    fn namespaces_are_the_effective_ones() {
        let inside = |namespace| SelectorFields { namespace: text(namespace), ..SelectorFields::default() };
        assert_eq!(select(&inside("default")), [0, 1]);
        assert_eq!(select(&inside("shop")), [0]);
        assert_eq!(select(&inside("_non_namespaceable_")), [2]);
    }

    #[test]
    fn every_error_is_reported() {
        let fields = SelectorFields {
            name: text("a("),
            kind: text("["),
            label_selector: text("a=("),
            ..SelectorFields::default()
        };
        assert_eq!(Selector::compile(&fields).unwrap_err().0.len(), 3);
    }
}
