//! Bytes of a file to text.

/// The bytes are not text.
#[derive(Debug, thiserror::Error)]
#[error("is not UTF-8 text (byte {position} is the first that is not)")]
pub struct NotText {
    position: usize,
}

/// UTF-8, or UTF-16 if a byte order mark says so: what a YAML reader accepts. The mark stays out of the text.
pub fn decode_text(bytes: Vec<u8>) -> Result<String, NotText> {
    match bytes.as_slice() {
        [0xff, 0xfe, rest @ ..] => decode_utf16(rest, u16::from_le_bytes),
        [0xfe, 0xff, rest @ ..] => decode_utf16(rest, u16::from_be_bytes),
        _ => String::from_utf8(bytes).map_err(|error| NotText { position: error.utf8_error().valid_up_to() }),
    }
}

fn decode_utf16(bytes: &[u8], unit: fn([u8; 2]) -> u16) -> Result<String, NotText> {
    let units = bytes.chunks(2).map(|pair| unit([pair[0], pair.get(1).copied().unwrap_or(0)]));
    let mut text = String::with_capacity(bytes.len() / 2);
    for (index, decoded) in char::decode_utf16(units).enumerate() {
        text.push(decoded.map_err(|_| NotText { position: 2 + 2 * index })?);
    }
    Ok(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_both_byte_orders_and_names_the_first_bad_byte() {
        assert_eq!(decode_text(vec![0xff, 0xfe, b'a', 0]).unwrap(), "a");
        assert_eq!(decode_text(vec![0xfe, 0xff, 0, b'a']).unwrap(), "a");
        assert_eq!(decode_text(vec![b'a', 0xff]).unwrap_err().position, 1);
    }
}
