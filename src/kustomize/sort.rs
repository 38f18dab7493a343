//! The order of the output: as read, or by kind.

use std::cmp::Ordering;

use rayon::prelude::*;
use rustc_hash::FxHashMap;

use super::decode::Text;
use super::kustomization::{LegacySortOptions, SortOptions};
use crate::diagnostic::{Diagnostic, Diagnostics};
use crate::resource::{Gvk, ORDER_FIRST, ORDER_LAST, ResMap, Resource};

const NAMESPACE: &str = "Namespace";
/// With fewer objects than this, a second thread costs more than it saves.
const OBJECTS_WORTH_A_THREAD: usize = 2048;

/// In which order objects are written.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Order<'s> {
    /// As they were read.
    #[default]
    Fifo,
    /// Some kinds first, some last, and all by type, namespace and name.
    Legacy {
        /// Kinds to put first, in this order
        first: Vec<&'s str>,
        /// Kinds to put last, in this order
        last: Vec<&'s str>,
    },
}

impl<'s> Order<'s> {
    /// The order that `sortOptions` asks for.
    pub fn from_options(options: &SortOptions<'s>) -> Result<Self, Diagnostics> {
        let origin = options.order.origin.or(options.origin);
        match (options.order.value, &options.legacy_sort_options) {
            ("fifo", None) => Ok(Self::Fifo),
            ("legacy", None) => Ok(Self::legacy()),
            ("legacy", Some(LegacySortOptions { order_first, order_last, .. })) => {
                Ok(Self::Legacy { first: values(order_first), last: values(order_last) })
            }
            ("fifo", Some(legacy)) => {
                Err(Diagnostic::error("`legacySortOptions` is set, but the order is `fifo`, not `legacy`")
                    .at(legacy.origin.or(origin))
                    .hint("remove `legacySortOptions`, or write `order: legacy`")
                    .into())
            }
            (other, _) => Err(Diagnostic::error(format!("the order of `sortOptions` is `{other}`"))
                .at(origin)
                .hint("write `order: legacy` or `order: fifo`")
                .into()),
        }
    }

    /// The order by kind with the usual kinds first and last.
    pub fn legacy() -> Self {
        Self::Legacy { first: ORDER_FIRST.to_vec(), last: ORDER_LAST.to_vec() }
    }
}

fn values<'s>(texts: &[Text<'s>]) -> Vec<&'s str> {
    texts.iter().map(|text| text.value).collect()
}

/// Puts the objects, no two of which have one id, in order.
pub fn apply(order: &Order<'_>, resources: &mut ResMap<'_>) {
    let Order::Legacy { first, last } = order else { return };
    let types = types_in_order(resources, &ranks(first, last));
    let objects = resources.as_slice().par_iter().with_min_len(OBJECTS_WORTH_A_THREAD);
    let keys: Vec<Key<'_>> = objects.map(|resource| Key::new(resource, &types)).collect();
    let mut positions: Vec<u32> = (0..).zip(&keys).map(|(position, _)| position).collect();
    positions.par_sort_by(|one, other| keys[*one as usize].compare(&keys[*other as usize]));
    drop(keys);
    resources.arrange(&positions);
}

/// What an object is sorted by: the place of its type, then namespace and name.
struct Key<'s> {
    place: u32,
    namespace: &'s str,
    name: &'s str,
}

impl<'s> Key<'s> {
    fn new(resource: &Resource<'s>, types: &FxHashMap<Gvk<'s>, u32>) -> Self {
        let place = types.get(&resource.gvk()).copied().unwrap_or_default();
        Self { place, namespace: or(resource.namespace(), "~X"), name: or(resource.name(), "~N") }
    }

    fn compare(&self, other: &Self) -> Ordering {
        self.place.cmp(&other.place).then_with(|| {
            if self.namespace == other.namespace {
                self.name.cmp(other.name)
            } else {
                self.letters().cmp(other.letters())
            }
        })
    }

