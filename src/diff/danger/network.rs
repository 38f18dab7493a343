//! `network/policy-removed`, `network/loosened`: who may talk to whom.

use super::atoms::{Atom, atoms, widened};
use super::engine::Act;
use super::place::Place;
use super::{Found, Level, Rule, Subject};
use crate::yaml::{Node, Value};

pub(super) const RULES: &[Rule] = &[
    Rule::new(
        "network/policy-removed",
        Level::Caution,
        (
            "a NetworkPolicy is gone: pods that no other one selects talk to everybody",
            "keep one that denies by default, and take out only what it allows",
        ),
        removed,
    ),
    Rule::new(
        "network/loosened",
        Level::Caution,
        (
            "a NetworkPolicy lets in or out what it held back before",
            "name the pods, the namespaces and the ports that talk to each other",
        ),
        loosened,
    ),
];

const KIND: (&str, &str) = ("networking.k8s.io", "NetworkPolicy");

fn removed<'s>(subject: &Subject<'_, '_, 's>) -> Vec<Found<'s>> {
    let Some(before) = subject.before().filter(|_| subject.is_removed() && subject.is(KIND.0, KIND.1)) else {
        return Vec::new();
    };
    let is_every = before.fields(&["spec", "podSelector"]).is_empty();
    let selected = if is_every { "every pod of the namespace" } else { "the pods that it selected" };
    vec![
        Found::of(before.origin(), format!("nothing holds back {selected}, if no other policy does"))
            .act(Act::Delete),
    ]
}

fn loosened<'s>(subject: &Subject<'_, '_, 's>) -> Vec<Found<'s>> {
    let Some((before, after)) = subject.both().filter(|_| subject.is(KIND.0, KIND.1)) else {
        return Vec::new();
    };
    let mut found: Vec<Found<'s>> = released(&before, &after).into_iter().collect();
    for (direction, peers, words) in [("ingress", "from", "lets in"), ("egress", "to", "lets out")] {
        let has = |policy: &Place<'_, 's>| types(policy).contains(&direction);
        match (has(&before), has(&after)) {
            (true, false) => {
                let message = format!("it holds back no {direction} any more");
                found.push(Found::at(&after.at(&["spec"]).unwrap_or(after.clone()), message));
            }
            (true, true) => {
                let (old, new) = (openings(&before, direction, peers), openings(&after, direction, peers));
                let wider = widened(&old, &new, covers);
                found.extend(wider.first().map(|atom| {
                    let more = if wider.len() > 1 {
                        format!(", and {} more", wider.len() - 1)
                    } else {
                        String::new()
                    };
                    Found::at(&atom.from, format!("it {words} {}{more}", opening(&atom.values)))
                }));
            }
            _ => {}
        }
    }
    found
}

/// The directions that a policy is about; without a word of it, those that it has rules for, and ingress.
fn types<'s>(policy: &Place<'_, 's>) -> Vec<&'s str> {
    let written = policy.texts(&["spec", "policyTypes"]);
    let mut types: Vec<&str> = written
        .iter()
        .filter_map(|text| match *text {
            "Ingress" => Some("ingress"),
            "Egress" => Some("egress"),
            _ => None,
        })
        .collect();
    if written.is_empty() {
        types.push("ingress");
        types.extend(policy.at(&["spec", "egress"]).map(|_| "egress"));
    }
    types
}

/// What a policy opens: peer, protocol and port.
fn openings<'o, 's>(policy: &Place<'o, 's>, direction: &'s str, peers: &'s str) -> Vec<Atom<Place<'o, 's>>> {
    let mut all = Vec::new();
    for rule in policy.items(&["spec", direction], &[]) {
        let from = rule.items(&[peers], &[]).iter().map(peer).collect();
        let ports = rule.items(&["ports"], &[]).iter().map(port).collect();
        all.extend(atoms(&[from, ports], &rule));
    }
    all
}

/// What tells a peer from others: the address block, or the selectors with their keys in order.
fn peer(peer: &Place<'_, '_>) -> String {
    match peer.text(&["ipBlock", "cidr"]) {
        Some(cidr) if peer.items(&["ipBlock", "except"], &[]).is_empty() => cidr.to_owned(),
        _ => written(peer.node),
    }
}

