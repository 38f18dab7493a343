"""The rendered stack, as files and as settings that loopback can satisfy.

Prometheus and Alertmanager get exactly the files that a cluster would get, but for what only a
cluster has: discovery becomes fixed targets (which carry the labels that discovery would have given
them, so that all relabelling runs), TLS and tokens go, and durations shrink to seconds.
"""
import os
import re
import subprocess
import tempfile

import yaml

HASH = re.compile(r"-[24-9bcdfghkmt]{10}$")  # kustomize writes hashes in these characters only


def build(builder, overlay, components):
    """The files of every ConfigMap of an overlay with components, by the name of the ConfigMap without its hash."""
    with tempfile.TemporaryDirectory() as folder:
        def beside(paths):
            return [os.path.relpath(path, os.path.realpath(folder)) for path in paths]
        write(folder, {"kustomization.yaml": yaml.safe_dump({"resources": beside([overlay]), "components": beside(components)})})
        return config_maps(builder, folder)


def config_maps(builder, folder):
    done = subprocess.run([*builder, folder], capture_output=True, text=True)
    if done.returncode:
        raise SystemExit(f"{' '.join(builder)} {folder} failed:\n{done.stderr}")
    maps = {}
    for item in yaml.load_all(done.stdout, Loader=yaml.CSafeLoader):
        if item["kind"] == "ConfigMap":
            maps[HASH.sub("", item["metadata"]["name"])] = item["data"]
    return maps


def files_of(maps, prefix):
    return {file: text for name, files in sorted(maps.items()) if name.startswith(prefix) for file, text in files.items()}


def write(folder, files):
    os.makedirs(folder, exist_ok=True)
    for name, text in files.items():
        with open(os.path.join(folder, name), "w", encoding="utf-8") as file:
            file.write(text)


def scrape_jobs(maps):
    """The jobs of the main file and of the files that it takes in; Debian's Prometheus knows only the first."""
    config = yaml.safe_load(maps["prometheus-config"]["prometheus.yaml"])
    jobs = config.pop("scrape_configs", [])
    config.pop("scrape_config_files", None)
    for text in files_of(maps, "prometheus-jobs").values():
        jobs += (yaml.safe_load(text) or {}).get("scrape_configs", [])
    return config, jobs


def on_loopback(job, targets):
    """A scrape job with fixed targets in the place of discovery. What limits and relabels stays."""
    for key in ("authorization", "tls_config", "kubernetes_sd_configs", "scrape_timeout", "scrape_interval"):
        job.pop(key, None)
    return {**job, "scheme": "http", "metrics_path": targets[0].get("path", job.get("metrics_path", "/metrics")),
            "static_configs": [{"targets": [target["address"]], "labels": target["labels"]} for target in targets]}


def prometheus_config(maps, targets, alertmanager, folder, external):
    """The configuration of Prometheus, written to `folder`; `targets` by job, every job needs some."""
    config, jobs = scrape_jobs(maps)
    config["global"].update(scrape_interval="2s", scrape_timeout="2s", evaluation_interval="1s", external_labels=external)
    config["rule_files"] = [os.path.join(folder, "rules/*.yaml")]
    config["scrape_configs"] = []
    for job in jobs:
        if not targets.get(job["job_name"]):
            raise SystemExit(f"tests/stack/targets.yaml has no target for the job {job['job_name']}")
        config["scrape_configs"].append(on_loopback(job, targets[job["job_name"]]))
    for sender in config["alerting"]["alertmanagers"]:
        sender.pop("kubernetes_sd_configs")
        sender["static_configs"] = [{"targets": [alertmanager], "labels": {
            "__meta_kubernetes_service_name": "alertmanager-headless", "__meta_kubernetes_endpointslice_port_name": "web"}}]
    write(folder, {"prometheus.yaml": yaml.safe_dump(config)})


def quick_rules(text):
    """A rule file whose alerts fire at once. Nothing else changes: expressions, labels and texts stay."""
    document = yaml.load(text, Loader=yaml.CSafeLoader)
    for group in document["groups"]:
        group.pop("interval", None)
        for rule in group["rules"]:
            if "for" in rule:
                rule["for"] = "1s"
            rule.pop("keep_firing_for", None)
    return yaml.safe_dump(document, width=10**6)


def alertmanager_config(maps, folder, ports, secrets, url_files=False):
    """The configuration of Alertmanager in `folder`, with its receivers on loopback.

    `secrets` are the files of the Secret. Debian's 0.25 has no url_file for webhooks, so the address
    is written where the file was named unless `url_files` says that the version can read it.
    """
    files = dict(maps["alertmanager-config"])
    text = files.pop("alertmanager.yaml").replace("/etc/alertmanager/config", folder)
    text = text.replace("/etc/alertmanager/secrets", os.path.join(folder, "secrets"))
    config = yaml.safe_load(text)
    config["global"].update(smtp_smarthost=f"127.0.0.1:{ports['smtp']}", smtp_require_tls=False)
    if "http" in ports:
        config["global"]["pagerduty_url"] = f"http://127.0.0.1:{ports['http']}/pagerduty/"
    for receiver in config["receivers"]:
        for hook in receiver.get("webhook_configs", []):
            if not url_files:
                hook["url"] = secrets[os.path.basename(hook.pop("url_file"))]
    write(os.path.join(folder, "secrets"), secrets)
    write(folder, files)
    return config


def in_seconds(config):
    """Groups wait for one second, nothing repeats, and business hours never end."""
    def quicken(route):
        route.update(group_wait="1s", group_interval="2s", repeat_interval="1h")
        for child in route.get("routes", []):
            quicken(child)
    quicken(config["route"])
    for interval in config["time_intervals"]:
        interval["time_intervals"] = [{"times": [{"start_time": "00:00", "end_time": "24:00"}]}]
    return config
