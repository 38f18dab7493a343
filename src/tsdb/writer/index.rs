//! The index, whose strings come first although they are known last: series wait in a file until all are there.

use std::collections::{BTreeMap, HashMap};
use std::fs::{self, File};
use std::io::{BufReader, BufWriter, Read as _, Write};
use std::path::{Path, PathBuf};

use sha2::{Digest as _, Sha256};

use super::super::bytes::{Bytes, put_length, put_string, put_uvarint, put_varint};
use super::super::index::{FILE, HEADER, LIST_ALIGNMENT, SERIES_ALIGNMENT};
use super::WriteError;

/// Series in the order in which they came, with strings numbered in the order in which they were seen.
#[derive(Debug)]
pub(super) struct SeriesSpool {
    path: PathBuf,
    file: BufWriter<File>,
    symbols: HashMap<String, u32>,
    entry: Vec<u8>,
    /// Time and reference of the chunk before, as the format stores differences.
    last: Option<(i64, u64)>,
    series: u64,
}

impl SeriesSpool {
    pub(super) fn create(staging: &Path) -> Result<Self, WriteError> {
        let path = staging.join("series.spool");
        let file = File::create_new(&path).map_err(|error| WriteError::io(&path, error))?;
        let file = BufWriter::with_capacity(1024 * 1024, file);
        Ok(Self { path, file, symbols: HashMap::new(), entry: Vec::new(), last: None, series: 0 })
    }

    pub(super) fn begin(&mut self, labels: &[(String, String)], chunks: usize) -> Result<(), WriteError> {
        self.entry.clear();
        put_length(&mut self.entry, labels.len());
        for text in labels.iter().flat_map(|(name, value)| [name, value]) {
            let symbol = self.symbol(text)?;
            put_uvarint(&mut self.entry, u64::from(symbol));
        }
        put_length(&mut self.entry, chunks);
        self.last = None;
        Ok(())
    }

    pub(super) fn chunk(&mut self, min_time: i64, max_time: i64, reference: u64) {
        match self.last {
            None => {
                put_varint(&mut self.entry, min_time);
                put_uvarint(&mut self.entry, max_time.abs_diff(min_time));
                put_uvarint(&mut self.entry, reference);
            }
            Some((time, before)) => {
                put_uvarint(&mut self.entry, min_time.abs_diff(time));
                put_uvarint(&mut self.entry, max_time.abs_diff(min_time));
                put_varint(&mut self.entry, reference.wrapping_sub(before).cast_signed());
            }
        }
        self.last = Some((max_time, reference));
    }

    pub(super) fn end(&mut self) -> Result<(), WriteError> {
        let length = u32::try_from(self.entry.len());
        let length = length.map_err(|_| WriteError::TooLarge("a series of 4 GiB"))?;
        let written =
            self.file.write_all(&length.to_be_bytes()).and_then(|()| self.file.write_all(&self.entry));
        self.series += 1;
        written.map_err(|error| WriteError::io(&self.path, error))
    }

    /// Writes the index into the folder, and removes what waited there.
    pub(super) fn write_index(&mut self, staging: &Path, digest: &mut Sha256) -> Result<(), WriteError> {
        self.file.flush().map_err(|error| WriteError::io(&self.path, error))?;
        let mut names: Vec<(String, u32)> = std::mem::take(&mut self.symbols).into_iter().collect();
        names.sort_unstable();
        let mut index = IndexWriter::create(staging, digest)?;
        index.symbols(&names)?;
        let mut numbers = vec![0; names.len()]; // as seen -> as sorted
        for (sorted, (_, seen)) in names.iter().enumerate() {
            numbers[*seen as usize] = number(sorted)?;
        }
        self.copy_series(&mut index, &numbers)?;
        index.finish(&names)?;
        fs::remove_file(&self.path).map_err(|error| WriteError::io(&self.path, error))
    }

    fn copy_series(&self, index: &mut IndexWriter<'_>, numbers: &[u32]) -> Result<(), WriteError> {
        let wrong = |error| WriteError::io(&self.path, error);
        let mut file = BufReader::with_capacity(1024 * 1024, File::open(&self.path).map_err(wrong)?);
        let (mut length, mut entry) = ([0; 4], Vec::new());
        for _ in 0..self.series {
            file.read_exact(&mut length).map_err(wrong)?;
            entry.resize(u32::from_be_bytes(length) as usize, 0);
            file.read_exact(&mut entry).map_err(wrong)?;
            index.series(&entry, numbers)?;
        }
        Ok(())
    }

    fn symbol(&mut self, text: &str) -> Result<u32, WriteError> {
        if let Some(&symbol) = self.symbols.get(text) {
            return Ok(symbol);
        }
        let symbol = number(self.symbols.len())?;
        self.symbols.insert(text.to_owned(), symbol);
        Ok(symbol)
    }
}

/// The file itself.
struct IndexWriter<'a> {
    path: PathBuf,
    file: BufWriter<File>,
    position: u64,
    digest: &'a mut Sha256,
    /// The series of each label, in order.
    lists: BTreeMap<(u32, u32), Vec<u32>>,
    all: Vec<u32>,
    toc: [u64; 6],
}

