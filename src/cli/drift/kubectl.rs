//! What runs, as the user's own kubectl says: their credentials, plugins and proxies, and nothing of ours.

use std::collections::{BTreeMap, BTreeSet};
use std::io::{ErrorKind, Read, Write as _};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use crate::cli::diff::sides::{SideFile, SideFiles};
use crate::diagnostic::{Diagnostic, Diagnostics};
use crate::drift::{Desired, Identity};

/// What kubectl says of a kind that the server does not know, and of a namespace that is not there.
const NOT_THERE: [&str; 3] =
    ["the server doesn't have a resource type", "no matches for kind", "namespaces \""];
/// What it says where somebody may not look.
const FORBIDDEN: [&str; 3] = ["Forbidden", "Unauthorized", "must be logged in"];
/// What a message has where no other question will have an answer.
const NO_CLUSTER: [&str; 4] = ["cannot start", "did not answer", "was refused", "Unable to connect"];
/// Kinds that scale others: who looks after replicas, whatever the tree says of it.
const AUTOSCALERS: [&str; 2] = ["HorizontalPodAutoscaler.v2.autoscaling", "ScaledObject.v1alpha1.keda.sh"];
/// Nothing is stored, whoever owns the fields; what this release does not know is for `validate` to say.
const APPLY: [&str; 9] = [
    "apply",
    "--server-side",
    "--dry-run=server",
    "--force-conflicts",
    "--field-manager=stackgen-drift",
    "--validate=false",
    "--output=json",
    "--filename",
    "-",
];
/// How often the end of a run is looked for.
const PAUSE: Duration = Duration::from_millis(10);

/// The user's kubectl.
#[derive(Clone, Copy, Debug)]
pub(super) struct Kubectl<'a> {
    pub(super) program: &'a Path,
    pub(super) context: Option<&'a str>,
    /// How long one call may take.
    pub(super) deadline: Duration,
}

/// What is asked for in one call: a kind, in a namespace or in none.
type Question<'s> = (String, &'s str);

