//! `pods/...`: what pods may do on the machine that they run on.

use std::collections::BTreeMap;

use super::documents::OPERATOR;
use super::place::Place;
use super::{Found, Level, Rule, Subject};
use crate::diff::side::Object;

pub(super) const RULES: &[Rule] = &[
    Rule::new(
        "pods/privileged",
        Level::Caution,
        (
            "a container is privileged: it can do all that root can do on the machine",
            "give it the one capability, device or folder that it needs",
        ),
        |subject| news(subject, privileged),
    ),
    Rule::new(
        "pods/capabilities",
        Level::Caution,
        (
            "a container gets capabilities, or drops fewer of them",
            "add only those that a release of the program asks for, and drop `ALL` others",
        ),
        |subject| news(subject, capabilities),
    ),
    Rule::new(
        "pods/host",
        Level::Caution,
        (
            "pods see the machine: its network, processes, ports or files",
            "leave it out, or mount only the folder that is read, and read only",
        ),
        |subject| news(subject, host),
    ),
    Rule::new(
        "pods/root",
        Level::Caution,
        (
            "a container may run as root, and could not before",
            "keep `runAsNonRoot: true` and a `runAsUser` other than 0",
        ),
        root,
    ),
    Rule::new(
        "pods/confinement",
        Level::Caution,
        (
            "a container is held less: seccomp, AppArmor, escalation of privileges or its read only root are let go",
            "keep `seccompProfile: RuntimeDefault`, `allowPrivilegeEscalation: false` and `readOnlyRootFilesystem: true`",
        ),
        confinement,
    ),
    Rule::new(
        "pods/admission",
        Level::Caution,
        (
            "a namespace lets in pods that it refused before",
            "keep the level that its pods need, and give what needs more a namespace of its own",
        ),
        admission,
    ),
];

const LISTS: [&str; 3] = ["initContainers", "containers", "ephemeralContainers"];

/// The specification of the pods that an object makes.
pub(super) fn pod<'o, 's>(object: &'o Object<'_, 's>) -> Option<Place<'o, 's>> {
    let root = Place::of(object);
    match (object.id.gvk.group, object.id.gvk.kind) {
        ("", "Pod") | (OPERATOR, "Prometheus" | "PrometheusAgent" | "Alertmanager" | "ThanosRuler") => {
            root.at(&["spec"])
        }
        ("batch", "CronJob") => root.at(&["spec", "jobTemplate", "spec", "template", "spec"]),
        ("apps" | "batch" | "argoproj.io", _) | ("", "ReplicationController") => {
            root.at(&["spec", "template", "spec"])
        }
        _ => None,
    }
}

/// The containers of the pods that an object makes.
pub(super) fn containers<'o, 's>(object: &'o Object<'_, 's>) -> Vec<Place<'o, 's>> {
    let Some(pod) = pod(object) else { return Vec::new() };
    LISTS.iter().flat_map(|list| pod.items(&[list], &["name"])).collect()
}

/// What is worth a word about an object, by what tells it from others.
type Facts<'o, 's> = BTreeMap<String, Place<'o, 's>>;

/// What can be said of the object as it is, and could not as it was.
fn news<'s>(
    subject: &Subject<'_, '_, 's>,
    facts: impl for<'o> Fn(&'o Object<'_, 's>) -> Facts<'o, 's>,
) -> Vec<Found<'s>> {
    let Some(new) = subject.object_after() else { return Vec::new() };
    let known = subject.object_before().map(&facts).unwrap_or_default();
    let news = facts(new).into_iter().filter(|(fact, _)| !known.contains_key(fact));
    news.map(|(fact, place)| Found::at(&place, fact)).collect()
}

fn privileged<'o, 's>(object: &'o Object<'_, 's>) -> Facts<'o, 's> {
    let found = containers(object).into_iter().filter_map(|container| {
        let place = container.at(&["securityContext", "privileged"]);
        let place = place.filter(|place| place.node.text() == Some("true"))?;
        Some((format!("the container `{}` is privileged", container.name()), place))
    });
    found.collect()
}

fn capabilities<'o, 's>(object: &'o Object<'_, 's>) -> Facts<'o, 's> {
    let mut facts = Facts::new();
    for container in containers(object) {
        let name = container.name();
        for place in container.items(&["securityContext", "capabilities", "add"], &[]) {
            let written = place.node.text().unwrap_or_default();
            // Some runtimes take the name of the kernel too.
            let capability = written.strip_prefix("CAP_").unwrap_or(written);
            facts.insert(format!("the container `{name}` gets the capability `{capability}`"), place.clone());
        }
    }
    facts
}

/// Fields of a pod that open the machine to it.
const HOST: [(&str, &str); 3] = [
    ("hostNetwork", "pods use the network of the machine"),
    ("hostPID", "pods see the processes of the machine"),
    ("hostIPC", "pods share memory with processes of the machine"),
];

