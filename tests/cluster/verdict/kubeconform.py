"""Schemas as kubeconform wants them, one file for each kind with all that it refers to, from those of the Python package
`kubernetes-validate`, whose files refer to one another."""
import json
import os
import re

REFERENCE = re.compile(r'"\$ref": "[^"]*#/\$defs/([^"]+)"')


def write(package, folder):
    """The folder with a schema for each kind; the package's folder is that of one release, `v1.33.0-local-strict`."""
    os.makedirs(folder)
    with open(os.path.join(package, "_definitions.json"), encoding="utf-8") as file:
        definitions = {name: json.dumps(one) for name, one in json.load(file)["$defs"].items()}
    for name in os.listdir(package):
        with open(os.path.join(package, name), encoding="utf-8") as file:
            schema = json.load(file)
        if name.startswith("_") or "apiVersion" not in schema.get("properties", {}):
            continue
        text, needed = json.dumps(schema), {}
        todo = REFERENCE.findall(text)
        while todo:
            other = todo.pop()
            if other not in needed:
                needed[other] = definitions[other]
                todo += REFERENCE.findall(needed[other])
        schema.pop("$id", None)
        schema["$defs"] = {other: json.loads(one) for other, one in needed.items()}
        with open(os.path.join(folder, name), "w", encoding="utf-8") as out:
            out.write(REFERENCE.sub(r'"$ref": "#/$defs/\1"', json.dumps(schema)))
    return folder
