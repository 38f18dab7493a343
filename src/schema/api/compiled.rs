//! Patterns and rules, compiled once in a run.

use elsa::sync::FrozenMap;
use regex::{Regex, RegexBuilder};

use super::cel::Expression;

/// A pattern of a definition found at run time must not take more memory than this, in bytes.
const SIZE_LIMIT: usize = 1 << 20;

/// What was compiled, by its text.
#[derive(Default)]
pub(super) struct Compiled {
    patterns: FrozenMap<String, Box<Option<Regex>>>,
    rules: FrozenMap<String, Box<Option<Expression>>>,
}

impl Compiled {
    /// Whether `text` has a match of `pattern`, which is written as Go writes it. None if the pattern cannot be
    /// compiled.
    pub(super) fn matches(&self, pattern: &str, text: &str) -> Option<bool> {
        let compiled = match self.patterns.get(pattern) {
            Some(compiled) => compiled,
            None => self.patterns.insert(pattern.to_owned(), Box::new(compile(pattern))),
        };
        compiled.as_ref().map(|regex| regex.is_match(text))
    }

    /// A rule; none if it is written in words of CEL that are not known here.
    pub(super) fn rule(&self, text: &str) -> Option<&Expression> {
        let compiled = match self.rules.get(text) {
            Some(compiled) => compiled,
            None => self.rules.insert(text.to_owned(), Box::new(Expression::parse(text))),
        };
        compiled.as_ref()
    }
}

fn compile(pattern: &str) -> Option<Regex> {
    RegexBuilder::new(pattern).size_limit(SIZE_LIMIT).build().ok()
}

impl std::fmt::Debug for Compiled {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("Compiled")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patterns_are_those_of_go_and_bad_ones_say_nothing() {
        let compiled = Compiled::default();
        assert_eq!(compiled.matches("^(?i:get|post)$", "GET"), Some(true));
        assert_eq!(compiled.matches("^(?i:get|post)$", "gets"), Some(false));
        assert_eq!(compiled.matches("(unclosed", "anything"), None);
        assert_eq!(compiled.matches("(a{1000}){1000}", "too large to compile"), None);
    }
}
