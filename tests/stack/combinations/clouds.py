"""Switching clouds: the same objects on each, and cloud words only where a cloud is named."""
import os
import re

from .stack import identity
from .table import CLOUDS

WORDS = {
    "aks": re.compile(r"\b(aks|azure|microsoft)\b", re.I), "gke": re.compile(r"\b(gke|gcp|google)\b", re.I),
    "eks": re.compile(r"\b(eks|aws|amazon|amazonaws)\b", re.I),
}
# What may be on one cloud alone: how Grafana is reached.
OWN = {"Gateway", "HTTPRoute", "HealthCheckPolicy", "Certificate", "Ingress", "Namespace/-/monitoring-gateway"}


def check_same(stacks, problem):
    """Takes the overlays without further components, by environment and cloud."""
    for environment, clouds in stacks.items():
        sets = {cloud: {re.sub(r"-[a-z0-9]{10}$", "", identity(item)) for item in stack.items} for cloud, stack in clouds.items()}
        common = set.intersection(*sets.values())
        for cloud, found in sets.items():
            for name in sorted(found - common):
                if name not in OWN and name.split("/")[0] not in OWN:
                    problem(f"overlays/{cloud}/{environment}", f"{name} is not in every cloud")


def check_words(root, problem):
    for folder in ("base", "components"):
        for path, _, names in os.walk(os.path.join(root, folder)):
            part = os.path.relpath(path, root).split(os.sep)[1:2]
            own = {cloud for cloud in CLOUDS if cloud in (part[0].split("-") if part else [])}
            for name in names:
                lines(os.path.join(path, name), root, own, problem)
    for cloud in CLOUDS:
        for path, _, names in os.walk(os.path.join(root, "overlays", cloud)):
            for name in names:
                lines(os.path.join(path, name), root, {cloud}, problem)


def lines(path, root, own, problem):
    with open(path, encoding="utf-8") as file:
        for number, line in enumerate(file, 1):
            for cloud in sorted(set(CLOUDS) - own):
                word = WORDS[cloud].search(line)
                if word:
                    problem(f"{os.path.relpath(path, root)}:{number}", f"names a cloud: {word.group(0)}")
