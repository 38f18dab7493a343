"""What has to hold when objects are synced: accepted, kept as written, unchanged by the second sync, set back."""
import copy

from .compare import differences

SOMEBODY = "kubectl-edit"

# Meant, and no fault: without the Secret, Grafana's first password is its pod's uid, with it, what the Secret says. The
# later source wins. The server cannot know the Secret's keys; it compares the first source with itself.
EXPECTED_WARNING = 'volume "secrets" (Projected): overlapping paths: "admin-password" (DownwardAPI) with "admin-password" (DownwardAPI)'

# Their status has a default, which the server adds whenever it reads them, and stores with the first write after the
# one that made them. Their controllers write the status at once; here there are none.
STORED_AGAIN = {"PersistentVolumeClaim", "Kustomization", "GitRepository"}


def say_warnings(where, answer, problem):
    for warning in answer.warnings:
        if warning != EXPECTED_WARNING:
            problem(where, f"the server warns: {warning}")


def dry_run(client, written, by, problem):
    """The server takes the object as it is, and has nothing to say about it."""
    answer = client.apply(written.item, written.text, by, dry_run=True)
    if not answer.is_done:
        return problem(written, f"refused: {answer.message}")
    for difference in differences(written.item, answer.body):
        problem(written, difference)
    say_warnings(written, answer, problem)
    return None


def apply(client, written, by, problem):
    answer = client.apply(written.item, written.text, by)
    if not answer.is_done:
        problem(written, f"refused: {answer.message}")


def check_kept(client, written, problem):
    for difference in differences(written.item, client.get(written.item).body):
        problem(written, difference)


def check_again(client, written, by, problem):
    """The second sync writes nothing, and foresees nothing: it is what self-heal does all the time.

    Argo CD's server-side diff and Flux' drift detection both compare a dry run with what is there.
    """
    if written.item["kind"] in STORED_AGAIN:
        apply(client, written, by, problem)
    before = client.get(written.item).body
    foreseen = client.apply(written.item, written.text, by, dry_run=True).body
    if foreseen != before:
        problem(written, f"is never in sync: {next(differences(foreseen, before), 'a field goes')}")
    apply(client, written, by, problem)
    after = client.get(written.item).body
    if after.get("metadata", {}).get("resourceVersion") != before.get("metadata", {}).get("resourceVersion"):
        problem(written, "the second apply changes it")


def drifted(item):
    """What somebody changes by hand: a label of ours, another goes, and so does what matters most."""
    labels = sorted(item["metadata"].get("labels", {}))
    change = {"metadata": {"labels": {name: None if index else "by-hand" for index, name in enumerate(labels)}}}
    specs = {
        "Deployment": {"replicas": 7}, "StatefulSet": {"replicas": 7},
        "Service": {"selector": {"changed": "by-hand"}},
        "NetworkPolicy": {"podSelector": {"matchLabels": {"changed": "by-hand"}}},
        "PodDisruptionBudget": {"maxUnavailable": 7},
        "Kustomization": {"interval": "7h"}, "GitRepository": {"interval": "7h"}, "Application": {"project": "by-hand"},
    }
    if item["kind"] in specs:
        change["spec"] = specs[item["kind"]]
    elif item.get("data") and not item.get("immutable"):
        change["data"] = {min(item["data"]): "changed by hand"}
    elif "rules" in item:
        change["rules"] = [{"apiGroups": ["*"], "resources": ["*"], "verbs": ["*"]}]
    return change


def without_history(item):
    """The object but for what counts its changes."""
    metadata = {key: value for key, value in item.get("metadata", {}).items() if key not in ("resourceVersion", "generation", "managedFields")}
    return {**item, "metadata": metadata}


def check_drift(client, written, by, problem):
    """What somebody changed is seen, and after the next sync all is as before."""
    before = client.get(written.item).body
    answer = client.merge(written.item, drifted(written.item), SOMEBODY)
    if not answer.is_done:
        return problem(written, f"cannot be changed by hand: {answer.message}")
    if not list(differences(written.item, answer.body)):
        return problem(written, "was not changed by hand")
    apply(client, written, by, problem)
    before, after = without_history(before), without_history(client.get(written.item).body)
    if before != after:
        found = [*differences(before, after), *differences(after, before)]
        problem(written, f"is not set back: {'; '.join(found)}")
    return None


def pod_of(item):
    """The pod that a controller would make of a workload; None for what has no pods."""
    spec = item["spec"].get("jobTemplate", item)["spec"] if item["kind"] in ("CronJob", "Job") else item.get("spec", {})
    if item["kind"] not in ("Deployment", "StatefulSet", "DaemonSet", "CronJob", "Job"):
        return None
    template = copy.deepcopy(spec["template"])
    claims = [claim["metadata"]["name"] for claim in spec.get("volumeClaimTemplates", [])]
    volumes = [{"name": name, "persistentVolumeClaim": {"claimName": f"{name}-{item['metadata']['name']}-0"}} for name in claims]
    template["spec"].setdefault("volumes", []).extend(volumes)
    metadata = {"name": f"{item['metadata']['name']}-0", "namespace": item["metadata"]["namespace"]}
    return {"apiVersion": "v1", "kind": "Pod", "metadata": {**template.get("metadata", {}), **metadata}, "spec": template["spec"]}


def check_pod(client, where, pod, problem):
    """Admission takes the pod: its security level, its account, its priority, its volumes.

    Workloads are taken whatever their pods are; only nothing would ever run.
    """
    answer = client.create(pod, dry_run=True)
    if not answer.is_done:
        problem(where, f"its pod is refused: {answer.message}")
    say_warnings(f"{where}: its pod", answer, problem)


def check_bounds(client, project, written, problem):
    """The project of Argo CD allows what the server says the object is, in a namespace or outside of them."""
    item, spec = written.item, project["spec"]
    known = client.kind(item)
    if known and known[2]:
        if item["metadata"].get("namespace") not in [one["namespace"] for one in spec["destinations"]]:
            problem(written, "the project has no destination for its namespace")
    elif (written.group, item["kind"]) not in [(one["group"], one["kind"]) for one in spec["clusterResourceWhitelist"]]:
        problem(written, f"{item['kind']} is outside of namespaces, and the project does not allow it")


def may(client, account, verb, group="", resource="", path=""):
    """Whether RBAC lets a service account do this."""
    attributes = {"nonResourceAttributes": {"path": path, "verb": verb}} if path else {
        "resourceAttributes": {"verb": verb, "group": group, "resource": resource.partition("/")[0], "subresource": resource.partition("/")[2]}}
    user = f"system:serviceaccount:{account['namespace']}:{account['name']}"
    groups = ["system:serviceaccounts", f"system:serviceaccounts:{account['namespace']}", "system:authenticated"]
    review = {"apiVersion": "authorization.k8s.io/v1", "kind": "SubjectAccessReview", "spec": {"user": user, "groups": groups, **attributes}}
    answer = client.ask("POST", "/apis/authorization.k8s.io/v1/subjectaccessreviews", review)
    return answer.body["status"]["allowed"]
