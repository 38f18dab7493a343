//! A tunnel to a server in the cluster, which ends with the value that stands for it.

use std::io::{self, BufRead as _, BufReader, Read as _};
use std::process::{Child, Command, Stdio};
use std::sync::mpsc;
use std::thread;
use std::time::Duration;

use super::super::{Endpoint, Failure, NodeError};
use super::exec::{SAID_LIMIT, cannot_start, lasting, words};

/// What kubectl writes before the port that it chose.
const LISTENS: &str = "Forwarding from 127.0.0.1:";

/// A kubectl that forwards a port.
#[derive(Debug)]
pub(super) struct Forward {
    child: Child,
    pub(super) endpoint: Endpoint,
}

impl Forward {
    /// Starts one, and waits until it listens; `endpoint` says how the server is asked through the port.
    pub(super) fn start(
        mut command: Command,
        place: &str,
        deadline: Duration,
        endpoint: impl FnOnce(u16) -> Result<Endpoint, NodeError>,
    ) -> Result<Self, NodeError> {
        let spawned = command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn();
        let mut child = spawned.map_err(|error| cannot_start(place, &error))?;
        let said = child.stderr.take().map(complaints);
        let port = child.stdout.take().and_then(|stdout| first_port(stdout, deadline));
        match port.map(endpoint) {
            Some(Ok(endpoint)) => Ok(Self { child, endpoint }),
            other => {
                stop(&mut child);
                let said = said.and_then(|said| said.recv_timeout(Duration::from_secs(1)).ok());
                Err(other.and_then(Result::err).unwrap_or_else(|| closed(place, &said.unwrap_or_default())))
            }
        }
    }

    /// Whether its kubectl still runs.
    pub(super) fn is_alive(&mut self) -> bool {
        matches!(self.child.try_wait(), Ok(None))
    }
}

impl Drop for Forward {
    fn drop(&mut self) {
        stop(&mut self.child);
    }
}

fn stop(child: &mut Child) {
    let _ = child.kill();
    let _ = child.wait();
}

fn closed(place: &str, said: &[u8]) -> NodeError {
    let said = words(said);
    lasting(place, &said).unwrap_or_else(|| {
        NodeError::new(Failure::Unreachable, place, format!("kubectl forwards no port: {said}"))
            .hint("try `kubectl port-forward` by hand; it needs the right to create pods/portforward")
    })
}

/// What it complains of, told when it ends. All of it is read, or it would wait for a reader.
fn complaints(mut stderr: std::process::ChildStderr) -> mpsc::Receiver<Vec<u8>> {
    let (ended, said) = mpsc::channel();
    thread::spawn(move || {
        let mut kept = Vec::new();
        let _ = stderr.by_ref().take(SAID_LIMIT).read_to_end(&mut kept);
        let _ = io::copy(&mut stderr, &mut io::sink());
        let _ = ended.send(kept);
    });
    said
}

/// The port that it says it listens on. What it says later is read too, or it would wait for a reader.
fn first_port(stdout: std::process::ChildStdout, deadline: Duration) -> Option<u16> {
    let (found, port) = mpsc::channel();
    thread::spawn(move || {
        let mut stdout = BufReader::new(stdout);
        let mut line = String::new();
        while stdout.by_ref().take(4 << 10).read_line(&mut line).is_ok_and(|length| length > 0) {
            let digits = line.strip_prefix(LISTENS).and_then(|rest| rest.split(' ').next());
            if let Some(Ok(port)) = digits.map(str::parse) {
                let _ = found.send(port);
            }
            line.clear();
        }
    });
    port.recv_timeout(deadline).ok()
}
