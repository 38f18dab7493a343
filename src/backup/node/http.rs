//! Questions to a node's servers over HTTP.

use std::fmt;
use std::io::{self, Read};
use std::net::{Ipv4Addr, SocketAddr};
use std::time::Duration;

use ureq::unversioned::resolver::{ResolvedSocketAddrs, Resolver};
use ureq::unversioned::transport::{DefaultConnector, NextTimeout};

use super::{Failure, NodeError, Tls};

/// The largest answer that is kept in memory; data streams, answers of the API do not.
const ANSWER_LIMIT: u64 = 64 << 20;
const RUN_AGAIN: &str = "run again; a proxy between here and there may cut long answers";
/// A snapshot of a large head takes its time; whoever says nothing for longer is taken for dead.
const DEADLINE: Duration = Duration::from_secs(300);

/// The servers of a stack.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Service {
    /// Prometheus.
    Prometheus,
    /// Alertmanager.
    Alertmanager,
    /// Grafana.
    Grafana,
}

impl Service {
    /// As people write it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Prometheus => "Prometheus",
            Self::Alertmanager => "Alertmanager",
            Self::Grafana => "Grafana",
        }
    }
}

/// What is done with a resource.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Method {
    /// Reads it.
    #[default]
    Get,
    /// Changes it.
    Post,
    /// Puts another in its place.
    Put,
    /// Removes it.
    Delete,
}

/// A question.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Request {
    /// What to do.
    pub method: Method,
    /// Below the server's address, with a slash in front.
    pub path: String,
    /// Names and values, not yet escaped.
    pub query: Vec<(String, String)>,
    /// Only of a POST or a PUT: JSON, unless a header says something else.
    pub body: Vec<u8>,
    /// Beside those that every request has.
    pub headers: Vec<(&'static str, &'static str)>,
}

impl Request {
    /// Reads a resource.
    pub fn get(path: impl Into<String>) -> Self {
        Self { path: path.into(), ..Self::default() }
    }

    /// Sends JSON to a resource.
    pub fn post(path: impl Into<String>, body: Vec<u8>) -> Self {
        Self { method: Method::Post, path: path.into(), body, ..Self::default() }
    }

    /// With one more parameter.
    #[must_use]
    pub fn with(mut self, name: &str, value: impl Into<String>) -> Self {
        self.query.push((name.to_owned(), value.into()));
        self
    }
}

/// An answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Response {
    /// The status code.
    pub status: u16,
    /// Everything behind the headers.
    pub body: Vec<u8>,
}

/// The value of an `Authorization` header, which is never shown.
#[derive(Clone, PartialEq, Eq)]
pub struct Authorization(pub String);

impl fmt::Debug for Authorization {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("Authorization(hidden)")
    }
}

/// Where a server listens.
#[derive(Clone, Debug)]
pub struct Endpoint {
    url: String,
    authorization: Option<Authorization>,
    tls: Option<Tls>,
    /// A port of this machine behind which the server is, whatever its name says.
    tunnel: Option<u16>,
}

/// Every name is this port of this machine.
#[derive(Debug)]
struct Tunnel(u16);

impl Resolver for Tunnel {
    fn resolve(
        &self,
        _: &ureq::http::Uri,
        _: &ureq::config::Config,
        _: NextTimeout,
    ) -> Result<ResolvedSocketAddrs, ureq::Error> {
        let mut found = self.empty();
        found.push(SocketAddr::from((Ipv4Addr::LOCALHOST, self.0)));
        Ok(found)
    }
}

impl Endpoint {
    /// An address with an optional route prefix. Addresses are shown in messages, so they hold no password.
    pub fn new(url: &str, authorization: Option<Authorization>) -> Result<Self, NodeError> {
        let rest = url.strip_prefix("http://").or_else(|| url.strip_prefix("https://"));
        let host = rest.map(|rest| rest.split('/').next().unwrap_or_default());
        match host {
            Some(host) if host.contains('@') => Err(NodeError::new(
                Failure::Path,
                "the server's address",
                "has a user name or a password in it",
            )
            .hint("give credentials apart from the address, which is shown in messages")),
            Some(host) if !host.is_empty() && !url.contains(['?', '#']) => {
                Ok(Self { url: url.trim_end_matches('/').to_owned(), authorization, tls: None, tunnel: None })
            }
            _ => Err(NodeError::new(Failure::Path, url, "is not the address of a server")
                .hint("write it as http://HOST:PORT or https://HOST:PORT/PREFIX")),
        }
    }

    /// With these certificates.
    #[must_use]
    pub fn with_tls(mut self, tls: Option<Tls>) -> Self {
        self.tls = tls;
        self
    }

    /// Through a port of this machine that leads to the server.
    #[must_use]
    pub(super) fn through(mut self, port: u16) -> Self {
        self.tunnel = Some(port);
        self
    }

