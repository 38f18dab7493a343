"""Who reaches whom: the network policies evaluated for every pair of pods and for callers from outside."""
import ipaddress
import re

from .stack import identity, selects

# Everything that base parts may say to each other, as caller, answerer and port; anything else is refused. The last
# is the port of a Thanos sidecar, for metrics.
ALLOWED = {
    ("prometheus", "prometheus", 9090), ("prometheus", "alertmanager", 9093), ("prometheus", "grafana", 3000),
    ("prometheus", "kube-state-metrics", 8080), ("prometheus", "kube-state-metrics", 8081), ("prometheus", "node-exporter", 9100),
    ("alertmanager", "alertmanager", 9094), ("grafana", "prometheus", 9090), ("grafana", "alertmanager", 9093),
    ("prometheus", "prometheus", 10902),
}
PARTS = {"prometheus", "alertmanager", "grafana", "kube-state-metrics", "node-exporter"}
STRANGER = ("default", {"app": "stranger"})
GATEWAY = ("monitoring-gateway", {"gateway.networking.k8s.io/gateway-name": "grafana"})
# Pods of others that are scraped: an application, and the engines of components/gitops-alerts-*.
OTHERS = [(("shop", {"app": "web"}), 8080), (("argocd", {"app.kubernetes.io/name": "argocd-application-controller"}), 8082),
          (("argocd", {"app.kubernetes.io/name": "argocd-notifications-controller"}), 9001), (("flux-system", {"app": "source-controller"}), 8080)]
# Ports of parts on the network of their nodes: etcd, kube-proxy, controller manager, scheduler, the network plugin.
ON_MACHINES = {2381, 10249, 10257, 10259, 61678}
PRIVATE, PUBLIC = "10.1.2.3", "203.0.113.7"


def check(where, stack, problem):
    policies = stack.of("NetworkPolicy")
    if not policies:
        return  # components/networkpolicy-off
    for pod in stack.pods:
        if not pod.on_host and any(not governing(policies, pod, kind) for kind in ("Ingress", "Egress")):
            problem(f"{where}: {pod.id}", "is not isolated in both directions")
    pods = [pod for pod in stack.pods if pod.app in PARTS]
    reached = {(one.app, other.app, port) for one in pods for other in pods for _, port, protocol in other.ports()
               if not (one.on_host and other.on_host) and talks(policies, one, other, port, protocol)}
    there, answering = {pod.app for pod in pods}, {(pod.app, port) for pod in pods for _, port, _ in pod.ports()}
    expected = {edge for edge in ALLOWED if edge[0] in there and edge[1:] in answering}
    for edge in sorted(reached ^ expected):
        problem(where, f"{edge[0]} {'reaches' if edge in reached else 'does not reach'} {edge[1]}:{edge[2]}")
    elsewhere(where, stack, policies, problem)
    machines(where, stack, policies, problem)
    outside(where, stack, policies, problem)


def elsewhere(where, stack, policies, problem):
    """Prometheus gets to the metrics of other namespaces, whose own policies are theirs; nobody else gets there."""
    for pod in stack.pods:
        if pod.on_host or pod.app not in PARTS:
            continue
        for target, port in OTHERS:
            reaches = any(matches(rule, "to", target, port, "TCP", pod.namespace)
                          for spec in governing(policies, pod, "Egress") for rule in spec.get("egress", []))
            if reaches != (pod.app == "prometheus"):
                problem(f"{where}: {pod.id}", f"{'reaches' if reaches else 'does not reach'} port {port} of a pod in namespace {target[0]}")


def machines(where, stack, policies, problem):
    """Parts of the cluster on the network of their nodes: reached where a job asks a fixed port of them, else not."""
    config = next(item["data"]["prometheus.yaml"] for item in stack.of("ConfigMap") if item["metadata"]["name"] == "prometheus-config")
    asked = {int(port) for port in re.findall(r"replacement: \$1:(\d+)\n", config)} & ON_MACHINES
    for pod in stack.pods:
        if pod.on_host or pod.app not in PARTS:
            continue
        rules = [rule for spec in governing(policies, pod, "Egress") for rule in spec.get("egress", [])]
        reached = {port for port in ON_MACHINES if any(matches(rule, "to", PRIVATE, port, "TCP", pod.namespace) for rule in rules)}
        for port in sorted(reached ^ (asked if pod.app == "prometheus" else set())):
            problem(f"{where}: {pod.id}", f"{'reaches' if port in reached else 'does not reach'} port {port} of the machines")


