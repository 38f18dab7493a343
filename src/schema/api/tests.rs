//! What is reported of objects, kind by kind.

use std::path::Path;

use super::{Edit, Lookup, Minor, Schemas, Scope, Violation, ViolationKind};
use crate::yaml::{Node, ParseOptions, Sources, Typing, parse_documents};

const MINOR: Minor = Minor::new(33);

/// The violations of the objects in `text`, definitions of custom resources being used first.
fn violations(text: &str) -> Vec<Violation> {
    let sources = Sources::new();
    let source = sources.add(Path::new("all.yaml"), text.to_owned()).unwrap();
    let objects = parse_documents(source, &sources, &ParseOptions::default()).unwrap();
    let mut schemas = Schemas::embedded();
    let word = |object: &Node<'_>, key| object.get(key).and_then(Node::text).unwrap_or_default().to_owned();
    for object in &objects {
        if word(object, "kind") == "CustomResourceDefinition" {
            schemas.add_definition(object).unwrap();
        }
    }
    let mut found = Vec::new();
    for object in &objects {
        match schemas.find(&word(object, "apiVersion"), &word(object, "kind"), MINOR) {
            Lookup::Found(schema) => found.extend(schemas.validate(object, &schema, Typing::Legacy)),
            other => panic!("{other:?}"),
        }
    }
    found
}

/// One line for each violation: place, kind, message, help.
fn lines(text: &str) -> Vec<String> {
    let line = |violation: Violation| {
        let help = violation.help.map(|help| format!(" -> {help}")).unwrap_or_default();
        format!("{:?} {}: {}{help}", violation.kind, violation.path, violation.message)
    };
    violations(text).into_iter().map(line).collect()
}

#[track_caller]
fn reports(text: &str, expected: &[&str]) {
    assert_eq!(lines(text), expected);
}

const SERVICE: &str = "apiVersion: v1\nkind: Service\nmetadata: {name: a}\n";

fn service(spec: &str) -> String {
    format!("{SERVICE}spec:\n  selector: {{app: a}}\n{spec}")
}

fn pod(spec: &str) -> String {
    format!("apiVersion: v1\nkind: Pod\nmetadata: {{name: a}}\nspec:\n{spec}")
}

#[test]
fn types_are_those_that_the_api_server_sees() {
    reports(
        "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: a\n  labels: {a: 1.20, b: yes, c: 2020-01-01, d: null}\n\
         data: {a: 0755, b: \"no\", c: 1:30, d: 12e4}\n",
        &[
            "Type metadata.labels.a: `metadata.labels.a` must be a string, found the number `1.20` -> \
             write it in quotes: `\"1.20\"`",
            "Type metadata.labels.b: `metadata.labels.b` must be a string, found the boolean `yes` -> \
             write it in quotes: `\"yes\"`",
            "Type data.a: `data.a` must be a string, found the integer `0755` -> write it in quotes: `\"0755\"`",
            "Type data.d: `data.d` must be a string, found the number `12e4` -> write it in quotes: `\"12e4\"`",
        ],
    );
    reports(
        &service("  ports: {port: 80}\n  publishNotReadyAddresses: \"true\"\n  sessionAffinityConfig: []\n"),
        &[
            "Type spec.ports: `spec.ports` must be a list, found a mapping -> write it as an item of a list, after `- `",
            "Type spec.publishNotReadyAddresses: `spec.publishNotReadyAddresses` must be `true` or `false`, found the \
             string `true` -> write it without quotes: `true`",
            "Type spec.sessionAffinityConfig: `spec.sessionAffinityConfig` must be a mapping, found a list",
        ],
    );
}

#[test]
fn numbers_without_a_fraction_are_integers_however_they_are_written() {
    let volumes = "  containers: []\n  volumes:\n  - {name: a, configMap: {name: a, defaultMode: 0644}}\n";
    reports(&pod(&format!("{volumes}  priority: 1e3\n  activeDeadlineSeconds: 0x10\n")), &[]);
    reports(
        &pod(&format!("{volumes}  priority: 1.5\n")),
        &["Type spec.priority: `spec.priority` must be an integer, found the number `1.5`"],
    );
}

