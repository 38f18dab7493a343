#!/usr/bin/env python3
"""Reads what public packages say of the Kubernetes API and writes it as one JSON file, from which the asset is made.

Usage: collect.py KUBERNETES_VALIDATE GO_MODULES OUTPUT
  KUBERNETES_VALIDATE  the folder `kubernetes_validate` of the Python package kubernetes-validate
  GO_MODULES           $(go env GOMODCACHE), with the modules of modules.txt
Needs Python 3 with PyYAML. tools/kubernetes-schemas/generate downloads everything and calls this.
"""

import json
import pathlib
import re
import sys

import yaml

import go_types
import overlay

HERE = pathlib.Path(__file__).resolve().parent
KEPT = {
    "type", "format", "pattern", "required", "enum", "default", "nullable",
    "minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf",
    "minLength", "maxLength", "minItems", "maxItems", "uniqueItems", "minProperties", "maxProperties",
    "x-kubernetes-list-type", "x-kubernetes-list-map-keys", "x-kubernetes-int-or-string",
    "x-kubernetes-preserve-unknown-fields", "x-kubernetes-embedded-resource",
}
META = "io.k8s.apimachinery.pkg.apis.meta.v1.ObjectMeta"
INT_OR_STRING = "io.k8s.apimachinery.pkg.util.intstr.IntOrString"
QUANTITY = "io.k8s.apimachinery.pkg.api.resource.Quantity"


def stripped(schema):
    """A schema without prose."""
    result = {key: value for key, value in schema.items() if key in KEPT}
    if isinstance(result.get("type"), list):  # an optional field is typed [x, "null"] there
        [result["type"]] = [one for one in result["type"] if one != "null"]
    if "$ref" in schema:
        result["$ref"] = schema["$ref"].removeprefix("#/$defs/")
    if "properties" in schema:
        result["properties"] = {name: stripped(child) for name, child in schema["properties"].items()}
    for key in ("items", "additionalProperties", "not"):
        if isinstance(schema.get(key), dict):
            result[key] = stripped(schema[key])
        elif key in schema and key != "not":
            result[key] = schema[key]
    for key in ("allOf", "anyOf", "oneOf"):
        if key in schema:
            result[key] = [stripped(child) for child in schema[key]]
    rules = [{"rule": one["rule"]}
             for one in schema.get("x-kubernetes-validations", [])]
    return result | ({"x-kubernetes-validations": rules} if rules else {})


def definition(name, schema, keys, rules):
    """One definition of the built-in API, with what other sources know of its fields."""
    if name == INT_OR_STRING:
        return {"x-kubernetes-int-or-string": True}
    if name == QUANTITY:
        return {"x-stackgen-quantity": True}
    if name.endswith(".JSONSchemaPropsOrArray"):  # a list of schemas is not allowed in definitions
        return {"$ref": name.removesuffix("OrArray")}
    result = stripped(schema)
    properties = result.get("properties", {})
    if result.get("type") == "object" and not properties and "additionalProperties" not in result:
        result["x-kubernetes-preserve-unknown-fields"] = True
    for field in set(properties) & {"apiVersion", "kind"}:
        properties[field].pop("enum", None)
    for field, child in properties.items():
        if (name, field) in keys:
            child |= {"x-kubernetes-list-type": "map", "x-kubernetes-list-map-keys": keys[name, field]}
        more = dict(rules.get(name, {}).get(field, {})) | overlay.RULES.get(name, {}).get(field, {})
        target = child.get("items", child) if more.pop("each", False) else child
        # A limit on a type that the document only refers to would be lost beside the reference.
        target |= more if "$ref" not in target else {}
        if default := overlay.DEFAULTS.get(name, {}).get(field):
            child["default"] = default
    return result


def list_keys(definitions):
    """The lists whose items have keys. Older releases said so of fewer lists, though the same keys held."""
    return {(name, field): child["x-kubernetes-list-map-keys"] for name, schema in definitions.items()
            for field, child in schema.get("properties", {}).items() if child.get("x-kubernetes-list-type") == "map"}


