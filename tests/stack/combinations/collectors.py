"""What rules and dashboards read of node-exporter comes from collectors that are switched on."""
import re

# By the prefix of the metrics: those that are off unless asked for, and those that an argument may switch off.
OPTIONAL = {"node_systemd_": "systemd"}
DEFAULT = {"node_bonding_": "bonding", "node_btrfs_": "btrfs", "node_edac_": "edac", "node_hwmon_": "hwmon", "node_infiniband_": "infiniband",
           "node_md_": "mdadm", "node_nfs_": "nfs", "node_nfsd_": "nfsd", "node_zfs_": "zfs"}
# Metrics that need more than their collector.
ARGUMENTS = {"node_systemd_service_restart_total": "--collector.systemd.enable-restarts-metrics"}


def check(where, stack, problem):
    pod = stack.pod("node-exporter")
    if not pod:
        return  # components/no-node-exporter
    arguments = pod.spec["containers"][0]["args"]
    texts = [text for item in stack.of("ConfigMap") if item["metadata"]["name"].startswith(("prometheus-rules-", "grafana-dashboards-"))
             for text in item["data"].values()]
    read = set(re.findall(r"\bnode_[a-z0-9_]+", "\n".join(texts)))
    for metric in sorted(read):
        for prefix, collector in {**OPTIONAL, **DEFAULT}.items():
            on = f"--collector.{collector}" in arguments or (prefix in DEFAULT and f"--no-collector.{collector}" not in arguments)
            if metric.startswith(prefix) and not on:
                problem(where, f"{metric} is read, but the collector {collector} of node-exporter is off")
        if ARGUMENTS.get(metric, arguments[0]) not in arguments:
            problem(where, f"{metric} is read, but node-exporter lacks {ARGUMENTS[metric]}")
    if "--collector.systemd" in arguments and not any(metric.startswith("node_systemd_") for metric in read):
        problem(where, "node-exporter asks systemd, and nothing reads the answer")
