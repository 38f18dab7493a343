//! Blocks that we write, read back, and break in every place.

use std::fs;
use std::path::{Path, PathBuf};

use super::xor::Encoder;
use super::*;

type Labels = Vec<(String, String)>;
type Chunks = Vec<(i64, i64, Chunk)>;

const SERIES: u32 = 12;

fn labels(pairs: &[(&str, &str)]) -> Labels {
    pairs.iter().map(|&(name, value)| (name.to_owned(), value.to_owned())).collect()
}

fn chunk(first: i64, samples: i64) -> (i64, i64, Chunk) {
    let mut encoder = Encoder::default();
    for index in 0..samples {
        assert!(
            encoder
                .push(first + index * 15_000 + index % 3, f64::from(u32::try_from(index * 7 % 11).unwrap()))
        );
    }
    encoder.finish().unwrap()
}

/// Series of two metrics, sorted, with two chunks each.
fn content() -> Vec<(Labels, Chunks)> {
    let mut all: Vec<(Labels, Chunks)> = (0..SERIES)
        .map(|index| {
            let metric = if index % 2 == 0 { "requests_total" } else { "up" };
            let instance = format!("10.0.0.{index}:9100");
            let labels = labels(&[("__name__", metric), ("instance", &instance), ("job", "node")]);
            let start = i64::from(index) * 7;
            (labels, vec![chunk(start, 30), chunk(start + 900_000, 5)])
        })
        .collect();
    all.sort_by(|a, b| a.0.cmp(&b.0));
    all
}

fn write(parent: &Path, content: &[(Labels, Chunks)], segment: u64) -> PathBuf {
    let mut writer = BlockWriter::with_segments_of(&parent.join("staging"), segment).unwrap();
    for (labels, chunks) in content {
        writer.add_series(labels, chunks).unwrap();
    }
    parent.join(writer.finish(Compaction::default()).unwrap().ulid.to_string())
}

fn block() -> (tempfile::TempDir, PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let block = write(folder.path(), &content(), 1_500);
    (folder, block)
}

/// Every file but `meta.json`, which is text without a checksum.
fn files(block: &Path) -> Vec<PathBuf> {
    let segments = fs::read_dir(block.join("chunks")).unwrap().map(|entry| entry.unwrap().path());
    let mut files: Vec<PathBuf> = segments.chain([block.join("index"), block.join("tombstones")]).collect();
    files.sort();
    files
}

#[track_caller]
fn assert_found(block: &Path, file: &Path, what: &str) {
    let report = verify_block(block, Depth::Bytes);
    assert!(!report.is_whole(), "{what} of {} was not found", file.display());
    let name = file.strip_prefix(block).unwrap().display().to_string();
    assert!(
        report.damages.iter().any(|damage| damage.file == name),
        "{what} of {name}: {:?}",
        report.damages
    );
}

#[test]
fn what_is_written_is_whole_and_counted() {
    let (_folder, block) = block();
    let report = verify_block(&block, Depth::Samples);
    assert_eq!(report.damages, []);
    let series = u64::from(SERIES);
    let expected = Stats {
        num_samples: 35 * series,
        num_float_samples: 35 * series,
        num_series: series,
        num_chunks: 2 * series,
        ..Stats::default()
    };
    assert_eq!((report.found, report.meta.unwrap().stats), (expected, expected));
    let metric = MetricStats { series: series / 2, chunks: series, samples: 35 * series / 2 };
    assert_eq!(
        Vec::from_iter(report.metrics),
        [("requests_total".to_owned(), metric), ("up".to_owned(), metric)]
    );
    assert_eq!(Vec::from_iter(report.encodings), [(Encoding::Xor, 2 * series)]);
    assert!(files(&block).len() > 3, "two segments");
}

#[test]
fn what_is_written_reads_the_same() {
    let (_folder, block) = block();
    let mut open = Block::open(&block).unwrap();
    for (labels, chunks) in content() {
        let series = open.next_series().unwrap().unwrap();
        assert_eq!(series.labels, labels);
        for (meta, (first, last, chunk)) in series.chunks.iter().zip(&chunks) {
            assert_eq!((meta.min_time, meta.max_time), (*first, *last));
            assert_eq!(open.chunk(meta).unwrap(), *chunk);
        }
        assert_eq!(series.chunks.len(), chunks.len());
    }
    assert!(open.next_series().unwrap().is_none());
}

#[test]
fn the_same_content_makes_the_same_block_and_other_content_another() {
    let folders = [(); 3].map(|()| tempfile::tempdir().unwrap());
    let mut content = content();
    let name = |block: PathBuf| block.file_name().unwrap().to_owned();
    let first = name(write(folders[0].path(), &content, 1_500));
    assert_eq!(first, name(write(folders[1].path(), &content, 1_500)));
    content[3].1[1] = chunk(1_000_000, 6);
    assert_ne!(first, name(write(folders[2].path(), &content, 1_500)));
}

