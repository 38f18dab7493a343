//! The connections that a tree itself says it makes: what configurations, arguments and variables name as
//! `service.namespace.svc:port`, and what an operated Prometheus is to scrape.

use crate::validate::{MadePods, Object, Selector, Tree, Workload, is_same, references};
use crate::yaml::{Node, Origin, Sources};

/// Who connects.
#[derive(Clone, Copy)]
pub(super) enum Client<'t, 'a, 's> {
    /// Pods of a workload.
    Pods(&'t Workload<'a, 's>),
    /// Pods that an operator makes.
    Made(&'t MadePods<'a, 's>),
}

/// A connection that is meant to be made.
pub(super) struct Flow<'t, 'a, 's> {
    /// Who connects.
    pub(super) client: Client<'t, 'a, 's>,
    /// What is connected to.
    pub(super) service: &'t Object<'a, 's>,
    /// The port of the Service, by name or number.
    pub(super) port: &'a Node<'s>,
    /// Where the tree says so.
    pub(super) origin: Origin,
}

impl<'a, 's> Client<'_, 'a, 's> {
    /// The namespace as written.
    pub(super) fn namespace(&self) -> &'s str {
        match self {
            Self::Pods(pods) => pods.namespace(),
            Self::Made(pods) => pods.namespace(),
        }
    }

    /// Whether a selector means these pods.
    pub(super) fn is_selected(&self, selector: &Selector<'_, '_>) -> bool {
        match self {
            Self::Pods(pods) => selector.matches(pods.labels()),
            Self::Made(pods) => pods.may_match(selector),
        }
    }

    /// The object that makes them.
    pub(super) fn object(&self) -> Object<'a, 's> {
        match self {
            Self::Pods(pods) => pods.object,
            Self::Made(pods) => pods.object,
        }
    }
}

/// All connections that the tree says it makes.
pub(super) fn flows<'t, 'a, 's>(tree: &'t Tree<'a, 's>) -> Vec<Flow<'t, 'a, 's>> {
    let mut found = Vec::new();
    for workload in tree.workloads() {
        let client = Client::Pods(workload);
        for reference in references(workload) {
            let name = reference.name.text().unwrap_or_default();
            let Some(source) = tree.find(("", reference.kind), workload.namespace(), name) else { continue };
            for field in ["data", "stringData"] {
                // What is encoded is not read.
                let is_encoded = source.kind() == "Secret" && field == "data";
                let texts = source.mapping(&[field]).filter(|_| !is_encoded);
                // Of a variable, or a volume that names its files, only these keys say what is connected to.
                let is_chosen = |path: &str| path.contains(".valueFrom.") || path.contains(".items[");
                let has_chosen = reference.keys.iter().any(|(path, _)| is_chosen(path));
                let keys = has_chosen.then_some(reference.keys.as_slice());
                let is_used =
                    |name: &str| keys.is_none_or(|keys| keys.iter().any(|(_, key)| key.text() == Some(name)));
                for file in texts.into_iter().flatten().filter(|file| is_used(file.key.text)) {
                    of_file(client, &file.value, tree, &mut found);
                }
            }
        }
        for (_, container) in workload.containers() {
            let lists = ["command", "args"].into_iter().filter_map(|list| container.get(list)?.as_sequence());
            let variables = container.get("env").and_then(Node::as_sequence).unwrap_or_default();
            let values = variables.iter().filter_map(|variable| variable.get("value"));
            for node in lists.flatten().chain(values) {
                of_text(client, node, tree, &mut found);
            }
        }
    }
    scrapes(tree, &mut found);
    found
}

/// Files that connections are not made of: rules and dashboards, whose URLs are for people.
fn is_for_people(text: &str) -> bool {
    let begins = |line: &str| line.starts_with("groups:");
    text.trim_start().starts_with('{') || text.lines().any(begins)
}

fn of_file<'t, 'a, 's>(
    client: Client<'t, 'a, 's>,
    file: &Node<'s>,
    tree: &'t Tree<'a, 's>,
    found: &mut Vec<Flow<'t, 'a, 's>>,
) {
    if file.text().is_some_and(|text| !is_for_people(text)) {
        of_text(client, file, tree, found);
    }
}

fn of_text<'t, 'a, 's>(
    client: Client<'t, 'a, 's>,
    node: &Node<'s>,
    tree: &'t Tree<'a, 's>,
    found: &mut Vec<Flow<'t, 'a, 's>>,
) {
    let Some(text) = node.text().filter(|text| text.contains(':')) else { return };
    let mut offset = 0;
    for line in text.split_inclusive('\n') {
        let content = line.split(" #").next().filter(|line| !line.trim_start().starts_with('#'));
        for (at, host, port) in content.into_iter().flat_map(addresses) {
            let Some((service, namespace)) = service_of(host, client.namespace()) else { continue };
            let Some(service) = tree.find(("", "Service"), namespace, service) else { continue };
            let is_there = is_same(service.id.namespace, namespace);
            let Some(port) = port_of(service, port).filter(|_| is_there) else { continue };
            let origin = place(tree.sources, node, text, offset + at);
            found.push(Flow { client, service, port, origin });
        }
        offset += line.len();
    }
}

