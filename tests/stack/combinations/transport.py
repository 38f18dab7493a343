"""Whoever asks a part of the stack speaks as that part listens: plain, by TLS, or by TLS with a certificate of its own."""
import re
from collections import namedtuple

import yaml

from .stack import identity, selects

Listener = namedtuple("Listener", "scheme wants_certificate names at")
WEB_FLAGS = re.compile(r"--(?:web\.config\.file|tls-config|http\.config)=(\S+)")
ADDRESS = re.compile(r"(https?)://([a-z0-9.-]+):(\d+)")


def check(where, stack, problem):
    for name, config in configurations(stack):
        at = f"{where}: {name}"
        for sender in config.get("alerting", {}).get("alertmanagers", []):
            asks(at, "alerting", sender, stack, problem)
        for job in config["scrape_configs"]:
            asks(at, f"job {job['job_name']}", job, stack, problem)
    data_sources(where, stack, problem)
    for pod in stack.pods:
        arguments(f"{where}: {pod.id}", pod, stack, problem)
        probes(f"{where}: {pod.id}", pod, stack, problem)
        secrets(f"{where}: {pod.id}", pod, stack, problem)


def configurations(stack):
    for item in stack.of("ConfigMap"):
        if item["metadata"].get("labels", {}).get("monitoring-configuration") == "prometheus":
            yield item["metadata"]["name"], yaml.safe_load(item["data"]["prometheus.yaml"])


def files(pod, container, stack):
    """Path to text of what ConfigMaps bring into a container; a Secret's files have no text."""
    found = {}
    volumes = {volume["name"]: volume for volume in pod.spec.get("volumes", [])}
    for mount in container.get("volumeMounts", []):
        volume = volumes.get(mount["name"], {})
        for source in [volume, *volume.get("projected", {}).get("sources", [])]:
            item = stack.find("ConfigMap", pod.namespace, source["configMap"]["name"]) if "configMap" in source else None
            for name, text in (item or {}).get("data", {}).items():
                found[f"{mount['mountPath']}/{name}"] = text
            if "secret" in source:
                secret = source["secret"].get("name") or source["secret"].get("secretName")
                found.update({f"{mount['mountPath']}/{name}": (pod.namespace, secret) for name in ("ca.crt", "tls.crt", "tls.key")})
    return found


def listener(pod, container, stack):
    """How a container's web port is spoken to."""
    mounted = files(pod, container, stack)
    environment = {item["name"]: item.get("value", "") for item in container.get("env", [])}
    settings = next((mounted.get(match.group(1)) for match in map(WEB_FLAGS.match, container.get("args", [])) if match), None)
    if settings:
        server = yaml.safe_load(settings)["tls_server_config"]
        certificate, wants = server["cert_file"], server.get("client_auth_type") == "RequireAndVerifyClientCert"
    elif environment.get("GF_SERVER_PROTOCOL") == "https":
        certificate, wants = environment["GF_SERVER_CERT_FILE"], False
    else:
        return Listener("http", False, set(), pod.id)
    return Listener("https", wants, names_of(mounted.get(certificate), stack), pod.id)


def names_of(secret, stack):
    return {name for item in stack.of("Certificate") if (item["metadata"]["namespace"], item["spec"]["secretName"]) == secret
            for name in item["spec"]["dnsNames"]}


def behind(service, port, stack):
    """The listeners behind a port of a Service, given by name or number."""
    for item in stack.of("Service"):
        if item["metadata"]["name"] != service:
            continue
        for entry in item["spec"]["ports"]:
            if port not in (entry["name"], entry["port"]):
                continue
            for pod in stack.pods:
                if pod.namespace != item["metadata"]["namespace"] or not selects({"matchLabels": item["spec"]["selector"]}, pod.labels):
                    continue
                for container in pod.containers:
                    if any(entry["targetPort"] in (own["name"], own["containerPort"]) for own in container.get("ports", [])):
                        yield listener(pod, container, stack)


def asks(at, what, job, stack, problem):
    """A scrape job, or a way to Alertmanager, that finds its targets behind a Service."""
    kept = [rule["regex"] for rule in job.get("relabel_configs", []) if rule.get("action") == "keep" and ";" in str(rule.get("regex"))]
    own = job.get("tls_config", {})
    for service, _, port in (regex.partition(";") for regex in kept):
        for found in behind(service, port, stack):
            agree(f"{at}: {what}", found, job.get("scheme", "http"), own.get("server_name"), bool(own.get("cert_file")), problem)