def kinds(definitions, cluster_wide):
    rows = []
    for name, schema in definitions.items():
        properties = schema.get("properties", {})
        if properties.get("metadata", {}).get("$ref") != f"#/$defs/{META}":
            continue
        for gvk in schema.get("x-kubernetes-group-version-kind", []):
            key = (gvk["group"], gvk["version"], gvk["kind"])
            scope = "Cluster" if key in cluster_wide else "Namespaced"
            rows.append(dict(zip(("group", "version", "kind"), key)) | {"definition": name, "scope": scope})
    return sorted(rows, key=lambda row: (row["group"], row["kind"], row["version"]))


def reachable(definitions, roots):
    found, open_names = set(), list(roots)
    while open_names:
        name = open_names.pop()
        if name not in found:
            found.add(name)
            open_names += re.findall(r'"\$ref": "([^"]*)"', json.dumps(definitions[name]))
    return {name: definitions[name] for name in sorted(found)}


def self_contained(name, definitions):
    return json.dumps(reachable(definitions, [name]), sort_keys=True)


def is_recursive(name, definitions):
    below = re.findall(r'"\$ref": "([^"]*)"', json.dumps(definitions[name]))
    return name in reachable(definitions, below)


def share_recursive(releases):
    """Names definitions that lead to themselves after the first release with the same ones, so that they are kept once."""
    first = {}
    for one in releases:
        definitions = one["definitions"]
        names = {name: f"{name}@{first.setdefault((name, self_contained(name, definitions)), one['minor'])}"
                 for name in definitions if is_recursive(name, definitions)}
        text = json.dumps(definitions)
        for name, renamed in names.items():
            text = text.replace(json.dumps(name), json.dumps(renamed))
        one["definitions"] = json.loads(text)
    return releases


def release(minor, raw, keys, module):
    types = go_types.packages(module)
    cluster_wide = go_types.scopes(module, types) | overlay.CLUSTER_WIDE
    rules = go_types.overlay(types)
    rows = kinds(raw, cluster_wide)
    definitions = {name: definition(name, schema, keys, rules) for name, schema in raw.items()}
    kept = reachable(definitions, [META, *(row["definition"] for row in rows)])
    return {"minor": minor, "kinds": rows, "definitions": kept}


def lifecycles(modules):
    """What any release says, the newest last: old releases know versions that are gone, new ones know better."""
    merged = {}
    for module in modules:
        merged |= go_types.lifecycle(module)
    for key, (minor, successor) in overlay.REMOVED.items():
        merged.setdefault(key, {}).setdefault("removed", minor)
        merged[key].setdefault("replacement", successor)
    for key, (minor, successor) in overlay.DEPRECATED.items():
        merged[key] = merged.get(key, {}) | {"deprecated": minor, "replacement": successor}
    return [dict(zip(("group", "version", "kind"), key)) | row for key, row in sorted(merged.items())]


class Loader(yaml.CSafeLoader):
    """Reads a lone `=` as text, which YAML 1.1 gives a meaning that nobody uses."""


Loader.add_constructor("tag:yaml.org,2002:value", Loader.construct_yaml_str)


def custom(file):
    document = yaml.load(file.read_text(), Loader)
    spec = document["spec"]
    for version in spec["versions"]:
        if version["served"]:
            yield {"group": spec["group"], "version": version["name"], "kind": spec["names"]["kind"],
                   "scope": spec["scope"], "schema": stripped(version["schema"]["openAPIV3Schema"])}


def main():
    package, cache, output = (pathlib.Path(argument) for argument in sys.argv[1:4])
    listed = [line.split() for line in (HERE / "modules.txt").read_text().splitlines() if line and line[0] != "#"]
    apis = {int(name.split("@v0.")[1].split(".")[0]): cache / name for name, *_ in listed if name.startswith("k8s.io/api@")}
    files = sorted(file for name, *patterns in listed for pattern in patterns for file in (cache / name).glob(pattern))
    raw = {minor: json.loads((package / "kubernetes-json-schema" / f"v1.{minor}.0-local" / "_definitions.json").read_text())["$defs"]
           for minor in sorted(apis)}
    keys = list_keys(raw[max(raw)])
    output.write_text(json.dumps({
        "kubernetes": share_recursive([release(minor, raw[minor], keys, apis[minor]) for minor in sorted(apis)]),
        "custom": [row for file in files for row in custom(file)],
        "lifecycle": lifecycles([apis[minor] for minor in sorted(apis)]),
    }, separators=(",", ":")))


if __name__ == "__main__":
    main()
