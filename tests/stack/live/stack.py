"""The rendered stack on loopback: Prometheus, Alertmanager and node-exporter run, the rest is recorded.

Three things are wrong in what was recorded: a pod crashes, a filesystem is full, a target is down.
Each team has to hear of its own by Slack, mail and webhook, with the cause and the steps.
"""
import contextlib
import os
import urllib.parse

import yaml

from . import messages, rendered, servers, targets

EXTERNAL = {"cluster": "loopback", "cloud": "none", "region": "none", "replica": "prometheus-0"}


class Stack:
    """The running servers; a context manager that ends them."""

    def __init__(self, maps, given, folder, metrics, table, sinks):
        self.rules = rendered.files_of(maps, "prometheus-rules-")
        with contextlib.ExitStack() as running:
            recorded = running.enter_context(targets.Recorded(metrics))
            ports = {name: servers.free_port() for name in ("prometheus", "alertmanager", "node-exporter")}
            addresses = {name: f"127.0.0.1:{port}" for name, port in ports.items()}
            self.exporter = running.enter_context(servers.node_exporter(given.node_exporter, folder, ports["node-exporter"]))
            self.write_alertmanager(maps, os.path.join(folder, "alertmanager"), sinks)
            self.alertmanager = running.enter_context(
                servers.alertmanager(given.alertmanager, os.path.join(folder, "alertmanager"), messages.EXTERNAL, ports["alertmanager"]))
            self.write_prometheus(maps, os.path.join(folder, "prometheus"), targets.of_jobs(table, recorded.address, addresses), addresses)
            self.prometheus = running.enter_context(servers.prometheus(given.prometheus, os.path.join(folder, "prometheus"), ports["prometheus"]))
            self.running = running.pop_all()

    @staticmethod
    def write_alertmanager(maps, folder, sinks):
        secrets = messages.secrets(sinks.ports["http"])
        config = rendered.in_seconds(rendered.alertmanager_config(maps, folder, sinks.ports, secrets))
        rendered.write(folder, {"alertmanager.yaml": yaml.safe_dump(config)})

    def write_prometheus(self, maps, folder, jobs, addresses):
        self.kept = sum(target["kept"] for rows in jobs.values() for target in rows)
        rendered.prometheus_config(maps, jobs, addresses["alertmanager"], folder, EXTERNAL)
        rendered.write(os.path.join(folder, "rules"), {name: rendered.quick_rules(text) for name, text in self.rules.items()})

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.running.close()

    def query(self, path, **parameters):
        return servers.fetch(f"{self.prometheus.url}/api/v1/{path}?{urllib.parse.urlencode(parameters)}")["data"]

    def check_targets(self, problem):
        """Every target is scraped, but the one that is down; what relabelling drops is none."""
        def wrong():
            found = self.query("targets", state="active")["activeTargets"]
            return [f"{name_of(target)} is {target['health']}: {target['lastError']}" for target in found
                    if target["health"] != ("down" if name_of(target) == "pods web-7d9c8-b" else "up")] + (
                    [f"there are {len(found)}, expected {self.kept}"] if len(found) != self.kept else [])
        with contextlib.suppress(TimeoutError):
            servers.wait_until(lambda: not wrong(), 30, "scrape of every target")
        for text in wrong():
            problem("targets", text)
        return self.kept

    def check_rules(self, problem):
        """Every rule of every file is there and was evaluated without an error."""
        expected = sum(len(group["rules"]) for text in self.rules.values() for group in yaml.load(text, yaml.CSafeLoader)["groups"])
        def evaluated():
            rules = [rule for group in self.query("rules")["groups"] for rule in group["rules"]]
            return rules if all(rule["health"] != "unknown" for rule in rules) else None
        rules = servers.wait_until(evaluated, 40, "evaluation of every rule")
        if len(rules) != expected:
            problem("rules", f"Prometheus loaded {len(rules)} rules, {expected} are rendered")
        for rule in rules:
            if rule["health"] != "ok":
                problem("rules", f"{rule['name']}: {rule['lastError']}")
        return len(rules)

    def firing(self):
        """Name and severity of what fires, but for the node n1: that is this machine, in whatever state it is."""
        alerts = [alert["labels"] for alert in self.query("alerts")["alerts"] if alert["state"] == "firing"]
        return {(labels["alertname"], labels["severity"]) for labels in alerts if (labels.get("node"), labels["team"]) != ("n1", "infra")}

    def check_quiet(self, expected, problem):
        """Nothing fires but what the records give reason for."""
        wanted = {tuple(name.split("/")) for name in expected}
        with contextlib.suppress(TimeoutError):
            servers.wait_until(lambda: self.firing() == wanted, 40, f"firing of {sorted(wanted)} alone")
        firing = self.firing()
        for name, severity in sorted(wanted - firing):
            problem("alerts", f"{name} ({severity}) does not fire")
        for name, severity in sorted(firing - wanted):
            problem("alerts", f"{name} ({severity}) fires although nothing is wrong with what it watches")

    def check_messages(self, expected, sinks, problem):
        """Every team got its message everywhere, with cause, steps and links."""
        for team, wanted in expected.items():
            for channel, arrived in ((f"{team} Slack", lambda: [messages.slack_text(body) for body in sinks.posted(f"/slack/{team}/")]),
                                     (f"{team} mail", lambda: [messages.mail_text(mail) for mail in sinks.mailed(team)])):
                try:
                    servers.wait_until(lambda: any(all(part in text for part in wanted) for text in arrived()), 30, channel)
                except TimeoutError:
                    problem(channel, f"no message with {wanted}; got:\n" + "\n---\n".join(arrived()))
            hooks = sinks.posted(f"/webhook/{team}/")
            if not hooks or any(alert["labels"].get("team") != team for body in hooks for alert in body["alerts"]):
                problem(f"{team} webhook", "got nothing, or alerts of another team")
            if any("replica" in alert["labels"] for body in hooks for alert in body["alerts"]):
                problem(f"{team} webhook", "an alert says which replica of Prometheus sent it")
        servers.wait_until(lambda: sinks.posted("/heartbeat/"), 30, "heartbeat")

    def check_muted(self, muted, problem):
        held = servers.fetch(self.alertmanager.url + "/api/v2/alerts")
        quiet = {f"{alert['labels']['alertname']}/{alert['labels']['severity']}" for alert in held if alert["status"]["inhibitedBy"]}
        for name in sorted(set(muted) - quiet):
            problem("alerts", f"{name} is heard although a worse alert says the same")


def name_of(target):
    return f"{target['labels']['job']} {target['labels'].get('pod', '')}".strip()
