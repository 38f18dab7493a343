//! What Grafana holds beyond Git goes into a snapshot and comes back, without a secret and without a loss.

use serde_json::{Value, json};

use super::backup::{Stack, fails, json as parse};
use super::migrate::{Pair, USUAL, state};
use crate::support::Run;
use crate::support::grafana::{Grafana, TOKEN};
use crate::tsdb::has_prometheus;

const CANARY: &str = "s3cret-canary";

struct Sides {
    stack: Stack,
    source: Grafana,
    target: Grafana,
}

impl Sides {
    fn new() -> Self {
        let stack = Stack::new(1, 60);
        stack.workspace.write("token", &format!("{TOKEN}\n"));
        stack.workspace.write("target/empty", "");
        let source = Grafana::start();
        fill(&source);
        Self { stack, source, target: Grafana::start() }
    }

    fn back_up(&self, grafana: &Grafana) -> Run {
        let place = format!("--grafana-url {} --grafana-authorization token", grafana.url());
        self.stack.back_up(&format!("--no-encrypt --capture stopped-folder -o json {place}"))
    }

    fn restore(&self, arguments: &str) -> Run {
        let place = format!("--grafana-url {} --grafana-authorization token", self.target.url());
        let data = "--repository repository --prometheus-data target --retention 100y";
        self.stack.run(&format!("restore latest {data} {place} -o json {arguments}"))
    }

    /// What became of Grafana's objects.
    fn restored(&self, arguments: &str) -> Value {
        parse(self.restore(arguments).quiet_success())["grafana"].clone()
    }

    fn shown(&self) -> Value {
        let show = self.stack.run("backup show latest --repository repository -o json");
        parse(show.quiet_success())["manifest"]["grafana"].clone()
    }
}

/// Twelve objects that people made, and some that came out of files.
fn fill(grafana: &Grafana) {
    grafana.hold("folders", "inner", json!({"uid": "inner", "title": "Inner", "parentUid": "outer"}));
    grafana.hold("folders", "outer", json!({"uid": "outer", "title": "Outer"}));
    grafana.hold("folders", "files", json!({"uid": "files", "title": "Stack"}));
    let dashboard = |uid: &str, folder: &str, is_provisioned: bool| {
        let panels = json!([{"id": 1, "libraryPanel": {"uid": "panel", "name": "Panel"}}]);
        let dashboard = json!({"id": 7, "uid": uid, "title": uid, "version": 3, "panels": panels});
        json!({"meta": {"provisioned": is_provisioned, "folderUid": folder, "version": 3}, "dashboard": dashboard})
    };
    grafana.hold("dashboards", "mine", dashboard("mine", "inner", false));
    grafana.hold("dashboards", "general", dashboard("general", "", false));
    grafana.hold("dashboards", "shipped", dashboard("shipped", "files", true));
    let panel = json!({"id": 4, "uid": "panel", "folderUid": "outer", "name": "Panel", "kind": 1, "type": "text",
        "model": {"type": "text"}, "version": 2, "meta": {"created": "2026-01-01T00:00:00Z"}});
    grafana.hold("library-elements", "panel", panel);
    let source = |uid: &str, is_provisioned: bool| {
        json!({"id": 3, "orgId": 1, "uid": uid, "name": uid, "type": "postgres", "access": "proxy", "url": "db:5432",
            "user": "reader", "jsonData": {"sslmode": "require"}, "isDefault": false, "readOnly": is_provisioned,
            "secureJsonFields": {"password": true, "tlsClientKey": false}})
    };
    grafana.hold("datasources", "orders", source("orders", false));
    grafana.hold("datasources", "prometheus", source("prometheus", true));
    let point = json!({"uid": "oncall", "name": "oncall", "type": "webhook", "provenance": "",
        "settings": {"url": "https://example.com/hook", "username": "u", "password": "[REDACTED]"}});
    grafana.hold("contact-points", "oncall", point);
    grafana.hold(
        "contact-points",
        "",
        json!({"uid": "", "name": "grafana-default-email", "type": "email", "settings": {}}),
    );
    grafana.hold(
        "mute-timings",
        "nights",
        json!({"name": "nights", "time_intervals": [], "version": "abc", "provenance": ""}),
    );
    grafana.hold(
        "templates",
        "short",
        json!({"name": "short", "template": "{{ define \"short\" }}{{ end }}", "provenance": ""}),
    );
    grafana.hold(
        "policies",
        "tree",
        json!({"receiver": "oncall", "group_by": ["alertname"], "provenance": ""}),
    );
    let rule = |uid: &str, provenance: &str| {
        json!({"id": 9, "uid": uid, "orgID": 1, "folderUID": "outer", "ruleGroup": "orders", "title": uid,
            "condition": "A", "data": [], "updated": "2026-01-01T00:00:00Z", "for": "5m", "provenance": provenance})
    };
    grafana.hold("alert-rules", "late", rule("late", ""));
    grafana.hold("alert-rules", "shipped", rule("shipped", "file"));
    grafana.hold(
        "annotations",
        "5",
        json!({"id": 5, "alertId": 0, "dashboardUID": "mine", "panelId": 1, "time": 1_700_000_000_000_i64,
        "timeEnd": 1_700_000_060_000_i64, "text": "deployed", "tags": ["deploy"], "login": "admin"}),
    );
}