#[test]
fn a_flipped_bit_is_found_in_every_byte() {
    let (_folder, block) = block();
    for file in files(&block) {
        let whole = fs::read(&file).unwrap();
        for index in 0..whole.len() {
            let mut broken = whole.clone();
            broken[index] ^= 1 << (index % 8);
            fs::write(&file, &broken).unwrap();
            assert_found(&block, &file, &format!("a flip in byte {index}"));
        }
        fs::write(&file, &whole).unwrap();
    }
    assert!(verify_block(&block, Depth::Samples).is_whole());
}

#[test]
fn a_cut_is_found_at_every_length_and_so_are_bytes_too_many() {
    let (_folder, block) = block();
    for file in files(&block) {
        let whole = fs::read(&file).unwrap();
        for length in 0..whole.len() {
            fs::write(&file, &whole[..length]).unwrap();
            assert_found(&block, &file, &format!("a cut at {length}"));
        }
        fs::write(&file, [whole.as_slice(), &[0]].concat()).unwrap();
        assert_found(&block, &file, "a zero at the end");
        fs::write(&file, &whole).unwrap();
    }
    let meta = fs::read(block.join("meta.json")).unwrap();
    for length in 0..meta.len() {
        fs::write(block.join("meta.json"), &meta[..length]).unwrap();
        assert_found(&block, &block.join("meta.json"), &format!("a cut at {length}"));
    }
}

#[test]
fn what_is_missing_or_misnamed_is_named() {
    let (folder, block) = block();
    let message = |block: &Path| verify_block(block, Depth::Bytes).damages[0].to_string();
    fs::rename(block.join("chunks/000001"), block.join("chunks/000007")).unwrap();
    assert_eq!(message(&block), "chunks/000002: expected 000001 here: a segment is missing");
    fs::rename(block.join("chunks/000007"), block.join("chunks/000001")).unwrap();

    fs::write(block.join("chunks/000002.tmp"), "").unwrap();
    assert_eq!(message(&block), "chunks/000002.tmp: is not a segment of chunks");
    fs::remove_file(block.join("chunks/000002.tmp")).unwrap();

    fs::remove_file(block.join("tombstones")).unwrap();
    assert!(verify_block(&block, Depth::Bytes).is_whole(), "servers start without that file");

    let other = folder.path().join("01HXYZ9K3M4N5P6Q7R8S9TABCD");
    fs::rename(&block, &other).unwrap();
    let name = block.file_name().unwrap().to_str().unwrap();
    let expected =
        format!("meta.json: belongs to block {name}, but the folder is called 01HXYZ9K3M4N5P6Q7R8S9TABCD");
    assert_eq!(message(&other), expected);
}

#[test]
fn numbers_in_the_meta_file_have_to_be_right_and_foreign_fields_may_be_there() {
    let (_folder, block) = block();
    let file = block.join("meta.json");
    let text = fs::read_to_string(&file).unwrap();
    for (from, to, message) in [
        ("\"numSamples\": 420", "\"numSamples\": 421", "says 421 samples where the block has 420"),
        ("\"numSeries\": 12", "\"numSeries\": 11", "says 11 series where the block has 12"),
        ("\"version\": 1", "\"version\": 2", "has version 2, expected 1"),
        ("\"minTime\": 0", "\"minTime\": 99999999", "begins at 99999999 and ends before, at 960079"),
    ] {
        assert!(text.contains(from), "{from}: {text}");
        fs::write(&file, text.replace(from, to)).unwrap();
        assert_eq!(verify_block(&block, Depth::Bytes).damages[0].message, message);
    }
    fs::write(&file, text.replace("\"minTime\": 0", "\"minTime\": 1")).unwrap();
    let report = verify_block(&block, Depth::Bytes);
    assert_eq!(report.damages[0].message, "a chunk has samples outside of the time range in meta.json");
    let thanos = text.replacen('{', "{\"thanos\": {\"labels\": {\"cluster\": \"aks\"}},", 1);
    fs::write(&file, thanos).unwrap();
    assert_eq!(verify_block(&block, Depth::Bytes).damages, []);
}

