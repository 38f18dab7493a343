"""The tree as the engines read it: from the root Application to its apps in their waves, from the GitRepository to
the Kustomizations in the order of `dependsOn`."""
import glob
import os

import yaml
from running import LOADER

WAVE = "argocd.argoproj.io/sync-wave"
# Both engines put these before the rest of an app.
FIRST = ("CustomResourceDefinition", "Namespace", "PriorityClass", "StorageClass")


class Text:
    """One object, and the text it is applied as."""

    def __init__(self, where, text):
        self.where, self.text = where, text
        self.item = yaml.load(text, Loader=LOADER)

    @property
    def group(self):
        return self.item["apiVersion"].rpartition("/")[0]

    def __str__(self):
        return f"{self.where}: {self.item['kind']} {self.item['metadata']['name']}"


class Written(Text):
    """The one object of a file."""

    def __init__(self, path):
        with open(path, encoding="utf-8") as file:
            super().__init__(path, file.read())

    def __str__(self):
        return self.where


def read(pattern, problem):
    found = [Written(path) for path in sorted(glob.glob(pattern))]
    if not found:
        problem(pattern, "there is no such file")
    return found


def of_argo_cd(root, cluster, problem):
    """The files of the app of apps, and the apps in their waves."""
    bootstrap = read(os.path.join(root, f"argocd/root-{cluster}.yaml"), problem)[0]
    source = bootstrap.item["spec"]["source"]
    applications = read(os.path.join(root, os.path.relpath(source["path"], "gitops"), "*.yaml"), problem)
    applications.sort(key=lambda one: int(one.item["metadata"]["annotations"][WAVE]))
    apps = []
    for one in applications:
        source = one.item["spec"]["source"]
        folder = os.path.join(root, os.path.relpath(source["path"], "gitops"))
        files = [name for name in sorted(os.listdir(folder)) if name != source["directory"]["exclude"]]
        apps.append([Written(os.path.join(folder, name)) for name in files])
    return applications, apps


def of_flux(root, cluster, problem):
    """The files of the cluster's folder, and the apps, each after those that it depends on."""
    objects = read(os.path.join(root, f"flux/{cluster}/*.yaml"), problem)
    waiting = {one.item["metadata"]["name"]: one for one in objects if one.item["kind"] == "Kustomization"}
    apps, done = [], set()
    while waiting:
        ready = [name for name, one in sorted(waiting.items()) if done.issuperset(needs(one))]
        if not ready:
            problem(f"flux/{cluster}", f"{', '.join(sorted(waiting))} wait for each other, or for what is not there")
            break
        for name in ready:
            one = waiting.pop(name)
            folder = os.path.join(root, os.path.relpath(one.item["spec"]["path"], "gitops"))
            with open(os.path.join(folder, "kustomization.yaml"), encoding="utf-8") as file:
                files = yaml.load(file, Loader=LOADER)["resources"]
            apps.append([Written(os.path.join(folder, file)) for file in files])
            done.add(name)
    return objects, apps


def needs(kustomization):
    return {other["name"] for other in kustomization.item["spec"].get("dependsOn", [])}
