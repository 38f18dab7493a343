//! `sem/name`

use std::net::IpAddr;

use super::fields::has_variable;
use super::places::{self, Of};
use super::port_name;
use super::selector::is_key;
use crate::diagnostic::Severity;
use crate::validate::rule::{Check, Profile, Rule, Run, example};
use crate::validate::{Finding, Findings, Object, Tree, Workload};
use crate::yaml::{Node, Style};

static RULE: Rule = Rule {
    id: "sem/name",
    severity: Severity::Error,
    profile: Profile::Default,
    summary: "a name or address in a field is one that nothing can have",
    why: "the API server refuses the object, or the pods that are made from it",
    fix: "write the name of what is meant; names are of lower case letters, digits and `-`",
    example: example!("sem/name"),
};

pub(super) static CHECK: Check = Check { rules: &[&RULE], run: Run::Object(check) };

/// What a text has to look like.
#[derive(Clone, Copy)]
enum Form {
    /// One part of a host name.
    Label,
    /// The same, with a letter in front.
    Service,
    /// A host name.
    Subdomain,
    /// A name of a port, or its number, which is no text.
    Port,
    /// A range of addresses.
    Range,
    /// A key of a label.
    Key,
    /// A key of a ConfigMap or Secret.
    DataKey,
}

const NETWORKING: &str = "networking.k8s.io";

/// Where names stand.
const NAMES: [(Of, &str, Form); 31] = [
    (Of::Object("apps", "StatefulSet"), "spec.serviceName", Form::Label),
    (Of::Object("", "PersistentVolumeClaim"), "spec.storageClassName", Form::Subdomain),
    (Of::Object(NETWORKING, "Ingress"), "spec.ingressClassName", Form::Subdomain),
    (Of::Object(NETWORKING, "Ingress"), "spec.tls[].secretName", Form::Subdomain),
    (Of::Object(NETWORKING, "Ingress"), "spec.rules[].http.paths[].backend.service.name", Form::Service),
    (Of::Object(NETWORKING, "Ingress"), "spec.rules[].http.paths[].backend.service.port.name", Form::Port),
    (Of::Object(NETWORKING, "Ingress"), "spec.defaultBackend.service.name", Form::Service),
    (Of::Object(NETWORKING, "Ingress"), "spec.defaultBackend.service.port.name", Form::Port),
    (Of::Object(NETWORKING, "NetworkPolicy"), "spec.ingress[].ports[].port", Form::Port),
    (Of::Object(NETWORKING, "NetworkPolicy"), "spec.egress[].ports[].port", Form::Port),
    (Of::Object(NETWORKING, "NetworkPolicy"), "spec.ingress[].from[].ipBlock.cidr", Form::Range),
    (Of::Object(NETWORKING, "NetworkPolicy"), "spec.ingress[].from[].ipBlock.except[]", Form::Range),
    (Of::Object(NETWORKING, "NetworkPolicy"), "spec.egress[].to[].ipBlock.cidr", Form::Range),
    (Of::Object(NETWORKING, "NetworkPolicy"), "spec.egress[].to[].ipBlock.except[]", Form::Range),
    (Of::Object("", "Service"), "spec.loadBalancerSourceRanges[]", Form::Range),
    (Of::Object("", "Service"), "spec.ports[].targetPort", Form::Port),
    (Of::Object("discovery.k8s.io", "EndpointSlice"), "ports[].name", Form::Label),
    (Of::Pod, "serviceAccountName", Form::Subdomain),
    (Of::Pod, "priorityClassName", Form::Subdomain),
    (Of::Pod, "volumes[].name", Form::Label),
    (Of::Pod, "tolerations[].key", Form::Key),
    (Of::Pod, "affinity.podAffinity.requiredDuringSchedulingIgnoredDuringExecution[].topologyKey", Form::Key),
    (
        Of::Pod,
        "affinity.podAntiAffinity.requiredDuringSchedulingIgnoredDuringExecution[].topologyKey",
        Form::Key,
    ),
    (
        Of::Pod,
        "affinity.podAntiAffinity.preferredDuringSchedulingIgnoredDuringExecution[].podAffinityTerm.topologyKey",
        Form::Key,
    ),
    (Of::Container, "env[].valueFrom.configMapKeyRef.key", Form::DataKey),
    (Of::Container, "env[].valueFrom.secretKeyRef.key", Form::DataKey),
    (Of::Container, "env[].valueFrom.configMapKeyRef.name", Form::Subdomain),
    (Of::Container, "env[].valueFrom.secretKeyRef.name", Form::Subdomain),
    (Of::Container, "envFrom[].configMapRef.name", Form::Subdomain),
    (Of::Container, "envFrom[].secretRef.name", Form::Subdomain),
    (Of::Container, "name", Form::Label),
];

