"""An etcd and a kube-apiserver on loopback, with certificates and a token of their own."""
import os
import secrets
import subprocess
import sys
from contextlib import ExitStack, contextmanager

from running import free_port, wait_for

from .client import Client

USER = "somebody"


@contextmanager
def process(name, command, folder):
    """A process of ours, its log in the folder, ended with the test."""
    log = os.path.join(folder, f"{name}.log")
    with open(log, "wb") as file:
        started = subprocess.Popen(command, stdout=file, stderr=subprocess.STDOUT, cwd=folder)
    try:
        yield started, log
    finally:
        started.terminate()
        try:
            started.wait(timeout=20)
        except subprocess.TimeoutExpired:
            started.kill()
            started.wait()


def wait_until_ready(what, started, log, condition):
    def ready():
        if started.poll() is not None:
            with open(log, encoding="utf-8", errors="replace") as file:
                sys.exit(f"{what} ended with {started.returncode}:\n{file.read()[-3000:]}")
        return condition()
    wait_for(f"{what} to be ready", ready, seconds=120)


def etcd_command(program, ports):
    client, peer = (f"http://127.0.0.1:{port}" for port in ports)
    return [program, "--data-dir=etcd", f"--listen-client-urls={client}", f"--advertise-client-urls={client}", f"--listen-peer-urls={peer}",
            f"--initial-advertise-peer-urls={peer}", f"--initial-cluster=default={peer}", "--unsafe-no-fsync"]


def api_server_command(program, port, etcd_port):
    """As a managed cluster runs it: rights by RBAC, admission as it comes, which is with PodSecurity.

    Nothing acts on the objects: there is no controller, no scheduler and no kubelet.
    """
    return [program, f"--etcd-servers=http://127.0.0.1:{etcd_port}", "--cert-dir=certificates", "--bind-address=127.0.0.1",
            f"--secure-port={port}", "--authorization-mode=Node,RBAC", "--token-auth-file=tokens.csv", "--allow-privileged=true",
            "--service-account-issuer=https://kubernetes.default.svc", "--service-account-key-file=accounts.key",
            "--service-account-signing-key-file=accounts.key", "--service-cluster-ip-range=10.0.0.0/16", "--endpoint-reconciler-type=none"]


def write_secrets(folder):
    """A key for the tokens of service accounts, and the token of somebody who may do anything."""
    done = subprocess.run(["openssl", "genrsa", "-out", os.path.join(folder, "accounts.key"), "2048"], capture_output=True, text=True)
    if done.returncode:
        sys.exit(f"openssl genrsa: {done.stderr}")
    token = secrets.token_hex(16)
    with open(os.path.join(folder, "tokens.csv"), "w", encoding="utf-8", opener=lambda path, flags: os.open(path, flags, 0o600)) as file:
        file.write(f'{token},{USER},{USER},"system:masters"\n')
    return token


@contextmanager
def api_server(program, etcd, folder):
    """A fresh cluster with nothing in it; how to reach it."""
    os.makedirs(folder)
    token = write_secrets(folder)
    with ExitStack() as started:
        ports = free_port(), free_port()
        started.enter_context(process("etcd", etcd_command(etcd, ports), folder))
        port = free_port()
        running, log = started.enter_context(process("kube-apiserver", api_server_command(program, port, ports[0]), folder))
        client = Client(port, os.path.join(folder, "certificates", "apiserver.crt"), token)
        wait_until_ready("kube-apiserver", running, log, lambda: client.is_ready())
        yield client
