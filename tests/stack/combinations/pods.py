"""What every pod has to hold to: the restricted level, probes, requests, mounts, and what it refers to."""
from .stack import identity, selects

VOLUMES = {"configMap", "csi", "downwardAPI", "emptyDir", "ephemeral", "persistentVolumeClaim", "projected", "secret"}
TOKENS = {"prometheus", "kube-state-metrics"}  # those that ask the API server


def check(where, stack, problem):
    for pod in stack.pods:
        at = f"{where}: {pod.id}"
        if pod.namespace == "monitoring":
            restricted(at, pod, problem)
        hygiene(at, pod, problem)
        references(at, pod, stack, problem)
        if pod.serves:
            availability(at, pod, stack, problem)


def restricted(at, pod, problem):
    """The pod security level `restricted`, field by field."""
    spec, own = pod.spec, pod.spec.get("securityContext", {})
    for key in ("hostNetwork", "hostPID", "hostIPC"):
        if spec.get(key):
            problem(at, f"{key} is on")
    for volume in spec.get("volumes", []):
        if not set(volume) - {"name"} <= VOLUMES:
            problem(at, f"volume {volume['name']} is of a kind that the restricted level forbids")
    if own.get("sysctls"):
        problem(at, "sets sysctls")
    for container in pod.containers:
        context = container.get("securityContext", {})
        name, capabilities = container["name"], context.get("capabilities", {})
        held = {
            "allowPrivilegeEscalation: false": context.get("allowPrivilegeEscalation") is False,
            "capabilities drop ALL": "ALL" in capabilities.get("drop", []),
            "no added capabilities": set(capabilities.get("add", [])) <= {"NET_BIND_SERVICE"},
            "runAsNonRoot: true": context.get("runAsNonRoot", own.get("runAsNonRoot")) is True,
            "a user that is not root": context.get("runAsUser", own.get("runAsUser")) not in (0, None),
            "a seccomp profile": context.get("seccompProfile", own.get("seccompProfile", {})).get("type") in ("RuntimeDefault", "Localhost"),
            "no privileged: true": not context.get("privileged"),
            "no procMount": context.get("procMount", "Default") == "Default",
            "no hostPort": not any(port.get("hostPort") for port in container.get("ports", [])),
        }
        for what, holds in held.items():
            if not holds:
                problem(at, f"container {name}: expected {what}")


def hygiene(at, pod, problem):
    wants_token = pod.spec.get("automountServiceAccountToken")
    if wants_token is not (pod.app in TOKENS):
        problem(at, f"automountServiceAccountToken is {wants_token}, expected {pod.app in TOKENS}")
    if not pod.spec.get("priorityClassName") and pod.app in ("prometheus", "alertmanager", "node-exporter"):
        problem(at, "has no priority class")
    for container in pod.containers:
        at_container = f"{at}: {container['name']}"
        if not container.get("securityContext", {}).get("readOnlyRootFilesystem"):
            problem(at_container, "its root file system can be written")
        resources = container.get("resources", {})
        for kind, key in (("requests", "cpu"), ("requests", "memory"), ("limits", "memory")):
            if key not in resources.get(kind, {}):
                problem(at_container, f"has no {key} in its {kind}")
        if pod.serves and container in pod.spec["containers"]:
            for probe in ("livenessProbe", "readinessProbe"):
                if probe not in container:
                    problem(at_container, f"has no {probe}")
        names = {port["name"] for port in container.get("ports", [])}
        for probe in ("startupProbe", "livenessProbe", "readinessProbe"):
            port = container.get(probe, {}).get("httpGet", {}).get("port")
            if isinstance(port, str) and port not in names:
                problem(at_container, f"{probe} asks port {port}, which it does not have")
        mounts = {mount["name"] for mount in container.get("volumeMounts", [])}
        claims = {claim["metadata"]["name"] for claim in pod.workload["spec"].get("volumeClaimTemplates", [])}
        for name in sorted(mounts - claims - {volume["name"] for volume in pod.spec.get("volumes", [])}):
            problem(at_container, f"mounts {name}, which is no volume")


def references(at, pod, stack, problem):
    """ConfigMaps, claims, the account and the governing Service have to be in the same render."""
    wanted = [("ServiceAccount", pod.spec.get("serviceAccountName", "default"), None)]
    for volume in pod.spec.get("volumes", []):
        sources = [volume, *volume.get("projected", {}).get("sources", [])]
        wanted += [("ConfigMap", source["configMap"]["name"], source["configMap"]) for source in sources if "configMap" in source]
        if "persistentVolumeClaim" in volume:
            wanted.append(("PersistentVolumeClaim", volume["persistentVolumeClaim"]["claimName"], None))
    if "serviceName" in pod.workload["spec"]:
        wanted.append(("Service", pod.workload["spec"]["serviceName"], None))
    for kind, name, source in wanted:
        found = stack.find(kind, pod.namespace, name)
        claim = kind == "PersistentVolumeClaim" and any(
            name.startswith(f"{item['metadata']['name']}-{other.workload['metadata']['name']}-")
            for other in stack.pods for item in other.workload["spec"].get("volumeClaimTemplates", []))
        if not found and not claim and not (source or {}).get("optional"):
            problem(at, f"names {kind} {name}, which is not rendered")
        for item in (source or {}).get("items", []):
            if found and item["key"] not in found.get("data", {}):
                problem(at, f"mounts {item['key']} of {name}, which has no such key")


def availability(at, pod, stack, problem):
    """Several replicas keep apart and are drained one by one; a single one must not keep a node from it."""
    replicas = pod.workload["spec"].get("replicas", 1)
    budgets = [item for item in stack.of("PodDisruptionBudget")
               if item["metadata"]["namespace"] == pod.namespace and selects(item["spec"]["selector"], pod.labels)]
    if replicas > 1 and pod.workload["kind"] != "DaemonSet":
        if not budgets:
            problem(at, "has several replicas and no PodDisruptionBudget")
        if "podAntiAffinity" not in pod.spec.get("affinity", {}) or not pod.spec.get("topologySpreadConstraints"):
            problem(at, "has several replicas that neither keep apart nor spread over zones")
    for budget in budgets:
        if "minAvailable" in budget["spec"] and replicas == 1:
            problem(f"{at}: {identity(budget)}", "keeps the only replica where it is: its node cannot be drained")
        if budget["spec"].get("unhealthyPodEvictionPolicy") != "AlwaysAllow":
            problem(f"{at}: {identity(budget)}", "a replica that cannot start keeps its node from being drained")