def outside(where, stack, policies, problem):
    """Nobody from elsewhere reaches anything but an exposed Grafana, and a federated Prometheus its hub."""
    service = stack.find("Service", "monitoring", "grafana")
    by_proxy = any(item["spec"]["gatewayClassName"].startswith("approuting") for item in stack.of("Gateway"))
    by_address = service["spec"]["type"] == "LoadBalancer" or bool(stack.of("Ingress")) or (bool(stack.of("Gateway")) and not by_proxy)
    callers = {"a pod of another namespace": (STRANGER, False), "the gateway's proxies": (GATEWAY, by_proxy),
               "a private address": (PRIVATE, by_address), "a public address": (PUBLIC, False)}
    hub = any(item["metadata"]["name"] == "prometheus-from-hub" for item in policies)  # components/federation-source
    for pod in stack.pods:
        if pod.on_host or not pod.serves or pod.app not in PARTS:
            continue
        for _, port, protocol in pod.ports():
            for name, (caller, exposed) in callers.items():
                lets = enters(policies, caller, pod, port, protocol)
                federated = hub and caller is PRIVATE and (pod.app, port) == ("prometheus", 9090)
                if lets != (exposed and pod.app == "grafana" or federated):
                    problem(where, f"{name} {'reaches' if lets else 'does not reach'} {pod.app}:{port}")


def governing(policies, pod, kind):
    return [policy["spec"] for policy in policies if policy["metadata"]["namespace"] == pod.namespace
            and kind in policy["spec"]["policyTypes"] and selects(policy["spec"]["podSelector"], pod.labels)]


def talks(policies, one, other, port, protocol):
    leaves = one.on_host or any(
        matches(rule, "to", (other.namespace, other.labels), port, protocol, one.namespace)
        for spec in governing(policies, one, "Egress") for rule in spec.get("egress", []))
    return leaves and (other.on_host or enters(policies, (one.namespace, one.labels), other, port, protocol))


def enters(policies, caller, pod, port, protocol):
    return any(matches(rule, "from", caller, port, protocol, pod.namespace)
               for spec in governing(policies, pod, "Ingress") for rule in spec.get("ingress", []))


def matches(rule, side, caller, port, protocol, home):
    listed = rule.get("ports")
    if listed and not any(item.get("port", port) == port and item.get("protocol", "TCP") == protocol for item in listed):
        return False
    peers = rule.get(side)
    return not peers or any(peer_matches(peer, caller, home) for peer in peers)


def peer_matches(peer, caller, home):
    if "ipBlock" in peer or isinstance(caller, str):
        return "ipBlock" in peer and isinstance(caller, str) and ipaddress.ip_address(caller) in ipaddress.ip_network(peer["ipBlock"]["cidr"])
    namespace, labels = caller
    if "namespaceSelector" in peer:
        if not selects(peer["namespaceSelector"], {"kubernetes.io/metadata.name": namespace}):
            return False
    elif namespace != home:
        return False
    return selects(peer.get("podSelector", {}), labels)


def check_selectors(where, stack, problem):
    """Services, budgets and policies mean exactly one part, and ports by name exist in it."""
    for item in stack.of("Service", "PodDisruptionBudget", "NetworkPolicy"):
        spec, at = item["spec"], f"{where}: {identity(item)}"
        selector = spec.get("podSelector") if item["kind"] == "NetworkPolicy" else spec.get("selector")
        if item["kind"] == "Service":
            selector = {"matchLabels": selector}
        if item["kind"] == "NetworkPolicy" and not selector:
            continue
        found = [pod for pod in stack.pods if pod.namespace == item["metadata"]["namespace"] and selects(selector, pod.labels)]
        if len({pod.app for pod in found}) != 1:
            problem(at, f"selects {sorted(pod.id for pod in found)}, expected one part")
        ports = {key for pod in found for name, number, _ in pod.ports() for key in (name, number)}
        for port in spec.get("ports", []) if item["kind"] == "Service" else []:
            if port.get("targetPort", port["port"]) not in ports:
                problem(at, f"leads to port {port.get('targetPort')}, which no container has")
