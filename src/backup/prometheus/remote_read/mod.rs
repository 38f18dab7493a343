//! Samples through the API, where there is no snapshot: for each two hours the chunks of all series, as one block.
//!
//! The answer is a stream of frames: a length, a CRC-32C and a `prometheus.ChunkedReadResponse`
//! (`prompb/remote.proto` and `storage/remote/chunked.go` of Prometheus). A server adds its external labels to every
//! series that leaves it this way; they are taken off again. Blocks are named by their content, so what has not changed since
//! the last run is the same block.

mod message;

use std::collections::BTreeMap;
use std::io::{self, BufRead as _, BufReader, Read};
use std::path::{Path, PathBuf};
use std::thread;
use std::time::Duration;

pub use message::Labels;
use message::{Part, read_request, series_of};

use super::has_samples;
use crate::backup::node::{Failure, Node, NodeError, Request, Service};
use crate::tsdb::{BlockWriter, Chunk, Compaction};

/// What servers put into a block at first.
const WINDOW: i64 = 7_200_000;
/// A server that slept for a year is not asked about every two hours of it.
const SPANS: [i64; 3] = [512, 16, 1];
/// A part of a window that is not made smaller any more.
const SMALLEST: i64 = WINDOW / 16;
/// How often a part of a window is asked for; one that can be made smaller is, after fewer tries.
const TRIES: u32 = 8;
const TRIES_AS_A_WHOLE: u32 = 3;
/// The first pause between two tries; each is twice as long as the one before it.
const PAUSE: Duration = Duration::from_millis(250);
/// The largest frame that servers make is a megabyte, unless one series is larger.
const LARGEST_FRAME: u64 = 64 << 20;

/// The chunks of each series, with the times of their first and last samples.
pub type SeriesChunks = BTreeMap<Labels, Vec<(i64, i64, Chunk)>>;

/// A read that writes blocks.
struct Reading<'r> {
    node: &'r dyn Node,
    external_labels: &'r BTreeMap<String, String>,
    folder: &'r Path,
    alive: &'r dyn Fn() -> Result<(), NodeError>,
}

/// Writes blocks with all samples from `first` to `last`, both included, into a folder that is there; `alive` is called
/// after each.
pub fn remote_read(
    node: &dyn Node,
    range: (i64, i64),
    external_labels: &BTreeMap<String, String>,
    folder: &Path,
    alive: &dyn Fn() -> Result<(), NodeError>,
) -> Result<(), NodeError> {
    Reading { node, external_labels, folder, alive }.read(range, &SPANS)
}

impl Reading<'_> {
    /// In spans of so many windows, each in smaller ones if there is anything in it.
    fn read(&self, (first, last): (i64, i64), spans: &[i64]) -> Result<(), NodeError> {
        let Some((windows, smaller)) = spans.split_first() else {
            write(self.folder, read_series(self.node, (first, last), self.external_labels)?)?;
            return (self.alive)();
        };
        let length = windows * WINDOW;
        let mut begin = first.div_euclid(length) * length;
        while begin <= last {
            let span = (begin.max(first), (begin + length - 1).min(last));
            if *windows == 1 || again(TRIES, || has_samples(self.node, span))? {
                self.read(span, smaller)?;
            }
            begin += length;
        }
        Ok(())
    }
}

/// All series of a time range, both ends included, sorted by their labels. What was taken of an answer that ends early
/// is forgotten, and all of it asked for again; a connection that never lasts long enough for the whole is asked for
/// the halves.
pub fn read_series(
    node: &dyn Node,
    (first, last): (i64, i64),
    external_labels: &BTreeMap<String, String>,
) -> Result<SeriesChunks, NodeError> {
    let fetch = || fetch(node, (first, last), external_labels);
    if last.saturating_sub(first) < SMALLEST {
        return again(TRIES, fetch);
    }
    match again(TRIES_AS_A_WHOLE, fetch) {
        Err(error) if is_passing(&error) => {}
        other => return other,
    }
    let middle = first + (last - first) / 2;
    let mut series = read_series(node, (first, middle), external_labels)?;
    for (labels, chunks) in read_series(node, (middle + 1, last), external_labels)? {
        series.entry(labels).or_default().extend(chunks);
    }
    Ok(series)
}

