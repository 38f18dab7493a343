"""Loopback targets: recorded metrics, served as if the part that they came from ran."""
import contextlib
import os
import re
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import yaml

from . import servers

COUNTERS = {"counter", "histogram"}


class MetricsServer(ThreadingHTTPServer):
    request_queue_size = 128  # all targets of a Prometheus come at once


class Recorded:
    """Serves the files of a folder by their names. Counters grow by a fiftieth of what is written every second."""

    def __init__(self, folder):
        self.files = {name: read(os.path.join(folder, name)) for name in sorted(os.listdir(folder))}
        self.server = MetricsServer(("127.0.0.1", 0), self.handler())
        self.address = f"127.0.0.1:{self.server.server_address[1]}"
        threading.Thread(target=self.server.serve_forever, args=(0.1,), daemon=True).start()

    def handler(self):
        files, started = self.files, time.time()

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self):
                name = self.path.strip("/")
                self.send_response(200 if name in files else 404)
                self.send_header("Content-Type", "text/plain; version=0.0.4")
                self.end_headers()
                with contextlib.suppress(BrokenPipeError):  # a scrape that was given up
                    self.wfile.write(exposition(files.get(name, []), time.time(), started).encode())

            def log_message(self, *_):
                pass

        return Handler

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.server.shutdown()
        self.server.server_close()


def read(path):
    """The lines of a file of metrics: text, or series and value of what changes with time."""
    lines, kind = [], None
    with open(path, encoding="utf-8") as file:
        for line in file.read().splitlines():
            found = re.match(r"# TYPE \S+ (\w+)", line)
            kind = found.group(1) if found else kind
            series, _, value = line.rpartition(" ")
            if not line.startswith("#") and (kind in COUNTERS or value.startswith("NOW")):
                lines.append((series, value))
            else:
                lines.append((line, None))
    return lines


def exposition(lines, now, started):
    growth = 1 + (now - started) / 50
    answer = []
    for text, value in lines:
        if value is None:
            answer.append(text)
        elif value.startswith("NOW"):
            answer.append(f"{text} {now + float(value[3:] or 0)}")
        else:
            answer.append(f"{text} {float(value) * growth}")
    return "\n".join(answer) + "\n"


def of_jobs(table, recorded, running):
    """The targets of every job, for rendered.prometheus_config; `running` are the addresses of real servers."""
    with open(table, encoding="utf-8") as file:
        jobs = yaml.safe_load(file)
    return {job: [target(row, recorded, running) for row in rows] for job, rows in jobs.items()}


def target(row, recorded, running):
    if "real" in row:
        return {"address": running[row["real"]], "kept": True, "labels": {**row["labels"], "__metrics_path__": "/metrics"}}
    address = f"127.0.0.1:{servers.free_port()}" if row.get("dead") else recorded
    path = "/" + row.get("serve", "nothing")
    labels = {key: {"PORT": address.rpartition(":")[2], "PATH": path}.get(value, value) for key, value in row["labels"].items()}
    return {"address": address, "kept": not row.get("dropped"), "labels": {**labels, "__metrics_path__": path}}
