//! The levels of the Pod Security Standards, as the API server's admission holds pods to them.
//!
//! Source: <https://kubernetes.io/docs/concepts/security/pod-security-standards/>.

use crate::validate::Workload;
use crate::yaml::{Node, Origin};

/// What a namespace holds its pods to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Level {
    Baseline,
    Restricted,
}

/// What a level does not allow.
pub(super) struct Violation {
    pub(super) origin: Origin,
    pub(super) path: String,
    pub(super) message: String,
}

const ADDED_CAPABILITIES: [&str; 13] = [
    "AUDIT_WRITE",
    "CHOWN",
    "DAC_OVERRIDE",
    "FOWNER",
    "FSETID",
    "KILL",
    "MKNOD",
    "NET_BIND_SERVICE",
    "SETFCAP",
    "SETGID",
    "SETPCAP",
    "SETUID",
    "SYS_CHROOT",
];
const SYSCTLS: [&str; 10] = [
    "kernel.shm_rmid_forced",
    "net.ipv4.ip_local_port_range",
    "net.ipv4.ip_local_reserved_ports",
    "net.ipv4.ip_unprivileged_port_start",
    "net.ipv4.ping_group_range",
    "net.ipv4.tcp_fin_timeout",
    "net.ipv4.tcp_keepalive_intvl",
    "net.ipv4.tcp_keepalive_probes",
    "net.ipv4.tcp_keepalive_time",
    "net.ipv4.tcp_syncookies",
];
const SELINUX_TYPES: [&str; 5] =
    ["", "container_t", "container_init_t", "container_kvm_t", "container_engine_t"];
const VOLUMES: [&str; 9] = [
    "configMap",
    "csi",
    "downwardAPI",
    "emptyDir",
    "ephemeral",
    "image",
    "persistentVolumeClaim",
    "projected",
    "secret",
];
const PROFILES: [&str; 2] = ["RuntimeDefault", "Localhost"];

/// Everything that a level does not allow of these pods, in the order of their spec.
pub(super) fn violations(workload: &Workload<'_, '_>, level: Level) -> Vec<Violation> {
    let mut pods = Pods { workload, found: Vec::new() };
    pods.baseline();
    if level == Level::Restricted {
        pods.restricted();
    }
    pods.found
}

struct Pods<'w, 'a, 's> {
    workload: &'w Workload<'a, 's>,
    found: Vec<Violation>,
}

/// A security context, of the pod or of a container, with its path.
type Context<'a, 's> = (String, Option<&'a Node<'s>>);

