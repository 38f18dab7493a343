//! Pod templates: containers, volumes and everything in them that other objects are named in.

use serde_json::{Map, Value, json};

use crate::random::Random;
use crate::text;
use crate::tree::Limits;

const CONTAINERS: [&str; 3] = ["main", "sidecar", "web"];
const VOLUMES: [&str; 3] = ["data", "config", "certs"];

pub(crate) fn template(random: &mut Random, limits: Limits) -> Value {
    let mut template = Map::new();
    if random.chance(75) {
        let mut metadata = json!({"labels": {"app": text::name(random)}});
        if random.chance(20) {
            metadata["annotations"] = text::texts(random, 0, 2).into();
        }
        template.insert("metadata".into(), metadata);
    }
    template.insert("spec".into(), spec(random, limits));
    Value::Object(template)
}

pub(crate) fn spec(random: &mut Random, limits: Limits) -> Value {
    let mut spec = Map::new();
    spec.insert("containers".into(), containers(random, 2));
    if random.chance(25) {
        spec.insert("initContainers".into(), containers(random, 1));
    }
    if random.chance(50) {
        let volumes: Vec<Value> =
            distinct(random, &VOLUMES).into_iter().map(|name| volume(random, name, limits)).collect();
        spec.insert("volumes".into(), volumes.into());
    }
    if random.chance(40) {
        spec.insert("serviceAccountName".into(), text::name(random).into());
    }
    if random.chance(15) {
        spec.insert("imagePullSecrets".into(), json!([{"name": text::name(random)}]));
    }
    if random.chance(10) {
        spec.insert("priorityClassName".into(), text::name(random).into());
    }
    if random.chance(10) {
        spec.insert("tolerations".into(), json!([{"key": text::label_key(random), "operator": "Exists"}]));
    }
    if random.chance(15) {
        spec.extend(placement(random));
    }
    Value::Object(spec)
}

/// Affinity and spread: the label selectors deep inside a pod.
fn placement(random: &mut Random) -> Map<String, Value> {
    let term = json!({"topologyKey": "zone", "labelSelector": {"matchLabels": {"app": text::name(random)}}});
    let affinity = json!({"podAntiAffinity": {
        "requiredDuringSchedulingIgnoredDuringExecution": [term.clone()],
        "preferredDuringSchedulingIgnoredDuringExecution": [{"weight": 1, "podAffinityTerm": term}],
    }});
    let spread = json!([{
        "maxSkew": 1,
        "topologyKey": "zone",
        "whenUnsatisfiable": random.pick(&["DoNotSchedule", "ScheduleAnyway"]),
        "labelSelector": {"matchLabels": {"app": text::name(random)}},
    }]);
    [("affinity".into(), affinity), ("topologySpreadConstraints".into(), spread)].into_iter().collect()
}

fn containers(random: &mut Random, most: usize) -> Value {
    let names = distinct(random, &CONTAINERS);
    names.into_iter().take(most).map(|name| container(random, name)).collect()
}

fn container(random: &mut Random, name: &str) -> Value {
    let mut container = json!({"name": name, "image": text::image(random)});
    if random.chance(50) {
        let count = random.between(1, 3);
        container["env"] = (0..count).map(|position| variable(random, position)).collect();
    }
    if random.chance(20) {
        container["envFrom"] = json!([
            {"configMapRef": {"name": text::name(random)}},
            {"secretRef": {"name": text::name(random)}},
        ]);
    }
    if random.chance(30) {
        container["args"] = json!([text::text(random), "--name=$(VAR_A)", "$(VAR_B)"]);
    }
    if random.chance(40) {
        container["ports"] = ports(random);
    }
    if random.chance(30) {
        container["volumeMounts"] =
            json!([{"name": random.pick(&VOLUMES), "mountPath": random.pick(&["/data", "/etc/x"])}]);
    }
    if random.chance(25) {
        container["resources"] = json!({"limits": {"cpu": random.pick(&["1", "500m"]), "memory": "1Gi"}});
    }
    container
}

fn ports(random: &mut Random) -> Value {
    match random.below(3) {
        0 => json!([{"containerPort": 80}]),
        1 => {
            json!([{"containerPort": 80, "protocol": "TCP", "name": "http"}, {"containerPort": 80, "protocol": "UDP"}])
        }
        _ => json!([{"containerPort": 53, "name": "dns"}, {"containerPort": 8080, "protocol": "TCP"}]),
    }
}

fn variable(random: &mut Random, position: usize) -> Value {
    let name = ["A", "B", "C"][position];
    let key = text::key(random);
    match random.below(4) {
        0 => {
            json!({"name": name, "valueFrom": {"configMapKeyRef": {"name": text::name(random), "key": key}}})
        }
        1 => json!({"name": name, "valueFrom": {"secretKeyRef": {"name": text::name(random), "key": key}}}),
        _ => json!({"name": name, "value": text::text(random)}),
    }
}

fn volume(random: &mut Random, name: &str, limits: Limits) -> Value {
    match random.below(7) {
        0 | 1 => json!({"name": name, "configMap": {"name": text::name(random)}}),
        2 => json!({"name": name, "secret": {"secretName": text::name(random)}}),
        3 => json!({"name": name, "persistentVolumeClaim": {"claimName": text::name(random)}}),
        4 => json!({"name": name, "projected": {"sources": [
            {"configMap": {"name": text::name(random)}},
            {"secret": {"name": text::name(random)}},
        ]}}),
        5 if limits.recent => json!({"name": name, "image": {"reference": text::image(random)}}),
        _ => json!({"name": name, "emptyDir": {}}),
    }
}

/// Some of the names, each once, at least one.
fn distinct<'a>(random: &mut Random, names: &[&'a str]) -> Vec<&'a str> {
    let first = random.below(names.len());
    let count = random.between(1, names.len());
    (0..count).map(|step| names[(first + step) % names.len()]).collect()
}
