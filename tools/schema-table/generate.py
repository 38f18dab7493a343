#!/usr/bin/env python3
"""Writes src/schema/table.rs from merge_keys_1.21.2.json.

    python3 tools/schema-table/generate.py

The JSON lists, for Kubernetes 1.21.2, every type that leads to a list which strategic merge patches merge, with the
keys of those lists, and which type each kind has. The table keeps what a merge asks for: the lists that merge, their
keys, and the fields that lead to such lists. Lists that are replaced as a whole end the way, so nothing below them is
kept. Lists of objects (`PodList`) are left out, because they are taken apart on reading.
"""
import json
import pathlib
import re
import textwrap

HERE = pathlib.Path(__file__).resolve().parent
FACTS = HERE / "merge_keys_1.21.2.json"
TABLE = HERE.parent.parent / "src" / "schema" / "table.rs"

HEADER = """\
//! The merge keys of Kubernetes {version}, the version whose schema kustomize carries.
//!
//! Written by tools/schema-table/generate.py; change that, not this.

use super::builtin::{{Type, keyed, object, of, values}};

/// `kind`, `apiVersion` and type of each kind, sorted.
pub(super) static KINDS: &[(&str, &str, &Type)] = &[
{kinds}
];

/// All types, sorted by name.
{names}

{types}
"""


def constant(name):
    """io.k8s.api.core.v1.PodSpec -> CORE_V1_POD_SPEC"""
    *_, group, version, kind = name.split(".")
    words = re.sub(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])", "_", kind)
    return f"{group}_{version}_{words}".upper().replace("-", "_")


def merge_keys(fact):
    """The keys by which a list merges; None where a patch replaces it."""
    if "merge" not in fact.get("patch-strategy", "").split(","):
        return None
    if "list-map-keys" in fact:
        return fact["list-map-keys"]
    return [fact["patch-merge-key"]] if "patch-merge-key" in fact else []


def field(name, fact, types):
    """One row, or None where there is nothing to say about the field."""
    to = fact.get("list_of") or fact.get("type")
    if "type" in fact:
        return f'object("{name}", &{constant(to)})' if to in types else None
    keys = merge_keys(fact) if "list_of" in fact else None
    if keys is None:
        return None
    if not keys:
        return f'values("{name}")'
    quoted = ", ".join(f'"{key}"' for key in keys)
    element = f"Some(&{constant(to)})" if to in types else "None"
    return f'keyed("{name}", &[{quoted}], {element})'


def useful(types):
    """The types with rows. A type whose rows all lead to types without rows has none either."""
    while True:
        kept = {name: fields for name, fields in types.items()
                if any(field(key, fact, types) for key, fact in fields.items())}
        if len(kept) == len(types):
            return kept
        types = kept


def packed(head, items, tail):
    """`head`, the items, `tail`, in lines of at most 110 columns."""
    line = head + ", ".join(items) + tail
    if len(line) <= 110 or len(items) == 1:
        return line
    lines = textwrap.wrap(", ".join(item.replace(" ", "\0") for item in items) + ",", 106, break_long_words=False)
    return "\n".join([head, *("    " + one.replace("\0", " ") for one in lines), tail])


def type_row(name, fields, types):
    rows = [row for key in sorted(fields) if (row := field(key, fields[key], types))]
    return packed(f'static {constant(name)}: Type = of("{name}", &[', rows, "]);")


def main():
    facts = json.loads(FACTS.read_text())
    types = useful({name: fields for name, fields in facts["types"].items() if not name.endswith("List")})
    kinds = []
    for key, name in facts["kinds"].items():
        api_version, kind = key.split(" ")
        if name in types:
            kinds.append((kind, api_version, name))
    TABLE.write_text(HEADER.format(
        version=facts["kubernetes"],
        kinds="\n".join(f'    ("{kind}", "{api}", &{constant(name)}),' for kind, api, name in sorted(kinds)),
        names=packed("pub(super) static TYPES: &[&Type] = &[", [f"&{constant(name)}" for name in sorted(types)], "];"),
        types="\n".join(type_row(name, types[name], types) for name in sorted(types)),
    ))


main()
