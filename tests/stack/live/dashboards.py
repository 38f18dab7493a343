"""The dashboards: held against the rules of Grafana's dashboard format, and every query asked.

Grafana itself is in no package of Debian, so its rules are written down here: what its loader needs, what
its panels draw, and what its dashboard linter complains of.
"""
import json
import re
import urllib.error

from . import servers

PANELS = {"row", "stat", "table", "timeseries", "state-timeline"}
UNITS = {"short", "bytes", "Bps", "ops", "pps", "percentunit", "reqps", "s"}
# Whose series know no namespace, or are about machines.
WITHOUT_NAMESPACE = {"apiserver", "coredns", "etcd", "kube-proxy", "kubelet", "nodes", "scheduler-controller-manager", "thanos"}
# Whose targets come with a component that does not run here: the queries are asked, nothing answers.
WITHOUT_TARGETS = {"thanos.json"}
# What somebody looks at, for variables that take one value; it has to be among those offered.
CHOSEN = {"pod": "cart-0", "workload": "cart", "node": "n2"}
# Shown only of a pod with that trouble, and no pod here has it.
ONLY_IN_TROUBLE = {"kube_pod_status_unschedulable"}
SELECTOR = re.compile(r"([a-zA-Z_:][a-zA-Z0-9_:]*)\{([^}]*)\}")
COMPARES = re.compile(r"[=!]=|[<>]|\bunless\b|\band\b")


class Dashboards:
    def __init__(self, files, problem):
        self.problem = problem
        self.boards = {name: json.loads(text) for name, text in sorted(files.items())}
        self.uids = {board["uid"] for board in self.boards.values()}

    def check_format(self):
        titles = [board["title"] for board in self.boards.values()]
        for name, board in self.boards.items():
            def found(what, name=name):
                self.problem(f"dashboards/{name}", what)
            if titles.count(board["title"]) > 1:
                found(f"the title {board['title']!r} is there twice")
            if board["schemaVersion"] < 39 or board["editable"] or "monitoring-stack" not in board["tags"] or board["timezone"] not in ("browser", "utc"):
                found("schemaVersion, editable, tags or timezone is not as in the others")
            check_variables(name, board, found)
            check_grid(board["panels"], found)
            for panel in board["panels"]:
                check_panel(panel, found)
            for uid in re.findall(r"/d/([a-z0-9-]+)", json.dumps(board)):
                if uid not in self.uids:
                    found(f"links to {uid}, which is no dashboard")

    def check_queries(self, stack):
        """Every query of every panel and variable, asked of a running Prometheus. Returns how many."""
        # Of a target that was scraped once there is no rate yet.
        servers.wait_until(lambda: float(stack.query("query", query="min(count_over_time(up[1m]))")["result"][0]["value"][1]) >= 4, 40, "four scrapes of every target")
        known, count = set(stack.query("label/__name__/values")), 0
        for name, board in self.boards.items():
            values = self.check_variable_queries(name, board, stack)
            for panel in board["panels"]:
                for target in panel.get("targets", []):
                    self.check_query(f"dashboards/{name}: {panel['title']}", target, values, None if name in WITHOUT_TARGETS else known, stack)
                    count += 1
        return count

    def check_variable_queries(self, name, board, stack):
        values = {"__rate_interval": "30s", "__range": "1m"}
        for variable in board["templating"]["list"]:
            if variable["type"] != "query":
                continue
            metric, label = re.fullmatch(r"label_values\((.+), (\w+)\)", variable["query"]["query"]).groups()
            offered = stack.query(f"label/{label}/values", **{"match[]": fill(metric, values)})
            # The label cluster is put on where series leave this Prometheus: here there is none.
            if not offered and label != "cluster":
                self.problem(f"dashboards/{name}", f"the variable {variable['name']} offers nothing")
            values[variable["name"]] = ".*" if variable["includeAll"] else CHOSEN[variable["name"]]
            if not variable["includeAll"] and values[variable["name"]] not in offered:
                self.problem(f"dashboards/{name}", f"the variable {variable['name']} does not offer {values[variable['name']]}")
        return values

    def check_query(self, where, target, values, known, stack):
        for metric, matchers in SELECTOR.findall(target["expr"]):
            if known and metric not in known | ONLY_IN_TROUBLE:
                self.problem(where, f"no target has the metric {metric}")
            if 'cluster=~"$cluster"' not in matchers:
                self.problem(where, f"{metric} is asked of all clusters")
        # A subquery steps on whole minutes, and this Prometheus has not seen one yet.
        expression = fill(target["expr"], values).replace(":1m]", ":1s]")
        if "$" in expression.replace("$1", ""):
            return self.problem(where, f"a variable is left in {expression}")
        try:
            now = float(stack.query("query", query="time()")["result"][1])
            if target.get("range"):
                result = stack.query("query_range", query=expression, start=now - 5, end=now, step=1)["result"]
            else:
                result = stack.query("query", query=expression)["result"]
        except urllib.error.HTTPError as error:
            return self.problem(where, f"{expression}: {json.loads(error.read())['error']}")
        if known and not result and not COMPARES.search(re.sub(r"\{[^}]*\}", "", expression)):
            self.problem(where, f"no answer to {expression}")
        return self.check_legend(where, target, result)

    def check_legend(self, where, target, result):
        """A legend of labels that the answer does not have would be empty."""
        for label in re.findall(r"\{\{(\w+)\}\}", target["legendFormat"]):
            # Alone in its cluster, Prometheus has no label cluster, see above.
            if result and label != "cluster" and not any(label in series["metric"] for series in result):
                self.problem(where, f"the legend names {label}, the answer has {sorted(result[0]['metric'])}")


