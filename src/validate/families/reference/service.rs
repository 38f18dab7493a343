//! `ref/service-selector`, `ref/target-port`

use crate::diagnostic::{Severity, closest};
use crate::validate::rule::{Check, Profile, Rule, Run, example};
use crate::validate::{Finding, Findings, Object, Selector, Tree, Workload};
use crate::yaml::Node;

static RULE: Rule = Rule {
    id: "ref/service-selector",
    severity: Severity::Error,
    profile: Profile::Default,
    summary: "a Service selects no pod",
    why: "it has no endpoints: every connection to it is refused, and Prometheus finds nothing to scrape",
    fix: "give it the labels of the pods' template, or take the selector out if EndpointSlices are made by hand",
    example: example!("ref/service-selector"),
};

const PORT: Rule = Rule {
    id: "ref/target-port",
    severity: Severity::Error,
    profile: Profile::Default,
    summary: "a Service sends to a port that its pods do not have",
    why: "the port has no endpoints, or connections to it are refused",
    fix: "correct `targetPort`, or name the port in the container's `ports`",
    example: example!("ref/target-port"),
};

static NAME_RULE: Rule = PORT;

// A container may listen on a port that it does not list.
static NUMBER_RULE: Rule = Rule { severity: Severity::Warning, profile: Profile::Strict, ..PORT };

/// Ports that containers listen on without listing them, by number, with commas between.
const UNLISTED_PORTS: &str = "stackgen.dev/unlisted-ports";

pub(super) static CHECK: Check = Check { rules: &[&RULE, &NAME_RULE, &NUMBER_RULE], run: Run::Tree(check) };

fn check(tree: &Tree<'_, '_>, findings: &mut Findings<'_>) {
    for service in tree.of_kind("", "Service") {
        let Some(labels) = service.mapping(&["spec", "selector"]).filter(|labels| !labels.is_empty()) else {
            continue;
        };
        if service.text(&["spec", "type"]) == Some("ExternalName") {
            continue;
        }
        let selector = Selector::of_labels(labels);
        let pods: Vec<&Workload<'_, '_>> = tree.selected(service.id.namespace, selector).collect();
        let is_made = tree.may_be_made(service.id.namespace, &selector);
        match pods.as_slice() {
            [] if !is_made => findings.add(no_pods(service, selector, tree)),
            pods => check_ports(service, &lasting(pods), findings),
        }
    }
}

/// Without the pods of Jobs, unless there are no others: those that prepare something for a workload often have its labels,
/// and serve nobody.
fn lasting<'w, 'a, 's>(pods: &[&'w Workload<'a, 's>]) -> Vec<&'w Workload<'a, 's>> {
    let ends = |pods: &&&Workload<'_, '_>| matches!(pods.object.kind(), "Job" | "CronJob");
    let lasting: Vec<_> = pods.iter().filter(|pods| !ends(pods)).copied().collect();
    if lasting.is_empty() { pods.to_vec() } else { lasting }
}

fn no_pods(service: &Object<'_, '_>, selector: Selector<'_, '_>, tree: &Tree<'_, '_>) -> Finding {
    let message = format!("no pod has the labels `{}`", selector.describe());
    let Some(node) = service.at(&["spec", "selector"]) else {
        return service.finding_at_name(&RULE, message);
    };
    let place = tree.culprit(service.id.namespace, &selector, node);
    let finding = service.finding(&RULE, "spec.selector", place, message);
    // The workload that is called like the Service is most likely the one that is meant.
    let like = tree.workloads_in(service.id.namespace).find(|pods| pods.object.id.name == service.id.name);
    let Some(like) = like else { return finding };
    let finding = finding.related(like.object.name_origin(), format!("{} is here", like.object.describe()));
    let differs = |(key, wanted): (&str, &str)| {
        let has = like.labels()?.get(key)?.text()?;
        (has != wanted).then(|| format!("its pods have `{key}: {has}`"))
    };
    match selector.pairs().find_map(differs) {
        Some(help) => finding.help(help),
        None => finding,
    }
}

fn check_ports(service: &Object<'_, '_>, pods: &[&Workload<'_, '_>], findings: &mut Findings<'_>) {
    for (index, port) in service.items(&["spec", "ports"]).iter().enumerate() {
        let target = port.get("targetPort").filter(|node| !node.is_null());
        let (field, node) = match (target, port.get("port")) {
            (Some(node), _) => ("targetPort", node),
            (None, Some(node)) => ("port", node),
            _ => continue,
        };
        let Some(wanted) = node.text() else { continue };
        let is_number = wanted.parse::<u32>().is_ok();
        let lacks = |workload: &&&Workload<'_, '_>| lacks(workload, wanted, is_number);
        let Some(workload) = pods.iter().find(lacks) else { continue };
        let rule = if is_number { &NUMBER_RULE } else { &NAME_RULE };
        let message = format!("the pods of {} have no port `{wanted}`", workload.object.describe());
        let path = format!("spec.ports[{index}].{field}");
        let finding = service.finding(rule, path, node, message);
        findings.add(with_ports(finding, wanted, workload));
    }
}

/// Whether pods do not have a port. Those that list none at all, or are on the node's network, may have any number.
fn lacks(workload: &Workload<'_, '_>, wanted: &str, is_number: bool) -> bool {
    let unlisted = workload.object.annotation(UNLISTED_PORTS).unwrap_or_default();
    let is_unlisted = unlisted.split(',').any(|port| port.trim() == wanted);
    let lists_some = workload.ports().next().is_some();
    !workload.has_port(wanted) && !is_unlisted && (!is_number || lists_some)
}

fn with_ports(finding: Finding, wanted: &str, workload: &Workload<'_, '_>) -> Finding {
    let ports: Vec<(String, &Node<'_>)> = workload.ports().collect();
    let related = ports.first().map(|(_, port)| port.origin()).unwrap_or_default();
    let finding = finding.related(related, "the pods' ports are here");
    let text =
        |field: &str| -> Vec<&str> { ports.iter().filter_map(|(_, port)| port.get(field)?.text()).collect() };
    let (names, numbers) = (text("name"), text("containerPort"));
    match closest(wanted, &names) {
        Some(like) => finding.help(format!("did you mean `{like}`?")),
        None if ports.is_empty() => finding,
        None => finding.help(format!("they have {}", [names, numbers].concat().join(", "))),
    }
}
