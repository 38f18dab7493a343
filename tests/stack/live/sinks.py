"""Where notifications arrive: one HTTP server for Slack and webhooks, one SMTP server for mail."""
import base64
import email
import email.policy
import json
import socketserver
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


class Sinks:
    """Both servers, and everything that they were sent, in order."""

    def __init__(self):
        self.requests, self.mails, self.logins = [], [], []
        self.http = ThreadingHTTPServer(("127.0.0.1", 0), http_handler(self.requests))
        self.smtp = SmtpServer(("127.0.0.1", 0), SmtpSession)
        self.smtp.mails, self.smtp.logins = self.mails, self.logins
        for server in (self.http, self.smtp):
            threading.Thread(target=server.serve_forever, args=(0.1,), daemon=True).start()

    @property
    def ports(self):
        return {"http": self.http.server_address[1], "smtp": self.smtp.server_address[1]}

    def posted(self, prefix):
        """The bodies that were posted below a path."""
        return [body for path, body in list(self.requests) if path.startswith(prefix)]

    def mailed(self, team):
        return [mail for mail in list(self.mails) if mail["To"].startswith(f"{team}-oncall@")]

    def clear(self):
        for kept in (self.requests, self.mails, self.logins):
            kept.clear()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        for server in (self.http, self.smtp):
            server.shutdown()
            server.server_close()


def http_handler(requests):
    class Handler(BaseHTTPRequestHandler):
        def do_POST(self):
            body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            requests.append((self.path, json.loads(body)))
            self.send_response(200)
            self.end_headers()
            self.wfile.write(b"ok")

        def log_message(self, *_):
            pass

    return Handler


class SmtpServer(socketserver.ThreadingTCPServer):
    daemon_threads = True
    allow_reuse_address = True


class SmtpSession(socketserver.StreamRequestHandler):
    """As much of SMTP as a client needs to log in and leave a mail (RFC 5321, RFC 4616)."""

    def say(self, text):
        self.wfile.write(text.encode() + b"\r\n")

    def handle(self):
        self.say("220 loopback ready")
        for line in self.rfile:
            word, _, rest = line.decode().strip().partition(" ")
            if not self.answer(word.upper(), rest):
                return

    def answer(self, word, rest):
        if word == "EHLO":
            self.say("250-loopback\r\n250 AUTH PLAIN")
        elif word == "AUTH":
            self.server.logins.append(base64.b64decode(rest.partition(" ")[2]).decode().split("\0"))
            self.say("235 welcome")
        elif word == "DATA":
            self.say("354 go on")
            self.server.mails.append(email.message_from_bytes(self.message(), policy=email.policy.default))
            self.say("250 taken")
        elif word == "QUIT":
            self.say("221 bye")
            return False
        else:
            self.say("250 fine")
        return True

    def message(self):
        lines = []
        for line in self.rfile:
            if line == b".\r\n":
                break
            lines.append(line[1:] if line.startswith(b"..") else line)
        return b"".join(lines)
