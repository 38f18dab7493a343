//! What a reader sees a text on.

/// As wide a terminal as this has room for two columns.
const WIDE: usize = 120;
/// How wide two columns are where nobody knows how wide the screen is.
const UNKNOWN: usize = 160;

/// A terminal, or a file or pipe, which has neither colours nor a width.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Screen {
    /// Whether text has colours.
    pub has_colour: bool,
    /// How many characters a line has room for.
    pub width: Option<usize>,
}

impl Screen {
    /// How wide it is, if it has room for two columns.
    pub(super) fn columns(self) -> Option<usize> {
        self.width.filter(|width| *width >= WIDE)
    }

    /// How wide two columns are that somebody asked for.
    pub(super) fn split(self) -> usize {
        self.width.unwrap_or(UNKNOWN)
    }
}
