"""Who hears how, when components take integrations away and add others: asked of a running Alertmanager."""
import json
import os
import time

import yaml

from . import messages, rendered, servers

# Each team has lost another way, and all have PagerDuty.
COMPONENTS = ("receivers-pagerduty", "no-slack/dev", "no-email/infra", "no-webhook/devops")
HEARD = {"dev": {"mail", "webhook", "pagerduty"}, "infra": {"slack", "webhook", "pagerduty"}, "devops": {"slack", "mail", "pagerduty"}}
TEAMS_VERSION = (0, 28)  # the first Alertmanager that can post to Microsoft Teams; Debian's is older


class Receivers:
    def __init__(self, folder, expected, accept, problem):
        self.folder, self.expected, self.accept, self.problem = folder, expected, accept, problem

    def check(self, build, program, version, url_files, sinks):
        """`build` renders with components; posts one alert to each team, ends it, and looks who was told."""
        with_teams = version >= TEAMS_VERSION
        heard = {team: kinds | ({"teams"} if with_teams else set()) for team, kinds in HEARD.items()}
        files = {**messages.secrets(sinks.ports["http"]), **secrets(sinks.ports["http"])}
        maps = build([*COMPONENTS, *(["receivers-teams"] if with_teams else [])])
        config = rendered.in_seconds(rendered.alertmanager_config(maps, self.folder, sinks.ports, files, url_files))
        rendered.write(self.folder, {"alertmanager.yaml": yaml.safe_dump(config)})
        with open(os.path.join(self.expected, "cases.yaml"), encoding="utf-8") as file:
            case = yaml.safe_load(file)["one-pod"]
        with servers.alertmanager(program, self.folder, messages.EXTERNAL) as server:
            for resolved in (False, True):
                servers.fetch(server.url + "/api/v2/alerts", [alert for team in heard for alert in of_team(case["steps"][0][0], team, resolved)])
                count = 2 if resolved else 1
                self.wait(lambda count=count: all(len(posts) >= count for posts in self.arrived(sinks, heard).values()), sinks, heard)
            time.sleep(2)  # what nobody should get would be there by now
        self.compare_ways(sinks, heard)
        self.compare(sinks, with_teams)
        return sum(map(len, heard.values()))

    @staticmethod
    def arrived(sinks, heard):
        """Team and way to what came there."""
        ways = {"slack": lambda team: sinks.posted(f"/slack/{team}/"), "webhook": lambda team: sinks.posted(f"/webhook/{team}/"), "mail": sinks.mailed,
                "pagerduty": lambda team: [body for body in sinks.posted("/pagerduty/") if body["routing_key"] == f"word-of-{team}-pagerduty"],
                "teams": lambda team: sinks.posted(f"/teams/{team}/")}
        return {(team, way): ways[way](team) for team, names in heard.items() for way in names}

    def wait(self, condition, sinks, heard):
        try:
            servers.wait_until(condition, 20, "all messages")
        except TimeoutError:
            for (team, way), posts in sorted(self.arrived(sinks, heard).items()):
                if not posts:
                    self.problem("receivers", f"team {team} hears nothing by {way}")

    def compare_ways(self, sinks, heard):
        every = {way for names in heard.values() for way in names}
        silent = {team: every - names for team, names in heard.items()}
        for (team, way), posts in sorted(self.arrived(sinks, silent).items()):
            if posts:
                self.problem("receivers", f"team {team} hears by {way}, which a component took away")

    def compare(self, sinks, with_teams):
        incidents = [body for body in sinks.posted("/pagerduty/") if body["routing_key"] == "word-of-dev-pagerduty"]
        if [body["event_action"] for body in incidents] != ["trigger", "resolve"] or len({body["dedup_key"] for body in incidents}) != 1:
            self.problem("receivers", f"PagerDuty gets {[body['event_action'] for body in incidents]}, expected one incident that begins and ends")
        details = incidents[0]["payload"]["custom_details"]  # numbers in newer versions, text in older ones
        incidents[0]["payload"]["custom_details"] = {key: str(value) for key, value in details.items()}
        self.expect("one-pod.pagerduty.json", {key: incidents[0].get(key) for key in ("event_action", "client", "client_url", "links", "payload")})
        if with_teams:
            card = sinks.posted("/teams/dev/")[0]["attachments"][0]["content"]["body"]
            self.expect("one-pod.teams.json", [block["text"].split("\n") for block in card])

    def expect(self, name, value):
        path = os.path.join(self.expected, name)
        text = messages.TIME.sub("TIME", json.dumps(value, indent=2, sort_keys=True)) + "\n"
        if self.accept:
            rendered.write(self.expected, {name: text})
        elif not os.path.exists(path):
            self.problem(name, "is not there; --accept writes it")
        else:
            with open(path, encoding="utf-8") as file:
                expected = file.read()
            if expected != text:
                self.problem(name, f"differs:\n--- expected\n{expected}--- got\n{text}")


def secrets(port):
    """The files that the components want besides."""
    keys = {f"{team}-pagerduty-key": f"word-of-{team}-pagerduty" for team in messages.TEAMS}
    return {**keys, **{f"{team}-teams-url": f"http://127.0.0.1:{port}/teams/{team}/word-of-{team}-teams" for team in messages.TEAMS}}


def of_team(row, team, resolved):
    return messages.expand({**row, "labels": {**row["labels"], "team": team}, "resolved": resolved})