/// Case 36.
#[test]
fn only_what_git_lacks_is_captured_and_no_secret_value_is_anywhere() {
    if !has_prometheus("only_what_git_lacks_is_captured_and_no_secret_value_is_anywhere") {
        return;
    }
    let sides = Sides::new();
    sides.back_up(&sides.source).quiet_success();
    let shown = sides.shown();
    let counts = json!({"alert-rules": 1, "annotations": 1, "contact-points": 1, "dashboards": 2, "data-sources": 1,
        "folders": 2, "library-elements": 1, "mute-timings": 1, "policies": 1, "templates": 1});
    assert_eq!((&shown["counts"], &shown["version"]), (&counts, &json!("13.1.3")));
    assert_eq!(shown["secrets"], json!(["data-sources/orders/password", "contact-points/oncall/password"]));

    sides.stack.workspace.write("secrets.yaml", &format!("contact-points/oncall/password: {CANARY}\n"));
    let run = sides.restore("--grafana-secrets secrets.yaml");
    assert!(!run.stdout.contains(CANARY) && !run.stderr.contains(CANARY));
    let grafana = parse(run.quiet_success())["grafana"].clone();
    assert_eq!(grafana["needs"], json!(["data-sources/orders/password"]));
    assert_eq!(sides.target.secrets(), [CANARY]);
    for (path, bytes) in sides.stack.workspace.files("") {
        let text = String::from_utf8_lossy(&bytes);
        assert!(path == "secrets.yaml" || !text.contains(CANARY), "{path} has a secret");
        assert!(path == "token" || !text.contains("glsa_canary"), "{path} has the token");
    }
    sides.stack.workspace.write("secrets.yaml", "contact-points/other/password: x\n");
    fails(
        &sides.restore("--grafana-secrets secrets.yaml"),
        2,
        &["contact-points/other/password", "it has these: "],
    );
}

