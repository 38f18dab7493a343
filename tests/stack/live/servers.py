"""Starts real servers on loopback and ends exactly those."""
import json
import os
import shutil
import socket
import subprocess
import time
import urllib.error
import urllib.request


def free_port():
    """A port that the system says is free."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def find(*names):
    """The first of these programs that is installed: distributions name them differently."""
    return next((path for path in map(shutil.which, names) if path), None)


def fetch(url, data=None, timeout=10):
    """The JSON at an address; with `data`, posted there."""
    body = None if data is None else json.dumps(data).encode()
    request = urllib.request.Request(url, body, {"Content-Type": "application/json"} if body else {})
    with urllib.request.urlopen(request, timeout=timeout) as answer:
        text = answer.read().decode()
    return json.loads(text) if text.strip() else None


def wait_until(condition, seconds, what):
    """The first true value of `condition`, asked again and again; gives up loudly."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        found = condition()
        if found:
            return found
        time.sleep(0.2)
    raise TimeoutError(f"after {seconds} s still no {what}")


class Server:
    """One process of ours, its log, and its end."""

    def __init__(self, name, command, folder, address, ready="/-/ready"):
        self.name, self.url, self.log = name, f"http://{address}", os.path.join(folder, f"{name}.log")
        with open(self.log, "wb") as log:
            self.process = subprocess.Popen(command, stdout=log, stderr=subprocess.STDOUT, cwd=folder)
        try:
            wait_until(lambda: self.answers(ready), 30, f"answer of {name}")
        except BaseException:
            self.end()
            raise

    def answers(self, path):
        if self.process.poll() is not None:
            raise SystemExit(f"{self.name} ended at once:\n{self.output()}")
        try:
            with urllib.request.urlopen(self.url + path, timeout=2) as answer:
                return answer.status == 200
        except (urllib.error.URLError, OSError):
            return False

    def output(self):
        with open(self.log, encoding="utf-8", errors="replace") as log:
            return log.read()

    def end(self):
        self.process.terminate()
        try:
            self.process.wait(10)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.end()


def alertmanager(program, folder, external_url, port=None):
    """An Alertmanager on its own, without a mesh, with the configuration in `folder`."""
    address = f"127.0.0.1:{port or free_port()}"
    command = [program, f"--config.file={folder}/alertmanager.yaml", f"--storage.path={folder}/data", "--cluster.listen-address=",
               f"--web.listen-address={address}", f"--web.external-url={external_url}", "--web.route-prefix=/"]
    return Server("alertmanager", command, folder, address)


def prometheus(program, folder, port):
    """A Prometheus with the configuration in `folder`.

    It repeats alerts every second: what fires before it has found Alertmanager is lost, and would
    otherwise be said again only after a minute.
    """
    address = f"127.0.0.1:{port}"
    command = [program, f"--config.file={folder}/prometheus.yaml", f"--storage.tsdb.path={folder}/data",
               "--storage.tsdb.retention.size=1GB", "--rules.alert.resend-delay=1s", f"--web.listen-address={address}", "--web.external-url=http://prometheus.example", "--web.route-prefix=/"]
    return Server("prometheus", command, folder, address)


def node_exporter(program, folder, port):
    """A node-exporter that looks at this machine."""
    address = f"127.0.0.1:{port}"
    return Server("node-exporter", [program, f"--web.listen-address={address}"], folder, address, ready="/")
