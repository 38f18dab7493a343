//! `sem/host`

use super::fields::has_variable;
use crate::diagnostic::Severity;
use crate::validate::rule::{Check, Profile, Rule, Run, example};
use crate::validate::{Finding, Findings, Object, Tree};
use crate::yaml::Node;

static RULE: Rule = Rule {
    id: "sem/host",
    severity: Severity::Error,
    profile: Profile::Default,
    summary: "a host name is none",
    why: "the API server refuses the object, or nobody can ever ask for that host",
    fix: "write lower-case letters, digits and dashes between dots; a `*` may stand alone in front of the first dot",
    example: example!("sem/host"),
};

pub(super) static CHECK: Check = Check { rules: &[&RULE], run: Run::Object(check) };

fn check(object: &Object<'_, '_>, _: &Tree<'_, '_>, findings: &mut Findings<'_>) {
    for (path, host) in hosts(object) {
        let text = host.text().filter(|text| !text.is_empty() && !has_variable(text));
        if let Some(Err(reason)) = text.map(read) {
            findings.add(Finding::new(&RULE, host.origin(), reason).object(object.id).path(path));
        }
    }
}

/// Every host name of an object, with its path.
fn hosts<'a, 's>(object: &Object<'a, 's>) -> Vec<(String, &'a Node<'s>)> {
    let of_items = |list: &'static str, field: &'static str| {
        let items = object.items(&["spec", list]).iter().enumerate();
        items.filter_map(move |(index, item)| {
            Some((format!("spec.{list}[{index}].{field}"), item.get(field)?))
        })
    };
    match (object.group(), object.kind()) {
        ("networking.k8s.io" | "extensions", "Ingress") => {
            let of_tls = of_items("tls", "hosts").flat_map(|(path, hosts)| {
                let hosts = hosts.as_sequence().unwrap_or_default().iter();
                hosts.map(move |host| (path.clone(), host))
            });
            of_items("rules", "host").chain(of_tls).collect()
        }
        ("gateway.networking.k8s.io", "HTTPRoute" | "GRPCRoute" | "TLSRoute") => {
            let hosts = object.items(&["spec", "hostnames"]).iter();
            hosts.map(|host| ("spec.hostnames".to_owned(), host)).collect()
        }
        ("gateway.networking.k8s.io", "Gateway") => of_items("listeners", "hostname").collect(),
        ("", "Service") if object.text(&["spec", "type"]) == Some("ExternalName") => {
            let name = object.at(&["spec", "externalName"]).into_iter();
            name.map(|name| ("spec.externalName".to_owned(), name)).collect()
        }
        _ => Vec::new(),
    }
}

/// A name of DNS by RFC 1123, in lower case, perhaps with a wildcard in front.
fn read(host: &str) -> Result<(), String> {
    let name = host.strip_prefix("*.").unwrap_or(host);
    // A name may end with a dot where it is looked up, but not where it is compared.
    let is_number = |label: &str| label.bytes().all(|byte| byte.is_ascii_digit());
    let labels: Vec<&str> = name.split('.').collect();
    if labels.len() == 4 && labels.iter().all(|label| is_number(label) && !label.is_empty()) {
        return Err(format!("`{host}` is an address and no host name"));
    }
    if name.len() > 253 {
        return Err(format!("the host name has {} characters, and 253 are allowed", name.len()));
    }
    match labels.iter().find_map(|label| of_label(label).err()) {
        Some(reason) => Err(format!("`{host}` is no host name: {reason}")),
        None => Ok(()),
    }
}

fn of_label(label: &str) -> Result<(), String> {
    if label.is_empty() {
        return Err("nothing stands between two dots".to_owned());
    }
    if label.len() > 63 {
        return Err("a part has more than 63 characters".to_owned());
    }
    let is_allowed =
        |character: char| character.is_ascii_lowercase() || character.is_ascii_digit() || character == '-';
    if let Some(wrong) = label.chars().find(|character| !is_allowed(*character)) {
        return Err(format!("`{}` is not allowed", wrong.escape_default()));
    }
    if label.starts_with('-') || label.ends_with('-') {
        return Err(format!("`{label}` begins or ends with a dash"));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::read;

    #[test]
    fn host_names() {
        for good in ["grafana.example.com", "*.example.com", "localhost", "a-1.b"] {
            assert_eq!(read(good), Ok(()));
        }
        for bad in [
            "graf_ana.example.com",
            "Grafana.example.com",
            "a..b",
            "-a.b",
            "10.0.0.1",
            "https://a.b",
            "a.*.b",
        ] {
            assert!(read(bad).is_err(), "{bad}");
        }
    }
}