/// Positions in the table of contents.
const SYMBOLS: usize = 0;
const SERIES: usize = 1;
const LABEL_INDICES: usize = 2;
const LABEL_INDICES_TABLE: usize = 3;
const POSTINGS: usize = 4;
const POSTINGS_TABLE: usize = 5;

impl<'a> IndexWriter<'a> {
    fn create(staging: &Path, digest: &'a mut Sha256) -> Result<Self, WriteError> {
        let path = staging.join(FILE);
        let file = File::create_new(&path).map_err(|error| WriteError::io(&path, error))?;
        let file = BufWriter::with_capacity(1024 * 1024, file);
        let (lists, all) = (BTreeMap::new(), Vec::new());
        let mut index = Self { path, file, position: 0, digest, lists, all, toc: [0; 6] };
        index.write(&HEADER)?;
        Ok(index)
    }

    fn symbols(&mut self, names: &[(String, u32)]) -> Result<(), WriteError> {
        self.toc[SYMBOLS] = self.position;
        let mut content = number(names.len())?.to_be_bytes().to_vec();
        for (name, _) in names {
            put_string(&mut content, name);
        }
        self.section(&content)?;
        self.toc[SERIES] = self.position;
        Ok(())
    }

    /// One series of the spool, its strings numbered anew.
    fn series(&mut self, entry: &[u8], numbers: &[u32]) -> Result<(), WriteError> {
        self.align(SERIES_ALIGNMENT)?;
        let reference = u32::try_from(self.position / SERIES_ALIGNMENT);
        let reference = reference.map_err(|_| WriteError::TooLarge("an index of 64 GiB"))?;
        let mut bytes = Bytes::new(entry);
        let mut content = Vec::with_capacity(entry.len());
        let labels = bytes.uvarint().unwrap_or_default();
        put_uvarint(&mut content, labels);
        for _ in 0..labels {
            let mut next =
                || bytes.uvarint32().and_then(|seen| numbers.get(seen as usize).copied()).unwrap_or_default();
            let pair = (next(), next());
            put_uvarint(&mut content, u64::from(pair.0));
            put_uvarint(&mut content, u64::from(pair.1));
            self.lists.entry(pair).or_default().push(reference);
        }
        let left = bytes.len();
        content.extend_from_slice(bytes.take(left).unwrap_or_default());
        self.all.push(reference);
        let mut record = Vec::with_capacity(content.len() + 9);
        put_length(&mut record, content.len());
        record.extend_from_slice(&content);
        record.extend_from_slice(&crc32c::crc32c(&content).to_be_bytes());
        self.write(&record)
    }

    fn finish(mut self, names: &[(String, u32)]) -> Result<(), WriteError> {
        self.toc[LABEL_INDICES] = self.position; // newer servers neither write nor read them
        let lists = std::mem::take(&mut self.lists);
        let all = std::mem::take(&mut self.all);
        let mut table = number(lists.len() + 1)?.to_be_bytes().to_vec();
        self.align(LIST_ALIGNMENT)?;
        self.toc[POSTINGS] = self.position;
        self.list(&mut table, ("", ""), &all)?;
        for ((name, value), series) in &lists {
            let text = |symbol: u32| names.get(symbol as usize).map_or("", |(text, _)| text.as_str());
            self.list(&mut table, (text(*name), text(*value)), series)?;
        }
        self.toc[LABEL_INDICES_TABLE] = self.position;
        self.toc[POSTINGS_TABLE] = self.position;
        self.section(&table)?;
        let toc: Vec<u8> = self.toc.iter().flat_map(|offset| offset.to_be_bytes()).collect();
        self.write(&toc)?;
        self.write(&crc32c::crc32c(&toc).to_be_bytes())?;
        let synced = self.file.flush().and_then(|()| self.file.get_ref().sync_all());
        synced.map_err(|error| WriteError::io(&self.path, error))
    }

    fn list(&mut self, table: &mut Vec<u8>, label: (&str, &str), series: &[u32]) -> Result<(), WriteError> {
        self.align(LIST_ALIGNMENT)?;
        put_uvarint(table, 2);
        put_string(table, label.0);
        put_string(table, label.1);
        put_uvarint(table, self.position);
        let mut content = number(series.len())?.to_be_bytes().to_vec();
        content.extend(series.iter().flat_map(|reference| reference.to_be_bytes()));
        self.section(&content)
    }

    /// Length, content, checksum.
    fn section(&mut self, content: &[u8]) -> Result<(), WriteError> {
        self.write(&number(content.len())?.to_be_bytes())?;
        self.write(content)?;
        self.write(&crc32c::crc32c(content).to_be_bytes())
    }

    fn align(&mut self, alignment: u64) -> Result<(), WriteError> {
        let padding = self.position.next_multiple_of(alignment) - self.position;
        self.write(&[0; 16][..usize::try_from(padding).unwrap_or_default()])
    }

    fn write(&mut self, bytes: &[u8]) -> Result<(), WriteError> {
        self.digest.update(bytes);
        self.position += bytes.len() as u64;
        self.file.write_all(bytes).map_err(|error| WriteError::io(&self.path, error))
    }
}

/// The format counts with 32 bits.
fn number(count: usize) -> Result<u32, WriteError> {
    u32::try_from(count).map_err(|_| WriteError::TooLarge("a section of 4 GiB"))
}
