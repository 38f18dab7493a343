"""Who mutes whom, asked of a running Alertmanager: the rows `inhibitions` of tests/stack/routes.yaml."""
import os
import re

import yaml

from . import messages, rendered, servers


def check(maps, program, folder, table, problem):
    with open(table, encoding="utf-8") as file:
        rows = yaml.safe_load(file)["inhibitions"]
    # Nobody listens: every receiver is replaced by one that does nothing.
    config = rendered.alertmanager_config(maps, folder, {"smtp": 9}, messages.secrets(9))
    config["receivers"] = [{"name": receiver["name"]} for receiver in config["receivers"]]
    check_every_rule_is_asked(config, rows, problem)
    rendered.write(folder, {"alertmanager.yaml": yaml.safe_dump(config)})
    with servers.alertmanager(program, folder, messages.EXTERNAL) as server:
        sent = [labels for row in rows for labels in (row["because"], *row["muted"], *row["heard"])]
        servers.fetch(server.url + "/api/v2/alerts", [{"labels": {key: str(value) for key, value in labels.items()}} for labels in sent])
        held = servers.wait_until(lambda: all_of(server, len(sent)), 10, "all alerts in the API")
    for row in rows:
        for muted, alerts in ((True, row["muted"]), (False, [row["because"], *row["heard"]])):
            for labels in alerts:
                if held[frozenset(labels.items())] != muted:
                    problem(os.path.basename(table), f"{labels} is {'heard' if muted else 'muted'} beside {row['because']}")
    return len(sent)


def all_of(server, count):
    alerts = servers.fetch(server.url + "/api/v2/alerts")
    found = {frozenset(alert["labels"].items()): bool(alert["status"]["inhibitedBy"]) for alert in alerts}
    return found if len(found) == count else None


def check_every_rule_is_asked(config, rows, problem):
    """A rule whose source is in no row would be untested."""
    for rule in config["inhibit_rules"]:
        if not any(matches(rule["source_matchers"], row["because"]) for row in rows):
            problem("routes.yaml", f"no inhibition shows the rule with the source {rule['source_matchers']}")


def matches(matchers, labels):
    for matcher in matchers:
        key, operator, value = re.fullmatch(r'(\w+)(=~?|!~?=?)"(.*)"', matcher).groups()
        same = bool(re.fullmatch(value, labels.get(key, ""))) if "~" in operator else labels.get(key, "") == value
        if same == operator.startswith("!"):
            return False
    return True
