//! The index from its first byte to its last: sections with their checksums, zeros between them, and references that
//! agree in both directions.

use std::collections::BTreeMap;
use std::hash::BuildHasher as _;
use std::path::Path;

use rustc_hash::FxBuildHasher;

use super::super::Damage;
use super::super::bytes::be32;
use super::super::coverage::Coverage;
use super::super::index::postings::{Table, read_list};
use super::super::index::series::SeriesWalk;
use super::super::index::symbols::Symbols;
use super::super::index::toc::Toc;
use super::super::index::{self, FILE, HEADER, LIST_ALIGNMENT, SERIES_ALIGNMENT, Section, check_padding};
use super::super::window::Window;
use super::chunks::ChunkCheck;
use super::{BlockReport, MetricStats};

const METRIC_NAME: &str = "__name__";

/// The series that there are, by reference: a bit each, because a block has millions.
#[derive(Debug, Default)]
pub(super) struct SeriesSet {
    bits: Vec<u64>,
}

impl SeriesSet {
    fn insert(&mut self, reference: u64) {
        let Ok(word) = usize::try_from(reference / 64) else { return };
        if word >= self.bits.len() {
            self.bits.resize(word + 1, 0);
        }
        self.bits[word] |= 1 << (reference % 64);
    }

    pub(super) fn contains(&self, reference: u64) -> bool {
        let word = usize::try_from(reference / 64).ok().and_then(|word| self.bits.get(word));
        word.is_some_and(|word| word >> (reference % 64) & 1 == 1)
    }
}

/// Strings as numbers: enough to tell whether two places mean the same one.
struct Strings {
    hashes: Vec<u64>,
    metric_name: Option<u32>,
}

/// What the series say of themselves, to be compared with what the lists say of them.
#[derive(Default)]
struct Series {
    set: SeriesSet,
    labels: Membership,
    metrics: BTreeMap<Option<u32>, MetricStats>,
}

/// Which label is of which series, all of it in two numbers that do not depend on the order.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Membership {
    count: u64,
    sum: u64,
}

impl Membership {
    fn add(&mut self, name: u64, value: u64, series: u64) {
        self.count += 1;
        self.sum = self.sum.wrapping_add(mixed(mixed(mixed(name).wrapping_add(value)).wrapping_add(series)));
    }
}

/// A permutation without pattern, so that sums of different members do not agree.
fn mixed(mut number: u64) -> u64 {
    number = (number ^ number >> 30).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    number = (number ^ number >> 27).wrapping_mul(0x94d0_49bb_1331_11eb);
    number ^ number >> 31
}

fn hash(text: &[u8]) -> u64 {
    FxBuildHasher.hash_one(text)
}

/// Checks the index, and each chunk that it refers to. Gives the series, if all of them could be read.
pub(super) fn check(block: &Path, chunks: &mut ChunkCheck, report: &mut BlockReport) -> Option<SeriesSet> {
    let mut window = report.note(index::open(block))?;
    report.bytes += window.len();
    let toc = report.note(Toc::read(&mut window))?;
    let strings = strings(&mut window, &toc);
    let strings = report.note(strings);
    let series = series(&mut window, &toc, strings.as_ref(), chunks, report);
    let series = report.note(series);
    if let (Some(strings), Some(series)) = (&strings, &series) {
        let named = metric_names(&mut window, &toc, strings, &series.metrics);
        report.metrics = report.note(named).unwrap_or_default();
    }
    // Tables and what they point to are read side by side: one buffer for both would be filled anew for each entry.
    let mut tables = report.note(index::open(block))?;
    let lists = label_values([&mut tables, &mut window], &toc, strings.as_ref());
    report.note(lists);
    let lists = postings([&mut tables, &mut window], &toc, strings.as_ref().and(series.as_ref()));
    report.note(lists);
    series.map(|series| series.set)
}

fn strings(window: &mut Window, toc: &Toc) -> Result<Strings, Damage> {
    check_padding(window, HEADER.len() as u64, toc.symbols)?;
    let section = Section::read(window, toc.symbols, "the symbol table")?;
    check_padding(window, section.after(), toc.series)?;
    let mut symbols = Symbols::new(window, section)?;
    let (mut hashes, mut metric_name) = (Vec::new(), None);
    while let Some(text) = symbols.next(window)? {
        if text == METRIC_NAME {
            metric_name = u32::try_from(hashes.len()).ok();
        }
        hashes.push(hash(text.as_bytes()));
    }
    Ok(Strings { hashes, metric_name })
}

