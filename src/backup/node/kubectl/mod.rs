//! A node in a cluster, through the user's own kubectl: their credentials, plugins and proxies, and nothing of ours.
//!
//! Files go through exec in pieces, each with its digest, and a piece that does not come as a whole is asked for again.
//! Servers are asked through forwarded ports.

mod exec;
mod forward;
mod lock;
mod scripts;

use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;
use std::io::{self, Read, Write};
use std::path::PathBuf;
use std::process::Command;
use std::time::Duration;

use sha2::Digest as _;

use self::exec::{Answer, hexadecimal, sha256};
use self::forward::Forward;
use self::lock::Held;
use super::{
    Authorization, Digest, Failure, Method, Node, NodeError, NodeFile, NodeLock, Owner, Request, Response,
    Service, Tls,
};

/// What a file is called until all of it is there.
const PART: &str = ".stackgen-part";
/// Who says nothing for so long is asked again. A piece takes a minute at 70 kB/s.
const DEADLINE: Duration = Duration::from_secs(60);
/// How often a question that changes nothing is asked through a new tunnel.
const TRIES: usize = 4;
const PIECE: usize = scripts::UNIT * scripts::UNITS;

/// The container that has the data folder.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Container {
    /// The program to run, `kubectl` on the path or another.
    pub kubectl: PathBuf,
    /// The context, otherwise the current one.
    pub context: Option<String>,
    /// The namespace of the pod.
    pub namespace: String,
    /// The pod's name.
    pub pod: String,
    /// The container's name.
    pub container: String,
    /// The data folder in it.
    pub folder: String,
}

/// A server in the cluster.
#[derive(Clone, Debug)]
pub struct Target {
    /// What to forward to: `pod/prometheus-0`, `service/alertmanager`.
    pub resource: String,
    /// The port there.
    pub port: u16,
    /// The route prefix, empty or with a slash in front.
    pub prefix: String,
    /// What it is asked with.
    pub authorization: Option<Authorization>,
    /// Certificates, if it is asked by TLS.
    pub tls: Option<Tls>,
}

/// A replica in a cluster.
#[derive(Debug)]
pub struct KubectlNode {
    at: Container,
    deadline: Duration,
    targets: BTreeMap<Service, Target>,
    tunnels: RefCell<BTreeMap<Service, Forward>>,
    repeated: Cell<u64>,
}

impl KubectlNode {
    /// Of a container; its servers are named by [`Self::with`].
    pub fn new(at: Container) -> Result<Self, NodeError> {
        let names = [Some(&at.namespace), Some(&at.pod), Some(&at.container), at.context.as_ref()];
        if let Some(name) = names.into_iter().flatten().find(|name| name.is_empty() || name.starts_with('-'))
        {
            return Err(NodeError::new(Failure::Path, name.as_str(), "is no name of something in a cluster"));
        }
        if !at.folder.starts_with('/') {
            return Err(NodeError::new(Failure::Path, at.folder, "is no absolute path")
                .hint("name the data folder as the container sees it: /prometheus"));
        }
        let at = Container { folder: at.folder.trim_end_matches('/').to_owned(), ..at };
        let (targets, tunnels) = (BTreeMap::new(), RefCell::default());
        Ok(Self { at, deadline: DEADLINE, targets, tunnels, repeated: Cell::new(0) })
    }

    /// With one of its servers.
    #[must_use]
    pub fn with(mut self, service: Service, target: Target) -> Self {
        self.targets.insert(service, target);
        self
    }

    /// With another time after which silence is taken for a lost connection.
    #[must_use]
    pub fn with_deadline(self, deadline: Duration) -> Self {
        Self { deadline, ..self }
    }

    /// How many pieces and questions had to be asked for again.
    pub fn repeated(&self) -> u64 {
        self.repeated.get()
    }

    fn kubectl(&self) -> Command {
        let mut command = Command::new(&self.at.kubectl);
        if let Some(context) = &self.at.context {
            command.args(["--context", context]);
        }
        command.args(["--namespace", &self.at.namespace]);
        command
    }

    fn place(&self, path: &str) -> String {
        format!("{}/{path}", self.describe())
    }

