//! A server that answers as Grafana's documentation of its HTTP API says, with what it was told to hold.
//!
//! It keeps objects by kind, tells no secret value, refuses what Grafana refuses (a wrong token, a uid that is there, a
//! provisioned dashboard), and fails where a test wants it to. Shapes of answers:
//! <https://grafana.com/docs/grafana/latest/developers/http_api/> (folder, `folder_dashboard_search`, dashboard,
//! `data_source`, `library_element`, annotations, `alerting_provisioning`).

use std::collections::BTreeMap;
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex};

use serde_json::{Value, json};

/// What every question has to come with.
pub(crate) const TOKEN: &str = "Bearer glsa_canary";

/// By the path of the kind, then by uid or name.
pub(crate) type Objects = BTreeMap<String, BTreeMap<String, Value>>;

#[derive(Default)]
struct State {
    objects: Objects,
    /// Every secret value that it was told.
    secrets: Vec<String>,
    /// How many objects it still takes before it fails once.
    fails_after: Option<usize>,
    /// Paths that it does not have.
    missing: Vec<&'static str>,
    made: Vec<String>,
    next_id: i64,
}

/// A server on a free port, until the test ends.
pub(crate) struct Grafana {
    pub(crate) port: u16,
    state: Arc<Mutex<State>>,
}

impl Grafana {
    pub(crate) fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        let state: Arc<Mutex<State>> = Arc::default();
        let shared = Arc::clone(&state);
        std::thread::spawn(move || {
            for stream in listener.incoming().map_while(Result::ok) {
                let state = Arc::clone(&shared);
                std::thread::spawn(move || serve(&stream, &state));
            }
        });
        Self { port, state }
    }

    pub(crate) fn url(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }

    /// Holds this object from now on.
    pub(crate) fn hold(&self, kind: &str, name: &str, object: Value) {
        let mut state = self.state.lock().unwrap();
        state.objects.entry(kind.to_owned()).or_default().insert(name.to_owned(), object);
    }

    /// Everything that it holds.
    pub(crate) fn objects(&self) -> Objects {
        let objects = self.state.lock().unwrap().objects.clone();
        objects.into_iter().filter(|(_, of_kind)| !of_kind.is_empty()).collect()
    }

    /// Takes so many objects, and fails at the next one.
    pub(crate) fn fail_after(&self, count: usize) {
        self.state.lock().unwrap().fails_after = Some(count);
    }

    /// Has no such part.
    pub(crate) fn lack(&self, path: &'static str) {
        self.state.lock().unwrap().missing.push(path);
    }

    /// The paths by which objects came, in order.
    pub(crate) fn made(&self) -> Vec<String> {
        std::mem::take(&mut self.state.lock().unwrap().made)
    }

    /// The secret values that it was told.
    pub(crate) fn secrets(&self) -> Vec<String> {
        self.state.lock().unwrap().secrets.clone()
    }
}

struct Question {
    method: String,
    path: String,
    query: String,
    is_known: bool,
    body: Value,
}

fn serve(stream: &TcpStream, state: &Mutex<State>) {
    let Some(question) = read(stream) else { return };
    let (status, body) = if question.is_known {
        answer(&question, &mut state.lock().unwrap())
    } else {
        (401, json!({"message": "Invalid API key"}))
    };
    let body = body.to_string();
    let mut stream = stream;
    let _ = write!(
        stream,
        "HTTP/1.1 {status} Status\r\nContent-Type: application/json\r\nContent-Length: {}\r\nConnection: close\r\n\r\n{body}",
        body.len()
    );
}

