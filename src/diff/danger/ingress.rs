//! `exposure/ingress`, `exposure/unencrypted`, `exposure/unguarded`: what leads into the cluster by name, and what
//! guards it.

use std::collections::BTreeMap;

use super::place::Place;
use super::{Found, Level, Rule, Subject};

pub(super) const RULES: &[Rule] = &[
    Rule::new(
        "exposure/ingress",
        Level::Caution,
        (
            "something new leads into the cluster: an Ingress, a Gateway, a route or a host of one",
            "put a login in front of it: neither Prometheus nor Alertmanager has one of its own",
        ),
        opened,
    ),
    Rule::new(
        "exposure/unencrypted",
        Level::Caution,
        (
            "what was encrypted on the way in is not any more",
            "keep `tls` with every host, and the listener on HTTPS",
        ),
        unencrypted,
    ),
    Rule::new(
        "exposure/unguarded",
        Level::Caution,
        (
            "an Ingress loses its login or its list of addresses",
            "keep the annotations, or put the same guard somewhere else first",
        ),
        unguarded,
    ),
];

const INGRESS: (&str, &str) = ("networking.k8s.io", "Ingress");
const GATEWAY: &str = "gateway.networking.k8s.io";
const ROUTES: [&str; 5] = ["HTTPRoute", "GRPCRoute", "TCPRoute", "TLSRoute", "UDPRoute"];

type Ways<'o, 's> = BTreeMap<String, Place<'o, 's>>;

/// What leads in.
fn ways<'o, 's>(subject: &Subject<'_, '_, 's>, object: &Place<'o, 's>) -> Ways<'o, 's> {
    let mut ways = Ways::new();
    if subject.is(INGRESS.0, INGRESS.1) {
        ways.extend(object.at(&["spec", "defaultBackend"]).map(|place| ("every host".to_owned(), place)));
        for rule in object.items(&["spec", "rules"], &["host"]) {
            let host = rule.text(&["host"]).unwrap_or("every host");
            for path in rule.items(&["http", "paths"], &["path"]) {
                ways.insert(format!("{host}{}", path.text(&["path"]).unwrap_or("/")), path);
            }
        }
    } else if subject.is(GATEWAY, "Gateway") {
        for listener in object.items(&["spec", "listeners"], &["name"]) {
            let text = |key| listener.text(&[key]).unwrap_or_default();
            let host = listener.text(&["hostname"]).unwrap_or("every host");
            ways.insert(format!("{host} on {}/{}", text("port"), text("protocol")), listener);
        }
    } else if ROUTES.iter().any(|kind| subject.is(GATEWAY, kind)) {
        let hosts = object.items(&["spec", "hostnames"], &[]);
        let named = hosts.into_iter().filter_map(|place| Some((place.node.text()?.to_owned(), place)));
        ways.extend(named);
        if ways.is_empty() {
            ways.extend(object.at(&["spec", "parentRefs"]).map(|place| ("every host".to_owned(), place)));
        }
    }
    ways
}

fn opened<'s>(subject: &Subject<'_, '_, 's>) -> Vec<Found<'s>> {
    let Some(after) = subject.after() else { return Vec::new() };
    let known = subject.before().map(|before| ways(subject, &before)).unwrap_or_default();
    let news = ways(subject, &after).into_iter().filter(|(way, _)| !known.contains_key(way));
    news.map(|(way, place)| Found::at(&place, format!("`{way}` leads into the cluster"))).collect()
}

/// The hosts of an Ingress or the listeners of a Gateway that are encrypted.
fn encrypted<'o, 's>(subject: &Subject<'_, '_, 's>, object: &Place<'o, 's>) -> Ways<'o, 's> {
    if subject.is(INGRESS.0, INGRESS.1) {
        let entries = object.items(&["spec", "tls"], &[]);
        let hosts = entries.iter().flat_map(|entry| {
            let hosts = entry.items(&["hosts"], &[]);
            if hosts.is_empty() {
                vec![("every host".to_owned(), entry.clone())]
            } else {
                hosts
                    .into_iter()
                    .map(|host| (host.node.text().unwrap_or_default().to_owned(), host))
                    .collect()
            }
        });
        return hosts.collect();
    }
    let listeners = object.items(&["spec", "listeners"], &["name"]).into_iter();
    let encrypted = listeners.filter(|listener| {
        matches!(listener.text(&["protocol"]), Some("HTTPS" | "TLS")) || listener.at(&["tls"]).is_some()
    });
    encrypted.map(|listener| (listener.name().to_owned(), listener)).collect()
}

fn unencrypted<'s>(subject: &Subject<'_, '_, 's>) -> Vec<Found<'s>> {
    let is_one = subject.is(INGRESS.0, INGRESS.1) || subject.is(GATEWAY, "Gateway");
    let Some((before, after)) = subject.both().filter(|_| is_one) else { return Vec::new() };
    let now = encrypted(subject, &after);
    // A host that is gone altogether is not open.
    let is_there = |name: &str| {
        let hosts = after.items(&["spec", "rules"], &["host"]);
        let listeners = after.items(&["spec", "listeners"], &["name"]);
        name == "every host" || hosts.iter().chain(&listeners).any(|place| place.name() == name)
    };
    let gone =
        encrypted(subject, &before).into_iter().filter(|(name, _)| !now.contains_key(name) && is_there(name));
    gone.map(|(name, place)| Found::at(&place, format!("`{name}` is not encrypted any more"))).collect()
}

/// Annotations that guard an Ingress, by what their names hold.
const GUARDS: [&str; 8] = [
    "ingress.kubernetes.io/auth-",
    "ingress.kubernetes.io/whitelist-source-range",
    "ingress.kubernetes.io/allowlist-source-range",
    "alb.ingress.kubernetes.io/auth-type",
    "alb.ingress.kubernetes.io/inbound-cidrs",
    "alb.ingress.kubernetes.io/wafv2-acl-arn",
    "traefik.ingress.kubernetes.io/router.middlewares",
    "haproxy.org/allow-list",
];
const PUBLIC: &str = "alb.ingress.kubernetes.io/scheme";

fn unguarded<'s>(subject: &Subject<'_, '_, 's>) -> Vec<Found<'s>> {
    let Some((before, after)) = subject.both().filter(|_| subject.is(INGRESS.0, INGRESS.1)) else {
        return Vec::new();
    };
    let annotations = before.fields(&["metadata", "annotations"]);
    let guards = annotations.iter().filter(|(name, _)| GUARDS.iter().any(|guard| name.contains(guard)));
    let gone = guards.filter(|(name, _)| after.at(&["metadata", "annotations", name]).is_none());
    let mut found: Vec<Found<'s>> =
        gone.map(|(name, place)| Found::at(place, format!("`{name}` does not guard it any more"))).collect();
    let faces =
        |object: &Place<'_, 's>| object.text(&["metadata", "annotations", PUBLIC]) == Some("internet-facing");
    if faces(&after) && !faces(&before) {
        let place = after.at(&["metadata", "annotations", PUBLIC]);
        found.extend(place.map(|place| Found::at(&place, "its load balancer faces the internet")));
    }
    found
}