#[test]
fn a_field_without_a_value_is_no_field() {
    let nulls = "  ports:\n  - {port: 80, nodePort: null, targetPort: ~}\n  type:\n";
    reports(&service(nulls), &[]);
    reports(
        &service("  ports:\n  - {port: null}\n  - null\n"),
        &[
            "Required spec.ports[0].port: `spec.ports[0]` lacks the required field `port` -> add `port:`",
            "Type spec.ports[1]: `spec.ports[1]` must be a mapping, found nothing",
        ],
    );
}

#[test]
fn unknown_fields_come_with_what_was_meant() {
    reports(
        &pod(
            "  hostNetwrok: true\n  containers:\n  - name: a\n    resouces: {}\n    volumes: []\n  readinessProbe: {}\n",
        ),
        &[
            "UnknownField spec.hostNetwrok: `spec` has no field `hostNetwrok` -> did you mean `hostNetwork`?",
            "UnknownField spec.containers[0].resouces: `spec.containers[0]` has no field `resouces` -> \
             did you mean `resources`?",
            "UnknownField spec.containers[0].volumes: `spec.containers[0]` has no field `volumes` -> `volumes` belongs \
             into `spec`: move it up",
            "UnknownField spec.readinessProbe: `spec` has no field `readinessProbe` -> `readinessProbe` belongs to the \
             items of `containers`: move it down",
        ],
    );
    reports(
        &format!("{SERVICE}selector: {{app: a}}\nspecs: {{}}\n"),
        &[
            "UnknownField selector: the object has no field `selector` -> `selector` belongs into `spec`: move it down",
            "UnknownField specs: the object has no field `specs` -> did you mean `spec`?",
        ],
    );
    let edit = |text: &str| {
        let violations = violations(&format!("{SERVICE}{text}\n"));
        violations.into_iter().map(|one| one.edit).collect::<Vec<_>>()
    };
    let spec = Edit::Rename { was: "specs".to_owned(), is: "spec".to_owned() };
    assert_eq!(edit("specs: {}"), [Some(spec)]);
    assert_eq!(edit("specs: []"), [None], "a list is no `spec`");
}

#[test]
fn values_of_enums_and_bounds_are_held_to() {
    reports(
        &service(
            "  type: \"\"\n  sessionAffinity: ClientIp\n  ports:\n  - {port: 80, protocol: HTTP, nodePort: 70000}\n",
        ),
        &[
            "Enum spec.sessionAffinity: `spec.sessionAffinity` must be `ClientIP` or `None`, found the string \
             `ClientIp` -> did you mean `ClientIP`?",
            "Enum spec.ports[0].protocol: `spec.ports[0].protocol` must be `SCTP`, `TCP` or `UDP`, found the string \
             `HTTP`",
            "Bounds spec.ports[0].nodePort: `spec.ports[0].nodePort` must be between 0 and 65535, found the integer \
             `70000`",
        ],
    );
    reports(
        &pod("  containers: []\n  priority: 3000000000\n"),
        &["Format spec.priority: `spec.priority` must be a 32-bit integer, found the integer `3000000000`"],
    );
}

#[test]
fn enums_follow_the_release() {
    let sources = Sources::new();
    let text = pod("  containers: []\n  tolerations: [{key: a, operator: Gt, value: \"1\"}]\n");
    let source = sources.add(Path::new("all.yaml"), text).unwrap();
    let object = &parse_documents(source, &sources, &ParseOptions::default()).unwrap()[0];
    let schemas = Schemas::embedded();
    let count = |minor| match schemas.find("v1", "Pod", Minor::new(minor)) {
        Lookup::Found(found) => schemas.validate(object, &found, Typing::Legacy).len(),
        other => panic!("{other:?}"),
    };
    assert_eq!((count(34), count(35)), (1, 0));
}