    /// A script in the container, which gets the data folder as its first word.
    fn script(&self, script: &str) -> Command {
        let mut command = self.kubectl();
        command.args(["exec", "--stdin", &self.at.pod, "--container", &self.at.container, "--"]);
        command.args(["sh", "-c", &format!("{}{script}", scripts::COMMON), "sh", &self.at.folder]);
        command
    }

    /// Runs a script; anything but a good end is an error that names the path.
    fn run(&self, script: &str, words: &[&str], input: &[u8]) -> Result<Vec<u8>, NodeError> {
        let place = words.first().map_or_else(|| self.describe(), |path| self.place(path));
        let command = |attempt| {
            let mut command = self.script(script);
            command.args(words).args((attempt > 0).then_some("again"));
            command
        };
        let count = || self.repeated.set(self.repeated.get() + 1);
        let answer = exec::ask(&place, self.deadline, input, &command, &count)?;
        accept(&place, answer)
    }

    /// For short answers.
    fn text(&self, script: &str, words: &[&str], input: &[u8]) -> Result<String, NodeError> {
        Ok(String::from_utf8_lossy(&self.run(script, words, input)?).into_owned())
    }

    fn facts(&self) -> Option<[u64; 3]> {
        let text = self.text(scripts::FACTS, &[], &[]).ok()?;
        let mut words = text.split(' ').map(str::parse);
        Some([words.next()?.ok()?, words.next()?.ok()?, words.next()?.ok()?])
    }

    /// Sends all pieces to the part file, then lets it have its name.
    fn send(&self, path: &str, part: &str, input: &mut dyn Read, digest: &Digest) -> Result<(), NodeError> {
        let place = self.place(path);
        self.run(scripts::BEGIN, &[part], &[])?;
        let (mut sent, mut size, mut unit) = (sha2::Sha256::new(), 0, 0);
        loop {
            let mut piece = Vec::new();
            let piece_limit = PIECE as u64;
            input.take(piece_limit).read_to_end(&mut piece).map_err(|error| NodeError::of(&place, &error))?;
            sent.update(&piece);
            size += piece.len() as u64;
            if piece.is_empty() || size > digest.size {
                break;
            }
            self.send_piece(part, unit, &piece)?;
            unit += scripts::UNITS;
        }
        if size != digest.size || hexadecimal(&sent.finalize()) != digest.sha256 {
            let message = format!("is not what was promised: {} bytes with another digest", digest.size);
            return Err(NodeError::new(Failure::Content, place, message).hint("run again"));
        }
        let has = self.text(scripts::FINISH, &[part, path, &digest.sha256], &[])?;
        if has.split(' ').next() == Some(&digest.sha256) {
            return Ok(());
        }
        Err(NodeError::new(Failure::Content, place, "has another digest in the container than here")
            .hint("look whether the volume is sound, then run again"))
    }

    /// A piece that did not arrive as it was sent is sent again.
    fn send_piece(&self, part: &str, unit: usize, piece: &[u8]) -> Result<(), NodeError> {
        let (unit, length, digest) = (unit.to_string(), piece.len().to_string(), sha256(piece));
        for _ in 0..TRIES {
            let has = self.text(scripts::PIECE, &[part, &unit, &length], piece)?;
            if has.split(' ').next() == Some(&digest) {
                return Ok(());
            }
            self.repeated.set(self.repeated.get() + 1);
        }
        let message = format!("a piece arrived damaged {TRIES} times");
        Err(NodeError::new(Failure::Content, self.place(part), message)
            .hint("look at the connection to the cluster"))
    }

    fn target(&self, service: Service) -> Result<&Target, NodeError> {
        self.targets.get(&service).ok_or_else(|| {
            let message = format!("no address of {} is known", service.name());
            NodeError::new(Failure::Missing, self.describe(), message)
        })
    }