/// Everything comes, in an order in which each finds what it needs; from there it is the same snapshot again.
#[test]
fn everything_goes_around_and_is_the_same() {
    if !has_prometheus("everything_goes_around_and_is_the_same") {
        return;
    }
    let sides = Sides::new();
    sides.back_up(&sides.source).quiet_success();
    let before = sides.shown();
    sides
        .stack
        .workspace
        .write("secrets.yaml", "contact-points/oncall/password: a\ndata-sources/orders/password: b\n");
    let dry = sides.restored("--dry-run");
    assert_eq!((sides.target.objects().len(), dry["made"].as_array().map(Vec::len)), (0, Some(12)));
    let restored = sides.restored("--grafana-secrets secrets.yaml");
    assert_eq!(
        (&restored["made"], &restored["failed"], &restored["needs"]),
        (&dry["made"], &json!([]), &json!([]))
    );
    let made = sides.target.made();
    assert_eq!(made[..2], ["/api/folders", "/api/folders"]);
    let at = |path: &str| made.iter().position(|made| made == path).unwrap();
    assert!(at("/api/library-elements") < at("/api/dashboards/db"), "{made:?}");
    assert!(at("/api/v1/provisioning/mute-timings") < at("/api/v1/provisioning/policies"), "{made:?}");
    let again = sides.restored("");
    assert_eq!((&again["made"], &again["there"]), (&json!([]), &json!(12)));

    sides.back_up(&sides.target).quiet_success();
    assert_eq!(sides.shown()["objects"]["sha256"], before["objects"]["sha256"]);
}

/// Case 37, fault F24.
#[test]
fn one_object_that_fails_stops_no_other_and_a_second_run_makes_only_what_is_missing() {
    if !has_prometheus("one_object_that_fails_stops_no_other_and_a_second_run_makes_only_what_is_missing") {
        return;
    }
    let sides = Sides::new();
    sides.back_up(&sides.source).quiet_success();
    sides.target.fail_after(6);
    let run = sides.restore("");
    assert_eq!(run.status, Some(1), "{}", run.stderr);
    let first = parse(&run.stdout)["grafana"].clone();
    assert_eq!(first["made"].as_array().map(Vec::len), Some(11), "{first:#}");
    let failed = first["failed"][0].clone();
    assert_eq!(failed["message"], "status 500: database is locked");
    sides.target.made();
    let second = sides.restored("");
    assert_eq!((&second["made"], &second["there"]), (&json!([failed["object"]]), &json!(11)));
    assert_eq!(sides.target.made().len(), 1);
}

#[test]
fn what_the_target_has_as_something_else_is_left_as_it_is() {
    if !has_prometheus("what_the_target_has_as_something_else_is_left_as_it_is") {
        return;
    }
    let sides = Sides::new();
    sides.back_up(&sides.source).quiet_success();
    let own = json!({"meta": {"provisioned": false, "folderUid": ""}, "dashboard": {"id": 1, "uid": "mine", "title": "Ours"}});
    sides.target.hold("dashboards", "mine", own.clone());
    let shipped =
        json!({"meta": {"provisioned": true, "folderUid": ""}, "dashboard": {"id": 2, "uid": "general"}});
    sides.target.hold("dashboards", "general", shipped);
    let run = sides.restore("");
    assert_eq!(run.status, Some(1), "{}", run.stderr);
    let grafana = parse(&run.stdout)["grafana"].clone();
    assert_eq!((&grafana["different"], &grafana["there"]), (&json!(["dashboards/mine"]), &json!(1)));
    assert_eq!(sides.target.objects()["dashboards"]["mine"], own);
}

#[test]
fn an_undone_restore_takes_away_what_it_gave_and_nothing_else() {
    if !has_prometheus("an_undone_restore_takes_away_what_it_gave_and_nothing_else") {
        return;
    }
    let sides = Sides::new();
    sides.back_up(&sides.source).quiet_success();
    sides.target.hold("mute-timings", "nights", json!({"name": "nights", "time_intervals": []}));
    let before = sides.target.objects();
    sides.restored("");
    let dry = parse(sides.restore("--undo --dry-run").quiet_success());
    assert_eq!(dry["undone"]["grafana"], json!({"removed": 11, "left": []}));
    // Somebody puts something into a folder that came, and changes what came.
    let own = json!({"meta": {"provisioned": false, "folderUid": "inner"}, "dashboard": {"uid": "own", "title": "Own"}});
    sides.target.hold("dashboards", "own", own);
    sides.target.hold("templates", "short", json!({"name": "short", "template": "changed"}));
    let undone = parse(sides.restore("--undo").quiet_success());
    let left = json!(["templates/short", "folders/inner", "folders/outer"]);
    assert_eq!(undone["undone"]["grafana"], json!({"removed": 8, "left": left}));
    let mut after = sides.target.objects();
    assert!(after.get_mut("dashboards").unwrap().remove("own").is_some());
    after.retain(|kind, of_kind| !of_kind.is_empty() && kind != "folders" && kind != "templates");
    assert_eq!(after, before);
}

