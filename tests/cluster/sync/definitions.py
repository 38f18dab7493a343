"""The definitions of the objects of others: Argo CD's, Flux', and what components use."""
import glob
import os

import yaml
from running import LOADER, wait_for

# Kinds without a definition in a module that Go could fetch; the cluster's own controllers bring them. Any field is taken
# then, unless the folder holds a definition after all.
OPEN = {
    ("gateway.k8s.aws/v1", "LoadBalancerConfiguration"): "loadbalancerconfigurations",
    ("gateway.k8s.aws/v1", "TargetGroupConfiguration"): "targetgroupconfigurations",
    ("networking.gke.io/v1", "HealthCheckPolicy"): "healthcheckpolicies",
}


def read(folder):
    """Group and kind to definition."""
    found = {}
    for path in sorted(glob.glob(os.path.join(folder, "*.yaml"))):
        with open(path, encoding="utf-8") as file:
            for item in yaml.load_all(file, Loader=LOADER):
                found[item["spec"]["group"], item["spec"]["names"]["kind"]] = item
    return found


def open_definition(version, kind, plural):
    group, _, version = version.partition("/")
    schema = {"type": "object", "x-kubernetes-preserve-unknown-fields": True}
    return {
        "apiVersion": "apiextensions.k8s.io/v1", "kind": "CustomResourceDefinition",
        # Groups of Kubernetes' own are guarded: a definition has to say that it is not approved.
        "metadata": {"name": f"{plural}.{group}", "annotations": {"api-approved.kubernetes.io": "unapproved, of a test"}},
        "spec": {"group": group, "scope": "Namespaced", "names": {"plural": plural, "kind": kind},
                 "versions": [{"name": version, "served": True, "storage": True, "schema": {"openAPIV3Schema": schema}}]},
    }


def install(client, folder, items, problem):
    """Defines the kinds of these objects that the server does not know; how many."""
    found, missing = read(folder), {}
    for item in items:
        version, kind = item["apiVersion"], item["kind"]
        if not client.kind(item):
            missing[version, kind] = found.get((version.partition("/")[0], kind))
    for (version, kind), definition in sorted(missing.items()):
        if not definition and (version, kind) in OPEN:
            definition = open_definition(version, kind, OPEN[version, kind])
        if not definition:
            problem(f"{version} {kind}", f"the server does not know it, and {folder} holds no definition of it")
            continue
        definition["metadata"].setdefault("annotations", {}).pop("kubectl.kubernetes.io/last-applied-configuration", None)
        answer = client.create(definition)
        if not answer.is_done:
            problem(f"definition of {version} {kind}", answer.message)
            continue
        wait_for(f"{version} {kind} to be served", lambda: client.kind({"apiVersion": version, "kind": kind}))
    return len(missing)
