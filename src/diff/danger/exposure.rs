//! `exposure/service`, `exposure/public`, `exposure/sources`: Services that can be reached from further away.

use super::network::is_within;
use super::place::Place;
use super::{Found, Level, Rule, Subject};

pub(super) const RULES: &[Rule] = &[
    Rule::new(
        "exposure/service",
        Level::Caution,
        (
            "a Service can be reached from outside of the cluster",
            "leave it at `ClusterIP`, and reach it by `kubectl port-forward`, an Ingress with a login or a private link",
        ),
        service,
    ),
    Rule::new(
        "exposure/public",
        Level::Caution,
        (
            "the load balancer of a Service was inside of the network, and is public",
            "keep the annotation of the cloud that makes it internal",
        ),
        public,
    ),
    Rule::new(
        "exposure/sources",
        Level::Caution,
        (
            "more addresses may reach the load balancer of a Service",
            "list the addresses that have to reach it; an empty list is the whole internet",
        ),
        sources,
    ),
];

const TYPE: [&str; 2] = ["spec", "type"];
const SOURCES: [&str; 2] = ["spec", "loadBalancerSourceRanges"];

/// Annotations of the clouds that make a load balancer internal, and what they have to say.
const INTERNAL: [(&str, &[&str]); 5] = [
    ("service.beta.kubernetes.io/azure-load-balancer-internal", &["true"]),
    ("networking.gke.io/load-balancer-type", &["Internal"]),
    ("cloud.google.com/load-balancer-type", &["Internal"]),
    ("service.beta.kubernetes.io/aws-load-balancer-internal", &["true", "0.0.0.0/0"]),
    ("service.beta.kubernetes.io/aws-load-balancer-scheme", &["internal"]),
];
const SCHEME: &str = "service.beta.kubernetes.io/aws-load-balancer-scheme";

fn annotation<'o, 's>(object: &Place<'o, 's>, name: &'s str) -> Option<Place<'o, 's>> {
    object.at(&["metadata", "annotations", name])
}

/// Whether the load balancer of a Service is inside of the network.
fn is_internal(service: &Place<'_, '_>) -> bool {
    INTERNAL.iter().any(|(name, values)| {
        let text = annotation(service, name).and_then(|place| place.node.text());
        text.is_some_and(|text| values.iter().any(|value| text.eq_ignore_ascii_case(value)))
    })
}

fn service<'s>(subject: &Subject<'_, '_, 's>) -> Vec<Found<'s>> {
    let Some(after) = subject.after().filter(|_| subject.is("", "Service")) else { return Vec::new() };
    let before = subject.before();
    let was = before.as_ref().and_then(|before| before.text(&TYPE)).unwrap_or("ClusterIP");
    let opened = after.at(&TYPE).filter(|place| place.node.text() != Some(was)).and_then(|place| {
        let message = match place.node.text()? {
            "LoadBalancer" if is_internal(&after) => "a load balancer inside of the network leads to it",
            "LoadBalancer" => "a load balancer leads to it, and nothing says that it is internal",
            "NodePort" if was != "LoadBalancer" => "every machine of the cluster has a port that leads to it",
            _ => return None,
        };
        Some(Found::at(&place, message))
    });
    let known = before.map(|before| before.texts(&["spec", "externalIPs"])).unwrap_or_default();
    let addresses = after.items(&["spec", "externalIPs"], &[]);
    let new = addresses.iter().find(|place| place.node.text().is_some_and(|text| !known.contains(&text)));
    let address = new.map(|place| {
        Found::at(place, format!("the address {} leads to it", place.node.text().unwrap_or_default()))
    });
    opened.into_iter().chain(address).collect()
}

fn public<'s>(subject: &Subject<'_, '_, 's>) -> Vec<Found<'s>> {
    let Some((before, after)) = subject.both().filter(|_| subject.is("", "Service")) else {
        return Vec::new();
    };
    let is_balanced = |place: &Place<'_, 's>| place.text(&TYPE) == Some("LoadBalancer");
    let was_internal = is_balanced(&before) && is_internal(&before);
    if is_balanced(&after) && was_internal && !is_internal(&after) {
        let place = INTERNAL.iter().find_map(|(name, _)| annotation(&after, name));
        let place = place.or_else(|| INTERNAL.iter().find_map(|(name, _)| annotation(&before, name)));
        return place
            .map(|place| Found::at(&place, "its load balancer was internal, and is public"))
            .into_iter()
            .collect();
    }
    // Without a word AWS' own controller makes an internal one.
    let scheme = annotation(&after, SCHEME).filter(|place| place.node.text() == Some("internet-facing"));
    let had_scheme =
        annotation(&before, SCHEME).is_some_and(|place| place.node.text() == Some("internet-facing"));
    let opened =
        scheme.filter(|_| !had_scheme && is_balanced(&after) && is_balanced(&before) && !was_internal);
    opened.map(|place| Found::at(&place, "its load balancer faces the internet")).into_iter().collect()
}

fn sources<'s>(subject: &Subject<'_, '_, 's>) -> Vec<Found<'s>> {
    let Some((before, after)) = subject.both().filter(|_| subject.is("", "Service")) else {
        return Vec::new();
    };
    let known = before.texts(&SOURCES);
    let is_balanced = after.text(&TYPE) == Some("LoadBalancer");
    if known.is_empty() || !is_balanced {
        return Vec::new();
    }
    let listed = after.items(&SOURCES, &[]);
    if listed.is_empty() {
        let place = before.at(&SOURCES);
        let found = place.map(|place| Found::at(&place, "every address may reach its load balancer"));
        return found.into_iter().collect();
    }
    let new = listed.iter().filter(|place| place.node.text().is_some_and(|text| !is_within(text, &known)));
    new.map(|place| {
        Found::at(place, format!("{} may reach its load balancer", place.node.text().unwrap_or_default()))
    })
    .collect()
}
