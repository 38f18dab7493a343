//! What the API says of one value, for whoever walks through objects by himself: a comparison asks which lists have
//! keys and which strings are amounts.

use super::format::Format;
use super::lookup::Found;
use super::shape::{Flags, Kind, Shape};
use super::table::{NodeId, Table};

/// Patterns of strings that are durations in Prometheus' way of writing have this in them.
const DURATION_PATTERN: &str = "ms)?";

/// The schema of a value.
#[derive(Clone, Copy, Debug)]
pub struct ValueSchema<'s> {
    table: &'s Table,
    node: NodeId,
    /// The schema of `metadata`, where the value is a custom resource.
    metadata: Option<(&'s Table, NodeId)>,
    is_custom: bool,
}

/// What tells the items of a list apart.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ListType<'s> {
    /// Their places.
    Atomic,
    /// The items themselves, in whatever order.
    Set,
    /// The values of these fields.
    Map(Vec<&'s str>),
}

/// How the API server reads a scalar.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Meaning {
    /// As it is written.
    Literal,
    /// An amount, as `500m` or `1Gi`.
    Quantity,
    /// A number or the same number as text, or a name.
    IntOrString,
    /// A span of time, as `1h30m`.
    Duration,
    /// A number.
    Number,
}

impl<'s> Found<'s> {
    /// The schema of the object as a whole.
    pub fn value_schema(&self) -> ValueSchema<'s> {
        ValueSchema { table: self.table, node: self.root, metadata: self.metadata, is_custom: self.is_custom }
    }
}

impl<'s> ValueSchema<'s> {
    /// The schema of a field, or of a value in a map.
    pub fn field(self, name: &str) -> Option<Self> {
        if let Some((table, node)) = self.metadata.filter(|_| self.is_custom && name == "metadata") {
            return Some(Self { table, node, metadata: None, is_custom: false });
        }
        let shape = self.shape();
        let node = shape.properties.get(self.table, name).or(shape.values)?;
        Some(self.below(node))
    }

    /// The schema of a list's items.
    pub fn items(self) -> Option<Self> {
        self.shape().items.map(|node| self.below(node))
    }