/// Asks until there is an answer, or a failure that does not pass by itself.
fn again<T>(tries: u32, ask: impl Fn() -> Result<T, NodeError>) -> Result<T, NodeError> {
    for attempt in 0..tries.saturating_sub(1) {
        match ask() {
            Err(error) if is_passing(&error) => thread::sleep(PAUSE * 2_u32.pow(attempt)),
            other => return other,
        }
    }
    ask()
}

/// Whether the connection is to blame: nothing but the network and memory has a part in an answer.
fn is_passing(error: &NodeError) -> bool {
    matches!(error.failure, Failure::Unreachable | Failure::Content | Failure::Other)
}

/// One try.
fn fetch(
    node: &dyn Node,
    (first, last): (i64, i64),
    external_labels: &BTreeMap<String, String>,
) -> Result<SeriesChunks, NodeError> {
    let request = Request {
        headers: vec![
            ("Content-Type", "application/x-protobuf"),
            ("Content-Encoding", "snappy"),
            ("X-Prometheus-Remote-Read-Version", "0.1.0"),
        ],
        ..Request::post("/api/v1/read", read_request(first, last)?)
    };
    let mut series = SeriesChunks::new();
    let mut take = |answer: &mut dyn Read| {
        let mut answer = BufReader::new(answer);
        while let Some(frame) = frame(&mut answer)? {
            for Part { mut labels, chunks } in series_of(&frame)? {
                labels.retain(|(name, value)| external_labels.get(name) != Some(value));
                // A series that is too large for a frame goes on in the next one.
                series.entry(labels).or_default().extend(chunks);
            }
        }
        Ok(())
    };
    let status = node.stream(Service::Prometheus, &request, &mut take)?;
    if status == 200 {
        return Ok(series);
    }
    let message = format!("status {status}, 200 was expected");
    Err(NodeError::new(Failure::Answer, format!("{} {}", node.describe(), request.path), message)
        .hint("look whether the address is that of Prometheus, and whether it allows remote reads"))
}

/// The next frame; none at the end. A stream that ends within one was cut.
fn frame(answer: &mut BufReader<&mut dyn Read>) -> io::Result<Option<Vec<u8>>> {
    if answer.fill_buf()?.is_empty() {
        return Ok(None);
    }
    let size = length(answer)?;
    if size > LARGEST_FRAME {
        return Err(broken(format!("a frame of {size} bytes is longer than any")));
    }
    let mut checksum = [0; 4];
    answer.read_exact(&mut checksum)?;
    let mut bytes = Vec::new();
    answer.take(size).read_to_end(&mut bytes)?;
    if bytes.len() as u64 != size {
        return Err(broken("the answer ends within a frame".to_owned()));
    }
    if crc32c::crc32c(&bytes) != u32::from_be_bytes(checksum) {
        return Err(broken("the checksum of a frame is another one".to_owned()));
    }
    Ok(Some(bytes))
}

/// Seven bits a byte, the lowest first.
fn length(answer: &mut BufReader<&mut dyn Read>) -> io::Result<u64> {
    let mut value = 0;
    for shift in (0..63).step_by(7) {
        let mut byte = [0];
        answer.read_exact(&mut byte)?;
        value |= u64::from(byte[0] & 0x7f) << shift;
        if byte[0] < 0x80 {
            return Ok(value);
        }
    }
    Err(broken("a frame's length has no end".to_owned()))
}

pub(super) fn broken(message: String) -> io::Error {
    io::Error::other(NodeError::new(Failure::Content, "/api/v1/read", message).hint("run it again"))
}

fn write(folder: &Path, mut series: SeriesChunks) -> Result<(), NodeError> {
    series.retain(|_, chunks| !chunks.is_empty());
    if series.is_empty() {
        return Ok(());
    }
    let staging: PathBuf = folder.join("staging");
    let write = || {
        let mut writer = BlockWriter::create(&staging)?;
        for (labels, mut chunks) in series {
            chunks.sort_by_key(|(first, ..)| *first);
            writer.add_series(&labels, &chunks)?;
        }
        writer.finish(Compaction::default())
    };
    write()
        .map(drop)
        .map_err(|error| NodeError::new(Failure::Other, folder.display().to_string(), error.to_string()))
}