def is_named(name, names):
    return name in names or any(own.startswith("*.") and (name or "").partition(".")[2] == own[2:] for own in names)


def agree(at, found, scheme, name, shows, problem):
    if scheme != found.scheme:
        problem(at, f"asks {found.at} by {scheme}, which listens for {found.scheme}")
    elif scheme == "https" and not is_named(name, found.names):
        problem(at, f"expects {name} of {found.at}, whose certificate has the names {', '.join(sorted(found.names))}")
    elif found.wants_certificate and not shows:
        problem(at, f"shows no certificate to {found.at}, which asks for one")


def data_sources(where, stack, problem):
    for item in stack.of("ConfigMap"):
        if not item["metadata"]["name"].startswith("grafana-datasources"):
            continue
        for file, text in item["data"].items():
            for source in yaml.safe_load(text)["datasources"]:
                scheme, host, port = ADDRESS.match(source["url"]).groups()
                settings, secret = source["jsonData"], source.get("secureJsonData", {})
                shows = bool(settings.get("tlsAuth") and "tlsClientCert" in secret and "tlsClientKey" in secret)
                found = list(behind(host.split(".")[0], int(port), stack))
                for one in found:
                    agree(f"{where}: {file}", one, scheme, settings.get("serverName"), shows, problem)
                if not found or (scheme == "https") != ("tlsCACert" in secret):
                    problem(f"{where}: {file}", "leads to no pod" if not found else "checks no certificate, or that of nobody")


def arguments(at, pod, stack, problem):
    """Addresses of parts in arguments and in the environment; a loopback address is that of the pod's first container."""
    for container in pod.containers:
        texts = container.get("args", []) + [item.get("value", "") for item in container.get("env", [])
                                             if item["name"] not in ("EXTERNAL_URL", "GF_SERVER_ROOT_URL")]
        for scheme, host, port in (match.groups() for text in texts for match in ADDRESS.finditer(text)):
            if host == "127.0.0.1":
                found = [listener(pod, pod.containers[0], stack)]
            else:
                labels = host.removesuffix(".monitoring.svc").split(".")
                found = list(behind(labels[-1], int(port), stack))
            for one in found:
                if scheme == one.scheme == "https" and host != "127.0.0.1" and not is_named(host, one.names):
                    problem(f"{at}: {container['name']}", f"asks for {host}, which is no name of {', '.join(sorted(one.names))}")
                if one.scheme != scheme:
                    problem(f"{at}: {container['name']}", f"asks {host}:{port} by {scheme}, which listens for {one.scheme}")


def probes(at, pod, stack, problem):
    """The kubelet has no certificate, and does not look at that of others."""
    for container in pod.containers:
        own = listener(pod, container, stack)
        for kind in ("startupProbe", "readinessProbe", "livenessProbe"):
            http = container.get(kind, {}).get("httpGet")
            if http and (http.get("scheme", "HTTP").lower() != own.scheme or own.wants_certificate):
                problem(f"{at}: {container['name']}", f"{kind} asks by {http.get('scheme', 'HTTP')}, the container listens for {own.scheme}"
                        + (" and wants a certificate" if own.wants_certificate else ""))


def secrets(at, pod, stack, problem):
    """A pod may wait for a Secret only if something in the same render makes it."""
    made = {(item["metadata"]["namespace"], item["spec"]["secretName"]) for item in stack.of("Certificate")}
    for volume in pod.spec.get("volumes", []):
        for source in [volume, *volume.get("projected", {}).get("sources", [])]:
            secret = source.get("secret")
            name = secret and (secret.get("name") or secret.get("secretName"))
            if secret and not secret.get("optional") and (pod.namespace, name) not in made:
                problem(at, f"waits for the Secret {name}, which nothing makes")
    for item in stack.of("Certificate"):
        if item["metadata"]["namespace"] == "monitoring-node" and not stack.find("Namespace", "-", "monitoring-node"):
            problem(identity(item), "is in a namespace that is not rendered")
