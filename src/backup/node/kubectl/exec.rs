//! One script in a container, until its answer came as a whole.

use std::fmt::Write as _;
use std::io::{self, BufRead as _, BufReader, Read, Write as _};
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::mpsc;
use std::thread;
use std::time::Duration;

use sha2::Digest as _;

use super::super::{Failure, NodeError};

/// How often something is tried whose answer does not come as a whole.
const TRIES: u32 = 5;
/// The first pause between two tries; each is twice as long as the one before it.
const PAUSE: Duration = Duration::from_millis(100);
/// A header has a number, a length and a digest; whatever is longer is none.
const HEADER_LIMIT: u64 = 200;
/// The longest answer: a list of files. Pieces of files are shorter.
const ANSWER_LIMIT: u64 = 64 << 20;
/// How much of what kubectl says is kept.
pub(super) const SAID_LIMIT: u64 = 4 << 10;

/// What a script said.
#[derive(Debug)]
pub(super) struct Answer {
    pub(super) status: u8,
    pub(super) body: Vec<u8>,
}

/// Why no answer came: what kubectl said, if anything.
struct Cut(String);

/// Runs until an answer is whole; tells `count` of each try that was for nothing. The command is made anew for each try,
/// and is told which one it is.
pub(super) fn ask(
    place: &str,
    deadline: Duration,
    input: &[u8],
    command: &dyn Fn(u32) -> Command,
    count: &dyn Fn(),
) -> Result<Answer, NodeError> {
    let mut said = String::new();
    for attempt in 0..TRIES {
        if attempt > 0 {
            count();
            thread::sleep(PAUSE * 2_u32.pow(attempt - 1));
        }
        match once(command(attempt), deadline, input).map_err(|error| cannot_start(place, &error))? {
            Ok(answer) => return Ok(answer),
            Err(Cut(words)) => said = words,
        }
        if let Some(error) = lasting(place, &said) {
            return Err(error);
        }
    }
    let message = format!("no whole answer came in {TRIES} tries: {said}");
    Err(NodeError::new(Failure::Unreachable, place, message).hint(
        "look at the connection to the cluster, then run again: what is there already is not copied twice",
    ))
}

pub(super) fn cannot_start(place: &str, error: &io::Error) -> NodeError {
    NodeError::new(Failure::Missing, place, format!("kubectl cannot be started: {error}"))
        .hint("install kubectl, or say where it is")
}

/// What no further try changes.
pub(super) fn lasting(place: &str, said: &str) -> Option<NodeError> {
    let is = |words: &[&str]| words.iter().any(|word| said.contains(word));
    let (failure, hint) = if is(&["(Forbidden)", "Unauthorized", "must be logged in"]) {
        (Failure::Forbidden, "ask for the right to create pods/exec and pods/portforward in this namespace")
    } else if is(&["executable file not found", "\"sh\": ", "exec: \"sh\""]) {
        (Failure::Missing, "the image has no shell: read through the API, or name a container that has one")
    } else if is(&["(NotFound)", "is not valid for pod", "does not exist"]) {
        (Failure::Missing, "look with `kubectl get pods`, and choose the cluster by its context")
    } else {
        return None;
    };
    Some(NodeError::new(failure, place, said).hint(hint))
}

/// One try. Threads read, because a stream that stalls cannot be left otherwise; they end with the streams.
fn once(mut command: Command, deadline: Duration, input: &[u8]) -> io::Result<Result<Answer, Cut>> {
    let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn()?;
    let (stdin, stdout, stderr) = (child.stdin.take(), child.stdout.take(), child.stderr.take());
    let (answered, answer) = mpsc::channel();
    thread::spawn(move || answered.send(stdout.and_then(|stdout| receive(stdout).ok())));
    let (spoke, said) = mpsc::channel();
    thread::spawn(move || {
        let mut words = Vec::new();
        let _ = stderr.map(|stderr| stderr.take(SAID_LIMIT).read_to_end(&mut words));
        spoke.send(words)
    });
    let (sent, held) = mpsc::channel();
    let input = input.to_vec();
    // The input stays open until the answer is there: an end of input does not get through everywhere.
    thread::spawn(move || sent.send(stdin.and_then(|stdin| send(stdin, &input))));

    let answer = answer.recv_timeout(deadline);
    let result = match answer {
        Ok(Some(answer)) => {
            if let Ok(Some(mut stdin)) = held.recv_timeout(deadline) {
                let _ = stdin.write_all(b"\n");
            }
            Ok(answer)
        }
        Ok(None) => Err(Cut(words(&said.recv_timeout(Duration::from_secs(1)).unwrap_or_default()))),
        Err(_) => Err(Cut(format!("it was silent for {} s", deadline.as_secs()))),
    };
    end(&mut child, result.is_ok());
    Ok(result)
}

/// After a whole answer the script ends by itself; whoever cannot end is ended.
fn end(child: &mut Child, is_whole: bool) {
    for _ in 0..if is_whole { 20 } else { 0 } {
        if matches!(child.try_wait(), Ok(Some(_))) {
            return;
        }
        thread::sleep(Duration::from_millis(10));
    }
    let _ = child.kill();
    let _ = child.wait();
}

fn send(mut stdin: ChildStdin, input: &[u8]) -> Option<ChildStdin> {
    stdin.write_all(input).and_then(|()| stdin.flush()).ok().map(|()| stdin)
}

/// A header, then as much as it says, with the digest that it says.
fn receive(stdout: impl Read) -> io::Result<Answer> {
    let mut stdout = BufReader::new(stdout);
    let mut header = String::new();
    stdout.by_ref().take(HEADER_LIMIT).read_line(&mut header)?;
    let wrong = || io::Error::from(io::ErrorKind::InvalidData);
    let mut words = header.split_whitespace();
    let status = words.next().and_then(|word| word.parse().ok()).ok_or_else(wrong)?;
    let length = words.next().and_then(|word| word.parse().ok()).ok_or_else(wrong)?;
    let digest = words.next().filter(|_| length <= ANSWER_LIMIT).ok_or_else(wrong)?;
    let mut body = Vec::new();
    stdout.take(length).read_to_end(&mut body)?;
    if body.len() as u64 == length && sha256(&body) == digest {
        Ok(Answer { status, body })
    } else {
        Err(wrong())
    }
}

/// In lower-case hexadecimal digits.
pub(super) fn sha256(bytes: &[u8]) -> String {
    hexadecimal(&sha2::Sha256::digest(bytes))
}

pub(super) fn hexadecimal(bytes: &[u8]) -> String {
    bytes.iter().fold(String::with_capacity(64), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}

/// What kubectl said, on one line, without what a terminal would act on.
pub(super) fn words(said: &[u8]) -> String {
    let text = String::from_utf8_lossy(said);
    let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
    let text: String = text.chars().filter(|character| !character.is_control()).take(400).collect();
    if text.is_empty() { "the stream ended early".to_owned() } else { text }
}