fn read(stream: &TcpStream) -> Option<Question> {
    let mut reader = BufReader::new(stream);
    let mut line = String::new();
    reader.read_line(&mut line).ok()?;
    let mut words = line.split_whitespace();
    let (method, target) = (words.next()?.to_owned(), words.next()?.to_owned());
    let (path, query) = target.split_once('?').unwrap_or((&target, ""));
    let (mut length, mut is_known) = (0, false);
    loop {
        let mut header = String::new();
        reader.read_line(&mut header).ok()?;
        let Some((name, value)) = header.trim_end().split_once(": ") else { break };
        match name.to_lowercase().as_str() {
            "content-length" => length = value.parse().ok()?,
            "authorization" => is_known = value == TOKEN,
            _ => {}
        }
    }
    let mut body = vec![0; length];
    reader.read_exact(&mut body).ok()?;
    let body = serde_json::from_slice(&body).unwrap_or_default();
    Some(Question { method, path: path.to_owned(), query: query.to_owned(), is_known, body })
}

fn answer(question: &Question, state: &mut State) -> (u16, Value) {
    let path = question.path.as_str();
    if state.missing.iter().any(|missing| path.starts_with(missing)) {
        return (404, json!({"message": "Not found"}));
    }
    let changes = question.method != "GET" && question.method != "DELETE";
    if changes && state.fails_after.is_some() {
        let left = state.fails_after.unwrap_or_default();
        state.fails_after = left.checked_sub(1);
        if left == 0 {
            return (500, json!({"message": "database is locked"}));
        }
    }
    let result = match question.method.as_str() {
        "GET" => found(question, state),
        "DELETE" => removed(path, state),
        _ => made(question, state),
    };
    if changes && result.0 < 300 {
        state.made.push(path.to_owned());
    }
    result
}

fn all<'s>(state: &'s State, kind: &str) -> impl Iterator<Item = &'s Value> {
    state.objects.get(kind).into_iter().flat_map(BTreeMap::values)
}

fn one(state: &State, kind: &str, name: &str) -> (u16, Value) {
    match state.objects.get(kind).and_then(|of_kind| of_kind.get(name)) {
        Some(object) => (200, object.clone()),
        None => (404, json!({"message": "not found"})),
    }
}

fn found(question: &Question, state: &State) -> (u16, Value) {
    let is_first = question.query.contains("page=1") || !question.query.contains("page=");
    let list = |kind: &str| (200, Value::Array(all(state, kind).cloned().collect()));
    match question.path.as_str() {
        "/api/health" => (200, json!({"database": "ok", "version": "13.1.3", "commit": "abc"})),
        "/api/search" => (200, if is_first { search(question, state) } else { json!([]) }),
        "/api/datasources" => (200, Value::Array(all(state, "datasources").map(listed).collect())),
        "/api/library-elements" => {
            let elements: Vec<&Value> =
                if is_first { all(state, "library-elements").collect() } else { Vec::new() };
            (200, json!({"result": {"totalCount": elements.len(), "elements": elements}}))
        }
        "/api/annotations" => list("annotations"),
        "/api/v1/provisioning/policies" => {
            let tree = one(state, "policies", "tree");
            if tree.0 == 200 {
                tree
            } else {
                (200, json!({"receiver": "grafana-default-email", "provenance": ""}))
            }
        }
        path => match path.rsplit_once('/') {
            Some(("/api/dashboards/uid", uid)) => one(state, "dashboards", uid),
            Some(("/api/datasources/uid", uid)) => one(state, "datasources", uid),
            Some(("/api/v1/provisioning", kind)) => list(kind),
            _ => (404, json!({"message": "Not found"})),
        },
    }
}

/// A list of data sources says nothing of their secret fields.
fn listed(source: &Value) -> Value {
    let mut source = source.clone();
    source.as_object_mut().unwrap().remove("secureJsonFields");
    source
}

fn search(question: &Question, state: &State) -> Value {
    let is_folders = question.query.contains("type=dash-folder");
    if is_folders {
        let folder = |folder: &Value| json!({"id": 1, "uid": folder["uid"], "title": folder["title"], "type": "dash-folder", "folderUid": folder["parentUid"]});
        return all(state, "folders").map(folder).collect();
    }
    let dashboard = |whole: &Value| {
        let dashboard = &whole["dashboard"];
        json!({"id": 1, "uid": dashboard["uid"], "title": dashboard["title"], "type": "dash-db", "folderUid": whole["meta"]["folderUid"]})
    };
    all(state, "dashboards").map(dashboard).collect()
}

