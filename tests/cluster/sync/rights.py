"""What the service accounts of the stack may do, asked of the server's own RBAC."""
from combinations import rights

from .checks import may

SECRET = ("secrets", "configmaps", "pods/exec", "pods/log", "nodes/proxy")


def needs_of(account, workloads):
    """Group and resource to verbs; kube-state-metrics says itself what it lists."""
    if account == "prometheus":
        return rights.PROMETHEUS
    if account != "kube-state-metrics":
        return {}
    arguments = workloads["kube-state-metrics"]["spec"]["template"]["spec"]["containers"][0]["args"]
    listed = next(argument for argument in arguments if argument.startswith("--resources=")).partition("=")[2].split(",")
    group_of = {name: group for group, names in rights.GROUPS.items() for name in names}
    return {(group_of.get(name, ""), name): {"list", "watch"} for name in listed}


def check(client, objects, problem):
    """Every account may do what its part needs, and nobody reads secrets or changes anything; how much was asked."""
    workloads = {one.item["metadata"]["name"]: one.item for one in objects if one.item["kind"] == "Deployment"}
    asked = 0
    for account in (one.item["metadata"] for one in objects if one.item["kind"] == "ServiceAccount"):
        where = f"ServiceAccount {account['name']}"
        for (group, name), verbs in sorted(needs_of(account["name"], workloads).items()):
            for verb in sorted(verbs):
                asked += 1
                what = {"path": name} if group == "url" else {"group": group, "resource": name}
                if not may(client, account, verb, **what):
                    problem(where, f"may not {verb} {name}, which its part needs")
        for name in SECRET:
            for verb in ("get", "list", "create", "delete"):
                asked += 1
                if may(client, account, verb, resource=name):
                    problem(where, f"may {verb} {name}")
    return asked
