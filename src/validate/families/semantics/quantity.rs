//! `sem/quantity`

use super::fields::{entries, has_variable, items};
use crate::diagnostic::Severity;
use crate::schema::{InvalidQuantity, Quantity};
use crate::validate::rule::{Check, Profile, Rule, Run, example};
use crate::validate::{Finding, Findings, Object, Tree, Workload};
use crate::yaml::{Entry, Node};

static RULE: Rule = Rule {
    id: "sem/quantity",
    severity: Severity::Error,
    profile: Profile::Default,
    summary: "an amount of a resource cannot be read",
    why: "the API server refuses the object",
    fix: "write a number and one of `Ki`, `Mi`, `Gi`, `Ti`, `k`, `M`, `G`, `T`; for thousandths of a CPU `m`",
    example: example!("sem/quantity"),
};

pub(super) static CHECK: Check = Check { rules: &[&RULE], run: Run::Object(check) };

fn check(object: &Object<'_, '_>, _: &Tree<'_, '_>, findings: &mut Findings<'_>) {
    for (path, entry) in quantities(object) {
        let Some(text) = entry.value.text().filter(|text| !has_variable(text)) else { continue };
        let message = match Quantity::parse(text) {
            Ok(amount) if amount.is_negative() => format!("`{text}` is less than nothing"),
            Ok(_) => continue,
            Err(error) => format!("`{text}` is no amount: {error}"),
        };
        let mut finding = Finding::new(&RULE, entry.value.origin(), message).object(object.id).path(path);
        if let Err(InvalidQuantity::Suffix { meant: Some(meant), .. }) = Quantity::parse(text) {
            finding = finding.help(format!("did you mean `{meant}`?"));
        }
        findings.add(finding);
    }
}

/// Every amount of an object, with its path.
fn quantities<'a, 's>(object: &Object<'a, 's>) -> Vec<(String, &'a Entry<'s>)> {
    let mut found = Vec::new();
    if let Some(workload) = Workload::of(*object) {
        for (path, container) in workload.containers() {
            container.get("resources").into_iter().for_each(|node| of_resources(node, &path, &mut found));
        }
        if let Some(node) = workload.spec.get("resources") {
            of_resources(node, &workload.spec_path(), &mut found);
        }
        for (index, volume) in items(workload.spec, "volumes").iter().enumerate() {
            let path = format!("{}.volumes[{index}]", workload.spec_path());
            let limit = volume.get("emptyDir").into_iter();
            let limit = limit.flat_map(|node| node.as_mapping().into_iter().flatten());
            let limit = limit.filter(|entry| entry.key.text == "sizeLimit");
            found.extend(limit.map(|entry| (format!("{path}.emptyDir.sizeLimit"), entry)));
            if let Some(node) = volume.at(&["ephemeral", "volumeClaimTemplate", "spec", "resources"]) {
                of_resources(node, &format!("{path}.ephemeral.volumeClaimTemplate.spec"), &mut found);
            }
        }
    }
    for (index, claim) in object.items(&["spec", "volumeClaimTemplates"]).iter().enumerate() {
        if let Some(node) = claim.at(&["spec", "resources"]) {
            of_resources(node, &format!("spec.volumeClaimTemplates[{index}].spec"), &mut found);
        }
    }
    for (index, limit) in object.items(&["spec", "limits"]).iter().enumerate() {
        for field in ["default", "defaultRequest", "max", "min"] {
            let of_field = entries(limit, field).filter(|_| object.is("", "LimitRange"));
            found.extend(
                of_field.map(|entry| (format!("spec.limits[{index}].{field}.{}", entry.key.text), entry)),
            );
        }
    }
    let (parent, field) = match (object.group(), object.kind()) {
        ("", "PersistentVolumeClaim") => {
            object
                .at(&["spec", "resources"])
                .into_iter()
                .for_each(|node| of_resources(node, "spec", &mut found));
            return found;
        }
        ("", "ResourceQuota") => ("spec", "hard"),
        ("", "PersistentVolume") => ("spec", "capacity"),
        _ => return found,
    };
    let of_parent = object.at(&[parent]).into_iter().flat_map(|node| entries(node, field));
    found.extend(of_parent.map(|entry| (format!("{parent}.{field}.{}", entry.key.text), entry)));
    found
}

fn of_resources<'a, 's>(resources: &'a Node<'s>, path: &str, found: &mut Vec<(String, &'a Entry<'s>)>) {
    for field in ["requests", "limits"] {
        let of_field = entries(resources, field);
        found.extend(of_field.map(|entry| (format!("{path}.resources.{field}.{}", entry.key.text), entry)));
    }
}