#[test]
fn rights_that_are_missing_are_named_and_features_that_are_off_are_none() {
    if !has_prometheus("rights_that_are_missing_are_named_and_features_that_are_off_are_none") {
        return;
    }
    let sides = Sides::new();
    sides.stack.workspace.write("token", "Bearer other\n");
    fails(
        &sides.back_up(&sides.source),
        2,
        &["/api/health", "status 401", "role Admin", "--grafana-authorization"],
    );
    sides.stack.workspace.write("token", &format!("{TOKEN}\n"));
    sides.source.lack("/api/v1/provisioning");
    sides.back_up(&sides.source).quiet_success();
    assert_eq!(sides.shown()["counts"].as_object().map(serde_json::Map::len), Some(5));
    sides.restored("");
    let data = "--repository repository --prometheus-data target --retention 100y";
    let run = sides.stack.run(&format!("restore latest {data} --undo"));
    fails(&run, 2, &["7 objects of Grafana were restored with it", "--grafana-url"]);
}

#[test]
fn a_migration_moves_it_too_and_a_rollback_takes_it_away() {
    if !has_prometheus("a_migration_moves_it_too_and_a_rollback_takes_it_away") {
        return;
    }
    let pair = Pair::new(&USUAL, &USUAL);
    let (source, target) = (Grafana::start(), Grafana::start());
    fill(&source);
    target.hold("mute-timings", "own", json!({"name": "own", "time_intervals": []}));
    let before = target.objects();
    pair.workspace.write("token", TOKEN);
    let mut sides = pair.sides();
    for (side, grafana) in [("from", &source), ("to", &target)] {
        sides.extend([format!("--{side}-grafana"), grafana.url()]);
        sides.extend([format!("--{side}-grafana-authorization"), "token".to_owned()]);
    }
    let plan = pair.run("migrate plan", &sides);
    let words = "PF20-secrets: Grafana does not give out 2 secret values: data-sources/orders/password";
    assert!(plan.stderr.contains(words), "{}", plan.stderr);
    pair.workspace.write("secrets.yaml", &format!("contact-points/oncall/password: {CANARY}\n"));
    sides.extend(["--grafana-secrets", "secrets.yaml"].map(str::to_owned));
    let run = pair.run("migrate --yes --no-render --stop-before verify -o json", &sides);
    assert_eq!(run.status, Some(0), "{}", run.stderr);
    let words = "12 new, 0 there already, without value: data-sources/orders/password";
    assert!(run.stderr.contains(words), "{}", run.stderr);
    assert_eq!(state(&parse(&run.stdout), "grafana"), "done");
    assert_eq!((target.objects()["dashboards"].len(), target.secrets()), (2, vec![CANARY.to_owned()]));
    for (path, bytes) in pair.workspace.files("") {
        let is_told = String::from_utf8_lossy(&bytes).contains(CANARY);
        assert!(path == "secrets.yaml" || !is_told, "{path} has a secret");
    }
    let foreseen = pair.run("migrate rollback --dry-run -o json", &[]);
    assert_eq!(parse(&foreseen.stdout)["undone"]["grafana"], 12, "{}", foreseen.stderr);
    assert_eq!(target.objects()["dashboards"].len(), 2);
    let undone = pair.run("migrate rollback -o json", &[]);
    assert_eq!(undone.status, Some(0), "{}", undone.stderr);
    assert_eq!(parse(&undone.stdout)["undone"]["grafana"], 12);
    assert_eq!(target.objects(), before);
}