fn check(object: &Object<'_, '_>, _: &Tree<'_, '_>, findings: &mut Findings<'_>) {
    let workload = Workload::of(*object);
    for (of, path, form) in NAMES {
        places::visit(object, workload.as_ref(), (of, path), &mut |node, at| {
            let Some(text) = node.text().filter(|text| !has_variable(text)) else { return };
            if let Some(reason) = wrong(text, node, form) {
                findings.add(Finding::new(&RULE, node.origin(), reason).object(object.id).path(at));
            }
        });
    }
    for (index, subject) in object.items(&["subjects"]).iter().enumerate() {
        let is_account = subject.get("kind").and_then(Node::text) == Some("ServiceAccount");
        let Some(node) = subject.get("name").filter(|_| is_account && object.kind().ends_with("RoleBinding"))
        else {
            continue;
        };
        let text = node.text().filter(|text| !has_variable(text)).unwrap_or_default();
        if let Some(reason) = wrong(text, node, Form::Subdomain) {
            findings.add(object.finding(&RULE, format!("subjects[{index}].name"), node, reason));
        }
    }
    cluster_address(object, findings);
}

/// An address, or that there is to be none.
fn cluster_address(object: &Object<'_, '_>, findings: &mut Findings<'_>) {
    if let Some(node) = object.at(&["spec", "clusterIP"]).filter(|_| object.is("", "Service")) {
        let text = node.text().unwrap_or_default();
        if !["", "None"].contains(&text) && !has_variable(text) && text.parse::<IpAddr>().is_err() {
            let message = format!("`{text}` is no address; a headless Service says `None`");
            findings.add(object.finding(&RULE, "spec.clusterIP", node, message));
        }
    }
}

/// What is wrong with a text; `sem/required-value` says where it must not be empty.
fn wrong(text: &str, node: &Node<'_>, form: Form) -> Option<String> {
    if text.is_empty() && !matches!(form, Form::Range) {
        return None;
    }
    let shown: String = text.chars().take(80).collect();
    let (is_right, what) = match form {
        Form::Label => {
            (is_host(text, 63) && !text.contains('.'), "at most 63 lower case letters, digits and `-`")
        }
        Form::Service => (
            is_host(text, 63)
                && !text.contains('.')
                && !text.starts_with(|first: char| first.is_ascii_digit()),
            "at most 63 lower case letters, digits and `-`, with a letter in front",
        ),
        Form::Subdomain => {
            (is_host(text, 253), "lower case letters, digits and `-`, in parts with dots between")
        }
        Form::Range => (is_range(text), "an address and the length of its prefix, such as `10.0.0.0/8`"),
        Form::Key => (is_key(text), "the key of a label"),
        Form::DataKey => (is_data_key(text), "a key: at most 253 letters, digits, `-`, `_` and `.`"),
        Form::Port if node.style() == Style::Plain && text.parse::<i64>().is_ok() => return None,
        Form::Port if text.parse::<i64>().is_ok() => {
            return Some(format!("`\"{shown}\"` is text: without quotes it is the number of a port"));
        }
        Form::Port => return port_name::read(&shown).err(),
    };
    (!is_right).then(|| format!("`{shown}` cannot be meant here: this is {what}"))
}

/// Whether it is a host name: parts of letters, digits and dashes, with dots between.
fn is_host(text: &str, longest: usize) -> bool {
    let is_inner = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
    let is_part = |part: &str| {
        !part.is_empty() && !part.starts_with('-') && !part.ends_with('-') && part.bytes().all(is_inner)
    };
    text.len() <= longest && text.split('.').all(is_part)
}

fn is_data_key(text: &str) -> bool {
    text.len() <= 253 && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte))
}

fn is_range(text: &str) -> bool {
    let Some((address, length)) = text.trim().split_once('/') else { return false };
    let longest = match address.parse::<IpAddr>() {
        Ok(IpAddr::V4(_)) => 32,
        Ok(IpAddr::V6(_)) => 128,
        Err(_) => return false,
    };
    length.parse::<u8>().is_ok_and(|length| length <= longest)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn knows_ranges_of_addresses() {
        assert!(is_range("10.0.0.0/8") && is_range("::/0") && is_range("2001:db8::/64"));
        assert!(
            !is_range("10.0.0.0") && !is_range("10.0.0.0/33") && !is_range("10.0.0/8") && !is_range("/8")
        );
    }
}
