//! Messages of protocol buffers: fields with numbers, each a number or some bytes.

/// A field's value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Value<'b> {
    Number(u64),
    Bytes(&'b [u8]),
}

/// A message that is cut, or none at all.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct EndsEarly;

/// The fields of a message, in order; an error, and no more, where it ends within one.
#[derive(Clone, Debug)]
pub(super) struct Fields<'b>(pub(super) &'b [u8]);

/// Messages that stand in a row, each behind its length; an error, and no more, where the last one is cut.
#[derive(Clone, Debug)]
pub(super) struct Row<'b>(pub(super) &'b [u8]);

fn number(input: &mut &[u8]) -> Option<u64> {
    let mut value = 0;
    for shift in (0..70).step_by(7) {
        let (byte, rest) = input.split_first()?;
        *input = rest;
        value |= u64::from(byte & 0x7f).checked_shl(shift)?;
        if *byte < 0x80 {
            return Some(value);
        }
    }
    None
}

fn bytes<'b>(input: &mut &'b [u8], length: u64) -> Option<&'b [u8]> {
    let (bytes, rest) = input.split_at_checked(usize::try_from(length).ok()?)?;
    *input = rest;
    Some(bytes)
}

/// Some bytes behind their length.
fn measured<'b>(input: &mut &'b [u8]) -> Option<&'b [u8]> {
    let length = number(input)?;
    bytes(input, length)
}

fn field<'b>(input: &mut &'b [u8]) -> Option<(u64, Value<'b>)> {
    let key = number(input)?;
    let value = match key & 7 {
        0 => Value::Number(number(input)?),
        1 => Value::Bytes(bytes(input, 8)?),
        2 => Value::Bytes(measured(input)?),
        5 => Value::Bytes(bytes(input, 4)?),
        _ => return None,
    };
    Some((key >> 3, value))
}

/// What is read next of an input that is not at its end; the input is, if nothing can be.
fn next<'b, T>(
    input: &mut &'b [u8],
    read: impl FnOnce(&mut &'b [u8]) -> Option<T>,
) -> Option<Result<T, EndsEarly>> {
    if input.is_empty() {
        return None;
    }
    let item = read(input);
    if item.is_none() {
        *input = &[];
    }
    Some(item.ok_or(EndsEarly))
}

impl<'b> Iterator for Fields<'b> {
    type Item = Result<(u64, Value<'b>), EndsEarly>;

    fn next(&mut self) -> Option<Self::Item> {
        next(&mut self.0, field)
    }
}

impl<'b> Iterator for Row<'b> {
    type Item = Result<&'b [u8], EndsEarly>;

    fn next(&mut self) -> Option<Self::Item> {
        next(&mut self.0, measured)
    }
}