fn host<'o, 's>(object: &'o Object<'_, 's>) -> Facts<'o, 's> {
    let Some(pod) = pod(object) else { return Facts::new() };
    let fields = HOST.iter().filter_map(|(field, fact)| {
        let place = pod.at(&[field]).filter(|place| place.node.text() == Some("true"))?;
        Some(((*fact).to_owned(), place))
    });
    let mut facts: Facts<'o, 's> = fields.collect();
    for place in
        pod.items(&["volumes"], &["name"]).iter().filter_map(|volume| volume.at(&["hostPath", "path"]))
    {
        facts.insert(format!("pods see `{}` of the machine", place.node.text().unwrap_or_default()), place);
    }
    facts
}

/// Whether a container can run as root, and what says so.
fn may_be_root<'o, 's>(pod: &Place<'o, 's>, container: &Place<'o, 's>) -> (bool, Place<'o, 's>) {
    let at = |field| {
        let own = container.at(&["securityContext", field]);
        own.or_else(|| pod.at(&["securityContext", field]))
    };
    let (user, non_root) = (at("runAsUser"), at("runAsNonRoot"));
    let is_guarded = non_root.as_ref().is_some_and(|place| place.node.text() == Some("true"));
    let is_other = user.as_ref().is_some_and(|place| place.node.text() != Some("0"));
    (!is_guarded && !is_other, user.or(non_root).unwrap_or_else(|| container.clone()))
}

fn root<'s>(subject: &Subject<'_, '_, 's>) -> Vec<Found<'s>> {
    let (Some(old), Some(new)) = (subject.object_before(), subject.object_after()) else { return Vec::new() };
    let (Some(old_pod), Some(new_pod)) = (pod(old), pod(new)) else { return Vec::new() };
    let earlier = containers(old);
    let found = containers(new).into_iter().filter_map(|container| {
        let before = earlier.iter().find(|before| before.name() == container.name())?;
        let (could, _) = may_be_root(&old_pod, before);
        let (can, place) = may_be_root(&new_pod, &container);
        let message = format!("the container `{}` may run as root", container.name());
        (can && !could).then(|| Found::at(&place, message))
    });
    found.collect()
}

/// What held a container: field, the value that holds, and what it means to let it go.
const HELD: [(&[&str], &str, &str); 5] = [
    (&["allowPrivilegeEscalation"], "false", "may get more privileges than it was started with"),
    (&["readOnlyRootFilesystem"], "true", "may write to its root"),
    (&["seccompProfile", "type"], "RuntimeDefault", "may make every system call"),
    (&["appArmorProfile", "type"], "RuntimeDefault", "has no AppArmor profile"),
    (&["capabilities", "drop"], "ALL", "keeps capabilities that it dropped"),
];

fn confinement<'s>(subject: &Subject<'_, '_, 's>) -> Vec<Found<'s>> {
    let (Some(old), Some(new)) = (subject.object_before(), subject.object_after()) else { return Vec::new() };
    let (Some(old_pod), Some(new_pod)) = (pod(old), pod(new)) else { return Vec::new() };
    let earlier = containers(old);
    let mut found = Vec::new();
    for container in containers(new) {
        let Some(before) = earlier.iter().find(|before| before.name() == container.name()) else { continue };
        for (path, holding, meaning) in HELD {
            let place = holder(&new_pod, &container, path);
            if holds(holder(&old_pod, before, path).as_ref(), holding) && !holds(place.as_ref(), holding) {
                let message = format!("the container `{}` {meaning}", container.name());
                found.push(Found::at(&place.unwrap_or(container.clone()), message));
            }
        }
    }
    found
}

/// What holds a container: a field of its own, or of its pod.
fn holder<'o, 's>(
    pod: &Place<'o, 's>,
    container: &Place<'o, 's>,
    path: &'static [&'static str],
) -> Option<Place<'o, 's>> {
    let path = [&["securityContext"], path].concat();
    container.at(&path).or_else(|| pod.at(&path))
}

fn holds(place: Option<&Place<'_, '_>>, holding: &str) -> bool {
    place.is_some_and(|place| {
        let is_of_its_own = place.node.text() == Some("Localhost");
        let is_in_list = || place.texts(&[]).iter().any(|text| text.eq_ignore_ascii_case(holding));
        place.node.text() == Some(holding) || is_of_its_own || is_in_list()
    })
}

const ENFORCED: [&str; 3] = ["metadata", "labels", "pod-security.kubernetes.io/enforce"];

fn admission<'s>(subject: &Subject<'_, '_, 's>) -> Vec<Found<'s>> {
    const LEVELS: [&str; 3] = ["privileged", "baseline", "restricted"];
    let Some((before, after)) = subject.both().filter(|_| subject.is("", "Namespace")) else {
        return Vec::new();
    };
    let level = |place: &Place<'_, 's>| {
        let text = place.text(&ENFORCED).unwrap_or("privileged");
        LEVELS.iter().position(|level| *level == text)
    };
    let (Some(old), Some(new)) = (level(&before), level(&after)) else { return Vec::new() };
    let message = format!("the namespace goes from `{}` to `{}`", LEVELS[old], LEVELS[new]);
    let found = match after.at(&ENFORCED) {
        _ if new >= old => return Vec::new(),
        Some(place) => Found::at(&place, message),
        None => Found::of(after.origin(), message),
    };
    vec![found]
}
