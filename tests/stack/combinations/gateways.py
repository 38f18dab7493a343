"""The way from a Gateway to the pod: TLS, the private network, and that every name on it is rendered."""

BUILT_IN = {"aks": {"approuting-istio"}, "gke": {"gke-l7-rilb"}, "eks": set()}  # classes that come with the platform
INTERNAL_BY_CLASS = {"gke-l7-rilb"}


def check(where, combination, stack, problem):
    gateways = {(item["metadata"]["namespace"], item["metadata"]["name"]): item for item in stack.of("Gateway")}
    for gateway in gateways.values():
        check_gateway(f"{where}: Gateway {gateway['metadata']['name']}", combination, stack, gateway, problem)
    for route in stack.of("HTTPRoute"):
        check_route(f"{where}: HTTPRoute {route['metadata']['name']}", combination, stack, gateways, route, problem)
    for item in stack.of("TargetGroupConfiguration", "HealthCheckPolicy"):
        target = item["spec"].get("targetReference") or item["spec"]["targetRef"]
        if not stack.find(target["kind"], item["metadata"]["namespace"], target["name"]):
            problem(f"{where}: {item['kind']} {item['metadata']['name']}", f"is about {target['kind']} {target['name']}, which is not rendered")


def check_gateway(at, combination, stack, gateway, problem):
    spec = gateway["spec"]
    if spec["gatewayClassName"] not in BUILT_IN[combination.cloud] and not stack.find("GatewayClass", "-", spec["gatewayClassName"]):
        problem(at, f"is of class {spec['gatewayClassName']}, which neither {combination.cloud} nor the stack brings")
    for listener in spec["listeners"]:
        if listener["protocol"] != "HTTPS" or not listener.get("hostname"):
            problem(at, f"listener {listener['name']} speaks {listener['protocol']} for {listener.get('hostname')}, expected HTTPS for one host name")
        if combination.cloud != "eks" and not listener.get("tls", {}).get("certificateRefs"):
            problem(at, f"listener {listener['name']} has no certificate")
        if combination.cloud == "eks" and "tls" in listener:
            problem(at, f"listener {listener['name']} names a Secret, which an Application Load Balancer cannot read")
    if not internal(stack, gateway):
        problem(at, "can be reached from outside the private network")


def internal(stack, gateway):
    """By its class, by an annotation for its load balancer, or by the settings that it names."""
    spec, namespace = gateway["spec"], gateway["metadata"]["namespace"]
    infrastructure = spec.get("infrastructure", {})
    reference = infrastructure.get("parametersRef")
    settings = stack.find(reference["kind"], namespace, reference["name"]) if reference else None
    return (spec["gatewayClassName"] in INTERNAL_BY_CLASS
            or any(key.endswith("-load-balancer-internal") and value == "true" for key, value in infrastructure.get("annotations", {}).items())
            or bool(settings) and settings["spec"].get("scheme") == "internal")


def check_route(at, combination, stack, gateways, route, problem):
    home = route["metadata"]["namespace"]
    for parent in route["spec"]["parentRefs"]:
        gateway = gateways.get((parent.get("namespace", home), parent["name"]))
        if not gateway:
            if not combination.has("expose-gateway"):  # the part that is of no use alone
                problem(at, f"hangs on Gateway {parent['name']}, which is not rendered")
            continue
        listener = next((one for one in gateway["spec"]["listeners"] if one["name"] == parent["sectionName"]), None)
        if not listener or [listener["hostname"]] != route["spec"]["hostnames"]:
            problem(at, f"wants {parent['sectionName']} for {route['spec']['hostnames']}, the Gateway has {listener}")
    for rule in route["spec"]["rules"]:
        for backend in rule["backendRefs"]:
            service = stack.find("Service", home, backend["name"])
            if not service or backend["port"] not in [port["port"] for port in service["spec"]["ports"]]:
                problem(at, f"leads to {backend['name']}:{backend['port']}, which no Service has")