    /// Through the tunnel that is there, or a new one.
    fn through<T>(
        &self,
        service: Service,
        is_new: bool,
        ask: &mut dyn FnMut(&super::Endpoint) -> Result<T, NodeError>,
    ) -> Result<T, NodeError> {
        let target = self.target(service)?;
        let kept = self.tunnels.borrow_mut().remove(&service).filter(|_| !is_new);
        let mut tunnel = match kept {
            Some(tunnel) => tunnel,
            None => self.forward(target)?,
        };
        let answer = ask(&tunnel.endpoint);
        if answer.is_ok() && tunnel.is_alive() {
            self.tunnels.borrow_mut().insert(service, tunnel);
        }
        answer.map_err(|error| NodeError {
            place: format!("{} ({})", self.describe(), target.resource),
            ..error
        })
    }

    fn forward(&self, target: &Target) -> Result<Forward, NodeError> {
        let mut command = self.kubectl();
        command.args([
            "port-forward",
            "--address",
            "127.0.0.1",
            &target.resource,
            &format!(":{}", target.port),
        ]);
        let place = format!("{} ({})", self.describe(), target.resource);
        Forward::start(command, &place, self.deadline, |port| target.endpoint(&self.at.namespace, port))
    }
}

impl Target {
    /// The server, through a port that is forwarded to it.
    fn endpoint(&self, namespace: &str, port: u16) -> Result<super::Endpoint, NodeError> {
        let (Self { prefix, authorization, .. }, name) = (self, self.server_name(namespace));
        if self.tls.is_none() {
            return super::Endpoint::new(&format!("http://127.0.0.1:{port}{prefix}"), authorization.clone());
        }
        let endpoint =
            super::Endpoint::new(&format!("https://{name}:{}{prefix}", self.port), authorization.clone())?;
        Ok(endpoint.with_tls(self.tls.clone()).through(port))
    }

    /// The name in its certificate: of the service, which a pod of a StatefulSet is called after.
    fn server_name(&self, namespace: &str) -> String {
        let (kind, name) = self.resource.split_once('/').unwrap_or(("", &self.resource));
        let ordinal = name.rsplit_once('-').filter(|(_, end)| end.bytes().all(|byte| byte.is_ascii_digit()));
        let service =
            ordinal.map_or(name, |(service, _)| if kind.starts_with("po") { service } else { name });
        format!("{service}.{namespace}.svc")
    }
}

/// What a script could not do, as an error.
fn accept(place: &str, answer: Answer) -> Result<Vec<u8>, NodeError> {
    let said = || String::from_utf8_lossy(&answer.body).into_owned();
    let error = |failure, message: String| NodeError::new(failure, place, message);
    Err(match answer.status {
        scripts::DONE => return Ok(answer.body),
        scripts::MISSING => error(Failure::Missing, format!("there is no {}", said()))
            .hint("look at the data folder that the server was started with"),
        scripts::LINK => {
            error(Failure::Path, format!("{} is a link, which may lead out of the data folder", said()))
                .hint("put what it leads to in its place")
        }
        scripts::EXISTS => {
            error(Failure::Exists, "is there already".to_owned()).hint("move away what is there")
        }
        scripts::OWNER => error(
            Failure::Forbidden,
            format!("PF13-ownership: {} cannot be given to the owner of the data folder", said()),
        )
        .hint("use a container that runs as the user that the server runs as"),
        scripts::FULL => error(Failure::Full, said()).hint("make space, then run again"),
        _ => error(Failure::Other, said()),
    })
}

/// Paths are names below the data folder.
fn check(path: &str) -> Result<&str, NodeError> {
    let is_wrong = |part: &str| matches!(part, "" | "." | "..") || part.contains(['\\', '\0', ':', '\n']);
    if path.split('/').any(is_wrong) {
        return Err(NodeError::new(Failure::Path, path, "is no path below the data folder"));
    }
    Ok(path)
}

impl Node for KubectlNode {
    fn describe(&self) -> String {
        format!("{}/{}:{}", self.at.namespace, self.at.pod, self.at.folder)
    }

