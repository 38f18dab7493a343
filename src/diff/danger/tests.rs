//! What holds for every rule, and what depends on who syncs.

use std::fmt::Write as _;
use std::path::Path as FilePath;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use super::{Dangers, RULES, Syncing, dangers};
use crate::diff::{Cluster, Document, Level, Options, Report, Side, compare};
use crate::stack::Engine;
use crate::yaml::random::Random;
use crate::yaml::{ParseOptions, Sources, Typing, parse_documents};

fn side(text: &str, app: &'static str, sources: &'static Sources) -> Side<'static> {
    let source = sources.add(FilePath::new("a.yaml"), text.to_owned()).expect("small");
    let nodes = parse_documents(source, sources, &ParseOptions::default()).expect("YAML");
    let documents = nodes.into_iter().map(|node| Document { node, app: Some(app) }).collect();
    Side { documents, typing: Typing::Legacy, ..Side::default() }
}

fn report(before: &str, after: &str, app: &'static str, syncing: &Syncing) -> Report<'static, 'static> {
    let sources: &'static Sources = Box::leak(Box::default());
    let sides: &'static [Side<'static>; 2] =
        Box::leak(Box::new([side(before, app, sources), side(after, app, sources)]));
    let comparison = compare(&sides[0], &sides[1], &Options::default(), sources).expect("no duplicates");
    let dangers = dangers(&comparison, syncing, sources);
    Report::of(Default::default(), vec![Cluster { name: String::new(), comparison, dangers }])
}

/// Rule, level and what engines do, of all dangers.
fn found(before: &str, after: &str, app: &'static str, syncing: &Syncing) -> Vec<(String, Level, String)> {
    let report = report(before, after, app, syncing);
    let dangers = report.dangers().into_iter().map(|(_, reported)| {
        (reported.danger.rule.to_owned(), reported.danger.level, reported.danger.engines.join("; "))
    });
    dangers.collect()
}

fn claim(annotation: &str) -> String {
    format!(
        "apiVersion: v1\nkind: PersistentVolumeClaim\nmetadata: {{name: a, annotations: {{{annotation}}}}}\n---\n\
         apiVersion: v1\nkind: ConfigMap\nmetadata: {{name: b}}\n"
    )
}

const REST: &str = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: b}\n";

#[test]
fn what_is_pruned_depends_on_the_object_the_app_and_the_engine() {
    let both = Syncing::Stack(vec![Engine::ArgoCd, Engine::Flux]);
    let said = |annotation: &str, app, syncing: &Syncing| {
        let mut found = found(&claim(annotation), REST, app, syncing);
        assert_eq!(found.len(), 1, "{found:?}");
        let (rule, level, engines) = found.remove(0);
        assert_eq!(rule, "data/removed");
        (level, engines)
    };
    let (level, engines) = said("", "grafana", &both);
    assert_eq!(level, Level::Blocking);
    assert_eq!(
        engines,
        "Argo CD deletes it: its Application prunes; Flux deletes it: its Kustomization prunes"
    );
    let (level, engines) = said("", "prereqs", &both);
    assert_eq!(level, Level::Caution, "{engines}");
    assert!(engines.contains("Argo CD leaves it") && engines.contains("Flux leaves it"), "{engines}");
    let argo = "argocd.argoproj.io/sync-options: 'Replace=true, Prune=false'";
    let (level, engines) = said(argo, "grafana", &both);
    assert_eq!(level, Level::Blocking, "Flux deletes it: {engines}");
    let (level, engines) = said(argo, "grafana", &Syncing::Stack(vec![Engine::ArgoCd]));
    assert_eq!((level, engines.contains("Flux")), (Level::Caution, false));
    let flux = "kustomize.toolkit.fluxcd.io/prune: Disabled";
    let (level, _) = said(flux, "grafana", &Syncing::Stack(vec![Engine::Flux]));
    assert_eq!(level, Level::Caution);
    assert!(found(&claim(""), REST, "grafana", &Syncing::Nobody).is_empty());
}