/// Content that has its checksum and makes no sense: a hostile archive, or a writer with a fault.
#[test]
fn no_content_makes_it_panic_even_with_its_checksums() {
    let (_folder, block) = block();
    let whole = fs::read(block.join("index")).unwrap();
    let toc = whole.len() - 52;
    let offset = |entry: usize| {
        let start = toc + entry * 8;
        usize::try_from(u64::from_be_bytes(whole[start..start + 8].try_into().unwrap())).unwrap()
    };
    let (symbols, series, postings, table) = (offset(0), offset(1), offset(4), offset(5));
    let section = |start: usize| {
        start + 4..toc.min(start + 4 + usize::from(whole[start + 3]) + 256 * usize::from(whole[start + 2]))
    };
    let first_series = series.next_multiple_of(16);
    let content = first_series + 1..first_series + 1 + usize::from(whole[first_series]);
    let ranges = [section(symbols), content, section(postings), section(table), toc..toc + 48];
    let mut random = 0x9e37_79b9_u64;
    let mut next = |below: usize| {
        random = random.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(random >> 33).unwrap() % below
    };
    let mut found = 0;
    for run in 0..4_000 {
        let range = ranges[run % ranges.len()].clone();
        let mut broken = whole.clone();
        for _ in 0..=next(3) {
            let value = [0, 1, 0x7f, 0x80, 0xff, next(256)][next(6)];
            broken[range.start + next(range.len())] = u8::try_from(value).unwrap();
        }
        let sum = crc32c::crc32c(&broken[range.clone()]);
        broken[range.end..range.end + 4].copy_from_slice(&sum.to_be_bytes());
        fs::write(block.join("index"), &broken).unwrap();
        found += usize::from(!verify_block(&block, Depth::Samples).is_whole());
        if let Ok(mut open) = Block::open(&block) {
            while let Ok(Some(series)) = open.next_series() {
                series.chunks.iter().for_each(|meta| _ = open.chunk(meta));
            }
        }
    }
    assert!(found > 3_000, "{found}");
}

#[test]
fn random_bytes_are_no_block() {
    let (_folder, block) = block();
    let mut random = 7_u64;
    let sources = files(&block).into_iter().map(|file| (fs::read(&file).unwrap(), file));
    for (whole, file) in sources.collect::<Vec<_>>() {
        for run in 0..150 {
            let noise: Vec<u8> = (0..run * 9)
                .map(|_| {
                    random = random.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(99);
                    random.to_be_bytes()[0]
                })
                .collect();
            let start = whole[..whole.len().min(run % 12)].to_vec(); // often with the right header
            fs::write(&file, [start, noise].concat()).unwrap();
            assert_found(&block, &file, "noise");
        }
        fs::write(&file, &whole).unwrap();
    }
}

#[test]
fn the_writer_refuses_what_servers_could_not_read_and_leaves_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let staging = folder.path().join("staging");
    let ours = labels(&[("__name__", "up"), ("job", "node")]);
    let mut writer = BlockWriter::create(&staging).unwrap();
    writer.add_series(&ours, &[chunk(0, 2)]).unwrap();
    let refused = |result: Result<(), WriteError>| result.unwrap_err().to_string();
    let same = refused(writer.add_series(&ours, &[chunk(0, 2)]));
    assert_eq!(same, "series {__name__=\"up\", job=\"node\"} does not come after the one before it");
    let unsorted = labels(&[("job", "node"), ("__name__", "up")]);
    assert!(refused(writer.add_series(&unsorted, &[])).contains("not sorted, or one is empty"));
    assert!(
        refused(writer.add_series(&labels(&[("zone", "")]), &[])).contains("not sorted, or one is empty")
    );
    let twice = [chunk(0, 2), chunk(15_000, 2)];
    assert!(refused(writer.add_series(&labels(&[("zone", "a")]), &twice)).contains("order of their times"));
    drop(writer);
    assert_eq!(fs::read_dir(&folder).unwrap().count(), 0);
    let empty = BlockWriter::create(&staging).unwrap().finish(Compaction::default());
    assert!(matches!(empty, Err(WriteError::Empty)));
    assert_eq!(fs::read_dir(&folder).unwrap().count(), 0);
}

#[test]
fn a_data_folder_is_all_of_its_blocks() {
    let (folder, block) = block();
    for name in ["wal", "chunks_head", "01HXYZ9K3M4N5P6Q7R8S9TABCD.tmp-for-deletion"] {
        fs::create_dir(folder.path().join(name)).unwrap();
    }
    let report = verify(folder.path(), Depth::Bytes).unwrap();
    assert!(report.is_whole());
    assert_eq!(report.leftovers, ["01HXYZ9K3M4N5P6Q7R8S9TABCD.tmp-for-deletion"]);
    assert_eq!((report.blocks.len(), report.samples()), (1, 35 * u64::from(SERIES)));
    assert_eq!(verify(&block, Depth::Bytes).unwrap().bytes(), report.bytes());
    assert!(verify(&folder.path().join("nothing"), Depth::Bytes).is_err());
}
