"""Every object under the strict schemas of five Kubernetes versions; each distinct object once."""
import json

VERSIONS = ("1.33", "1.34", "1.35", "1.36", "1.37")
# Kinds of others that Kubernetes has no schema for; the clusters bring their definitions.
FOREIGN = {"cert-manager.io", "external-secrets.io", "gateway.k8s.aws", "gateway.networking.k8s.io", "networking.gke.io"}


class Schemas:
    """Needs the package kubernetes-validate, which carries the schemas; None without it."""

    def __init__(self):
        import kubernetes_validate
        self.package, self.seen, self.count = kubernetes_validate, set(), 0

    def check(self, where, stack, problem):
        for item in stack.items:
            key = json.dumps(item, sort_keys=True)
            if key in self.seen or item["apiVersion"].split("/")[0] in FOREIGN:
                continue
            self.seen.add(key)
            for version in VERSIONS:
                try:
                    self.package.validate(item, version, strict=True)
                    self.count += 1
                except (self.package.ValidationError, self.package.SchemaNotFoundError) as error:
                    problem(f"{where}: {item['kind']} {item['metadata']['name']}", f"Kubernetes {version}: {str(error).splitlines()[0]}")