    /// What tells the items of this list apart.
    pub fn list_type(self) -> ListType<'s> {
        let shape = self.shape();
        if !shape.list_keys.is_empty() {
            return ListType::Map(shape.list_keys.iter().map(|id| self.table.text(id)).collect());
        }
        if shape.flags.has(Flags::SET) { ListType::Set } else { ListType::Atomic }
    }

    /// How this scalar is read.
    pub fn meaning(self) -> Meaning {
        let shape = self.shape();
        match shape.kind {
            Kind::Quantity => Meaning::Quantity,
            Kind::IntOrString => Meaning::IntOrString,
            Kind::Integer | Kind::Number => Meaning::Number,
            Kind::String if self.is_duration(&shape) => Meaning::Duration,
            _ => Meaning::Literal,
        }
    }

    /// What the API server writes where nothing is said, if that is a scalar.
    pub fn default_text(self) -> Option<&'s str> {
        let default = self.shape().limits()?.default?;
        Some(self.table.text(default))
    }

    /// Whether an empty value says the same as no value: a map of names, a list of Kubernetes' own, or a part that the
    /// API server always writes.
    pub fn may_be_left_out(self) -> bool {
        let shape = self.shape();
        match shape.kind {
            Kind::Object => {
                shape.flags.has(Flags::OPAQUE_DEFAULT)
                    || shape.values.is_some() && shape.properties.is_empty()
            }
            Kind::Array => !self.is_custom,
            _ => false,
        }
    }

    fn is_duration(self, shape: &Shape<'s>) -> bool {
        shape.limits().is_some_and(|limits| {
            let pattern = limits.pattern.map(|id| self.table.text(id)).unwrap_or_default();
            Format::numbered(limits.format) == Some(Format::Duration) || pattern.contains(DURATION_PATTERN)
        })
    }

    fn below(self, node: NodeId) -> Self {
        Self { node, metadata: None, ..self }
    }

    fn shape(self) -> Shape<'s> {
        Shape::read(self.table, self.node)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::schema::api::{Lookup, Minor, Schemas};

    fn at<'s>(schemas: &'s Schemas, api_version: &str, kind: &str, path: &[&str]) -> ValueSchema<'s> {
        let Lookup::Found(found) = schemas.find(api_version, kind, Minor::new(33)) else {
            panic!("{kind} is not known")
        };
        path.iter().fold(found.value_schema(), |field, step| {
            let next = if *step == "[]" { field.items() } else { field.field(step) };
            next.unwrap_or_else(|| panic!("{step} of {path:?} is not known"))
        })
    }

    #[test]
    fn lists_have_the_keys_of_the_api() {
        let schemas = Schemas::embedded();
        let list = |api_version, kind, path: &[&str]| at(&schemas, api_version, kind, path).list_type();
        let pod: Vec<&str> = vec!["spec", "template", "spec"];
        let of_pod = |rest: &[&str]| list("apps/v1", "Deployment", &[pod.as_slice(), rest].concat());
        assert_eq!(of_pod(&["containers"]), ListType::Map(vec!["name"]));
        assert_eq!(of_pod(&["containers", "[]", "env"]), ListType::Map(vec!["name"]));
        assert_eq!(of_pod(&["containers", "[]", "ports"]), ListType::Map(vec!["containerPort", "protocol"]));
        assert_eq!(of_pod(&["containers", "[]", "volumeMounts"]), ListType::Map(vec!["mountPath"]));
        assert_eq!(of_pod(&["containers", "[]", "args"]), ListType::Atomic);
        assert_eq!(of_pod(&["volumes"]), ListType::Map(vec!["name"]));
        assert_eq!(of_pod(&["hostAliases"]), ListType::Map(vec!["ip"]));
        assert_eq!(list("v1", "Service", &["spec", "ports"]), ListType::Map(vec!["port", "protocol"]));
        assert_eq!(list("v1", "Pod", &["metadata", "finalizers"]), ListType::Set);
        assert_eq!(
            list("monitoring.coreos.com/v1", "PrometheusRule", &["spec", "groups"]),
            ListType::Map(vec!["name"])
        );
    }

    #[test]
    fn scalars_mean_what_the_api_says() {
        let schemas = Schemas::embedded();
        let meaning = |api_version, kind, path: &[&str]| at(&schemas, api_version, kind, path).meaning();
        let resources = ["spec", "containers", "[]", "resources", "limits", "cpu"];
        assert_eq!(meaning("v1", "Pod", &resources), Meaning::Quantity);
        assert_eq!(meaning("v1", "Service", &["spec", "ports", "[]", "targetPort"]), Meaning::IntOrString);
        assert_eq!(meaning("v1", "ConfigMap", &["data", "any"]), Meaning::Literal);
        assert_eq!(
            meaning("monitoring.coreos.com/v1", "Prometheus", &["spec", "retention"]),
            Meaning::Duration
        );
        assert_eq!(meaning("apps/v1", "Deployment", &["spec", "replicas"]), Meaning::Number);
    }

    #[test]
    fn what_is_empty_may_be_left_out_where_it_says_nothing() {
        let schemas = Schemas::embedded();
        let may = |api_version, kind, path: &[&str]| at(&schemas, api_version, kind, path).may_be_left_out();
        assert!(may("v1", "Pod", &["metadata", "labels"]));
        assert!(may("v1", "Pod", &["spec", "tolerations"]));
        assert!(!may("v1", "Pod", &["spec", "volumes", "[]", "emptyDir"]));
        assert!(!may(
            "networking.k8s.io/v1",
            "NetworkPolicy",
            &["spec", "ingress", "[]", "from", "[]", "podSelector"]
        ));
        assert!(!may("monitoring.coreos.com/v1", "Prometheus", &["spec", "podMonitorSelector"]));
    }
}
