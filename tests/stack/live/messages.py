"""Notifications as a real Alertmanager renders them, compared with the texts in tests/stack/messages.

cases.yaml there holds alerts; every case is posted, and what arrives by Slack, mail and webhook is
compared with CASE.slack.txt, CASE.mail.txt, CASE.mail.html and CASE.webhook.json. Secrets are long
random-looking words in the files of the Secret: none may turn up in a message, a log or the API.
"""
import json
import os
import re
from datetime import datetime, timezone

import yaml

from . import rendered, servers

EXTERNAL = "http://alertmanager.example"
TEAMS = ("dev", "devops", "infra")
TIME = re.compile(r"\b2\d{3}-\d\d-\d\d \d\d:\d\d:\d\d\b")


def secrets(port):
    """The files of the Secret alertmanager-receivers, each with a word of its own."""
    found = {"smtp-password": "word-of-smtp-password", "heartbeat-url": f"http://127.0.0.1:{port}/heartbeat/word-of-heartbeat"}
    for team in TEAMS:
        for kind in ("slack", "webhook"):
            found[f"{team}-{kind}-url"] = f"http://127.0.0.1:{port}/{kind}/{team}/word-of-{team}-{kind}"
    return found


def words(files):
    return [text.rpartition("/")[2] for text in files.values()]


class Messages:
    def __init__(self, folder, expected, accept, problem):
        self.folder, self.expected, self.accept, self.problem = folder, expected, accept, problem
        self.compared = 0

    def check(self, maps, program, url_files, sinks):
        """Posts every case and compares what arrives."""
        files = secrets(sinks.ports["http"])
        config = rendered.in_seconds(rendered.alertmanager_config(maps, self.folder, sinks.ports, files, url_files))
        rendered.write(self.folder, {"alertmanager.yaml": yaml.safe_dump(config)})
        with open(os.path.join(self.expected, "cases.yaml"), encoding="utf-8") as file:
            cases = yaml.safe_load(file)
        with servers.alertmanager(program, self.folder, EXTERNAL) as server:
            for name, case in cases.items():
                self.check_case(server, sinks, name, case)
            status = json.dumps(servers.fetch(server.url + "/api/v2/status"))
            self.check_secrets("the log of Alertmanager", server.output(), files)
            # Debian's version holds the webhooks' addresses in its configuration, see rendered.py.
            shown = {key: text for key, text in files.items() if url_files or "slack" in key or "smtp" in key}
            self.check_secrets("the API of Alertmanager", status, shown)
        self.check_secrets("a message", self.everything(sinks), files)
        if not sinks.logins or any(login[2] != files["smtp-password"] for login in sinks.logins):
            self.problem("mail", "Alertmanager did not log in with the password of its file")
        self.check_leftovers(cases)
        return self.compared

    def check_secrets(self, where, text, files):
        for word in words(files):
            if word in text:
                self.problem(where, f"shows the secret {word}")

    @staticmethod
    def everything(sinks):
        mails = [part.get_content() for mail in sinks.mails for part in mail.walk() if not part.is_multipart()]
        headers = [value for mail in sinks.mails for value in mail.values()]
        return "\n".join([json.dumps(body) for _, body in sinks.requests] + mails + headers)

    def check_case(self, server, sinks, name, case):
        team, before = case["team"], len(sinks.posted(f"/webhook/{case['team']}/"))
        for step, alerts in enumerate(case["steps"], 1):
            servers.fetch(server.url + "/api/v2/alerts", [alert for row in alerts for alert in expand(row)])
            arrived = f"message {step} of {name}"
            for what, messages in (("webhook", lambda: sinks.posted(f"/webhook/{team}/")), ("slack", lambda: sinks.posted(f"/slack/{team}/")),
                                   ("mail", lambda: sinks.mailed(team))):
                servers.wait_until(lambda: len(messages()) >= before + step, 20, f"{what} for {arrived}")
        self.compare(f"{name}.slack.txt", slack_text(sinks.posted(f"/slack/{team}/")[-1]))
        mail = sinks.mailed(team)[-1]
        self.compare(f"{name}.mail.txt", mail_text(mail))
        self.compare(f"{name}.mail.html", mail.get_body(("html",)).get_content())
        self.compare(f"{name}.webhook.json", webhook_text(sinks.posted(f"/webhook/{team}/")[-1]))

    def compare(self, name, text):
        path = os.path.join(self.expected, name)
        text = TIME.sub("TIME", text.replace("\r\n", "\n").rstrip("\n") + "\n")
        self.compared += 1
        if self.accept:
            rendered.write(self.expected, {name: text})
        elif not os.path.exists(path):
            self.problem(name, "is not there; --accept writes it")
        else:
            with open(path, encoding="utf-8") as file:
                expected = file.read()
            if expected != text:
                self.problem(name, f"differs:\n--- expected\n{expected}--- got\n{text}")

    def check_leftovers(self, cases):
        kinds = (".slack.txt", ".mail.txt", ".mail.html", ".webhook.json")
        known = {name + kind for name in cases for kind in kinds} | {"cases.yaml", "one-pod.pagerduty.json", "one-pod.teams.json"}
        for name in sorted(set(os.listdir(self.expected)) - known):
            self.problem(f"tests/stack/messages/{name}", "belongs to no case")


def expand(row):
    """One alert, or `count` of them: in every text % becomes the number.

    It began just now: of an alert that is older than group_wait, Alertmanager tells at once, and does
    not wait for the rest of its group.
    """
    now = datetime.now(timezone.utc).isoformat()
    for number in range(row["count"]) if "count" in row else [None]:
        def numbered(texts):
            return {key: text if number is None else text.replace("%", f"{number:02}") for key, text in texts.items()}
        yield {"labels": numbered(row["labels"]), "annotations": numbered(row["annotations"]), "generatorURL": row["generatorURL"],
               **({"endsAt": now} if row.get("resolved") else {"startsAt": now, "endsAt": "2099-01-01T00:00:00Z"})}


def slack_text(body):
    part = body["attachments"][0]
    return (f"channel: {body['channel']}\ncolor: {part['color']}\ntitle: {part['title']}\nlink: {part['title_link']}\n"
            f"fallback: {part['fallback']}\n\n{part['text']}")


def mail_text(mail):
    plain = mail.get_body(("plain",)).get_content()
    return f"From: {mail['From']}\nTo: {mail['To']}\nSubject: {mail['Subject']}\n\n{plain}"


def webhook_text(body):
    """What a receiver can build upon; fingerprints and versions of the format are Alertmanager's own."""
    kept = {key: body[key] for key in ("receiver", "status", "groupLabels", "commonLabels", "externalURL", "truncatedAlerts")}
    kept["alerts"] = [{key: alert[key] for key in ("status", "labels", "annotations")} for alert in body["alerts"][:2]]
    kept["alerts in all"] = len(body["alerts"])
    return json.dumps(kept, indent=2, sort_keys=True)