def fill(expression, values):
    for name in sorted(values, key=len, reverse=True):
        expression = expression.replace(f"${name}", values[name])
    return expression


def check_variables(name, board, found):
    variables = [variable["name"] for variable in board["templating"]["list"]]
    wanted = ["datasource", "cluster"] + ([] if name.removesuffix(".json") in WITHOUT_NAMESPACE else ["namespace"])
    if variables[:2] != wanted[:2] or not set(wanted) <= set(variables):
        found(f"has the variables {variables}, expected {wanted} among them")
    for variable in variables:
        text = json.dumps([board["panels"], [item.get("query") for item in board["templating"]["list"]]])
        if f"${variable}" not in text and f"${{{variable}}}" not in text:
            found(f"nothing asks for the variable {variable}")


def check_grid(panels, found):
    """Every panel lies inside the 24 columns, and on no other."""
    taken = {}
    if sorted(panel["id"] for panel in panels) != list(range(1, len(panels) + 1)):
        found("the ids of the panels are not 1, 2, 3 and so on")
    for panel in panels:
        grid = panel["gridPos"]
        if grid["x"] < 0 or grid["x"] + grid["w"] > 24 or grid["h"] < 1 or grid["w"] < 1:
            found(f"{panel['title']!r} leaves the grid")
        for cell in ((x, y) for x in range(grid["x"], grid["x"] + grid["w"]) for y in range(grid["y"], grid["y"] + grid["h"])):
            if taken.setdefault(cell, panel["title"]) != panel["title"]:
                return found(f"{panel['title']!r} lies on {taken[cell]!r}")
    return None


def check_panel(panel, found):
    title = panel.get("title")
    if panel["type"] not in PANELS:
        found(f"{title!r} is of type {panel['type']}, expected one of {', '.join(sorted(PANELS))}")
    if not title:
        found(f"panel {panel['id']} has no title")
    if panel["type"] == "row":
        if panel["panels"] or panel["collapsed"]:
            found(f"the row {title!r} hides panels")
        return
    if panel["datasource"] != {"type": "prometheus", "uid": "${datasource}"}:
        found(f"{title!r} is bound to one data source")
    if panel["fieldConfig"]["defaults"].get("unit") not in UNITS:
        found(f"{title!r} has the unit {panel['fieldConfig']['defaults'].get('unit')}, expected one of {', '.join(sorted(UNITS))}")
    targets = panel["targets"]
    if not targets or len({target["refId"] for target in targets}) != len(targets):
        found(f"{title!r} has no query, or two of one name")
    for target in targets:
        check_target(panel, target, found)


def check_target(panel, target, found):
    title, over_time = panel["title"], panel["type"] in ("timeseries", "state-timeline")
    if target["datasource"]["uid"] != "${datasource}":
        found(f"a query of {title!r} is bound to one data source")
    if over_time and not target["legendFormat"]:
        found(f"a query of {title!r} has no legend")
    if panel["type"] == "table" and (target["format"] != "table" or not target.get("instant")):
        found(f"a query of {title!r} is not one for a table")
    # Over time a fixed window misses samples when the range is long; for one moment there is no interval.
    if over_time and re.search(r"\b(?:i?rate|increase)\([^()]*\[(?!\$__rate_interval)", target["expr"]):
        found(f"{title!r} counts over a window of its own, expected [$__rate_interval]")
    if not over_time and "$__rate_interval" in target["expr"]:
        found(f"{title!r} counts over $__rate_interval, which one moment does not have")