    /// Namespace and name, joined by `|`.
    fn letters(&self) -> impl Iterator<Item = u8> + use<'s> {
        [self.namespace, "|", self.name].into_iter().flat_map(str::bytes)
    }
}

/// The place of each type of object among all. Types that no rule tells apart have the same place.
fn types_in_order<'s>(resources: &ResMap<'s>, ranks: &FxHashMap<&str, isize>) -> FxHashMap<Gvk<'s>, u32> {
    let mut places = FxHashMap::default();
    for resource in resources {
        places.insert(resource.gvk(), 0); // collecting would make room for as many types as there are objects
    }
    let made_up = first_made_up_namespace(places.keys());
    let mut types: Vec<Type<'s>> = places.keys().map(|gvk| Type::new(*gvk, ranks, made_up)).collect();
    types.sort_by(Type::compare);
    let mut place = 0;
    for (index, one) in types.iter().enumerate() {
        if index > 0 && types[index - 1].compare(one).is_ne() {
            place += 1;
        }
        places.insert(one.gvk, place);
    }
    places
}

/// What a type is sorted by.
struct Type<'s> {
    rank: isize,
    /// The type, or for the core Namespace that before which it stands.
    place: Gvk<'s>,
    is_core_namespace: bool,
    gvk: Gvk<'s>,
}

impl<'s> Type<'s> {
    fn new(gvk: Gvk<'s>, ranks: &FxHashMap<&str, isize>, made_up: Option<Gvk<'s>>) -> Self {
        let is_core_namespace = gvk.kind == NAMESPACE && gvk.group.is_empty();
        let place = made_up.filter(|_| is_core_namespace).unwrap_or(gvk);
        Self { rank: ranks.get(gvk.kind).copied().unwrap_or(0), place, is_core_namespace, gvk }
    }

    fn compare(&self, other: &Self) -> Ordering {
        let core_versions = || match (self.is_core_namespace, other.is_core_namespace) {
            (true, true) => compare_types(&other.gvk, &self.gvk),
            _ => Ordering::Equal,
        };
        self.rank
            .cmp(&other.rank)
            .then_with(|| compare_types(&self.place, &other.place))
            .then_with(|| other.is_core_namespace.cmp(&self.is_core_namespace))
            .then_with(core_versions)
    }
}

/// The first type named Namespace that a custom resource definition made up. The core Namespace comes before it.
fn first_made_up_namespace<'t, 's: 't>(types: impl Iterator<Item = &'t Gvk<'s>>) -> Option<Gvk<'s>> {
    types.copied().filter(|gvk| gvk.kind == NAMESPACE && !gvk.group.is_empty()).min_by(compare_types)
}

/// Below zero for kinds that come first, above for those that come last. A kind named twice has its last rank.
fn ranks<'k>(first: &[&'k str], last: &[&'k str]) -> FxHashMap<&'k str, isize> {
    let before = first.iter().rev().enumerate().map(|(index, kind)| (*kind, -1 - index.cast_signed())).rev();
    let after = last.iter().enumerate().map(|(index, kind)| (*kind, 1 + index.cast_signed()));
    before.chain(after).collect()
}

/// By group, version and kind, joined by `_`. What is empty comes late: `~` is a high letter.
fn compare_types(one: &Gvk<'_>, other: &Gvk<'_>) -> Ordering {
    letters_of_type(one).cmp(letters_of_type(other))
}

fn letters_of_type<'g>(gvk: &Gvk<'g>) -> impl Iterator<Item = u8> + use<'g> {
    let parts = [or(gvk.group, "~G"), "_", or(gvk.version, "~V"), "_", or(gvk.kind, "~K")];
    parts.into_iter().flat_map(str::bytes)
}

