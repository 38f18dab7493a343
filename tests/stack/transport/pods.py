"""What a pod finds at /etc/certificates, laid out in a folder, and the flags that lead there."""
import os
import ssl
import urllib.error
import urllib.request

MOUNT = "/etc/certificates"


class Pod:
    """The mounted certificates of one workload of the render."""

    def __init__(self, objects, kind, name, secrets, folder):
        workload = next(item for item in objects if item["kind"] == kind and item["metadata"]["name"] == name)
        self.namespace, spec = workload["metadata"]["namespace"], workload["spec"]
        spec = (spec["jobTemplate"]["spec"] if kind == "CronJob" else spec)["template"]["spec"]
        self.container = spec["containers"][0]
        self.folder = os.path.join(folder, name)
        os.makedirs(self.folder)
        volume = next(volume for volume in spec["volumes"] if volume["name"] == "certificates")
        for source in volume["projected"]["sources"]:
            if "secret" in source:
                self.secret = source["secret"]["name"]
                secrets.mount(self.namespace, self.secret, self.folder)
            else:
                maps = [item for item in objects if item["kind"] == "ConfigMap" and item["metadata"]["name"] == source["configMap"]["name"]
                        and item["metadata"]["namespace"] == self.namespace]
                for file, text in maps[0]["data"].items():
                    self.write(file, text)

    def write(self, file, text):
        with open(os.path.join(self.folder, file), "w", encoding="utf-8") as target:
            target.write(self.here(text))

    def here(self, text):
        return text.replace(MOUNT, self.folder)

    def flags(self):
        """The arguments of the container that name a mounted file."""
        return [self.here(argument) for argument in self.container.get("args", []) if MOUNT in argument]

    def probe(self, kind, program, address):
        """The command of a probe, with the program of this machine and the port of this run."""
        command = [self.here(word) for word in self.container[kind]["exec"]["command"]]
        return [program, *(f"{word.split('=')[0]}={address}" if "=https://localhost:" in word else word for word in command[1:])]

    def context(self, certificate=True):
        """How this pod would ask others; without its certificate if told so."""
        context = ssl.create_default_context(cafile=os.path.join(self.folder, "ca.crt"))
        context.check_hostname = False  # by address, as discovery has it; names are for the servers under test to check
        if certificate:
            context.load_cert_chain(os.path.join(self.folder, "tls.crt"), os.path.join(self.folder, "tls.key"))
        return context


class Secrets:
    """Every Secret that a rendered Certificate would make."""

    def __init__(self, objects, authority):
        self.authority, self.mounts = authority, {}
        self.specs = {(item["metadata"]["namespace"], item["spec"]["secretName"]): item["spec"]
                      for item in objects if item["kind"] == "Certificate" and item["spec"]["issuerRef"]["name"] == "monitoring-internal"}

    def mount(self, namespace, name, folder):
        if (namespace, name) not in self.specs:
            raise SystemExit(f"Secret {namespace}/{name} is mounted, and no Certificate makes it")
        self.mounts.setdefault((namespace, name), []).append(folder)
        self.authority.issue(self.specs[(namespace, name)], folder)

    def renew(self, namespace, name):
        for folder in self.mounts[(namespace, name)]:
            self.authority.issue(self.specs[(namespace, name)], folder)


def ask(url, context=None, data=None, timeout=10):
    """The status and the text of an answer; a refusal while shaking hands is no status."""
    request = urllib.request.Request(url, data, {"Content-Type": "application/json"} if data else {})
    try:
        with urllib.request.urlopen(request, timeout=timeout, context=context) as answer:
            return answer.status, answer.read().decode()
    except urllib.error.HTTPError as error:
        return error.code, error.read().decode(errors="replace")
    except (urllib.error.URLError, OSError) as error:
        return None, str(error)
