"""That the checks see what is wrong: each is given something that has to fail."""
import copy
import json

from . import checks
from .tree import Text


def found(check, *of):
    """What a check says."""
    said = []
    check(*of, lambda where, what: said.append(what))
    return " ".join(said)


def changed(one, change):
    item = copy.deepcopy(one.item)
    change(item)
    return Text("control", json.dumps(item))


def check(client, objects, pods, by, problem):
    one = next(one for one in objects if one.item["kind"] == "Deployment")
    unknown = changed(one, lambda item: item["spec"].update(replica=1))
    if "not declared in schema" not in found(checks.dry_run, client, unknown, by):
        problem("control", "an unknown field is accepted")
    text = changed(one, lambda item: item["spec"]["template"]["spec"].update(priorityClassName=7))
    if "refused" not in found(checks.dry_run, client, text, by):
        problem("control", "a number for a text is accepted")
    other = changed(one, lambda item: item["spec"].update(replicas=99))
    if "replicas" not in found(checks.check_kept, client, other):
        problem("control", "another number of replicas is taken for ours")
    quantity = changed(one, lambda item: item["spec"]["template"]["spec"]["containers"][0]["resources"].update(requests={"cpu": "1000m"}))
    checks.apply(client, quantity, by, problem)
    if "is never in sync" in found(checks.check_again, client, quantity, by) or "requests.cpu" not in found(checks.check_kept, client, quantity):
        problem("control", "a quantity that the server rewrites is not seen")
    checks.apply(client, one, by, problem)
    host = copy.deepcopy(next(pod for one, pod in pods if pod["metadata"]["namespace"] == "monitoring"))
    host["spec"]["hostNetwork"] = True
    if "violates PodSecurity" not in found(checks.check_pod, client, "control", host):
        problem("control", "a pod on the host's network is admitted")
    check_additions(client, objects, by, problem)


def check_additions(client, objects, by, problem):
    """Set back is what we wrote; what somebody adds beside it is his, and stays. docs/gitops.md says so."""
    one = next(one for one in objects if one.item["kind"] == "ConfigMap" and not one.item.get("immutable"))
    client.merge(one.item, {"data": {"added.yaml": "by hand"}}, checks.SOMEBODY)
    checks.apply(client, one, by, problem)
    if "added.yaml" not in client.get(one.item).body["data"]:
        problem("docs/gitops.md", "what somebody adds to a ConfigMap does not stay any more")