fn port(port: &Place<'_, '_>) -> String {
    let text = |key| port.node.get(key).filter(|node| !node.is_null()).and_then(Node::text);
    let (number, end) = (text("port").unwrap_or("every port"), text("endPort"));
    let end = end.map(|end| format!("-{end}")).unwrap_or_default();
    format!("{number}{end}/{}", text("protocol").unwrap_or("TCP"))
}

/// A value in one line, its keys in order, so that equal values are equal texts.
fn written(node: &Node<'_>) -> String {
    match node.value() {
        Value::Scalar(text) => text.to_owned(),
        Value::Sequence(items) => format!("[{}]", items.iter().map(written).collect::<Vec<_>>().join(", ")),
        Value::Mapping(mapping) => {
            let mut fields: Vec<String> = mapping
                .iter()
                .map(|entry| format!("{}: {}", entry.key.text, written(&entry.value)))
                .collect();
            fields.sort();
            format!("{{{}}}", fields.join(", "))
        }
    }
}

fn opening(values: &[String]) -> String {
    let every = |text: &String, every: &str| if text == "*" { every.to_owned() } else { format!("`{text}`") };
    match values {
        [peer, port] => format!("{} on {}", every(peer, "everybody"), every(port, "every port")),
        _ => String::new(),
    }
}

/// Whether what was open to one is open to the other: addresses within a block, a protocol with all its ports.
fn covers(old: &str, new: &str) -> bool {
    let all_ports =
        old.strip_prefix("every port/").is_some_and(|protocol| new.ends_with(&format!("/{protocol}")));
    all_ports || block(old).zip(block(new)).is_some_and(|(old, new)| contains(old, new))
}

/// The first address of a block as a number, the bits that are fixed, and those of an address.
type Block = (u128, u32, u32);

fn block(text: &str) -> Option<Block> {
    let (address, length) = text.split_once('/')?;
    let (number, width) = match address.parse().ok()? {
        std::net::IpAddr::V4(address) => (u128::from(u32::from(address)), 32),
        std::net::IpAddr::V6(address) => (u128::from(address), 128),
    };
    let length: u32 = length.parse().ok().filter(|length| *length <= width)?;
    Some((number, length, width))
}

/// Whether a block holds all of another one.
pub(super) fn contains((old, length, width): Block, (new, longer, other): Block) -> bool {
    let shift = width - length;
    let prefix = |number: u128| number.checked_shr(shift).unwrap_or(0);
    width == other && longer >= length && prefix(old) == prefix(new)
}

/// Whether addresses of `new` are all in one of `old`.
pub(super) fn is_within(new: &str, old: &[&str]) -> bool {
    old.iter()
        .any(|old| *old == new || block(old).zip(block(new)).is_some_and(|(old, new)| contains(old, new)))
}

/// Pods that the policy selected, and selects no more: it has to have more labels, or others.
fn released<'s>(before: &Place<'_, 's>, after: &Place<'_, 's>) -> Option<Found<'s>> {
    const SELECTOR: [&str; 2] = ["spec", "podSelector"];
    let labels = [SELECTOR.as_slice(), &["matchLabels"]].concat();
    let (old, new) = (before.fields(&labels), after.fields(&labels));
    let is_known = |(key, value): &&(&str, Place<'_, 's>)| {
        old.iter().any(|(known, before)| known == key && before.node.text() == value.node.text())
    };
    let (_, place) = new.iter().find(|label| !is_known(label))?;
    Some(Found::at(place, "pods that it selected are selected no more, if they lack this label"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_block_holds_those_within() {
        assert!(covers("10.0.0.0/8", "10.1.0.0/16") && covers("::/0", "fd00::/8"));
        assert!(!covers("10.1.0.0/16", "10.0.0.0/8") && !covers("0.0.0.0/0", "::/0"));
        assert!(covers("every port/TCP", "80/TCP") && !covers("every port/TCP", "53/UDP"));
        assert!(is_within("10.1.2.3/32", &["192.168.0.0/16", "10.0.0.0/8"]));
    }
}
