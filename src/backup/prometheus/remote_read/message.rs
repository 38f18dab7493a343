//! The few messages of remote reads, as protocol buffers: fields with numbers, each a number or some bytes.

use std::io;

use super::broken;
use crate::backup::node::{Failure, NodeError};
use crate::backup::protocol_buffers::{EndsEarly, Fields, Value};
use crate::tsdb::{Chunk, Encoding};

/// Names and values, sorted by name.
pub type Labels = Vec<(String, String)>;

/// A series, or the next part of one.
pub(super) struct Part {
    pub(super) labels: Labels,
    /// With the times of their first and last samples.
    pub(super) chunks: Vec<(i64, i64, Chunk)>,
}

/// All series from `first` to `last`, as streamed chunks; compressed as servers want it.
pub(super) fn read_request(first: i64, last: i64) -> Result<Vec<u8>, NodeError> {
    let mut matcher = Vec::new(); // __name__ =~ ".+"
    put_number(&mut matcher, 1, 2);
    put_bytes(&mut matcher, 2, b"__name__");
    put_bytes(&mut matcher, 3, b".+");
    let mut query = Vec::new();
    put_number(&mut query, 1, first.cast_unsigned());
    put_number(&mut query, 2, last.cast_unsigned());
    put_bytes(&mut query, 3, &matcher);
    let mut request = Vec::new();
    put_bytes(&mut request, 1, &query);
    put_number(&mut request, 2, 1); // STREAMED_XOR_CHUNKS
    snap::raw::Encoder::new()
        .compress_vec(&request)
        .map_err(|error| NodeError::new(Failure::Other, "/api/v1/read", error.to_string()))
}

/// The series of a `ChunkedReadResponse`.
pub(super) fn series_of(message: &[u8]) -> io::Result<Vec<Part>> {
    let mut parts = Vec::new();
    for field in Fields(message) {
        if let (1, Value::Bytes(series)) = field.map_err(ends_early)? {
            parts.push(part(series)?);
        }
    }
    Ok(parts)
}

fn part(message: &[u8]) -> io::Result<Part> {
    let mut part = Part { labels: Vec::new(), chunks: Vec::new() };
    for field in Fields(message) {
        match field.map_err(ends_early)? {
            (1, Value::Bytes(pair)) => part.labels.push(label(pair)?),
            (2, Value::Bytes(bytes)) => part.chunks.push(chunk(bytes)?),
            _ => {}
        }
    }
    part.labels.sort();
    Ok(part)
}

fn label(message: &[u8]) -> io::Result<(String, String)> {
    let (mut name, mut value) = (String::new(), String::new());
    let text = |bytes: &[u8]| {
        String::from_utf8(bytes.to_owned()).map_err(|_| broken("a label is no text".to_owned()))
    };
    for field in Fields(message) {
        match field.map_err(ends_early)? {
            (1, Value::Bytes(bytes)) => name = text(bytes)?,
            (2, Value::Bytes(bytes)) => value = text(bytes)?,
            _ => {}
        }
    }
    Ok((name, value))
}

fn chunk(message: &[u8]) -> io::Result<(i64, i64, Chunk)> {
    let (mut first, mut last, mut number, mut data) = (0, 0, 0, Vec::new());
    for field in Fields(message) {
        match field.map_err(ends_early)? {
            (1, Value::Number(time)) => first = time.cast_signed(),
            (2, Value::Number(time)) => last = time.cast_signed(),
            (3, Value::Number(value)) => number = value,
            (4, Value::Bytes(bytes)) => bytes.clone_into(&mut data),
            _ => {}
        }
    }
    let encoding = u8::try_from(number).ok().and_then(Encoding::from_number);
    let encoding = encoding.ok_or_else(|| broken(format!("chunks of type {number} are not known")))?;
    Ok((first, last, Chunk { encoding, data }))
}

fn ends_early(_: EndsEarly) -> io::Error {
    broken("a message ends within a field".to_owned())
}

fn put_varint(out: &mut Vec<u8>, mut value: u64) {
    while value >= 0x80 {
        out.push(value.to_le_bytes()[0] | 0x80);
        value >>= 7;
    }
    out.push(value.to_le_bytes()[0]);
}

fn put_number(out: &mut Vec<u8>, field: u64, value: u64) {
    put_varint(out, field << 3);
    put_varint(out, value);
}

fn put_bytes(out: &mut Vec<u8>, field: u64, bytes: &[u8]) {
    put_varint(out, field << 3 | 2);
    put_varint(out, bytes.len() as u64);
    out.extend_from_slice(bytes);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whatever_bytes_come_they_are_series_or_an_error() {
        let mut label = Vec::new();
        put_bytes(&mut label, 1, b"__name__");
        put_bytes(&mut label, 2, b"up");
        let mut chunk = Vec::new();
        put_number(&mut chunk, 1, (-5_i64).cast_unsigned());
        put_number(&mut chunk, 2, 7);
        put_number(&mut chunk, 3, 1);
        put_bytes(&mut chunk, 4, b"\0\x01abc");
        let mut series = Vec::new();
        put_bytes(&mut series, 1, &label);
        put_bytes(&mut series, 2, &chunk);
        let mut message = Vec::new();
        put_bytes(&mut message, 1, &series);
        put_number(&mut message, 2, 300);

        let parts = series_of(&message).unwrap();
        assert_eq!(parts[0].labels, [("__name__".to_owned(), "up".to_owned())]);
        let (first, last, chunk) = &parts[0].chunks[0];
        assert_eq!((*first, *last, chunk.encoding, chunk.data.len()), (-5, 7, Encoding::Xor, 5));
        for end in 0..message.len() {
            // Either the cut lies between two fields, or it is told.
            let _ = series_of(&message[..end]);
            for bit in 0..8 {
                let mut flipped = message.clone();
                flipped[end] ^= 1 << bit;
                let _ = series_of(&flipped);
            }
        }
        assert!(series_of(&message[..message.len() - 4]).is_err());
    }
}
