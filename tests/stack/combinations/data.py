"""Disks: the limits of the data fit the claim, 30 days in production, and a class that the cloud has."""
import re

from .table import OWN

UNITS = {"Gi": 2**30, "Mi": 2**20, "Ti": 2**40, "GB": 10**9, "MB": 10**6, "TB": 10**12}
BUILT_IN = {"storage-managed-premium-aks": "managed-premium", "storage-standard-rwo-gke": "standard-rwo", "storage-gp2-eks": "gp2"}
DRIVERS = {"aks": {"disk.csi.azure.com"}, "gke": {"pd.csi.storage.gke.io"}, "eks": {"ebs.csi.aws.com", "ebs.csi.eks.amazonaws.com"}}


def size(text):
    number, unit = re.fullmatch(r"(\d+)([A-Za-z]+)", str(text)).groups()
    return int(number) * UNITS[unit]


def check(where, combination, stack, problem):
    pod = stack.pod("prometheus")
    environment = pod.environment()
    arguments = [argument for container in pod.spec["containers"] for argument in container.get("args", [])]
    kept = size(resolve(arguments, environment, "--storage.tsdb.retention.size"))
    claims = {claim["metadata"]["name"]: claim for claim in pod.workload["spec"].get("volumeClaimTemplates", [])}
    if "data" in claims:
        room = size(claims["data"]["spec"]["resources"]["requests"]["storage"])
    else:
        room = next(size(volume["emptyDir"]["sizeLimit"]) for volume in pod.spec["volumes"] if volume["name"] == "data")
    if kept > 0.85 * room:
        problem(where, f"Prometheus keeps {kept} bytes on a disk of {room}, at most 85 % is safe")
    days = int(re.fullmatch(r"(\d+)d", resolve(arguments, environment, "--storage.tsdb.retention.time")).group(1))
    short = combination.environment == "dev" or combination.has("environment-dev") or combination.has("eks-fargate")
    if days < 30 and not short:
        problem(where, f"Prometheus keeps {days} days, expected 30")
    classes(where, combination, stack, problem)


def resolve(arguments, environment, flag):
    value = next(argument.partition("=")[2] for argument in arguments if argument.startswith(flag + "="))
    return re.sub(r"\$\((\w+)\)", lambda match: environment[match.group(1)], value)


def classes(where, combination, stack, problem):
    chosen = [BUILT_IN[name] for name in combination.components if name in BUILT_IN]
    declared = {item["metadata"]["name"]: item for item in stack.of("StorageClass")}
    wanted = chosen[-1] if chosen else "monitoring-ssd"
    claims = stack.of("PersistentVolumeClaim")
    claims += [claim for pod in stack.pods for claim in pod.workload["spec"].get("volumeClaimTemplates", [])]
    for claim in claims:
        name = claim["spec"].get("storageClassName")
        if name != wanted or claim["spec"]["accessModes"] != ["ReadWriteOnce"]:
            problem(where, f"claim {claim['metadata']['name']} asks for {name}, expected {wanted}, ReadWriteOnce")
    # A cluster of one's own has disks of its own: its class of this name comes with the overlay.
    if claims and not chosen and wanted not in declared and combination.cloud != OWN:
        problem(where, f"class {wanted} is not rendered")
    for name, item in declared.items():
        held = (item["reclaimPolicy"] == "Retain" and item["volumeBindingMode"] == "WaitForFirstConsumer"
                and item["allowVolumeExpansion"] and item["provisioner"] in DRIVERS[combination.cloud])
        if not held:
            problem(where, f"class {name}: expected Retain, WaitForFirstConsumer, expandable, on a CSI driver of {combination.cloud}")