#[test]
fn values_of_secrets_are_not_told() {
    let secret = "apiVersion: v1\nkind: Secret\nmetadata: {name: a, labels: {a: 1}}\n\
        data: {a: hunter2!, b: 4711}\nstringData: {c: 4712}\nimmutable: 4713\n";
    reports(
        secret,
        &[
            "Type metadata.labels.a: `metadata.labels.a` must be a string, found the integer `1` -> \
             write it in quotes: `\"1\"`",
            "Format data.a: `data.a` must be base64, found a string -> put plain text below `stringData` instead, or \
             encode it",
            "Type data.b: `data.b` must be a string, found an integer -> write it in quotes",
            "Type stringData.c: `stringData.c` must be a string, found an integer -> write it in quotes",
            "Type immutable: `immutable` must be `true` or `false`, found the integer `4713`",
        ],
    );
    let hidden: Vec<bool> = violations(secret).iter().map(|one| one.is_secret).collect();
    assert_eq!(hidden, [false, true, true, true, false]);
}

#[test]
fn keys_of_lists_are_unique() {
    let ports = "  ports:\n  - {name: a, port: 53, protocol: UDP}\n  - {name: b, port: 53}\n  - {name: c, port: 53, protocol: TCP}\n";
    let found = violations(&service(ports));
    assert_eq!(found.len(), 1);
    assert_eq!(found[0].kind, ViolationKind::ListMapKey);
    assert_eq!(found[0].path, "spec.ports[2]");
    assert_eq!(found[0].message, "`spec.ports` has an item with `port: 53` and `protocol: TCP` twice");
    assert_eq!(found[0].related.len(), 1);
    assert_eq!(found[0].related[0].0, "item 1 is the first");
    // In a long list they are found by a table, not by comparing each with each.
    let many: String =
        (0..2000).fold(String::new(), |text, index| text + &format!("    - {{name: A{}}}\n", index % 1999));
    let found = violations(&pod(&format!("  containers:\n  - name: a\n    env:\n{many}")));
    assert_eq!(
        found.iter().map(|one| one.path.as_str()).collect::<Vec<_>>(),
        ["spec.containers[0].env[1999]"]
    );
    assert_eq!(found[0].related[0].0, "item 0 is the first");
}

#[test]
fn amounts_are_read() {
    let limits =
        "  containers:\n  - {name: a, resources: {limits: {cpu: 0.5, memory: 256MB, a: 1e3, b: {}}}}\n";
    reports(
        &pod(limits),
        &[
            "Quantity spec.containers[0].resources.limits.memory: `spec.containers[0].resources.limits.memory` must be \
             an amount such as `500m` or `2Gi`: `MB` is no suffix of an amount -> did you mean `256Mi`?",
            "Type spec.containers[0].resources.limits.b: `spec.containers[0].resources.limits.b` must be an amount such \
             as `500m` or `2Gi`, found a mapping",
        ],
    );
}

#[test]
fn recursive_schemas_reach_every_depth() {
    let definition = |leaf: &str| {
        format!(
            "apiVersion: apiextensions.k8s.io/v1\nkind: CustomResourceDefinition\nmetadata: {{name: as.example.com}}\n\
             spec:\n  group: example.com\n  scope: Namespaced\n  names: {{kind: A, plural: as}}\n  versions:\n  - name: v1\n    \
             served: true\n    storage: true\n    schema:\n      openAPIV3Schema:\n        type: object\n        properties: \
             {{a: {{type: object, properties: {{b: {{type: array, items: {{type: object, properties: {{c: {leaf}}}}}}}}}}}}}\n"
        )
    };
    reports(&definition("{type: string}"), &[]);
    assert_eq!(
        lines(&definition("{tpye: string}")),
        [
            "UnknownField spec.versions[0].schema.openAPIV3Schema.properties.a.properties.b.items.properties.c.tpye: \
             `spec.versions[0].schema.openAPIV3Schema.properties.a.properties.b.items.properties.c` has no field `tpye` -> \
             did you mean `type`?"
        ]
    );
}