impl Kubectl<'_> {
    /// The objects of all kinds that the tree has, where it has them, and what could not be found.
    pub(super) fn objects(
        &self,
        desired: &Desired<'_>,
    ) -> Result<(SideFiles<'static>, Vec<String>), Diagnostics> {
        let mut questions: BTreeMap<Question<'_>, BTreeSet<&str>> = BTreeMap::new();
        let mut namespaces = BTreeSet::new();
        for document in &desired.documents {
            let id = Identity::of(&document.node);
            let version =
                document.node.get("apiVersion").and_then(crate::yaml::Node::text).unwrap_or_default();
            questions.entry((resource(version, id.kind), id.namespace)).or_default().insert(id.name);
            namespaces.insert(id.namespace);
        }
        for (kind, namespace) in
            AUTOSCALERS.into_iter().flat_map(|kind| namespaces.iter().map(move |one| (kind, *one)))
        {
            if !namespace.is_empty() {
                questions.entry((kind.to_owned(), namespace)).or_default();
            }
        }
        let (mut files, mut notes, mut errors) = (SideFiles::new(), Vec::new(), Diagnostics::default());
        for ((kind, namespace), names) in &questions {
            match self.get(kind, namespace, names) {
                Ok(Some(json)) => {
                    let shown = PathBuf::from(format!("<kubectl get {kind}>"));
                    files
                        .insert(format!("{kind} {namespace}").into(), SideFile::of_bytes(&shown, Some(json)));
                }
                Ok(None) if names.is_empty() => {}
                Ok(None) => notes.push(format!("the cluster knows no {kind}: its objects are missing")),
                Err(error) => {
                    // What holds for one kind holds for all of them: no use in waiting for each.
                    let is_fatal = NO_CLUSTER.iter().any(|words| error.message.contains(words));
                    errors.push(error);
                    if is_fatal {
                        break;
                    }
                }
            }
        }
        errors.into_result().map(|()| (files, notes))
    }

    /// The objects of a kind as JSON; none if there is no such kind. Secrets by name alone: the others are nobody's
    /// business here.
    fn get(
        &self,
        kind: &str,
        namespace: &str,
        names: &BTreeSet<&str>,
    ) -> Result<Option<Vec<u8>>, Diagnostic> {
        let mut arguments: Vec<String> = vec!["get".into(), kind.into()];
        if kind == "Secret" {
            arguments.extend(names.iter().map(|name| (*name).to_owned()));
        }
        arguments.extend(["--output=json", "--show-managed-fields", "--ignore-not-found"].map(str::to_owned));
        if !namespace.is_empty() {
            arguments.push(format!("--namespace={namespace}"));
        }
        arguments.extend(self.context.map(|context| format!("--context={context}")));
        arguments.push(format!("--request-timeout={}s", self.deadline.as_secs().max(1)));
        let (is_success, stdout, stderr) = self.run(&arguments, None)?;
        if is_success {
            return Ok(Some(stdout).filter(|json| !json.is_empty()).or(Some(b"{}".to_vec())));
        }
        if NOT_THERE.iter().any(|words| stderr.contains(words))
            && !FORBIDDEN.iter().any(|words| stderr.contains(words))
        {
            return Ok(None);
        }
        if names.is_empty() {
            // Autoscalers are asked for as a kindness: who may not see them still sees drift.
            return Ok(None);
        }
        Err(failed(kind, namespace, &stderr))
    }

    /// What the server would store of these objects, as JSON, or why it would not.
    pub(super) fn dry_run(&self, objects: &str) -> Result<Result<Vec<u8>, String>, Diagnostic> {
        let mut arguments: Vec<String> = APPLY.map(str::to_owned).to_vec();
        arguments.extend(self.context.map(|context| format!("--context={context}")));
        arguments.push(format!("--request-timeout={}s", self.deadline.as_secs().max(1)));
        let (is_success, stdout, stderr) = self.run(&arguments, Some(objects.as_bytes().to_vec()))?;
        Ok(if is_success { Ok(stdout) } else { Err(last_line(&stderr).to_owned()) })
    }

    /// Runs kubectl, for as long as it may take.
    fn run(
        &self,
        arguments: &[String],
        input: Option<Vec<u8>>,
    ) -> Result<(bool, Vec<u8>, String), Diagnostic> {
        let mut command = Command::new(self.program);
        let stdin = if input.is_some() { Stdio::piped() } else { Stdio::null() };
        command.args(arguments).stdin(stdin).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().map_err(|error| self.cannot_start(&error))?;
        if let Some((mut stdin, input)) = child.stdin.take().zip(input) {
            // Who does not read to the end says why on stderr.
            thread::spawn(move || drop(stdin.write_all(&input)));
        }
        let (stdout, stderr) = (reader(child.stdout.take()), reader(child.stderr.take()));
        let status = wait(&mut child, self.deadline).map_err(|error| self.cannot_start(&error))?;
        let Some(status) = status else {
            let message = format!("kubectl did not answer in {} s", self.deadline.as_secs());
            return Err(Diagnostic::error(message)
                .hint("is the cluster reachable? look with `kubectl get nodes`, or give it more time with --timeout"));
        };
        let collect = |reader: thread::JoinHandle<Vec<u8>>| reader.join().unwrap_or_default();
        Ok((status.success(), collect(stdout), String::from_utf8_lossy(&collect(stderr)).into_owned()))
    }

    fn cannot_start(&self, error: &std::io::Error) -> Diagnostic {
        let program = self.program.display();
        let diagnostic = Diagnostic::error(format!("cannot start `{program}`: {error}"));
        if error.kind() == ErrorKind::NotFound {
            return diagnostic
                .hint("install kubectl, name it with --kubectl, or compare with a dump: --live FILE");
        }
        diagnostic.hint("compare with a dump instead: --live FILE")
    }
}

/// How kubectl calls a kind: `StatefulSet.v1.apps`.
fn resource(version: &str, kind: &str) -> String {
    version.split_once('/').map_or(kind.to_owned(), |(group, version)| format!("{kind}.{version}.{group}"))
}

/// Reads a stream to its end, beside whatever else happens.
fn reader(stream: Option<impl Read + Send + 'static>) -> thread::JoinHandle<Vec<u8>> {
    thread::spawn(move || {
        let mut bytes = Vec::new();
        if let Some(mut stream) = stream {
            // What broke off is no JSON, and parsing says so.
            let _ = stream.read_to_end(&mut bytes);
        }
        bytes
    })
}

/// Waits for the end of a program; ends it when its time is over.
fn wait(child: &mut Child, deadline: Duration) -> std::io::Result<Option<std::process::ExitStatus>> {
    let start = Instant::now();
    loop {
        if let Some(status) = child.try_wait()? {
            return Ok(Some(status));
        }
        if start.elapsed() > deadline {
            child.kill()?;
            child.wait()?;
            return Ok(None);
        }
        thread::sleep(PAUSE);
    }
}

fn last_line(stderr: &str) -> &str {
    stderr.lines().rfind(|line| !line.trim().is_empty()).unwrap_or("it says nothing").trim()
}

fn failed(kind: &str, namespace: &str, stderr: &str) -> Diagnostic {
    let said = last_line(stderr);
    let place = if namespace.is_empty() { String::new() } else { format!(" in {namespace}") };
    let error = Diagnostic::error(format!("kubectl cannot read {kind}{place}: {said}"));
    if FORBIDDEN.iter().any(|words| stderr.contains(words)) {
        return error
            .hint(format!("ask for the right to get and list them: `kubectl auth can-i list {kind}`"));
    }
    error.hint(
        "look with `kubectl get nodes`, choose a cluster with --context, or compare with a dump: --live FILE",
    )
}
