#!/usr/bin/env python3
"""Writes tests/engines/*.tsv: the fields that each version of Argo CD's and Flux' objects has.

Reads CustomResourceDefinitions from the engines' Go modules, as `go mod download` unpacks them. A line is the path of a
field (`[]` for the items of a list, `{}` for the values of a map), its type, whether it is required where its parent is
there, the values it may have, and the versions that have it. What stackgen never writes (status, operations, sources
that are built) is left out, so that the test refuses it.
Usage: generate.py FOLDER-OF-GO-MODULES     for instance "$(go env GOMODCACHE)"
Needs Python 3 with PyYAML.
"""

import json
import pathlib
import sys

import yaml

ARGO_CD = [
    ("2.13", "argoproj/argo-cd/v2@v2.13.3"),
    ("3.0", "argoproj/argo-cd/v3@v3.0.0"),
    ("3.2", "argoproj/argo-cd/v3@v3.2.0"),
    ("3.3", "argoproj/argo-cd/v3@v3.3.0"),
    ("3.5", "argoproj/argo-cd/v3@v3.5.1"),
]
KUSTOMIZE_CONTROLLER = [("2.6", "fluxcd/kustomize-controller@v1.6.0"), ("2.9", "fluxcd/kustomize-controller@v1.9.4")]
SOURCE_CONTROLLER = [("2.9", "fluxcd/source-controller@v1.9.1")]
OBJECTS = {
    "Application": (ARGO_CD, "manifests/crds/application-crd.yaml", "v1alpha1"),
    "AppProject": (ARGO_CD, "manifests/crds/appproject-crd.yaml", "v1alpha1"),
    "Kustomization": (KUSTOMIZE_CONTROLLER, "config/crd/bases/kustomize.toolkit.fluxcd.io_kustomizations.yaml", "v1"),
    "GitRepository": (SOURCE_CONTROLLER, "config/crd/bases/source.toolkit.fluxcd.io_gitrepositories.yaml", "v1"),
}
LEFT_OUT = {"status", "operation", "sources", "sourceHydrator", "helm", "plugin", "kustomize", "jsonnet", "postBuild", "patches"}


def fields(schema, path, required, found):
    """Adds the line of a field and those of the fields below it."""
    kind = "int-or-string" if schema.get("x-kubernetes-int-or-string") else schema.get("type", "any")
    values = schema.get("enum", [])
    rule = schema.get("pattern", "")
    found[path] = (kind, "required" if required else "", json.dumps(values) if values else "", rule)
    for name, child in schema.get("properties", {}).items():
        if name not in LEFT_OUT:
            fields(child, f"{path}.{name}" if path else name, name in schema.get("required", []), found)
    if isinstance(schema.get("items"), dict):
        fields(schema["items"], f"{path}[]", False, found)
    if isinstance(schema.get("additionalProperties"), dict):
        fields(schema["additionalProperties"], f"{path}{{}}", False, found)


def of_version(folder, module, file, version):
    document = yaml.safe_load((folder / "github.com" / module / file).read_text())
    [crd] = [one for one in document["spec"]["versions"] if one["name"] == version]
    found = {}
    fields(crd["schema"]["openAPIV3Schema"], "", True, found)
    return found


def main():
    folder = pathlib.Path(sys.argv[1])
    target = pathlib.Path(__file__).resolve().parents[2] / "tests" / "engines"
    for kind, (modules, file, version) in OBJECTS.items():
        lines = {}
        for release, module in modules:
            for path, line in of_version(folder, module, file, version).items():
                lines.setdefault((path, line), []).append(release)
        text = "".join("\t".join((path, *line, " ".join(there))) + "\n" for (path, line), there in sorted(lines.items()))
        (target / f"{kind}.tsv").write_text(text)


if __name__ == "__main__":
    main()