    fn list(&self, folder: &str) -> Result<Vec<NodeFile>, NodeError> {
        let above = if folder.is_empty() { String::new() } else { format!("{}/", check(folder)?) };
        let text = self.run(scripts::LIST, &[folder], &[])?;
        let wrong =
            || NodeError::new(Failure::Path, self.place(folder), "has a file whose name is no line of text");
        let text = String::from_utf8(text).map_err(|_| wrong())?;
        let file = |line: &str| {
            let (size, name) = line.split_once(" ./")?;
            Some(NodeFile { path: format!("{above}{name}"), size: size.parse().ok()? })
        };
        let files: Option<Vec<_>> = text.lines().map(file).collect();
        let mut files = files.ok_or_else(wrong)?;
        files.sort();
        Ok(files)
    }

    fn read(&self, path: &str, out: &mut dyn Write) -> Result<Digest, NodeError> {
        let (mut hash, mut size, mut unit) = (sha2::Sha256::new(), 0, 0_usize);
        loop {
            let units = scripts::UNITS.to_string();
            let piece = self.run(scripts::READ, &[check(path)?, &unit.to_string(), &units], &[])?;
            hash.update(&piece);
            size += piece.len() as u64;
            out.write_all(&piece).map_err(|error| NodeError::of(self.place(path), &error))?;
            if piece.len() < PIECE {
                return Ok(Digest { size, sha256: hexadecimal(&hash.finalize()) });
            }
            unit += scripts::UNITS;
        }
    }

    fn write(&self, path: &str, input: &mut dyn Read, digest: &Digest) -> Result<(), NodeError> {
        let part = format!("{}{PART}", check(path)?);
        let written = self.send(path, &part, input, digest);
        if written.is_err() {
            // Whatever stopped the write is what has to be told, not that the part is still there.
            let _ = self.run(scripts::FORGET, &[&part], &[]);
        }
        written
    }

    fn rename(&self, from: &str, to: &str) -> Result<(), NodeError> {
        self.run(scripts::RENAME, &[check(from)?, check(to)?], &[]).map(drop)
    }

    fn remove_folder(&self, path: &str) -> Result<(), NodeError> {
        self.run(scripts::REMOVE, &[check(path)?], &[]).map(drop)
    }

    fn make_folder(&self, path: &str) -> Result<(), NodeError> {
        if let Some((above, _)) = check(path)?.rsplit_once('/') {
            self.make_folder(above)?;
        }
        self.run(scripts::MAKE, &[path], &[]).map(drop)
    }

    fn free_space(&self) -> Option<u64> {
        self.facts()?[0].checked_mul(1 << 10)
    }

    fn owner(&self) -> Option<Owner> {
        let [_, user, group] = self.facts()?;
        Some(Owner { user: user.try_into().ok()?, group: group.try_into().ok()? })
    }

    fn lock(&self) -> Result<Box<dyn NodeLock + '_>, NodeError> {
        Ok(Box::new(Held::take(&|| self.script(scripts::LOCK), &self.describe(), self.deadline)?))
    }

    /// The container's own processes are those that it sees.
    fn is_in_use(&self) -> Result<bool, NodeError> {
        Ok(self.text(scripts::USED, &[], &[])? == "yes")
    }

    fn place_on_this_machine(&self, _: &str) -> Option<PathBuf> {
        None
    }

    /// Reading is repeated when a tunnel breaks. What changes something is asked once, through a new tunnel.
    fn http(&self, service: Service, request: &Request) -> Result<Response, NodeError> {
        let is_new = request.method != Method::Get;
        let tries = if is_new { 1 } else { TRIES };
        let mut attempt = 1;
        loop {
            let answer = self.through(service, is_new || attempt > 1, &mut |at| at.ask(service, request));
            match answer {
                Err(error)
                    if attempt < tries
                        && matches!(error.failure, Failure::Unreachable | Failure::Content) =>
                {
                    self.repeated.set(self.repeated.get() + 1);
                    attempt += 1;
                }
                other => return other,
            }
        }
    }

    /// Whoever takes a stream has taken part of it when it breaks, so it is not repeated here. Asked again, it goes
    /// through a new tunnel.
    fn stream(
        &self,
        service: Service,
        request: &Request,
        take: &mut dyn FnMut(&mut dyn Read) -> io::Result<()>,
    ) -> Result<u16, NodeError> {
        self.through(service, false, &mut |at| at.stream(service, request, take))
    }
}

#[cfg(test)]
#[cfg(unix)]
mod tests;