fn or<'t>(text: &'t str, replacement: &'static str) -> &'t str {
    if text.is_empty() { replacement } else { text }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kustomize::testing::named;
    use crate::yaml::Origin;

    fn objects(list: &[(&'static str, &'static str, &'static str, &'static str)]) -> ResMap<'static> {
        list.iter()
            .map(|(api_version, kind, namespace, name)| {
                let mut resource = named(api_version, kind, name);
                resource.set_namespace(namespace, Origin::NONE);
                resource
            })
            .collect()
    }

    fn sorted(order: &Order<'_>, mut resources: ResMap<'_>) -> Vec<String> {
        apply(order, &mut resources);
        resources.iter().map(|resource| resource.current_id().to_string()).collect()
    }

    #[test]
    fn the_usual_order() {
        let resources = objects(&[
            ("admissionregistration.k8s.io/v1", "ValidatingWebhookConfiguration", "", "v"),
            ("v1", "Pod", "", "p"),
            ("apps/v1", "Deployment", "b", "d"),
            ("apps/v1", "Deployment", "a", "e"),
            ("apps/v1", "Deployment", "", "c"),
            ("example.com/v1", "Namespace", "", "n"),
            ("apps/v1", "DaemonSet", "", "d"),
            ("v1", "Namespace", "", "n"),
        ]);
        let expected = [
            "v1 Namespace n",
            "example.com/v1 Namespace n",
            "apps/v1 Deployment a/e",
            "apps/v1 Deployment b/d",
            "apps/v1 Deployment c",
            "apps/v1 DaemonSet d",
            "v1 Pod p",
            "admissionregistration.k8s.io/v1 ValidatingWebhookConfiguration v",
        ];
        assert_eq!(sorted(&Order::legacy(), resources), expected);
    }

    #[test]
    fn an_order_of_ones_own() {
        let order = Order::Legacy { first: vec!["Pod", "Service"], last: vec!["Namespace"] };
        let resources = objects(&[
            ("v1", "Namespace", "", "n"),
            ("v1", "Service", "", "s"),
            ("apps/v1", "Deployment", "", "d"),
            ("v1", "Pod", "", "p"),
        ]);
        let expected = ["v1 Pod p", "v1 Service s", "apps/v1 Deployment d", "v1 Namespace n"];
        assert_eq!(sorted(&order, resources), expected);
        assert_eq!(
            sorted(&Order::Fifo, objects(&[("v1", "B", "", "b"), ("v1", "A", "", "a")])),
            ["v1 B b", "v1 A a"]
        );
    }

    #[test]
    fn the_core_namespace_comes_before_those_made_up_wherever_they_are() {
        let order = Order::Legacy { first: vec![], last: vec![] };
        let resources = objects(&[
            ("v1", "Namespace", "", "n"),
            ("networking.k8s.io/v1", "Ingress", "", "i"),
            ("example.com/v1", "Namespace", "", "n"),
            ("apps/v1", "Deployment", "", "d"),
        ]);
        let expected = [
            "apps/v1 Deployment d",
            "v1 Namespace n",
            "example.com/v1 Namespace n",
            "networking.k8s.io/v1 Ingress i",
        ];
        assert_eq!(sorted(&order, resources), expected);
    }

    #[test]
    fn options_are_checked() {
        let options = |order, legacy| SortOptions {
            order: Text { value: order, origin: Origin::NONE },
            legacy_sort_options: legacy,
            ..SortOptions::default()
        };
        assert_eq!(Order::from_options(&options("fifo", None)).unwrap(), Order::Fifo);
        assert_eq!(Order::from_options(&options("legacy", None)).unwrap(), Order::legacy());
        assert!(Order::from_options(&options("", None)).is_err());
        assert!(Order::from_options(&options("fifo", Some(LegacySortOptions::default()))).is_err());
        let none = Order::Legacy { first: vec![], last: vec![] };
        assert_eq!(
            Order::from_options(&options("legacy", Some(LegacySortOptions::default()))).unwrap(),
            none
        );
    }
}