/// Where a byte of a scalar stands in its file.
fn place(sources: &Sources, node: &Node<'_>, text: &str, offset: usize) -> Origin {
    let embedded =
        text.contains('\n').then(|| sources.add_embedded(node.origin(), text.to_owned()).ok()).flatten();
    embedded.map_or(node.origin(), |source| source.origin(offset))
}

/// Hosts with ports in a line, each with its offset. After `http://` a host needs no port.
fn addresses(line: &str) -> impl Iterator<Item = (usize, &str, &str)> {
    let is_host = |character: char| character.is_ascii_alphanumeric() || character == '.' || character == '-';
    let mut rest = 0;
    std::iter::from_fn(move || {
        loop {
            let start = rest + line[rest..].find(is_host)?;
            let host = &line[start..];
            let host = &host[..host.find(|character| !is_host(character)).unwrap_or(host.len())];
            rest = start + host.len();
            let before = &line[..start];
            let port = line[rest..].strip_prefix(':').unwrap_or_default();
            let port = &port[..port.find(|digit: char| !digit.is_ascii_digit()).unwrap_or(port.len())];
            let default = match () {
                () if before.ends_with("http://") => "80",
                () if before.ends_with("https://") => "443",
                () => "",
            };
            let port = if port.is_empty() { default } else { port };
            if !port.is_empty() {
                return Some((start, host, port));
            }
        }
    })
}

/// Name and namespace of the Service that a host name means.
fn service_of<'h>(host: &'h str, own: &'h str) -> Option<(&'h str, &'h str)> {
    let parts: Vec<&str> = host.trim_end_matches('.').split('.').collect();
    match parts.as_slice() {
        [service] => Some((service, own)),
        [service, namespace] | [service, namespace, "svc", ..] | [_, service, namespace, "svc", ..] => {
            Some((service, namespace))
        }
        _ => None,
    }
}

/// The port of a Service that has this number.
fn port_of<'a, 's>(service: &Object<'a, 's>, number: &str) -> Option<&'a Node<'s>> {
    let ports = service.items(&["spec", "ports"]).iter();
    let is_headless = service.text(&["spec", "clusterIP"]) == Some("None");
    // Behind the name of a headless Service are the pods, with their own ports.
    let field = |port: &'a Node<'s>, name| port.get(name).and_then(Node::text) == Some(number);
    let mut ports = ports.filter(|port| field(port, "port") || is_headless && field(port, "targetPort"));
    ports.next()
}

/// What a Prometheus that an operator makes scrapes.
fn scrapes<'t, 'a, 's>(tree: &'t Tree<'a, 's>, found: &mut Vec<Flow<'t, 'a, 's>>) {
    let is_prometheus =
        |pods: &&MadePods<'_, '_>| matches!(pods.object.kind(), "Prometheus" | "PrometheusAgent");
    let clients: Vec<_> = tree.made_pods().iter().filter(is_prometheus).map(Client::Made).collect();
    if clients.is_empty() {
        return;
    }
    for monitor in tree.of_kind("monitoring.coreos.com", "ServiceMonitor") {
        let Some(selector) = monitor.at(&["spec", "selector"]).map(Selector::of) else { continue };
        let names = monitor.items(&["spec", "namespaceSelector", "matchNames"]);
        let is_seen = |service: &&Object<'_, '_>| {
            let mut names = names.iter().filter_map(Node::text);
            match names.clone().next() {
                Some(_) => names.any(|name| is_same(name, service.id.namespace)),
                None => is_same(monitor.id.namespace, service.id.namespace),
            }
        };
        for service in tree.of_kind("", "Service").filter(is_seen) {
            if !selector.matches(service.mapping(&["metadata", "labels"])) {
                continue;
            }
            for endpoint in monitor.items(&["spec", "endpoints"]) {
                let Some(wanted) = endpoint.get("port") else { continue };
                let mut ports = service.items(&["spec", "ports"]).iter();
                let port = ports.find(|port| port.get("name").and_then(Node::text) == wanted.text());
                let Some(port) = port else { continue };
                found.extend(clients.iter().map(|client| Flow {
                    client: *client,
                    service,
                    port,
                    origin: wanted.origin(),
                }));
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finds_addresses() {
        let found: Vec<_> = addresses("url: http://a.b.svc:9090/x, https://c-d.e:1, f:80").collect();
        assert_eq!(found, [(12, "a.b.svc", "9090"), (36, "c-d.e", "1"), (45, "f", "80")]);
        assert_eq!(addresses("http://host/").collect::<Vec<_>>(), [(7, "host", "80")]);
        assert_eq!(addresses("key: value").count(), 0);
    }

    #[test]
    fn knows_which_service_a_host_is() {
        assert_eq!(service_of("a", "own"), Some(("a", "own")));
        assert_eq!(service_of("a.b", "own"), Some(("a", "b")));
        assert_eq!(service_of("a.b.svc.cluster.local.", "own"), Some(("a", "b")));
        assert_eq!(service_of("pod-0.a.b.svc", "own"), Some(("a", "b")));
        assert_eq!(service_of("www.example.com", "own"), None);
    }
}