fn series(
    window: &mut Window,
    toc: &Toc,
    strings: Option<&Strings>,
    chunks: &mut ChunkCheck,
    report: &mut BlockReport,
) -> Result<Series, Damage> {
    let mut found = Series::default();
    let mut walk = SeriesWalk::new(toc);
    let all = hash(b"");
    while walk.advance(window)? {
        let reference = walk.offset / SERIES_ALIGNMENT;
        found.set.insert(reference);
        found.labels.add(all, all, reference);
        let metric_name = strings.and_then(|strings| strings.metric_name);
        let metric = walk.labels.iter().find(|label| Some(label.0) == metric_name).map(|label| label.1);
        let metric = found.metrics.entry(metric).or_default();
        metric.series += 1;
        for chunk in &walk.chunks {
            metric.chunks += 1;
            metric.samples += chunks.check(chunk, report).unwrap_or(0);
        }
        report.found.num_series += 1;
        report.found.num_chunks += walk.chunks.len() as u64;
        let Some(strings) = strings else { continue };
        let hash_of = |symbol: u32| strings.hashes.get(symbol as usize).copied();
        for &(name, value) in &walk.labels {
            let Some((name, value)) = hash_of(name).zip(hash_of(value)) else {
                return Err(Damage::at(FILE, walk.offset, "a label refers to a symbol that is not there"));
            };
            found.labels.add(name, value, reference);
        }
    }
    report.found.num_samples = report.found.num_float_samples + report.found.num_histogram_samples;
    Ok(found)
}

fn metric_names(
    window: &mut Window,
    toc: &Toc,
    strings: &Strings,
    metrics: &BTreeMap<Option<u32>, MetricStats>,
) -> Result<BTreeMap<String, MetricStats>, Damage> {
    let mut named = BTreeMap::new();
    if let Some(&unnamed) = metrics.get(&None) {
        named.insert(String::new(), unnamed);
    }
    let section = Section::read(window, toc.symbols, "the symbol table")?;
    let mut symbols = Symbols::new(window, section)?;
    for symbol in 0..strings.hashes.len() {
        let Some(text) = symbols.next(window)? else { break };
        let stats = u32::try_from(symbol).ok().and_then(|symbol| metrics.get(&Some(symbol)));
        if let Some(&stats) = stats {
            named.insert(text.to_owned(), stats);
        }
    }
    Ok(named)
}

/// The values of each label, which newer releases neither write nor read.
fn label_values(
    [tables, window]: [&mut Window; 2],
    toc: &Toc,
    strings: Option<&Strings>,
) -> Result<(), Damage> {
    let mut taken = Coverage::default();
    if toc.label_indices_table > 0 && toc.label_indices_table < toc.postings_table {
        let section = Section::read(tables, toc.label_indices_table, "the table of label indices")?;
        check_padding(window, section.after(), toc.postings_table)?;
        let mut table = Table::new(tables, section)?;
        while table.advance(tables)? {
            let end = label_index(window, table.offset, strings)?;
            if !taken.take(table.offset, end) {
                return Err(Damage::at(FILE, table.offset, "two label indices share bytes"));
            }
        }
    }
    if toc.label_indices == 0 {
        return Ok(());
    }
    check_gaps(window, &taken, toc.label_indices, toc.postings)
}

fn label_index(window: &mut Window, offset: u64, strings: Option<&Strings>) -> Result<u64, Damage> {
    let section = Section::read(window, offset, "a label index")?;
    let wrong = |error: std::io::Error| Damage::reading(FILE, offset, "a label index", &error);
    let mut position = section.start + 8; // after the numbers of names and of entries
    while position < section.end {
        let length = usize::try_from((section.end - position).min(4096)).unwrap_or_default();
        let symbols = window.get(position, length).map_err(wrong)?.chunks_exact(4);
        let count = strings.map_or(usize::MAX, |strings| strings.hashes.len());
        if symbols.clone().any(|symbol| be32(symbol) as usize >= count) {
            return Err(Damage::at(FILE, offset, "a label index refers to a symbol that is not there"));
        }
        position += length as u64;
    }
    Ok(section.after())
}

fn postings([tables, window]: [&mut Window; 2], toc: &Toc, series: Option<&Series>) -> Result<(), Damage> {
    let section = Section::read(tables, toc.postings_table, "the table of postings")?;
    check_padding(window, section.after(), toc.start)?;
    let mut table = Table::new(tables, section)?;
    let (mut taken, mut labels) = (Coverage::default(), Membership::default());
    while table.advance(tables)? {
        let [name, value] = table.key.as_slice() else {
            return Err(Damage::at(FILE, toc.postings_table, "an entry is not of a name and a value"));
        };
        let (name, value) = (hash(name), hash(value));
        let end = read_list(window, table.offset, &mut |reference| {
            labels.add(name, value, u64::from(reference));
            match series {
                Some(series) if !series.set.contains(u64::from(reference)) => {
                    Err("a list refers to a series that is not there")
                }
                _ => Ok(()),
            }
        })?;
        if !taken.take(table.offset, end) {
            return Err(Damage::at(FILE, table.offset, "two lists of series share bytes"));
        }
    }
    if series.is_some_and(|series| series.labels != labels) {
        let message =
            "the lists of series do not agree with the labels of the series: some would not be found";
        return Err(Damage::at(FILE, toc.postings, message));
    }
    check_gaps(window, &taken, toc.postings, toc.postings_end())
}

/// That only padding lies between lists.
fn check_gaps(window: &mut Window, taken: &Coverage, start: u64, end: u64) -> Result<(), Damage> {
    for (start, end) in taken.gaps(start, end) {
        check_padding(window, start, end)?;
        if end - start >= LIST_ALIGNMENT.max(SERIES_ALIGNMENT) {
            return Err(Damage::at(FILE, start, "a list belongs to nothing"));
        }
    }
    Ok(())
}