    /// Asks. No redirect is followed: it would carry the credentials to where nobody sent them.
    pub(super) fn ask(&self, service: Service, request: &Request) -> Result<Response, NodeError> {
        let url = format!("{}{}", self.url, request.path);
        let mut answer = self.send(&url, request).map_err(|error| silent(service, &url, &error))?;
        let status = answer.status().as_u16();
        let body = answer.body_mut().with_config().limit(ANSWER_LIMIT).read_to_vec().map_err(|error| {
            NodeError::new(Failure::Content, &url, format!("the answer ends early: {error}")).hint(RUN_AGAIN)
        })?;
        Ok(Response { status, body })
    }

    /// Asks, and gives the answer to `take` as it comes if its status is 200; gives the status.
    pub(super) fn stream(
        &self,
        service: Service,
        request: &Request,
        take: &mut dyn FnMut(&mut dyn Read) -> io::Result<()>,
    ) -> Result<u16, NodeError> {
        let url = format!("{}{}", self.url, request.path);
        let mut answer = self.send(&url, request).map_err(|error| silent(service, &url, &error))?;
        let status = answer.status().as_u16();
        if status == 200 {
            take(&mut answer.body_mut().as_reader()).map_err(|error| {
                let error = NodeError::of(&url, &error);
                if error.hint.is_some() { error } else { error.hint(RUN_AGAIN) }
            })?;
        }
        Ok(status)
    }

    /// Environment variables name no proxy here: the address is the one that was given.
    fn agent(&self) -> ureq::Agent {
        let mut config =
            ureq::Agent::config_builder().proxy(None).max_redirects(0).max_redirects_will_error(false);
        config = config.http_status_as_error(false).timeout_global(Some(DEADLINE));
        if let Some(tls) = &self.tls {
            config = config.tls_config(tls.config());
        }
        match self.tunnel {
            Some(port) => ureq::Agent::with_parts(config.build(), DefaultConnector::default(), Tunnel(port)),
            None => config.build().new_agent(),
        }
    }

    fn send(&self, url: &str, request: &Request) -> Result<ureq::http::Response<ureq::Body>, ureq::Error> {
        let agent = self.agent();
        let method = match request.method {
            Method::Get => ureq::http::Method::GET,
            Method::Post => ureq::http::Method::POST,
            Method::Put => ureq::http::Method::PUT,
            Method::Delete => ureq::http::Method::DELETE,
        };
        let pairs = request.query.iter().map(|(name, value)| format!("{}={}", escape(name), escape(value)));
        let query = pairs.collect::<Vec<_>>().join("&");
        let separator = if query.is_empty() { "" } else { "?" };
        let mut builder =
            ureq::http::Request::builder().method(method).uri(format!("{url}{separator}{query}"));
        if let Some(Authorization(value)) = &self.authorization {
            builder = builder.header("Authorization", value);
        }
        for (name, value) in &request.headers {
            builder = builder.header(*name, *value);
        }
        if matches!(request.method, Method::Post | Method::Put) {
            if request.headers.is_empty() {
                builder = builder.header("Content-Type", "application/json");
            }
            agent.run(builder.body(request.body.as_slice())?)
        } else {
            agent.run(builder.body(())?)
        }
    }
}

fn silent(service: Service, url: &str, error: &ureq::Error) -> NodeError {
    let error = error.to_string();
    let hint = if error.to_lowercase().contains("certificate") {
        "name the authority that the server's certificate is by, and a certificate that the server takes: --tls-config"
    } else {
        "look whether the server runs and listens at this address"
    };
    NodeError::new(Failure::Unreachable, url, format!("{} does not answer: {error}", service.name()))
        .hint(hint)
}

/// For a query: every byte that could mean something there.
fn escape(text: &str) -> String {
    use fmt::Write as _;
    text.bytes().fold(String::with_capacity(text.len()), |mut escaped, byte| {
        if byte.is_ascii_alphanumeric() || b"-_.~".contains(&byte) {
            escaped.push(char::from(byte));
        } else {
            let _ = write!(escaped, "%{byte:02X}");
        }
        escaped
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_hold_no_password_and_no_message_shows_one() {
        let error = Endpoint::new("http://me:canary@localhost:9090", None).unwrap_err();
        assert_eq!(error.failure, Failure::Path);
        assert!(!error.to_string().contains("canary"), "{error}");
        let endpoint =
            Endpoint::new("http://localhost:9090/metrics/", Some(Authorization("Bearer canary".to_owned())))
                .unwrap();
        assert!(!format!("{endpoint:?}").contains("canary"));
        assert_eq!(endpoint.url, "http://localhost:9090/metrics");
    }

    #[test]
    fn what_is_no_address_is_refused() {
        for wrong in ["localhost:9090", "ftp://localhost", "http://", "https:///path", "http://host/?a=b"] {
            assert!(Endpoint::new(wrong, None).is_err(), "{wrong}");
        }
    }

    #[test]
    fn queries_are_escaped() {
        assert_eq!(escape("up{a=\"é\"} + 1"), "up%7Ba%3D%22%C3%A9%22%7D%20%2B%201");
    }
}
