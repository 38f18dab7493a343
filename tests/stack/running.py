"""Renders the stack with components and starts real servers for the tests of this folder that need them."""
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from contextlib import contextmanager

import yaml

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


def need(*tools):
    """Skips the test, loudly, where a tool is missing; .ci/run lets nothing skip."""
    missing = [tool for tool in tools if not shutil.which(tool)]
    if missing:
        print(f"skipped: {', '.join(missing)} not found", file=sys.stderr)
        sys.exit(1 if os.environ.get("STACKGEN_REQUIRE_TOOLS") else 0)


def build(overlay, components, builder=("kubectl", "kustomize"), files=None, own=None):
    """The stream of an overlay with components on top; `files` lie beside it, and `own` is more of its kustomization."""
    with tempfile.TemporaryDirectory() as folder:
        def relative(path):
            return os.path.relpath(os.path.join(ROOT, path), os.path.realpath(folder))
        kustomization = {
            "apiVersion": "kustomize.config.k8s.io/v1beta1",
            "kind": "Kustomization",
            "resources": [relative(f"overlays/{overlay}")],
            "components": [relative(f"components/{name}") for name in components],
        }
        with open(os.path.join(folder, "kustomization.yaml"), "w", encoding="utf-8") as file:
            yaml.safe_dump(merged(kustomization, own or {}), file)
        for name, text in (files or {}).items():
            with open(os.path.join(folder, name), "w", encoding="utf-8") as file:
                file.write(text)
        done = subprocess.run([*builder, folder], capture_output=True, text=True)
    if done.returncode:
        sys.exit(f"overlays/{overlay} with {', '.join(components)} does not build:\n{done.stderr}")
    return done.stdout


def merged(kustomization, own):
    return {key: [*kustomization.get(key, []), *own[key]] if key in own else value for key, value in {**own, **kustomization}.items()}


def render(overlay, components, builder=("kubectl", "kustomize"), files=None, own=None):
    """The objects of an overlay with components on top."""
    return list(yaml.load_all(build(overlay, components, builder, files, own), Loader=LOADER))


def one(objects, kind, name):
    found = [item for item in objects if item["kind"] == kind and item["metadata"]["name"] == name]
    if len(found) != 1:
        sys.exit(f"{kind} {name}: found {len(found)}, expected 1")
    return found[0]


def free_port():
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]


def get(url):
    with urllib.request.urlopen(url, timeout=10) as answer:
        return answer.read().decode()


def wait_for(what, condition, seconds=60):
    """The first true value of a condition that may fail to connect in the beginning."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        try:
            value = condition()
            if value:
                return value
        except (OSError, urllib.error.URLError):
            pass
        time.sleep(0.2)
    sys.exit(f"waited {seconds} s in vain for: {what}")


@contextmanager
def prometheus(folder, config, flags=(), environment=None):
    """A running Prometheus with this configuration; its address. Debian's, which knows no auto-reload."""
    os.makedirs(folder, exist_ok=True)
    path, port = os.path.join(folder, "prometheus.yaml"), free_port()
    with open(path, "w", encoding="utf-8") as file:
        yaml.safe_dump(config, file, sort_keys=False)
    command = ["prometheus", f"--config.file={path}", f"--storage.tsdb.path={os.path.join(folder, 'data')}",
               f"--web.listen-address=127.0.0.1:{port}", "--enable-feature=expand-external-labels", *flags]
    with open(os.path.join(folder, "log"), "w+", encoding="utf-8") as log:
        process = subprocess.Popen(command, stdout=log, stderr=log, env={**os.environ, **(environment or {})})
        try:
            def ready():
                if process.poll() is not None:
                    log.seek(0)
                    sys.exit(f"prometheus ended with {process.returncode}:\n{log.read()[-3000:]}")
                return get(f"http://127.0.0.1:{port}/-/ready")
            wait_for("prometheus to be ready", ready)
            yield f"http://127.0.0.1:{port}"
        finally:
            process.terminate()
            try:
                process.wait(timeout=20)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
