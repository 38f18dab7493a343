"""What `stackgen drift` says of a real API server, through the real kubectl."""
import json
import os
import subprocess

CLUSTER = "gke"
# What is done by hand, and the object that drift must name for it.
BY_HAND = [
    (["scale", "-n", "monitoring", "statefulset/prometheus", "--replicas=5"], "modified StatefulSet prometheus"),
    (["label", "-n", "monitoring", "service/grafana", "app.kubernetes.io/component=other", "--overwrite"], "modified Service grafana"),
    (["delete", "-n", "monitoring", "service/alertmanager"], "missing Service alertmanager"),
    (["create", "configmap", "stray", "-n", "monitoring"], None),
    (["label", "-n", "monitoring", "configmap/stray", "app.kubernetes.io/part-of=monitoring", "app.kubernetes.io/name=grafana"], "extra ConfigMap stray"),
]


def check(client, given, folder, problem):
    """Syncs one cluster, looks for drift, makes some, looks again."""
    config = os.path.join(folder, "kubeconfig")
    client.write_kubeconfig(config)
    environment = {**os.environ, "KUBECONFIG": config}

    def kubectl(*arguments, text=None):
        done = subprocess.run(["kubectl", *arguments], env=environment, input=text, capture_output=True, text=True)
        if done.returncode:
            problem("kubectl " + " ".join(arguments), done.stderr.strip())
        return done.stdout

    def drift(*options):
        command = [os.path.abspath(given.stackgen), "drift", CLUSTER, "-o", "json", "--revisions", "0", *options]
        done = subprocess.run(command, cwd=os.path.dirname(given.tree), env=environment, capture_output=True, text=True)
        if done.returncode > 1:
            problem("stackgen drift", done.stderr.strip())
            return [], done.returncode
        changes = json.loads(done.stdout)["changes"]
        named = [(change["verb"], change["after"] or change["before"]) for change in changes]
        return sorted(f"{verb} {one['kind']} {one['name']}" for verb, one in named), done.returncode

    apps = os.path.join(given.tree, "clusters", CLUSTER)
    for app in sorted(os.listdir(apps), key=lambda app: (app != "prereqs", app)):
        kubectl("apply", "--server-side", "--field-manager=argocd-controller", "-k", os.path.join(apps, app))
    for options in ([], ["--server-side"]):
        found, status = drift(*options)
        if found or status:
            problem("stackgen drift", f"of what was just applied it says with {options}: {found}, and ends with {status}")
    for command, _ in BY_HAND:
        kubectl(*command)
    alert = json.loads(kubectl("get", "-n", "monitoring", "configmap", "prometheus-rules-nodes", "-o", "json"))
    alert["data"] = {name: text.replace("severity: critical", "severity: info", 1) for name, text in alert["data"].items()}
    kubectl("replace", "-f", "-", text=json.dumps(alert))
    wanted = sorted([named for _, named in BY_HAND if named] + ["modified ConfigMap prometheus-rules-nodes"])
    for options in ([], ["--server-side"]):
        found, status = drift(*options)
        if found != wanted or status != 1:
            problem("stackgen drift", f"it says with {options} {found} and ends with {status}; wanted was {wanted}")
    return f"{len(wanted)} drifts told from what the server and others wrote"
