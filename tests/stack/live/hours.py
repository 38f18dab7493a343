"""Who is told outside of business hours, asked of a running Alertmanager that never has any."""
import time

import yaml

from . import messages, rendered, servers

# Team and severity, and whether somebody hears of it at night.
NIGHT = {("dev", "critical"): True, ("dev", "warning"): False, ("infra", "critical"): True, ("infra", "warning"): False,
         ("devops", "critical"): True, ("devops", "warning"): True}


def check(maps, program, folder, sinks, problem):
    config = rendered.in_seconds(rendered.alertmanager_config(maps, folder, sinks.ports, messages.secrets(sinks.ports["http"])))
    for interval in config["time_intervals"]:
        interval["time_intervals"] = [{"years": ["2000"]}]
    rendered.write(folder, {"alertmanager.yaml": yaml.safe_dump(config)})
    with servers.alertmanager(program, folder, messages.EXTERNAL) as server:
        servers.fetch(server.url + "/api/v2/alerts", [alert(team, severity) for team, severity in NIGHT])
        # All groups wait for the same second: when the last of the loud ones is there, a quiet one would be too.
        servers.wait_until(lambda: {pair for pair, loud in NIGHT.items() if loud} <= heard(sinks), 20, f"all who are told at night; got {heard(sinks)}")
        time.sleep(2)
    for team, severity in sorted(heard(sinks)):
        if not NIGHT[team, severity]:
            problem("time intervals", f"team {team} is told of a {severity} at night")
    return len(NIGHT)


def alert(team, severity):
    return {"labels": {"alertname": f"Test{severity}", "team": team, "severity": severity, "cluster": "c1"}, "annotations": {"summary": "A test."}}


def heard(sinks):
    return {(told["labels"]["team"], told["labels"]["severity"]) for body in sinks.posted("/webhook/") for told in body["alerts"]}
