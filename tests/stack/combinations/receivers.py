"""Which integrations the teams have with the components no-* and receivers-*."""

TEAMS = ("devops", "dev", "infra")
OF_THE_BASE = {"slack", "email", "webhook"}
REMOVED = {f"no-{name}": name for name in OF_THE_BASE}
ADDED = {"receivers-pagerduty": "pagerduty", "receivers-teams": "msteamsv2"}


def integrations(combination):
    """Team to integrations, as Alertmanager calls them; a component is for all teams, or `component/team` for one."""
    found = {team: set(OF_THE_BASE) for team in TEAMS}
    for component in combination.components:
        name, _, team = component.partition("/")
        for one in ([team] if team else TEAMS) if name in REMOVED or name in ADDED else ():
            found[one].discard(REMOVED.get(name))
            found[one] |= {ADDED[name]} if name in ADDED else set()
    return found