const DEFINITION: &str = r#"apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata: {name: widgets.example.com}
spec:
  group: example.com
  scope: Cluster
  names: {kind: Widget, plural: widgets}
  versions:
  - name: v1
    served: true
    storage: true
    schema:
      openAPIV3Schema:
        type: object
        required: [spec]
        properties:
          spec:
            type: object
            required: [size, mode]
            properties:
              size: {type: integer, minimum: 1, maximum: 9, exclusiveMaximum: true}
              mode: {type: string, default: Fast, enum: [Fast, Slow]}
              name: {type: string, pattern: "^[a-z]+$", minLength: 2, maxLength: 4}
              when: {type: string, format: date-time}
              tags: {type: array, items: {type: string}, x-kubernetes-list-type: set, maxItems: 3}
              port: {x-kubernetes-int-or-string: true, anyOf: [{type: integer}, {type: string}]}
              free: {type: object, x-kubernetes-preserve-unknown-fields: true}
              none: {type: string, nullable: true}
              from: {type: object, properties: {a: {type: string}, b: {type: string}}, oneOf: [{required: [a]}, {required: [b]}]}
              some: {type: object, properties: {a: {type: string}, b: {type: string}}, anyOf: [{required: [a]}, {required: [b]}]}
              bare: {type: object, properties: {a: {type: string}, b: {type: string}}, not: {required: [a, b]}}
              each: {type: array, items: {type: object, required: [key], properties: {key: {type: string}}}, x-kubernetes-list-type: map, x-kubernetes-list-map-keys: [key]}
            x-kubernetes-validations:
            - {rule: "self.mode == 'Fast' || has(self.name)", message: a slow widget has a name.}
            - {rule: "self.size < 5 || self.tags.exists(tag, tag == 'large')"}
            - {rule: "self.unknownFunction()"}
            - {rule: "self.size >= oldSelf.size"}
  - name: v1beta1
    served: false
    storage: false
    schema: {openAPIV3Schema: {type: object, x-kubernetes-preserve-unknown-fields: true}}
---
"#;

fn widget(spec: &str) -> String {
    format!("{DEFINITION}apiVersion: example.com/v1\nkind: Widget\nmetadata: {{name: a}}\nspec: {spec}\n")
}

#[test]
fn definitions_in_the_tree_are_used_as_they_are() {
    reports(
        &widget(
            "{size: 3, name: abc, when: 2030-01-01T00:00:00Z, tags: [a, b], port: 80, free: {x: {y: 1}}, none: null}",
        ),
        &[],
    );
    reports(
        &widget(
            "{size: 9, mode: Fats, name: A, when: noon, tags: [a, b, a, large], prot: 80, from: {a: x, b: z}}",
        ),
        &[
            "Bounds spec.size: `spec.size` must be between 1 and 9, found the integer `9`",
            "Enum spec.mode: `spec.mode` must be `Fast` or `Slow`, found the string `Fats` -> did you mean `Fast`?",
            "Pattern spec.name: `spec.name` must match `^[a-z]+$`, found the string `A`",
            "Bounds spec.name: `spec.name` must have at least 2 characters, found 1 characters",
            "Format spec.when: `spec.when` must be a date and time such as `2030-01-31T12:00:00Z`, found the string `noon`",
            "ListMapKey spec.tags[2]: `spec.tags` has `a` twice -> remove one of the two",
            "Bounds spec.tags: `spec.tags` must have at most 3 items, found 4",
            "UnknownField spec.prot: `spec` has no field `prot` -> did you mean `port`?",
            "Required spec.from: `spec.from` may have only one of `a` and `b`",
        ],
    );
    reports(
        &widget("{size: 1, some: {}, from: {}, bare: {a: x, b: z}, each: [{key: k}, {key: k}, {}]}"),
        &[
            "Required spec.some: `spec.some` needs `a` or `b`",
            "Required spec.from: `spec.from` needs `a` or `b`",
            "Required spec.bare: `spec.bare` may not have `a` and `b` together",
            "Required spec.each[2].key: `spec.each[2]` lacks the required field `key` -> add `key:`",
            "ListMapKey spec.each[1]: `spec.each` has an item with `key: k` twice -> remove one of the two, or give it \
             another `key`",
        ],
    );
    reports(
        &format!("{DEFINITION}apiVersion: example.com/v1\nkind: Widget\nmetadata: {{nmae: a}}\n"),
        &[
            "Required spec: the object lacks the required field `spec` -> add `spec:`",
            "UnknownField metadata.nmae: `metadata` has no field `nmae` -> did you mean `name`?",
        ],
    );
}

