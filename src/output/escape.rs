//! Text that stays text where it is put.

/// Text of a workflow command.
pub(super) fn data(text: &str) -> String {
    text.replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A")
}

/// A property of a workflow command.
pub(super) fn property(text: &str) -> String {
    data(text).replace(':', "%3A").replace(',', "%2C")
}

/// Text without line ends: a line that begins with `::` would be a command.
pub(super) fn one_line(text: &str) -> String {
    text.replace(['\n', '\r'], " ")
}

/// Text that stays in its cell and is no markup. Code in backticks may stay.
pub(super) fn cell(text: &str) -> String {
    let text =
        crate::diff::harmless(&text.replace(['\n', '\r'], " ")).replace('\\', "\\\\").replace('|', "\\|");
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
        .replace('#', "&#35;")
        .replace('@', "&#64;")
        .replace('[', "\\[")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_in_a_message_can_be_a_command() {
        assert_eq!(data("100%\n::error::x"), "100%25%0A::error::x");
        assert_eq!(property("a:b,c"), "a%3Ab%2Cc");
        assert_eq!(one_line("a\n::set-output::b"), "a ::set-output::b");
    }

    #[test]
    fn text_stays_in_its_cell() {
        assert_eq!(cell("a|b\n<img> @all"), "a\\|b &lt;img&gt; &#64;all");
    }
}