impl<'a, 's> Pods<'_, 'a, 's> {
    fn add(&mut self, place: &Node<'_>, path: String, message: impl Into<String>) {
        self.found.push(Violation { origin: place.origin(), path, message: message.into() });
    }

    fn contexts(&self) -> Vec<Context<'a, 's>> {
        let of_pod = (self.workload.spec_path(), self.workload.spec.get("securityContext"));
        let of_containers =
            self.workload.containers().map(|(path, container)| (path, container.get("securityContext")));
        std::iter::once(of_pod)
            .chain(of_containers)
            .map(|(path, context)| (format!("{path}.securityContext"), context))
            .collect()
    }

    fn baseline(&mut self) {
        let spec = self.workload.spec;
        for field in ["hostNetwork", "hostPID", "hostIPC"] {
            if let Some(value) = is(spec.get(field), "true") {
                self.add(
                    value,
                    format!("{}.{field}", self.workload.spec_path()),
                    format!("`{field}` is not allowed"),
                );
            }
        }
        for (index, volume) in items(spec, "volumes").iter().enumerate() {
            if let Some(host_path) = volume.get("hostPath") {
                let path = format!("{}.volumes[{index}].hostPath", self.workload.spec_path());
                self.add(host_path, path, "a volume of the host is not allowed");
            }
        }
        for (path, container) in self.workload.containers() {
            for (index, port) in items(container, "ports").iter().enumerate() {
                let host_port = port.get("hostPort").filter(|port| !matches!(port.text(), None | Some("0")));
                if let Some(host_port) = host_port {
                    self.add(
                        host_port,
                        format!("{path}.ports[{index}].hostPort"),
                        "a port of the host is not allowed",
                    );
                }
            }
        }
        for (path, context) in self.contexts() {
            if let Some(context) = context {
                self.baseline_of(&path, context);
            }
        }
    }

    fn baseline_of(&mut self, path: &str, context: &Node<'_>) {
        if let Some(value) = is(context.get("privileged"), "true") {
            self.add(value, format!("{path}.privileged"), "a privileged container is not allowed");
        }
        if let Some(value) = is(context.at(&["windowsOptions", "hostProcess"]), "true") {
            self.add(
                value,
                format!("{path}.windowsOptions.hostProcess"),
                "a process of the host is not allowed",
            );
        }
        let added = context.get("capabilities").map_or(&[][..], |capabilities| items(capabilities, "add"));
        for capability in added.iter().filter(|added| !is_one_of(added, &ADDED_CAPABILITIES)) {
            let name = capability.text().unwrap_or_default();
            let message = format!("to add the capability `{name}` is not allowed");
            self.add(capability, format!("{path}.capabilities.add"), message);
        }
        let kinds: [(&[&str], &[&str]); 4] = [
            (&["procMount"], &["Default"]),
            (&["seLinuxOptions", "type"], &SELINUX_TYPES),
            (&["seccompProfile", "type"], &PROFILES),
            (&["appArmorProfile", "type"], &PROFILES),
        ];
        for (keys, allowed) in kinds {
            if let Some(value) =
                context.at(keys).filter(|value| !value.is_null() && !is_one_of(value, allowed))
            {
                let (field, text) = (keys.join("."), value.text().unwrap_or_default());
                self.add(value, format!("{path}.{field}"), format!("`{text}` is not allowed in `{field}`"));
            }
        }
        for sysctl in items(context, "sysctls") {
            if let Some(name) = sysctl.get("name").filter(|name| !is_one_of(name, &SYSCTLS)) {
                let message = format!("the sysctl `{}` is not allowed", name.text().unwrap_or_default());
                self.add(name, format!("{path}.sysctls"), message);
            }
        }
    }

    fn restricted(&mut self) {
        self.volumes();
        let is_for_windows = self.workload.is_for_windows();
        let of_pod = self.workload.spec.get("securityContext");
        for (path, container) in self.workload.containers() {
            let own = container.get("securityContext");
            let path = format!("{path}.securityContext");
            let place = own.or_else(|| container.get("name")).unwrap_or(container);
            let setting = |keys: &[&str]| {
                let value = own.and_then(|own| own.at(keys)).or_else(|| of_pod?.at(keys));
                value.and_then(Node::text)
            };
            if setting(&["runAsNonRoot"]) != Some("true") {
                self.add(place, format!("{path}.runAsNonRoot"), "`runAsNonRoot: true` is missing");
            }
            if setting(&["runAsUser"]) == Some("0") {
                self.add(place, format!("{path}.runAsUser"), "to run as root is not allowed");
            }
            if is_for_windows {
                continue;
            }
            if !setting(&["seccompProfile", "type"]).is_some_and(|profile| PROFILES.contains(&profile)) {
                let message = "`seccompProfile: {type: RuntimeDefault}` is missing";
                self.add(place, format!("{path}.seccompProfile"), message);
            }
            let escalates = own.and_then(|own| own.get("allowPrivilegeEscalation"));
            if is(escalates, "false").is_none() {
                let message = "`allowPrivilegeEscalation: false` is missing";
                self.add(place, format!("{path}.allowPrivilegeEscalation"), message);
            }
            let capabilities = own.and_then(|own| own.get("capabilities"));
            let dropped = capabilities.map_or(&[][..], |capabilities| items(capabilities, "drop"));
            if !dropped.iter().any(|dropped| dropped.text() == Some("ALL")) {
                self.add(
                    place,
                    format!("{path}.capabilities.drop"),
                    "`capabilities: {drop: [ALL]}` is missing",
                );
            }
            let added = capabilities.map_or(&[][..], |capabilities| items(capabilities, "add"));
            for capability in added.iter().filter(|added| !is_one_of(added, &["NET_BIND_SERVICE"])) {
                if is_one_of(capability, &ADDED_CAPABILITIES) {
                    let name = capability.text().unwrap_or_default();
                    let message = format!("to add the capability `{name}` is not allowed");
                    self.add(capability, format!("{path}.capabilities.add"), message);
                }
            }
        }
    }

    fn volumes(&mut self) {
        for (index, volume) in items(self.workload.spec, "volumes").iter().enumerate() {
            let source = volume.as_mapping().into_iter().flatten().find(|entry| {
                let key = entry.key.text;
                key != "name" && key != "hostPath" && !VOLUMES.contains(&key)
            });
            if let Some(source) = source {
                let path = format!("{}.volumes[{index}].{}", self.workload.spec_path(), source.key.text);
                let message = format!("a volume of `{}` is not allowed", source.key.text);
                self.found.push(Violation { origin: source.key.origin, path, message });
            }
        }
    }
}

fn is<'n, 's>(node: Option<&'n Node<'s>>, text: &str) -> Option<&'n Node<'s>> {
    node.filter(|node| node.text() == Some(text))
}

fn is_one_of(node: &Node<'_>, texts: &[&str]) -> bool {
    node.text().is_some_and(|text| texts.contains(&text))
}

fn items<'a, 's>(node: &'a Node<'s>, field: &str) -> &'a [Node<'s>] {
    node.get(field).and_then(Node::as_sequence).unwrap_or_default()
}