#[test]
fn rules_of_definitions_hold_and_those_that_are_not_understood_say_nothing() {
    reports(
        &widget("{size: 7, mode: Slow, tags: [small]}"),
        &[
            "Cel spec: `spec` breaks a rule of its definition: a slow widget has a name -> add `name`",
            "Cel spec: `spec` breaks the rule `self.size < 5 || self.tags.exists(tag, tag == 'large')`",
        ],
    );
    reports(&widget("{size: 7, tags: [small, large]}"), &[]);
    // The rule needs a list that is not there: the API server would fail on it, which is not this object's fault.
    reports(&widget("{size: 7}"), &[]);
}

#[test]
fn rules_of_embedded_definitions_hold() {
    let receiver = |spec: &str| {
        format!(
            "apiVersion: notification.toolkit.fluxcd.io/v1\nkind: Receiver\nmetadata: {{name: a}}\nspec: {spec}\n"
        )
    };
    reports(
        &receiver("{type: github, secretRef: {name: a}, resources: [{kind: GitRepository, name: a}]}"),
        &[],
    );
    reports(
        &receiver("{type: github, resources: [{kind: GitRepository, name: a}]}"),
        &[
            "Cel spec: `spec` breaks the rule `self.type == 'generic-oidc' || has(self.secretRef)` -> add `secretRef`",
        ],
    );
    // The API server fills in the provider before it looks at rules.
    let bucket = |spec: &str| {
        format!(
            "apiVersion: source.toolkit.fluxcd.io/v1\nkind: Bucket\nmetadata: {{name: a}}\n\
             spec: {{interval: 1m, bucketName: a, endpoint: a, {spec}}}\n"
        )
    };
    reports(&bucket("secretRef: {name: a}"), &[]);
    reports(
        &bucket("serviceAccountName: a"),
        &[
            "Cel spec: `spec` breaks the rule `self.provider != 'generic' || !has(self.serviceAccountName)` -> remove \
           `serviceAccountName`",
        ],
    );
}

/// What a lookup says, in a word or two.
fn found(api_version: &str, kind: &str, minor: u8) -> String {
    let (scope, replaced) = (|scope| format!("{scope:?}"), |text: Option<String>| text.unwrap_or_default());
    match Schemas::embedded().find(api_version, kind, Minor::new(minor)) {
        Lookup::Found(found) => scope(found.scope),
        Lookup::Removed { minor, replacement } => {
            format!(
                "removed {} {}",
                minor.map(|minor| minor.to_string()).unwrap_or_default(),
                replaced(replacement)
            )
        }
        Lookup::NotYetServed { since } => format!("since {since}"),
        Lookup::UnknownKind { meant } => format!("kind? {}", replaced(meant)),
        Lookup::UnknownVersion { served } => format!("version? {}", served.join(", ")),
        Lookup::UnknownGroup { meant } => format!("group? {}", replaced(meant)),
    }
}

