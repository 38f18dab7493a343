"""Asks a kube-apiserver, as Argo CD's and Flux' controllers do: server-side apply of an object's own text."""
import http.client
import json
import os
import re
import ssl
from urllib.parse import urlencode

import yaml

APPLY, MERGE = "application/apply-patch+yaml", "application/merge-patch+json"


class Answer:
    """Status, object and warnings."""

    def __init__(self, response):
        self.status = response.status
        text = response.read().decode()
        self.body = json.loads(text) if text.startswith("{") else {"message": text}
        # Warning: 299 - "text of the warning"
        self.warnings = [re.sub(r'^299 \S+ "(.*)"$', r"\1", value).replace('\\"', '"') for value in response.headers.get_all("Warning", [])]

    @property
    def is_done(self):
        return self.status in (200, 201)

    @property
    def message(self):
        return f"{self.status} {self.body.get('message', self.body)}"


class Client:
    """One connection that stays open."""

    def __init__(self, port, authority, token):
        self.port, self.authority, self.token = port, authority, token
        self.connection, self.kinds = None, {}

    def is_ready(self):
        """Whether it answers, and has made what it makes by itself."""
        if not os.path.exists(self.authority):
            return False
        if not self.connection:
            context = ssl.create_default_context(cafile=self.authority)
            self.connection = http.client.HTTPSConnection("127.0.0.1", self.port, timeout=60, context=context)
        try:
            return self.ask("GET", "/readyz").status == 200 and self.ask("GET", "/api/v1/namespaces/default").is_done
        except (OSError, http.client.HTTPException):
            self.connection.close()
            return False

    def ask(self, method, path, body=None, form="application/json", **query):
        headers = {"Authorization": f"Bearer {self.token}", "Accept": "application/json", "Content-Type": form}
        body = json.dumps(body) if isinstance(body, dict) else body
        target = f"{path}?{urlencode(query)}" if query else path
        self.connection.request(method, target, body.encode() if body else None, headers)
        return Answer(self.connection.getresponse())

    def kind(self, item):
        """What the server says of an object's kind: its name in paths, and whether it is in a namespace."""
        version, kind = item["apiVersion"], item["kind"]
        if (version, kind) not in self.kinds:
            root = "/api/v1" if version == "v1" else f"/apis/{version}"
            for resource in self.ask("GET", root).body.get("resources", []):
                if "/" not in resource["name"]:
                    self.kinds[version, resource["kind"]] = root, resource["name"], resource["namespaced"]
        return self.kinds.get((version, kind))

    def path(self, item):
        """The object's own path; None where the server does not know the kind."""
        known = self.kind(item)
        if not known:
            return None
        root, plural, namespaced = known
        within = f"/namespaces/{item['metadata'].get('namespace', 'default')}" if namespaced else ""
        return f"{root}{within}/{plural}/{item['metadata']['name']}"

    def apply(self, item, text, by, dry_run=False):
        """Server-side apply, by force as the engines do it: in a conflict, Git wins."""
        query = {"fieldManager": by, "fieldValidation": "Strict", "force": "true"}
        return self.ask("PATCH", self.path(item), text, APPLY, **query, **({"dryRun": "All"} if dry_run else {}))

    def merge(self, item, change, by):
        return self.ask("PATCH", self.path(item), change, MERGE, fieldManager=by)

    def create(self, item, dry_run=False):
        path = os.path.dirname(self.path(item))
        return self.ask("POST", path, item, fieldValidation="Strict", **({"dryRun": "All"} if dry_run else {}))

    def get(self, item):
        return self.ask("GET", self.path(item))

    def write_kubeconfig(self, path):
        """For kubectl."""
        cluster = {"server": f"https://127.0.0.1:{self.port}", "certificate-authority": self.authority}
        config = {
            "apiVersion": "v1", "kind": "Config", "current-context": "test",
            "clusters": [{"name": "test", "cluster": cluster}],
            "users": [{"name": "test", "user": {"token": self.token}}],
            "contexts": [{"name": "test", "context": {"cluster": "test", "user": "test"}}],
        }
        with open(path, "w", encoding="utf-8", opener=lambda path, flags: os.open(path, flags, 0o600)) as file:
            yaml.safe_dump(config, file)
