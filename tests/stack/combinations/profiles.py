"""What each mode of a managed service refuses or rewrites, so that Git and cluster could never agree."""
import re


# Who shows parts of the control plane to its users; elsewhere a job would find nothing, and its alerts be false.
SHOWN = {"etcd": {"base"}, "kube-scheduler": {"base", "eks"}, "kube-controller-manager": {"base", "eks"}, "kube-proxy": {"base", "aks"},
         "vpc-cni": {"eks"}}


def check(where, combination, stack, problem):
    config = next(item["data"]["prometheus.yaml"] for item in stack.of("ConfigMap") if item["metadata"]["name"] == "prometheus-config")
    for job in re.findall(r"(?m)^  - job_name: (\S+)$", config):
        if combination.cloud not in SHOWN.get(job, {combination.cloud}):
            problem(where, f"job {job} finds nothing on {combination.cloud}")
    for name, rules in PROFILES.items():
        if combination.has(name):
            rules(f"{where}: {name}", stack, problem)


def no_host(at, stack, problem):
    for pod in stack.pods:
        ports = any(port.get("hostPort") for container in pod.containers for port in container.get("ports", []))
        paths = any("hostPath" in volume for volume in pod.spec.get("volumes", []))
        if ports or paths or any(pod.spec.get(key) for key in ("hostNetwork", "hostPID", "hostIPC")):
            problem(at, f"{pod.id} uses its host")
    for item in stack.items:
        if item["metadata"].get("namespace") == "kube-system":
            problem(at, f"{item['kind']} {item['metadata']['name']} is in kube-system")


def millicores(text):
    return int(text[:-1]) if str(text).endswith("m") else int(float(text) * 1000)


def mebibytes(text):
    number, unit = re.fullmatch(r"(\d+)(Mi|Gi)", text).groups()
    return int(number) * (1024 if unit == "Gi" else 1)


def aks_automatic(at, stack, problem):
    no_host(at, stack, problem)
    for pod in stack.pods:
        affinity = pod.spec.get("affinity", {})
        if pod.serves and ("podAntiAffinity" not in affinity or not pod.spec.get("topologySpreadConstraints")):
            problem(at, f"{pod.id} does not say how it is spread")
        for container in pod.containers:
            resources = container["resources"]
            for kind in ("requests", "limits"):
                cpu, memory = resources.get(kind, {}).get("cpu"), resources.get(kind, {}).get("memory")
                if not cpu or not memory or millicores(cpu) < 100 or mebibytes(memory) < 100:
                    problem(at, f"{pod.id}: {container['name']}: {kind} are rewritten: cpu {cpu}, memory {memory}")
    for item in stack.items:
        for label in item["metadata"].get("labels", {}):
            if label.startswith("kubernetes.azure.com/"):
                problem(at, f"{item['metadata']['name']} has the label {label}")


def gke_autopilot(at, stack, problem):
    no_host(at, stack, problem)
    for pod in stack.pods:
        asked = sum(millicores(container["resources"]["requests"]["cpu"]) for container in pod.containers)
        if "podAntiAffinity" in pod.spec.get("affinity", {}) and asked < 500:
            problem(at, f"{pod.id} keeps away from others and asks for {asked}m, which is raised to 500m")


def no_vpc_cni(at, stack, problem):
    config = next(item["data"]["prometheus.yaml"] for item in stack.of("ConfigMap") if item["metadata"]["name"] == "prometheus-config")
    if "job_name: vpc-cni" in config:
        problem(at, "the job vpc-cni looks for pods that are not there")


def eks_auto_mode(at, stack, problem):
    no_vpc_cni(at, stack, problem)
    for item in stack.of("StorageClass"):
        if item["provisioner"] != "ebs.csi.eks.amazonaws.com":
            problem(at, f"class {item['metadata']['name']} is on {item['provisioner']}, which has no driver here")
    for item in stack.of("Service"):
        if item["spec"]["type"] == "LoadBalancer" and item["spec"].get("loadBalancerClass") != "eks.amazonaws.com/nlb":
            problem(at, f"Service {item['metadata']['name']} asks for a load balancer that nobody makes")


def eks_fargate(at, stack, problem):
    no_host(at, stack, problem)
    no_vpc_cni(at, stack, problem)
    disks = stack.of("PersistentVolumeClaim", "StorageClass", "DaemonSet")
    disks += [pod.workload for pod in stack.pods if pod.workload["spec"].get("volumeClaimTemplates")]
    for item in disks:
        problem(at, f"{item['kind']} {item['metadata']['name']} cannot work on Fargate")
    for pod in stack.pods:
        if "nodeAffinity" in pod.spec.get("affinity", {}):
            problem(at, f"{pod.id} is kept off some nodes")


PROFILES = {"aks-automatic": aks_automatic, "gke-autopilot": gke_autopilot, "eks-auto-mode": eks_auto_mode, "eks-fargate": eks_fargate}
