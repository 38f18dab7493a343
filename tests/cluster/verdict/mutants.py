"""Objects with one thing wrong, or one thing odd: every field dropped, renamed, of another type, of another value."""
import copy
import re

# What any object of any kind has; the same mutants again and again.
COMMON = {"labels", "annotations", "managedFields"}
QUANTITY = re.compile(r"^[0-9.]+([KMGTPE]i?|m|k)?$")
WORD = re.compile(r"^[A-Z][A-Za-z]+$")
# A list as long as those of a stack are, of which each item says the same about the schema.
ITEMS = 3


def walk(value, path=()):
    """Every place in an object below the root, with what stands there."""
    if isinstance(value, dict):
        for key in value:
            yield path + (key,), value[key]
            if key not in COMMON:
                yield from walk(value[key], path + (key,))
    elif isinstance(value, list):
        for index, item in enumerate(value[:ITEMS]):
            yield path + (index,), item
            yield from walk(item, path + (index,))


def changed(item, path, change):
    """A copy in which `change(parent, key)` was done at the path."""
    item = copy.deepcopy(item)
    parent = item
    for step in path[:-1]:
        parent = parent[step]
    change(parent, path[-1])
    return item


def put(value):
    def change(parent, key):
        parent[key] = copy.deepcopy(value)
    return change


def drop(parent, key):
    del parent[key]


def rename(parent, key):
    """A field's name with its last letters the other way round, which is how it is misspelt."""
    parent[key[:-2] + key[-1] + key[-2] if len(key) > 2 and key[-1] != key[-2] else key + "s"] = parent.pop(key)


def twice(parent, key):
    parent[key] = parent[key] + [copy.deepcopy(parent[key][0])]


def of_text(value):
    """Other texts for a text, by what it looks like."""
    yield "a number for a text", 7
    yield "a switch for a text", True
    yield "a mapping for a text", {"is": "wrong"}
    yield "no text", ""
    if WORD.match(value):
        yield "another word", value + "X"
        yield "a word in lower case", value.lower()
    if QUANTITY.match(value):
        yield "a bad amount", value + "ii"
        yield "an amount below zero", "-1"
    elif not WORD.match(value):
        yield "a text with spaces", "not a name_"
        yield "a text that is long", "a" * 300


def of_number(value):
    yield "a text for a number", str(value)
    yield "a word for a number", "many"
    yield "a fraction", value + 0.5
    yield "a number below zero", -1
    yield "zero", 0
    yield "a number that is large", 70000
    yield "a number of 40 bits", 1 << 40


def of(value):
    """The name of each change of a value, and what takes its place."""
    yield "null", None
    if isinstance(value, bool):
        yield "a text for a switch", str(value).lower()
        yield "a number for a switch", 1
        yield "the switch turned", not value
    elif isinstance(value, (int, float)):
        yield from of_number(value)
    elif isinstance(value, str):
        yield from of_text(value)
    elif isinstance(value, list):
        yield "a text for a list", "wrong"
        yield "a mapping for a list", {"is": "wrong"}
        yield "an empty list", []
        yield "a null in a list", [*value, None]
    elif isinstance(value, dict):
        yield "a text for a mapping", "wrong"
        yield "a list for a mapping", [copy.deepcopy(value)]
        yield "an empty mapping", {}
        yield "a field that nobody knows", {**value, "zebra": "1"}


def mutants(item):
    """The path, the change's name and the object, for each of them."""
    for path, value in walk(item):
        if path[0] in ("apiVersion", "kind", "data", "status") or path == ("metadata", "namespace"):
            continue
        if path != ("metadata", "name"):
            yield path, "dropped", changed(item, path, drop)
        if isinstance(path[-1], str):
            yield path, "renamed", changed(item, path, rename)
        for name, other in of(value):
            yield path, name, changed(item, path, put(other))
        if isinstance(value, list) and value:
            yield path, "an item twice", changed(item, path, twice)


def shape(item, path):
    """What two places have in common that mean the same: the kind and the fields, without numbers of items."""
    return item["kind"], "/".join("-" if isinstance(step, int) else step for step in path)