#[test]
fn what_is_refused_may_be_made_anew() {
    let set = |service: &str, annotation: &str| {
        format!(
            "apiVersion: apps/v1\nkind: StatefulSet\nmetadata: {{name: a, annotations: {{{annotation}}}}}\n\
             spec: {{serviceName: {service}}}\n"
        )
    };
    let said = |annotation: &str| {
        let found = found(&set("a", annotation), &set("b", annotation), "a", &Syncing::Unknown);
        found.into_iter().map(|(_, _, engines)| engines).collect::<String>()
    };
    assert!(said("").contains("the API server refuses it") && said("").contains("the dry run fails"));
    assert!(
        said("argocd.argoproj.io/sync-options: Force=true")
            .contains("Argo CD deletes the object and makes it anew")
    );
    assert!(
        said("kustomize.toolkit.fluxcd.io/force: enabled")
            .contains("Flux deletes the object and makes it anew")
    );
    assert!(said("kustomize.toolkit.fluxcd.io/reconcile: disabled").contains("Flux does not apply it"));
    assert!(said("kustomize.toolkit.fluxcd.io/ssa: IfNotPresent").contains("if the object is there"));
}

#[test]
fn only_versions_are_routine() {
    let workload = |image: &str, label: &str, replicas: u32| {
        format!(
            "apiVersion: apps/v1\nkind: Deployment\nmetadata: {{name: a, labels: {{app.kubernetes.io/version: '{label}'}}}}\n\
             spec: {{replicas: {replicas}, template: {{spec: {{containers: [{{name: a, image: '{image}'}}]}}}}}}\n"
        )
    };
    let is_routine = |after: String| {
        report(&workload("a:v1.0.0", "1.0.0", 1), &after, "a", &Syncing::Unknown).is_routine()
    };
    assert!(is_routine(workload("a:v1.0.1", "1.0.1", 1)));
    assert!(!is_routine(workload("a:v2.0.0", "2.0.0", 1)), "another major version is a danger");
    assert!(!is_routine(workload("a:v1.0.1", "1.0.1", 2)));
    assert!(!is_routine(workload("a:v1.0.0", "1.0.0", 1)), "nothing differs");
}

#[test]
fn no_message_shows_what_is_in_a_secret() {
    let random = &mut Random(64);
    let mut dangers_found = 0;
    for _ in 0..400 {
        let values: Vec<String> = (0..4).map(|_| format!("hush{:012}hush", random.below(1 << 40))).collect();
        let secret = |random: &mut Random| {
            let mut text = String::new();
            for name in ["alertmanager.yaml", "password"] {
                let value = random.pick(&[&values[0], &values[1], &values[2], &values[3]]);
                let encoded = STANDARD.encode(value);
                let (field, written) =
                    random.pick(&[("stringData", value.as_str()), ("data", encoded.as_str())]);
                let config = format!("route: {{receiver: {written}}}");
                let written =
                    if field == "stringData" && random.below(2) == 0 { config.as_str() } else { written };
                let namespace = random.pick(&["a", "b"]);
                let kind = random.pick(&["Opaque", "kubernetes.io/tls"]);
                let immutable = random.pick(&["true", "false"]);
                let _ = write!(
                    text,
                    "apiVersion: v1\nkind: Secret\nmetadata: {{name: {}, namespace: {namespace}}}\ntype: {kind}\n\
                     immutable: {immutable}\n{field}: {{'{name}': '{written}'}}\n---\n",
                    name.split('.').next().unwrap_or_default(),
                );
            }
            if random.below(3) == 0 { String::from("{}") } else { text }
        };
        let report = report(&secret(random), &secret(random), "a", &Syncing::Unknown);
        let said: Vec<_> = report.dangers().into_iter().map(|(_, reported)| &reported.danger).collect();
        dangers_found += said.len();
        let all = format!("{said:?}");
        for value in &values {
            assert!(!all.contains(value.as_str()) && !all.contains(&STANDARD.encode(value)), "{all}");
        }
    }
    assert!(dangers_found > 100, "{dangers_found} dangers are too few to say anything");
}

#[test]
fn each_rule_has_a_name_of_its_own_and_says_what_it_is() {
    let mut names: Vec<&str> = RULES.iter().flat_map(|family| family.iter()).map(|rule| rule.id).collect();
    let count = names.len();
    names.sort_unstable();
    names.dedup();
    assert_eq!(names.len(), count);
    for rule in RULES.iter().flat_map(|family| family.iter()) {
        for text in [rule.summary, rule.hint] {
            assert!(!text.is_empty() && !text.ends_with('.') && !text.contains('|'), "{}: {text}", rule.id);
        }
    }
    assert!(Dangers::default().of_all.is_empty());
}
