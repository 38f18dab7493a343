"""What the Go sources of k8s.io/api know and its published OpenAPI does not: the values of enums, bounds, scope, lifecycle.

Published schemas have no enums since 1.24. The types' comments have them (`+enum` above a string type, whose constants
are its values), bounds (`+k8s:minimum=0` above a field) and scope (`+genclient:nonNamespaced` above a kind); the
generated lifecycle files say which release brings a version of a kind, deprecates and removes it, and what comes after.
"""

import pathlib
import re

CONSTANT = re.compile(r'^\s*(?:const\s+)?\w+\s+(?:(\w+)\s*)?=\s*(?:(\w+)\()?("[^"]*"|[^\s()]+)')
FIELD = re.compile(r'^\s+(?:(\w+)\s+)?([\[\]*]*)((?:\w+\.)?\w+)\s+`json:"([^",]*)(,inline)?')
BOUND = re.compile(r"^\s*// (?:\+k8s:(?:alpha|beta)\([^)]*\)=)?\+k8s:(minimum|maximum|maxItems|maxLength)=(\d+)\s*$")
IMPORT = re.compile(r'^\s*(\w+)\s+"k8s\.io/api/([\w/]+)"')
LIFECYCLE = re.compile(r"^func \(in \*(\w+)\) APILifecycle(\w+)\(\)[^\n]*\{\n\treturn ([^\n]*)", re.MULTILINE)
REPLACEMENT = re.compile(r'Group: "([^"]*)", Version: "([^"]*)", Kind: "([^"]*)"')


class Package:
    """The types of one folder, such as core/v1."""

    def __init__(self, folder):
        self.enums, self.structs, self.cluster_wide, self.imports = {}, {}, set(), {}
        sources = [file for file in sorted(folder.glob("*.go")) if not file.name.startswith(("zz_", "generated"))]
        texts = [file.read_text().splitlines() for file in sources if not file.name.endswith("_test.go")]
        for lines in texts:
            self.read_types(lines)
        for line in (line for lines in texts for line in lines):
            if (constant := CONSTANT.match(line)) and (kind := constant[1] or constant[2]) in self.enums:
                self.enums[kind].append(constant[3])

    def read_types(self, lines):
        comment, fields = [], None
        for line in lines:
            if named := IMPORT.match(line):
                self.imports[named[1]] = named[2]
            if opened := re.match(r"^type (\w+) struct \{", line):
                fields = self.structs[opened[1]] = []
                if "+genclient:nonNamespaced" in " ".join(comment):
                    self.cluster_wide.add(opened[1])
            elif line == "}":
                fields = None
            elif named := re.match(r"^\s*(?:type )?(\w+) string$", line):
                if any(text.strip() in ("// +enum", "// +k8s:enum") for text in comment):
                    self.enums[named[1]] = []
            elif fields is not None and (field := FIELD.match(line)):
                bounds = {found[1]: int(found[2]) for text in comment if (found := BOUND.match(text))}
                fields.append((field[4], field[2], field[3], bounds))
            # A blank line stands between a type and its generator tags, none between a field and its comment.
            if line.strip().startswith("//"):
                comment.append(line)
            elif line.strip():
                comment = []


def packages(module):
    """The packages of k8s.io/api as one version of the module has them, by folder."""
    folders = sorted({file.parent for file in module.glob("*/*/*.go")})
    return {str(folder.relative_to(module)): Package(folder) for folder in folders if "testdata" not in folder.parts}


def overlay(types):
    """{definition: {field: {"enum": [..], "each": bool, "minimum": ..}}} of one version of k8s.io/api."""
    result = {}
    for folder, package in types.items():
        for name in package.structs:
            fields = dict(rules_of(types, folder, name))
            if fields:
                result[f"io.k8s.api.{folder.replace('/', '.')}.{name}"] = fields
    return result


def rules_of(types, folder, struct):
    package = types[folder]
    for json_name, prefix, kind, bounds in package.structs.get(struct, []):
        alias, _, plain = kind.rpartition(".")
        home = package.imports.get(alias, folder) if alias else folder
        if not json_name:  # an embedded struct, whose fields are the struct's own
            yield from rules_of(types, home, plain) if home in types else ()
            continue
        rules = dict(bounds)
        values = types[home].enums.get(plain) if home in types and (not alias or alias in package.imports) else None
        # A value that is written as another constant is not known here, and so the list is not whole.
        if values and all(value.startswith('"') for value in values):
            rules |= {"enum": sorted({value.strip('"') for value in values} - {""}), "each": "[]" in prefix}
        if rules:
            yield json_name, rules


def group_names(module):
    """The name of the API group that each folder holds."""
    result = {}
    for file in sorted(module.glob("*/*/register.go")):
        if named := re.search(r'^const GroupName = "([^"]*)"', file.read_text(), re.MULTILINE):
            result[str(file.parent.relative_to(module))] = named[1]
    return result


def scopes(module, types):
    """The kinds that belong to no namespace, as (group, version, kind)."""
    names = group_names(module)
    return {(names[folder], folder.split("/")[1], kind)
            for folder, package in types.items() if folder in names for kind in package.cluster_wide}


def lifecycle(module):
    """{(group, version, kind): {"introduced", "deprecated", "removed": minor, "replacement": "group/version Kind"}}"""
    result, names = {}, group_names(module)
    for file in sorted(module.glob("*/*/zz_generated.prerelease-lifecycle.go")):
        folder = str(file.parent.relative_to(module))
        for kind, stage, value in LIFECYCLE.findall(file.read_text()):
            if kind.endswith("List"):
                continue
            row = result.setdefault((names[folder], pathlib.PurePath(folder).name, kind), {})
            if stage == "Replacement":
                group, version, other = REPLACEMENT.search(value).groups()
                row["replacement"] = f"{group}/{version} {other}" if group else f"{version} {other}"
            else:
                row[stage.lower()] = int(value.split(", ")[1])
    return result
