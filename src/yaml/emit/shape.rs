//! What in a text decides how it can be written: line breaks, spaces at the edges, indicators, characters that
//! must be escaped. The conditions are those of go-yaml's emitter.

/// Which go-yaml writes. They treat tabs differently.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Dialect {
    /// go-yaml v2: a tab must be escaped.
    Legacy,
    /// go-yaml v3: a block scalar may hold a tab.
    Core,
}

/// The ways in which a text can be written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(clippy::struct_excessive_bools, reason = "these are independent facts")]
pub(super) struct Shape {
    /// There is a line break in it.
    pub(super) multiline: bool,
    /// It may be plain in block context.
    pub(super) plain: bool,
    /// It may be plain in flow context.
    pub(super) plain_in_flow: bool,
    /// It may have single quotes.
    pub(super) single_quoted: bool,
    /// It may be a literal or folded block.
    pub(super) block: bool,
}

#[derive(Default)]
#[allow(clippy::struct_excessive_bools, reason = "these are independent facts")]
struct Traits {
    block_indicator: bool,
    flow_indicator: bool,
    tab: bool,
    special: bool,
    line_break: bool,
    break_then_space: bool,
    space_then_break: bool,
}

impl Shape {
    /// Examines a text.
    pub(super) fn of(text: &str, dialect: Dialect) -> Self {
        let (Some(first), Some(last)) = (text.chars().next(), text.chars().next_back()) else {
            return Self {
                multiline: false,
                plain: true,
                plain_in_flow: false,
                single_quoted: true,
                block: false,
            };
        };
        let traits = Traits::of(text);
        let edges_are_blank = [first, last].into_iter().any(|edge| edge == ' ' || is_break(edge));
        let escapes = traits.space_then_break || traits.special;
        let escaped_tab = traits.tab && dialect == Dialect::Legacy;
        let quotes_needed = edges_are_blank
            || traits.line_break
            || traits.break_then_space
            || escapes
            || traits.tab
            || traits.block_indicator;
        Self {
            multiline: traits.line_break,
            plain: !quotes_needed,
            plain_in_flow: !quotes_needed && !traits.flow_indicator,
            single_quoted: !(traits.break_then_space || escapes || traits.tab),
            block: !(last == ' ' || escapes || escaped_tab),
        }
    }
}

impl Traits {
    fn of(text: &str) -> Self {
        let marker = text.starts_with("---") || text.starts_with("...");
        let mut traits = Self { block_indicator: marker, flow_indicator: marker, ..Self::default() };
        let mut previous = None;
        let mut characters = text.chars().peekable();
        while let Some(character) = characters.next() {
            let blank_follows = matches!(characters.peek(), None | Some(' ' | '\t'));
            traits.indicators(previous, character, blank_follows);
            traits.layout(previous, character);
            previous = Some(character);
        }
        traits
    }

    fn indicators(&mut self, previous: Option<char>, character: char, blank_follows: bool) {
        let (flow, block) = match (previous, character) {
            (
                None,
                '#' | ',' | '[' | ']' | '{' | '}' | '&' | '*' | '!' | '|' | '>' | '\'' | '"' | '%' | '@'
                | '`',
            ) => (true, true),
            (None, '?') | (_, ':') => (true, blank_follows),
            (None, '-') => (blank_follows, blank_follows),
            (Some(_), ',' | '?' | '[' | ']' | '{' | '}') => (true, false),
            (Some(before), '#') => {
                let after_blank = matches!(before, ' ' | '\t' | '\0') || is_break(before);
                (after_blank, after_blank)
            }
            _ => (false, false),
        };
        self.flow_indicator |= flow;
        self.block_indicator |= block;
    }

    fn layout(&mut self, previous: Option<char>, character: char) {
        match character {
            '\t' => self.tab = true,
            _ if !is_printable(character) => self.special = true,
            _ => {}
        }
        if character == ' ' {
            self.break_then_space |= previous.is_some_and(is_break);
        } else if is_break(character) {
            self.line_break = true;
            self.space_then_break |= previous == Some(' ');
        }
    }
}

/// Whether go-yaml takes this for a line break.
pub(super) fn is_break(character: char) -> bool {
    matches!(character, '\n' | '\r' | '\u{85}' | '\u{2028}' | '\u{2029}')
}

/// Whether go-yaml writes this as it is. (It escapes all that has more than 16 bits.)
pub(super) fn is_printable(character: char) -> bool {
    matches!(character, '\n' | ' '..='~' | '\u{a0}'..='\u{d7ff}' | '\u{e000}'..='\u{fffd}')
        && character != '\u{feff}'
}
