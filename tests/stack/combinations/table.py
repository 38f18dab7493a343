"""The documented combinations: the tables of docs/components.md, and the folders that they build."""
import os
import re

CLOUDS = ("aks", "gke", "eks")
ENVIRONMENTS = ("dev", "staging", "prod")
OWN = "base"  # the stack without a cloud, for clusters of one's own
INSIDE = "inside"  # of use only as a part of the components that list it
NAME = re.compile(r"`([^`]+)`")


class Combination:
    """An overlay, the components that are laid over it, and the folder of a kustomization that does so."""

    def __init__(self, overlay, components):
        self.overlay, self.components = overlay, components
        self.cloud = overlay.split("/")[0]
        self.environment = overlay.partition("/")[2]
        self.name = " + ".join([overlay, *components])

    def has(self, component):
        return component in self.components

    def folder(self, root, scratch):
        """The overlay itself, or a kustomization beside it in the scratch folder."""
        under = os.path.join(root, self.overlay if self.cloud == OWN else os.path.join("overlays", self.overlay))
        if not self.components:
            return under
        folder = os.path.join(scratch, re.sub(r"[^a-z0-9]+", "-", self.name))
        os.makedirs(folder, exist_ok=True)
        up = os.path.relpath(root, folder)
        lines = ["resources:", f"  - {os.path.relpath(under, folder)}", "components:"]
        lines += [f"  - {up}/components/{name}" for name in self.components]
        with open(os.path.join(folder, "kustomization.yaml"), "w", encoding="utf-8") as file:
            file.write("\n".join(lines) + "\n")
        return folder


def rows(text, heading):
    """The cells of the table under a heading, without its head."""
    section = text.split(f"\n## {heading}\n", 1)[1].split("\n## ", 1)[0]
    lines = [line for line in section.split("\n") if line.startswith("|")]
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in lines[2:]]


def overlays_of(cell):
    """`all` stands for the three clouds; otherwise the overlays by name, or none but the combinations `below`."""
    return NAME.findall(cell) + [cloud for cloud in CLOUDS if "all" in cell.split(", ")]


def inside(root):
    """Component to the components that take it in."""
    found = {}
    for name in os.listdir(os.path.join(root, "components")):
        with open(os.path.join(root, "components", name, "kustomization.yaml"), encoding="utf-8") as file:
            for part in re.findall(r"(?m)^  - \.\./([a-z0-9-]+)$", file.read()):
                found.setdefault(part, set()).add(name)
    return found


def documented(root, problem):
    """Every overlay alone, every component on each overlay of its row, and the combinations by name."""
    with open(os.path.join(root, "docs/components.md"), encoding="utf-8") as file:
        text = file.read()
    found = [Combination(cloud, ()) for cloud in CLOUDS]
    found += [Combination(f"{cloud}/{environment}", ()) for cloud in CLOUDS for environment in ENVIRONMENTS]
    named, used = set(), inside(root)
    table = [(NAME.findall(component)[0], where) for component, where, *_ in rows(text, "Components")]
    for name, where in table:
        named.add(name)
        found += [Combination(overlay, (name,)) for overlay in overlays_of(where)]
    for overlay, components, *_ in rows(text, "Combinations"):
        found.append(Combination(NAME.findall(overlay)[0], tuple(NAME.findall(components))))
    covered = {component for item in found for component in item.components}
    covered |= {name for name, where in table if where == INSIDE and used.get(name, set()) & covered}
    for name in sorted(named - covered):
        problem("docs/components.md", f"{name} is on no overlay and in no combination")
    there = set(os.listdir(os.path.join(root, "components")))
    for name in sorted(there - named):
        problem("docs/components.md", f"components/{name} has no row")
    for name in sorted(named - there):
        problem("docs/components.md", f"there is no components/{name}")
    return found