fn removed(path: &str, state: &mut State) -> (u16, Value) {
    let mut parts = path.trim_start_matches("/api/").trim_start_matches("v1/provisioning/").split('/');
    let kind = parts.next().unwrap_or_default();
    let name = parts.next_back().unwrap_or("tree");
    let name = if kind == "annotations" {
        let number: i64 = name.parse().unwrap();
        let of_kind = state.objects.get(kind).into_iter().flatten();
        of_kind.into_iter().find(|(_, one)| one["id"] == number).map(|(name, _)| name.clone())
    } else {
        Some(name.to_owned())
    };
    let gone = name.and_then(|name| state.objects.get_mut(kind)?.remove(&name));
    (if gone.is_some() { 200 } else { 404 }, json!({"message": "done"}))
}

fn made(question: &Question, state: &mut State) -> (u16, Value) {
    state.next_id += 1;
    let (id, mut body) = (state.next_id, question.body.clone());
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let (kind, name, object) = match question.path.as_str() {
        "/api/folders" => ("folders", text(&body["uid"]), body),
        "/api/dashboards/db" => {
            assert!(body["dashboard"]["id"].is_null() && body["overwrite"] == false, "{body}");
            body["dashboard"]["id"] = id.into();
            body["dashboard"]["version"] = 1.into();
            let (uid, folder) = (text(&body["dashboard"]["uid"]), body["folderUid"].clone());
            if !folder.is_null() && folder != "" && !has(state, "folders", &text(&folder)) {
                return (400, json!({"message": "folder not found"}));
            }
            let meta = json!({"provisioned": false, "folderUid": folder, "version": 1});
            ("dashboards", uid, json!({"meta": meta, "dashboard": body["dashboard"]}))
        }
        "/api/datasources" => {
            let secrets = body.as_object_mut().unwrap().remove("secureJsonData").unwrap_or_default();
            let secrets: BTreeMap<String, String> = serde_json::from_value(secrets).unwrap_or_default();
            body["secureJsonFields"] = secrets.keys().map(|field| (field.clone(), json!(true))).collect();
            body["id"] = id.into();
            body["readOnly"] = false.into();
            state.secrets.extend(secrets.into_values());
            ("datasources", text(&body["uid"]), body)
        }
        "/api/library-elements" => ("library-elements", text(&body["uid"]), body),
        "/api/annotations" => {
            body["id"] = id.into();
            ("annotations", id.to_string(), body)
        }
        "/api/v1/provisioning/policies" => {
            body["provenance"] = "".into();
            ("policies", "tree".to_owned(), body)
        }
        "/api/v1/provisioning/contact-points" => {
            if body["settings"]["password"].is_string() {
                state.secrets.push(text(&body["settings"]["password"]));
                body["settings"]["password"] = "[REDACTED]".into();
            } else if body["type"] == "email-with-password" {
                return (400, json!({"message": "invalid object specification: password is missing"}));
            }
            ("contact-points", text(&body["uid"]), body)
        }
        "/api/v1/provisioning/alert-rules" => ("alert-rules", text(&body["uid"]), body),
        "/api/v1/provisioning/mute-timings" => ("mute-timings", text(&body["name"]), body),
        path => match path.rsplit_once('/') {
            Some(("/api/v1/provisioning/templates", name)) => {
                ("templates", name.to_owned(), json!({"name": name, "template": body["template"]}))
            }
            _ => return (404, json!({"message": "Not found"})),
        },
    };
    if has(state, kind, &name) {
        return (
            412,
            json!({"message": "the object has been changed by someone else", "status": "version-mismatch"}),
        );
    }
    state.objects.entry(kind.to_owned()).or_default().insert(name, object);
    (200, json!({"id": id, "status": "success"}))
}

fn has(state: &State, kind: &str, name: &str) -> bool {
    state.objects.get(kind).is_some_and(|of_kind| of_kind.contains_key(name))
}
