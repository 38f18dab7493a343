"""Least rights: nobody reads Secrets, and each role is exactly what its part needs."""
import re

import yaml

READ = {"get", "list", "watch"}
FORBIDDEN = {"secrets", "configmaps", "nodes/proxy", "pods/exec", "pods/log"}
PROMETHEUS = {
    ("", "nodes"): READ, ("", "pods"): READ, ("", "services"): READ, ("discovery.k8s.io", "endpointslices"): READ,
    ("", "nodes/metrics"): {"get"}, ("url", "/metrics"): {"get"}, ("url", "/metrics/slis"): {"get"},
}
# What a shard of kube-state-metrics asks about itself (components/ksm-sharding).
SHARD = {("", "pods"): {"get"}, ("apps", "statefulsets"): {"get"}}
# What Prometheus asks API servers that hand out the metrics of others (components/eks-control-plane-metrics).
PATHS = re.compile(r"metrics_path: /apis/([a-z.]+)/v1/([a-z]+)/container/metrics\n")
GROUPS = {
    "apps": {"daemonsets", "deployments", "replicasets", "statefulsets"}, "autoscaling": {"horizontalpodautoscalers"},
    "batch": {"cronjobs", "jobs"}, "policy": {"poddisruptionbudgets"}, "storage.k8s.io": {"storageclasses"},
}


def granted(role):
    """Group and resource to verbs."""
    found = {}
    for rule in role["rules"]:
        names = [(group, name) for group in rule.get("apiGroups", []) for name in rule.get("resources", [])]
        for key in names + [("url", url) for url in rule.get("nonResourceURLs", [])]:
            found.setdefault(key, set()).update(rule["verbs"])
    return found


def check(where, stack, problem):
    for role in stack.of("ClusterRole", "Role"):
        at = f"{where}: {role['kind']} {role['metadata']['name']}"
        for (group, name), verbs in granted(role).items():
            if name in FORBIDDEN or "*" in (group, name) or not verbs <= READ:
                problem(at, f"allows {', '.join(sorted(verbs))} on {group}/{name}")
    for binding in stack.of("ClusterRoleBinding", "RoleBinding"):
        at = f"{where}: {binding['kind']} {binding['metadata']['name']}"
        reference = binding["roleRef"]
        if not stack.find(reference["kind"], binding["metadata"].get("namespace", "-"), reference["name"]):
            problem(at, f"binds {reference['kind']} {reference['name']}, which is not rendered")
        for subject in binding["subjects"]:
            if not stack.find("ServiceAccount", subject.get("namespace", "-"), subject["name"]):
                problem(at, f"binds {subject['kind']} {subject['name']}, which is not rendered")
    same(where, stack, "monitoring-prometheus", PROMETHEUS, problem)
    config = next(item["data"]["prometheus.yaml"] for item in stack.of("ConfigMap") if item["metadata"]["name"] == "prometheus-config")
    paths = {(group, f"{name}/metrics"): {"get"} for group, name in PATHS.findall(config)}
    same(where, stack, "monitoring-prometheus-control-plane", paths, problem)
    arguments = stack.pod("kube-state-metrics").spec["containers"][0]["args"]
    listed = next(argument for argument in arguments if argument.startswith("--resources="))
    needs = {(next((group for group, names in GROUPS.items() if name in names), ""), name): {"list", "watch"}
             for name in listed.partition("=")[2].split(",")}
    same(where, stack, "monitoring-kube-state-metrics", needs, problem)
    sharded = {"--pod=$(POD_NAME)", "--pod-namespace=$(POD_NAMESPACE)"} <= set(arguments)
    if sharded != (stack.pod("kube-state-metrics").workload["kind"] == "StatefulSet"):
        problem(f"{where}: kube-state-metrics", "only pods of a StatefulSet can find out which shard they are")
    if sharded or stack.find("Role", "monitoring", "kube-state-metrics"):
        same(where, stack, "kube-state-metrics", SHARD, problem, "monitoring")
    if stack.find("ClusterRole", "-", "monitoring-kube-state-metrics-flux"):
        same(where, stack, "monitoring-kube-state-metrics-flux", custom_resources(where, stack, arguments, problem), problem)
    for account in stack.of("ServiceAccount"):
        if account.get("automountServiceAccountToken") is not False:
            problem(f"{where}: ServiceAccount {account['metadata']['name']}", "mounts its token into every pod")


def custom_resources(where, stack, arguments, problem):
    """The kinds that kube-state-metrics is told to show besides those of Kubernetes, and the definitions of all."""
    if "--custom-resource-state-config-file=/etc/kube-state-metrics/custom-resources.yaml" not in arguments:
        problem(f"{where}: kube-state-metrics", "is not told of custom-resources.yaml, but has the right to what it names")
    settings = next(item for item in stack.of("ConfigMap") if item["metadata"]["name"].startswith("kube-state-metrics-custom-resources"))
    kinds = [resource["groupVersionKind"] for resource in yaml.safe_load(settings["data"]["custom-resources.yaml"])["spec"]["resources"]]
    return {("apiextensions.k8s.io", "customresourcedefinitions"): {"list", "watch"},
            **{(kind["group"], plural(kind["kind"])): {"list", "watch"} for kind in kinds}}


def plural(kind):
    return kind.lower()[:-1] + "ies" if kind.endswith("y") else kind.lower() + "s"


def same(where, stack, name, needs, problem, namespace=None):
    kind = "Role" if namespace else "ClusterRole"
    role = stack.find(kind, namespace or "-", name)
    has = granted(role) if role else {}
    for key in sorted(set(has) | set(needs)):
        if has.get(key) != needs.get(key):
            problem(f"{where}: {kind} {name}", f"{'/'.join(key)}: has {sorted(has.get(key, []))}, needs {sorted(needs.get(key, []))}")
