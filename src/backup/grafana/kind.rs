//! The kinds of objects that are kept, in the order in which one needs the other; how each is made and removed.

use serde_json::{Map, Value, json};

use super::Object;
use crate::backup::node::{Method, Request};

/// A kind of objects.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    /// Folders, which may be in others.
    Folder,
    /// Data sources.
    DataSource,
    /// Panels that several dashboards share.
    LibraryElement,
    /// Dashboards.
    Dashboard,
    /// Whom Grafana's own alerts go to.
    ContactPoint,
    /// When they are not told.
    MuteTiming,
    /// What they say.
    Template,
    /// Which goes to whom.
    Policies,
    /// Grafana's own alert rules.
    AlertRule,
    /// What people wrote into graphs.
    Annotation,
}

impl Kind {
    /// All kinds, each after those that it needs.
    pub const ALL: [Self; 10] = [
        Self::Folder,
        Self::DataSource,
        Self::LibraryElement,
        Self::Dashboard,
        Self::ContactPoint,
        Self::MuteTiming,
        Self::Template,
        Self::Policies,
        Self::AlertRule,
        Self::Annotation,
    ];

    /// As reports have them.
    pub fn name(self) -> &'static str {
        match self {
            Self::Folder => "folders",
            Self::DataSource => "data-sources",
            Self::LibraryElement => "library-elements",
            Self::Dashboard => "dashboards",
            Self::ContactPoint => "contact-points",
            Self::MuteTiming => "mute-timings",
            Self::Template => "templates",
            Self::Policies => "policies",
            Self::AlertRule => "alert-rules",
            Self::Annotation => "annotations",
        }
    }

    /// The path of the API.
    pub(super) fn path(self) -> &'static str {
        match self {
            Self::Folder => "/api/folders",
            Self::DataSource => "/api/datasources",
            Self::LibraryElement => "/api/library-elements",
            Self::Dashboard => "/api/dashboards",
            Self::ContactPoint => "/api/v1/provisioning/contact-points",
            Self::MuteTiming => "/api/v1/provisioning/mute-timings",
            Self::Template => "/api/v1/provisioning/templates",
            Self::Policies => "/api/v1/provisioning/policies",
            Self::AlertRule => "/api/v1/provisioning/alert-rules",
            Self::Annotation => "/api/annotations",
        }
    }
}

impl Object {
    /// What makes it, with the values of its secret fields as far as they are known.
    pub(super) fn creation(&self, secrets: Map<String, Value>) -> Request {
        let (kind, mut body) = (self.kind, self.content.clone());
        let mut path = kind.path().to_owned();
        match kind {
            Kind::Dashboard => {
                path.push_str("/db");
                body["dashboard"]["id"] = Value::Null;
                body["overwrite"] = false.into();
            }
            Kind::DataSource => body["secureJsonData"] = secrets.into(),
            Kind::ContactPoint => {
                for (field, value) in secrets {
                    body["settings"][field] = value;
                }
            }
            Kind::Template => {
                path = format!("{path}/{}", segment(&self.identity));
                body = json!({"template": body["template"]});
            }
            _ => {}
        }
        let method = match kind {
            Kind::Template | Kind::Policies => Method::Put,
            _ => Method::Post,
        };
        let request = Request { method, ..Request::post(path, body.to_string().into_bytes()) };
        if kind.path().contains("/provisioning/") { editable(request) } else { request }
    }

    /// What removes it.
    pub(super) fn removal(&self) -> Request {
        let path = match (self.kind, self.number) {
            (Kind::Policies, _) => self.kind.path().to_owned(),
            (Kind::Annotation, Some(number)) => format!("{}/{number}", self.kind.path()),
            (Kind::DataSource | Kind::Dashboard, _) => {
                format!("{}/uid/{}", self.kind.path(), segment(&self.identity))
            }
            _ => format!("{}/{}", self.kind.path(), segment(&self.identity)),
        };
        let request = Request { method: Method::Delete, ..Request::get(path) };
        if self.kind.path().contains("/provisioning/") { editable(request) } else { request }
    }
}

/// What comes by this part of the API cannot be edited in Grafana's pages, unless somebody says that it may be.
fn editable(request: Request) -> Request {
    let headers = vec![("Content-Type", "application/json"), ("X-Disable-Provenance", "true")];
    Request { headers, ..request }
}

/// A part of a path.
pub(super) fn segment(text: &str) -> String {
    use std::fmt::Write as _;
    text.bytes().fold(String::new(), |mut escaped, byte| {
        if byte.is_ascii_alphanumeric() || b"-_.~".contains(&byte) {
            escaped.push(char::from(byte));
        } else {
            let _ = write!(escaped, "%{byte:02X}");
        }
        escaped
    })
}
