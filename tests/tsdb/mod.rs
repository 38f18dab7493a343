//! Blocks of the real promtool and the real server, and ours in their hands.

/// A real Prometheus.
pub(crate) mod server;

use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use stackgen::tsdb::xor::Encoder;
use stackgen::tsdb::{Block, BlockWriter, Chunk, Compaction, Depth, verify, verify_block};

use self::server::Server;
use crate::support::random::Random;
use crate::support::skip;

const START: i64 = 1_700_000_000;

/// Whether promtool and the server are here; if not, says that the test shows nothing.
pub(crate) fn has_prometheus(test: &str) -> bool {
    let runs =
        |program| Command::new(program).arg("--version").output().is_ok_and(|output| output.status.success());
    let all = runs("promtool") && runs("prometheus");
    if !all {
        skip(test, "promtool and prometheus");
    }
    all
}

/// Runs promtool, which must end well; gives what it says.
fn promtool(arguments: &[&str], path: &Path) -> String {
    let output = Command::new("promtool").args(arguments).arg(path).output().unwrap();
    assert!(output.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}

fn value(series: i64, step: i64) -> f64 {
    f64::from(u16::try_from((series * 31 + step * step) % 1_009).unwrap()) / 8.0
}

/// A data folder that promtool filled: so many series and minutes.
pub(crate) fn promtool_blocks(folder: &Path, series: i64, minutes: i64) -> PathBuf {
    let mut text = "# TYPE load gauge\n".to_owned();
    for index in 0..series {
        for step in 0..minutes {
            let time = START + step * 60;
            writeln!(text, "load{{instance=\"node-{index}\"}} {} {time}", value(index, step)).unwrap();
        }
    }
    let (input, data) = (folder.join("input.om"), folder.join("data"));
    fs::write(&input, text + "# EOF\n").unwrap();
    promtool(&["tsdb", "create-blocks-from", "openmetrics", input.to_str().unwrap()], &data);
    data
}

/// The files with checksums of the first block of a data folder.
fn checked_files(data: &Path) -> (PathBuf, Vec<PathBuf>) {
    let block = verify(data, Depth::Bytes).unwrap().blocks[0].folder.clone();
    let files = ["index", "chunks/000001", "tombstones"].map(|file| block.join(file)).to_vec();
    (block, files)
}

#[test]
fn blocks_of_promtool_are_whole_and_every_sample_is_counted() {
    if !has_prometheus("blocks_of_promtool_are_whole_and_every_sample_is_counted") {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let data = promtool_blocks(folder.path(), 20, 300);
    let report = verify(&data, Depth::Samples).unwrap();
    let damages: Vec<_> = report.blocks.iter().flat_map(|block| &block.damages).collect();
    assert!(damages.is_empty(), "{damages:?}");
    assert!(report.blocks.len() > 1, "blocks of two hours");
    assert_eq!(report.samples(), 20 * 300);
    let of_metric = report.blocks.iter().map(|block| block.metrics["load"].samples).sum::<u64>();
    assert_eq!(of_metric, 20 * 300);
}

#[test]
fn samples_of_promtool_read_as_they_were_written() {
    if !has_prometheus("samples_of_promtool_read_as_they_were_written") {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let data = promtool_blocks(folder.path(), 3, 300);
    let mut seen = 0;
    for report in verify(&data, Depth::Bytes).unwrap().blocks {
        let mut block = Block::open(&report.folder).unwrap();
        while let Some(series) = block.next_series().unwrap() {
            let index: i64 = series.labels[1].1.strip_prefix("node-").unwrap().parse().unwrap();
            for chunk in &series.chunks {
                for sample in block.chunk(chunk).unwrap().samples().unwrap() {
                    let (time, number) = sample.unwrap();
                    let step = (time / 1_000 - START) / 60;
                    assert_eq!(number.to_bits(), value(index, step).to_bits(), "{index} at {step}");
                    seen += 1;
                }
            }
        }
    }
    assert_eq!(seen, 3 * 300);
}

#[test]
fn a_thousand_flips_and_two_hundred_cuts_of_a_real_block_are_all_found() {
    if !has_prometheus("a_thousand_flips_and_two_hundred_cuts_of_a_real_block_are_all_found") {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let (block, files) = checked_files(&promtool_blocks(folder.path(), 20, 110));
    let whole: Vec<Vec<u8>> = files.iter().map(|file| fs::read(file).unwrap()).collect();
    let total: usize = whole.iter().map(Vec::len).sum();
    let (mut random, mut missed) = (Random(11), Vec::new());
    for run in 0..1_200 {
        let mut place = random.below(total);
        let file = whole.iter().position(|bytes| match place.checked_sub(bytes.len()) {
            Some(rest) => {
                place = rest;
                false
            }
            None => true,
        });
        let file = file.unwrap();
        let mut broken = whole[file].clone();
        if run < 1_000 {
            broken[place] ^= 1 << random.below(8);
        } else {
            broken.truncate(place);
        }
        fs::write(&files[file], &broken).unwrap();
        if verify_block(&block, Depth::Bytes).is_whole() {
            missed.push((run, files[file].clone(), place));
        }
        fs::write(&files[file], &whole[file]).unwrap();
    }
    assert!(missed.is_empty(), "{missed:?}");
    assert!(verify_block(&block, Depth::Samples).is_whole());
}

/// A block of ours in a new data folder, with the samples that are in it.
fn our_block(data: &Path) -> (String, Vec<(i64, i64, f64)>) {
    fs::create_dir_all(data.join("wal")).unwrap(); // promtool wants to see one
    let mut writer = BlockWriter::with_segments_of(&data.join("staging"), 4_000).unwrap();
    let mut all = Vec::new();
    let long = "x".repeat(100_000);
    for index in 0..40 {
        let name = format!("node-{index:03}");
        let pairs = [("__name__", "ours"), ("instance", &name), ("path", &long), ("region", "é\"\n")];
        let labels = pairs.map(|(name, value)| (name.to_owned(), value.to_owned()));
        let mut chunks: Vec<(i64, i64, Chunk)> = Vec::new();
        for part in 0..3 {
            let mut encoder = Encoder::default();
            for step in part * 50..(part + 1) * 50 {
                let (time, number) = ((START + step * 60) * 1_000 + index, value(index, step));
                assert!(encoder.push(time, number));
                all.push((index, time, number));
            }
            chunks.push(encoder.finish().unwrap());
        }
        writer.add_series(&labels, &chunks).unwrap();
    }
    (writer.finish(Compaction::default()).unwrap().ulid.to_string(), all)
}

#[test]
fn promtool_and_the_server_read_every_sample_that_we_write() {
    if !has_prometheus("promtool_and_the_server_read_every_sample_that_we_write") {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("data");
    let (ulid, all) = our_block(&data);
    let listed = promtool(&["tsdb", "list"], &data);
    assert!(listed.contains(&ulid) && listed.contains(" 6000 "), "{listed}");
    let dumped = promtool(&["tsdb", "dump"], &data);
    let number = |line: &str| {
        let mut words = line.rsplit(' ');
        let time: i64 = words.next().unwrap().parse().unwrap();
        let value: f64 = words.next().unwrap().parse().unwrap();
        let index = line.split("instance=\"node-").nth(1).unwrap()[..3].parse::<i64>().unwrap();
        (index, time, value)
    };
    let read: Vec<(i64, i64, f64)> = dumped.lines().map(number).collect();
    assert!(read == all, "{} samples of {}", read.len(), all.len());

    let server = Server::start(folder.path(), &data, false);
    let end = START + 200 * 60;
    assert_eq!(server.number("sum(count_over_time(ours[4h]))", end).as_deref(), Some("6000"));
    assert_eq!(
        server
            .number("count(count_over_time(ours{instance=~\"node-00.\",region=~\"(?s:é.*)\"}[4h]))", end)
            .as_deref(),
        Some("10")
    );
    drop(server);
    assert!(verify(&data, Depth::Samples).unwrap().is_whole());
}

#[test]
fn snapshots_of_a_server_that_scrapes_are_whole_also_with_deletions() {
    if !has_prometheus("snapshots_of_a_server_that_scrapes_are_whole_also_with_deletions") {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("data");
    our_block(&data);
    let server = Server::start(folder.path(), &data, true);
    server.wait_for_scrapes();
    let delete = "/api/v1/admin/tsdb/delete_series?match[]=ours{instance=%22node-007%22}";
    assert!(server.ask("POST", delete).unwrap().contains(" 204 "));
    assert!(server.ask("POST", "/api/v1/admin/tsdb/snapshot").unwrap().contains(" 200 "));
    let snapshot = fs::read_dir(data.join("snapshots")).unwrap().next().unwrap().unwrap().path();
    let report = verify(&snapshot, Depth::Samples).unwrap();
    let damages: Vec<_> = report.blocks.iter().flat_map(|block| &block.damages).collect();
    assert!(damages.is_empty(), "{damages:?}");
    let [ours, head] = report.blocks.as_slice() else { panic!("{} blocks", report.blocks.len()) };
    assert_eq!((ours.found.num_samples, ours.found.num_tombstones), (6_000, 1));
    assert!(head.found.num_series > 300 && head.metrics["up"].samples >= 2, "{:?}", head.found);
    let mut block = Block::open(&ours.folder).unwrap();
    let mut deleted = Vec::new();
    while let Some(series) = block.next_series().unwrap() {
        if !series.deleted.is_empty() {
            deleted.push(series.labels[1].1.clone());
        }
    }
    assert_eq!(deleted, ["node-007"]);
}
