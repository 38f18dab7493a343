"""The rendered objects of one combination, and the pods that its workloads would make."""
import yaml

LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
WORKLOADS = ("Deployment", "StatefulSet", "DaemonSet", "Job", "CronJob")


def identity(item):
    metadata = item["metadata"]
    return f"{item['kind']}/{metadata.get('namespace', '-')}/{metadata['name']}"


class Pod:
    """The pod template of a workload."""

    def __init__(self, workload):
        self.workload, self.id = workload, identity(workload)
        spec = workload["spec"]
        template = spec["jobTemplate"]["spec"]["template"] if workload["kind"] == "CronJob" else spec["template"]
        self.namespace = workload["metadata"]["namespace"]
        self.labels, self.spec = template["metadata"]["labels"], template["spec"]
        self.app = self.labels["app.kubernetes.io/name"]
        self.containers = self.spec.get("initContainers", []) + self.spec["containers"]
        self.on_host = self.spec.get("hostNetwork", False)
        self.serves = workload["kind"] in ("Deployment", "StatefulSet", "DaemonSet")

    def ports(self):
        for container in self.containers:
            for port in container.get("ports", []):
                yield port["name"], port["containerPort"], port.get("protocol", "TCP")

    def environment(self):
        return {item["name"]: item.get("value", "") for container in self.containers for item in container.get("env", [])}


class Stack:
    """All objects, by kind and by identity."""

    def __init__(self, stream):
        self.items = [item for item in yaml.load_all(stream, Loader=LOADER) if item]
        self.by_id = {identity(item): item for item in self.items}
        self.pods = [Pod(item) for item in self.items if item["kind"] in WORKLOADS]

    def of(self, *kinds):
        return [item for item in self.items if item["kind"] in kinds]

    def find(self, kind, namespace, name):
        return self.by_id.get(f"{kind}/{namespace}/{name}")

    def pod(self, app):
        return next((pod for pod in self.pods if pod.app == app), None)


def selects(selector, labels):
    """Whether a label selector matches; an empty one matches everything."""
    if any(labels.get(key) != value for key, value in (selector.get("matchLabels") or {}).items()):
        return False
    for rule in selector.get("matchExpressions") or []:
        value, values = labels.get(rule["key"]), rule.get("values", [])
        if {"In": value not in values, "NotIn": value in values, "Exists": value is None, "DoesNotExist": value is not None}[rule["operator"]]:
            return False
    return True