#[test]
fn kinds_are_found_by_release() {
    let rows = [
        ("v1", "Service", 25, "Namespaced"),
        ("v1", "Namespace", 37, "Cluster"),
        ("apiextensions.k8s.io/v1", "CustomResourceDefinition", 33, "Cluster"),
        ("apiregistration.k8s.io/v1", "APIService", 33, "Cluster"),
        ("extensions/v1beta1", "Ingress", 33, "removed 1.22 networking.k8s.io/v1 Ingress"),
        ("policy/v1beta1", "PodSecurityPolicy", 33, "removed 1.25 "),
        ("autoscaling/v2beta2", "HorizontalPodAutoscaler", 25, "Namespaced"),
        (
            "autoscaling/v2beta2",
            "HorizontalPodAutoscaler",
            26,
            "removed 1.26 autoscaling/v2 HorizontalPodAutoscaler",
        ),
        ("resource.k8s.io/v1", "DeviceClass", 33, "since 1.34"),
        ("resource.k8s.io/v1", "DeviceClass", 34, "Cluster"),
        ("batch/v1", "Cronjob", 33, "kind? batch/v1 CronJob"),
        ("v1", "Deployment", 33, "kind? apps/v1 Deployment"),
        ("apps/v2", "Deployment", 33, "version? apps/v1"),
        ("app/v1", "Deployment", 33, "group? apps"),
        ("example.com/v1", "Widget", 33, "group? "),
        // Not all kinds of this group are known here.
        ("argoproj.io/v1alpha1", "Rollout", 33, "group? "),
        ("argoproj.io/v1alpha1", "Aplication", 33, "kind? argoproj.io/v1alpha1 Application"),
        (
            "kustomize.toolkit.fluxcd.io/v1beta2",
            "Kustomization",
            33,
            "removed  kustomize.toolkit.fluxcd.io/v1 Kustomization",
        ),
        ("kustomize.toolkit.fluxcd.io/v2", "Kustomization", 33, "version? kustomize.toolkit.fluxcd.io/v1"),
        ("monitoring.coreos.com/v1beta1", "AlertmanagerConfig", 33, "Namespaced"),
    ];
    for (api_version, kind, minor, expected) in rows {
        assert_eq!(found(api_version, kind, minor), expected, "{api_version} {kind} {minor}");
    }
}

#[test]
fn every_release_has_its_own_presence_and_the_scope_is_known() {
    let schemas = Schemas::embedded();
    assert_eq!(schemas.minors(), (Minor::new(25), Minor::new(37)));
    assert_eq!(schemas.scope("rbac.authorization.k8s.io/v1", "ClusterRole"), Some(Scope::Cluster));
    assert_eq!(schemas.scope("rbac.authorization.k8s.io/v1", "Role"), Some(Scope::Namespaced));
    assert_eq!(schemas.scope("argoproj.io/v1alpha1", "AppProject"), Some(Scope::Namespaced));
    assert_eq!(schemas.scope("example.com/v1", "Widget"), None);
    let Lookup::Found(endpoints) = schemas.find("v1", "Endpoints", MINOR) else { panic!() };
    assert_eq!(endpoints.deprecated, Some(MINOR));
    assert_eq!(endpoints.replacement, Some("discovery.k8s.io/v1 EndpointSlice"));
    let at = |minor| match schemas.find("v1", "ConfigMap", Minor::new(minor)) {
        Lookup::Found(found) => found,
        other => panic!("{other:?}"),
    };
    assert!(at(36).has_same_schema(&at(37)) && !at(25).has_same_schema(&at(37)));
}

#[test]
fn definitions_in_the_tree_win_and_versions_that_they_drop_are_gone() {
    let sources = Sources::new();
    let text = DEFINITION.replace("example.com", "argoproj.io").replace("Widget", "Application");
    let source = sources.add(Path::new("all.yaml"), text).unwrap();
    let objects = parse_documents(source, &sources, &ParseOptions::default()).unwrap();
    let mut schemas = Schemas::embedded();
    assert_eq!(schemas.add_definition(&objects[0]), Ok(2));
    assert_eq!(schemas.scope("argoproj.io/v1", "Application"), Some(Scope::Cluster));
    assert!(matches!(schemas.find("argoproj.io/v1", "Application", MINOR), Lookup::Found(_)));
    for version in ["v1alpha1", "v1beta1"] {
        let found = schemas.find(&format!("argoproj.io/{version}"), "Application", MINOR);
        let Lookup::Removed { minor: None, replacement } = found else { panic!("{found:?}") };
        assert_eq!(replacement.as_deref(), Some("argoproj.io/v1 Application"));
    }
    let broken = Node::mapping(crate::yaml::Origin::NONE);
    assert_eq!(schemas.add_definition(&broken).unwrap_err().message, "the definition lacks `spec`");
}
