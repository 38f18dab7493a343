//! A lock in the container, held by a script that waits for this run to end.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::process::{Child, Command, Stdio};
use std::sync::mpsc;
use std::thread;
use std::time::Duration;

use super::super::{Failure, NodeError, NodeLock};
use super::exec::cannot_start;

/// How often the lock is asked for, if no answer comes.
const TRIES: u32 = 5;
/// The first pause between two tries; each is twice as long as the one before it.
const PAUSE: Duration = Duration::from_millis(200);
/// The longest line that the script says.
const LINE_LIMIT: u64 = 4 << 10;

/// A script that holds the lock. The system takes it back when the script ends, and so does the end of its input.
pub(super) struct Held(Child);

impl NodeLock for Held {}

impl Held {
    /// Takes the lock. A try whose answer was lost may hold it for a moment.
    pub(super) fn take(
        command: &dyn Fn() -> Command,
        place: &str,
        deadline: Duration,
    ) -> Result<Self, NodeError> {
        let mut is_lost = false;
        for attempt in 1..TRIES {
            match Self::try_take(command(), place, deadline) {
                Err(error) if error.failure == Failure::Unreachable => is_lost = true,
                Err(error) if error.failure == Failure::Exists && is_lost => {}
                other => return other,
            }
            thread::sleep(PAUSE * 2_u32.pow(attempt - 1));
        }
        Self::try_take(command(), place, deadline)
    }

    /// Waits until the script says that it has the lock, or that it does not get it.
    fn try_take(mut command: Command, place: &str, deadline: Duration) -> Result<Self, NodeError> {
        let spawned = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null()).spawn();
        let child = spawned.map_err(|error| cannot_start(place, &error))?;
        let mut held = Self(child);
        let stdout = held.0.stdout.take();
        let (said, line) = mpsc::channel();
        thread::spawn(move || {
            let mut line = String::new();
            if let Some(stdout) = stdout {
                let _ = BufReader::new(stdout).take(LINE_LIMIT).read_line(&mut line);
            }
            said.send(line)
        });
        let error = |failure, message: &str| NodeError::new(failure, place, message);
        match line.recv_timeout(deadline).unwrap_or_default().trim_end() {
            "held" => Ok(held),
            "busy" => {
                Err(error(Failure::Exists, "another run writes to this folder").hint("wait for it to end"))
            }
            "no lock" => {
                Err(error(Failure::Missing, "the image has no `flock`, so two runs could write at once")
                    .hint("name a container that has one"))
            }
            _ => Err(error(Failure::Unreachable, "no answer came about the lock")
                .hint("look at the connection to the cluster, then run again")),
        }
    }
}

impl Drop for Held {
    fn drop(&mut self) {
        // A line ends the script, because the end of its input does not get through everywhere.
        let _ = self.0.stdin.take().map(|mut stdin| stdin.write_all(b"\n"));
        for _ in 0..20 {
            if matches!(self.0.try_wait(), Ok(Some(_))) {
                return;
            }
            thread::sleep(Duration::from_millis(10));
        }
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}
