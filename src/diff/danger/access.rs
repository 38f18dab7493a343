//! `access/widened`, `access/bound`: somebody may do more with the API than before.

use super::atoms::{Atom, atoms, widened};
use super::place::Place;
use super::{Found, Level, Rule, Subject};

pub(super) const RULES: &[Rule] = &[
    Rule::new(
        "access/widened",
        Level::Caution,
        (
            "a role allows more than before, or a new one allows what amounts to everything",
            "name the resources, verbs and objects that the program asks for; docs of the release list them",
        ),
        roles,
    ),
    Rule::new(
        "access/bound",
        Level::Caution,
        (
            "somebody gets a role in all namespaces, or one more holder gets a role",
            "bind in the one namespace that it is about, and to a ServiceAccount of its own",
        ),
        bindings,
    ),
];

const GROUP: &str = "rbac.authorization.k8s.io";
/// More permissions than these are not listed one by one.
const LISTED: usize = 3;

fn roles<'s>(subject: &Subject<'_, '_, 's>) -> Vec<Found<'s>> {
    if !subject.is_any(&[(GROUP, "Role"), (GROUP, "ClusterRole")]) {
        return Vec::new();
    }
    let Some(after) = subject.after() else { return Vec::new() };
    let before = subject.before();
    let known: Vec<_> = before.as_ref().map(permissions).unwrap_or_default();
    let mut wider = widened(&known, &permissions(&after), |_, _| false);
    if before.is_none() {
        wider.retain(is_powerful);
    }
    if let Some(place) = aggregation(&after).filter(|_| before.as_ref().and_then(aggregation).is_none()) {
        let message = "it takes in the rules of every role that its labels select";
        return vec![Found::at(&place, message)];
    }
    let Some(first) = wider.first() else { return Vec::new() };
    let mut listed: Vec<String> = wider.iter().map(words).take(LISTED).collect();
    if wider.len() > LISTED {
        listed.push(format!("{} more", wider.len() - LISTED));
    }
    let what = if before.is_none() { "a new role allows" } else { "it also allows" };
    vec![Found::at(&first.from, format!("{what} {}", listed.join("; ")))]
}

fn aggregation<'o, 's>(role: &Place<'o, 's>) -> Option<Place<'o, 's>> {
    role.at(&["aggregationRule"])
}

/// What a role allows: group, resource, name and verb; addresses count as resources of no group.
fn permissions<'o, 's>(role: &Place<'o, 's>) -> Vec<Atom<Place<'o, 's>>> {
    let mut all = Vec::new();
    for rule in role.items(&["rules"], &[]) {
        let own = |field| rule.texts(&[field]).into_iter().map(str::to_owned).collect::<Vec<_>>();
        let (resources, addresses, verbs) = (own("resources"), own("nonResourceURLs"), own("verbs"));
        if !resources.is_empty() && !verbs.is_empty() {
            all.extend(atoms(&[own("apiGroups"), resources, own("resourceNames"), verbs.clone()], &rule));
        }
        if !addresses.is_empty() && !verbs.is_empty() {
            all.extend(atoms(&[vec!["address".to_owned()], addresses, Vec::new(), verbs], &rule));
        }
    }
    all
}

/// `delete of secrets`
fn words(atom: &Atom<Place<'_, '_>>) -> String {
    let [group, resource, name, verb] = atom.values.as_slice() else { return String::new() };
    let every = |text: &str, every: &str| if text == "*" { every.to_owned() } else { format!("`{text}`") };
    let resource = match group.as_str() {
        "" | "address" | "*" => every(resource, "everything"),
        group => every(&format!("{resource}.{group}"), "everything"),
    };
    let named = if name == "*" { String::new() } else { format!(" named `{name}`") };
    format!("{} on {resource}{named}", every(verb, "all verbs"))
}

/// Whether a permission is worth a word although nobody has it yet: it leads to others, or is one for everything.
fn is_powerful(atom: &Atom<Place<'_, '_>>) -> bool {
    const LEADING: [&str; 3] = ["escalate", "bind", "impersonate"];
    const OPENING: [&str; 5] =
        ["pods/exec", "pods/attach", "nodes/proxy", "serviceaccounts/token", "secrets"];
    let [group, resource, name, verb] = atom.values.as_slice() else { return false };
    let is_core = group.is_empty() || group == "*";
    let is_open = is_core && name == "*" && OPENING.contains(&resource.as_str());
    resource == "*" || verb == "*" && group != "address" || LEADING.contains(&verb.as_str()) || is_open
}

fn bindings<'s>(subject: &Subject<'_, '_, 's>) -> Vec<Found<'s>> {
    if !subject.is_any(&[(GROUP, "RoleBinding"), (GROUP, "ClusterRoleBinding")]) {
        return Vec::new();
    }
    let Some(after) = subject.after() else { return Vec::new() };
    let before = subject.before();
    let role = after.text(&["roleRef", "name"]).unwrap_or_default();
    let is_everywhere = subject.is(GROUP, "ClusterRoleBinding");
    let (known, subjects) = (before.as_ref().map(holders).unwrap_or_default(), holders(&after));
    let mut found = Vec::new();
    for (holder, place) in subjects {
        let is_new = !known.iter().any(|(known, _)| *known == holder);
        let is_open = holder.starts_with("Group system:");
        let is_worth = before.is_some()
            || is_everywhere
            || is_open
            || ["cluster-admin", "admin", "edit"].contains(&role);
        if is_new && is_worth {
            let whereto = if is_everywhere { " in all namespaces" } else { "" };
            found.push(Found::at(&place, format!("{holder} gets the role `{role}`{whereto}")));
        }
    }
    found
}

/// Who holds the role of a binding: `ServiceAccount monitoring/prometheus`.
fn holders<'o, 's>(binding: &Place<'o, 's>) -> Vec<(String, Place<'o, 's>)> {
    let own = binding.text(&["metadata", "namespace"]).unwrap_or_default();
    let subjects = binding.items(&["subjects"], &["name"]).into_iter();
    let described = subjects.map(|subject| {
        let text = |key| subject.text(&[key]).unwrap_or_default();
        let (kind, name, namespace) = (text("kind"), text("name"), text("namespace"));
        let namespace = if namespace.is_empty() { own } else { namespace };
        let holder = match (kind, namespace) {
            ("ServiceAccount", namespace) if !namespace.is_empty() => format!("{kind} {namespace}/{name}"),
            _ => format!("{kind} {name}"),
        };
        (holder, subject)
    });
    described.collect()
}
