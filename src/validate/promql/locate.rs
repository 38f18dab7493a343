//! Where an expression goes wrong that the parser refused: a walk over its tokens that knows what may follow what.

use regex::Regex;

use super::token::{Kind, Token, duration};
use super::{ErrorKind, QueryError};
use crate::diagnostic::closest;

/// Aggregations; all other names in front of a parenthesis are functions.
const AGGREGATIONS: [&str; 14] = [
    "avg",
    "bottomk",
    "count",
    "count_values",
    "group",
    "limit_ratio",
    "limitk",
    "max",
    "min",
    "quantile",
    "stddev",
    "stdvar",
    "sum",
    "topk",
];

/// The functions of Prometheus 3, the experimental ones included.
const FUNCTIONS: &[&str] = &[
    "abs",
    "absent",
    "absent_over_time",
    "acos",
    "acosh",
    "asin",
    "asinh",
    "atan",
    "atanh",
    "avg_over_time",
    "ceil",
    "changes",
    "clamp",
    "clamp_max",
    "clamp_min",
    "cos",
    "cosh",
    "count_over_time",
    "day_of_month",
    "day_of_week",
    "day_of_year",
    "days_in_month",
    "deg",
    "delta",
    "deriv",
    "double_exponential_smoothing",
    "end",
    "exp",
    "first_over_time",
    "floor",
    "histogram_avg",
    "histogram_count",
    "histogram_fraction",
    "histogram_quantile",
    "histogram_quantiles",
    "histogram_stddev",
    "histogram_stdvar",
    "histogram_sum",
    "holt_winters",
    "hour",
    "idelta",
    "increase",
    "info",
    "irate",
    "label_join",
    "label_replace",
    "last_over_time",
    "ln",
    "log10",
    "log2",
    "mad_over_time",
    "max",
    "max_over_time",
    "min",
    "min_over_time",
    "minute",
    "month",
    "pi",
    "predict_linear",
    "present_over_time",
    "quantile_over_time",
    "rad",
    "range",
    "rate",
    "resets",
    "round",
    "scalar",
    "sgn",
    "sin",
    "sinh",
    "sort",
    "sort_by_label",
    "sort_by_label_desc",
    "sort_desc",
    "sqrt",
    "start",
    "stddev_over_time",
    "stdvar_over_time",
    "step",
    "sum_over_time",
    "tan",
    "tanh",
    "time",
    "timestamp",
    "ts_of_first_over_time",
    "ts_of_last_over_time",
    "ts_of_max_over_time",
    "ts_of_min_over_time",
    "vector",
    "year",
];

/// Functions that the parser may not know: what it says of an expression with one does not count.
const NEW: [&str; 13] = [
    "double_exponential_smoothing",
    "first_over_time",
    "histogram_quantiles",
    "holt_winters",
    "info",
    "mad_over_time",
    "range",
    "sort_by_label",
    "sort_by_label_desc",
    "step",
    "ts_of_first_over_time",
    "ts_of_max_over_time",
    "ts_of_min_over_time",
];

/// Functions of Loki's rule files, whose language looks much the same.
const OF_LOGS: [&str; 5] = ["absent_over_logs", "bytes_over_time", "bytes_rate", "rate_counter", "unwrap"];

const OPERATORS: [&str; 16] =
    ["+", "-", "*", "/", "%", "^", "==", "!=", "<", ">", "<=", ">=", "and", "or", "unless", "atan2"];
const MATCHERS: [&str; 4] = ["=", "!=", "=~", "!~"];

/// Whether a list of labels in parentheses follows.
pub(super) fn takes_labels(name: &str) -> bool {
    matches!(name, "by" | "without" | "on" | "ignoring" | "group_left" | "group_right")
}

/// Whether a name without parenthesis is no metric.
pub(super) fn is_keyword(name: &str) -> bool {
    takes_labels(name)
        || AGGREGATIONS.contains(&name)
        || matches!(
            name.to_ascii_lowercase().as_str(),
            "and" | "or" | "unless" | "atan2" | "offset" | "bool" | "inf" | "nan" | "anchored" | "smoothed"
        )
}

/// The index behind the bracket that closes the one at `open`.
pub(super) fn behind(tokens: &[Token<'_>], open: usize) -> usize {
    let mut depth = 0_usize;
    for (at, token) in tokens.iter().enumerate().skip(open) {
        match token.text {
            "(" | "{" | "[" => depth += 1,
            ")" | "}" | "]" => depth = depth.saturating_sub(1),
            _ => {}
        }
        if depth == 0 {
            return at + 1;
        }
    }
    tokens.len()
}

/// The text with blanks in place of what came to Prometheus later than to the parser: modifiers of a range, and sums
/// inside brackets.
pub(super) fn without_news(text: &str, tokens: &[Token<'_>]) -> String {
    let mut bytes = text.as_bytes().to_vec();
    let mut blank = |start: usize, end: usize| bytes[start..end].fill(b' ');
    for (at, token) in tokens.iter().enumerate() {
        let before = at.checked_sub(1).map_or("", |before| tokens[before].text);
        if before == "]" && matches!(token.text, "anchored" | "smoothed") {
            blank(token.start, token.end());
        }
        let is_sum = matches!(token.text, "+" | "-" | "*" | "/") && is_in_range(&tokens[..at]);
        if let (true, Some(next)) = (is_sum && duration(before).is_some(), tokens.get(at + 1)) {
            blank(token.start, next.end());
        }
    }
    // To the parser `or` stands between matchers, which is another product's dialect; to Prometheus it is a label.
    for at in labels_called_or(tokens).filter(|at| begins_matcher(tokens, *at)) {
        bytes[tokens[at].start] = b'_';
    }
    String::from_utf8(bytes).unwrap_or_else(|_| text.to_owned())
}

/// Where `or` stands inside braces.
fn labels_called_or(tokens: &[Token<'_>]) -> impl Iterator<Item = usize> {
    let is_inside = |at: usize| {
        tokens[..at]
            .iter()
            .rev()
            .find(|token| matches!(token.text, "{" | "}"))
            .is_some_and(|token| token.text == "{")
    };
    (0..tokens.len()).filter(move |at| tokens[*at].text == "or" && is_inside(*at))
}

fn begins_matcher(tokens: &[Token<'_>], at: usize) -> bool {
    at.checked_sub(1).is_some_and(|before| matches!(tokens[before].text, "{" | ","))
}

/// An `or` between matchers, which the parser takes and Prometheus does not.
pub(super) fn or_between_matchers(tokens: &[Token<'_>]) -> Option<QueryError> {
    let at = labels_called_or(tokens).find(|at| !begins_matcher(tokens, *at))?;
    Some(QueryError {
        kind: ErrorKind::Syntax,
        message: "matchers are joined by `,`: there is no `or` between them".to_owned(),
        offset: tokens[at].start,
        help: Some("write `a{...} or a{...}`, or one regular expression".to_owned()),
    })
}

fn is_in_range(before: &[Token<'_>]) -> bool {
    before.iter().rev().find(|token| matches!(token.text, "[" | "]")).is_some_and(|token| token.text == "[")
}

/// Whether something in it is newer than the parser, or meant for Loki.
pub(super) fn is_newer(tokens: &[Token<'_>]) -> bool {
    let calls = tokens
        .windows(2)
        .any(|pair| pair[1].text == "(" && (NEW.contains(&pair[0].text) || OF_LOGS.contains(&pair[0].text)));
    let moves =
        tokens.windows(3).any(|part| part[0].text == "offset" && part[1].text == "(" && part[2].text != ")");
    calls || moves
}

/// What is wrong, as near to the place as can be said. `reason` is what the parser says.
pub(super) fn error(tokens: &[Token<'_>], reason: &str) -> QueryError {
    unknown_function(tokens)
        .or_else(|| bad_regexp(tokens))
        .or_else(|| Walk { tokens, at: 0, open: Vec::new() }.run().err())
        .unwrap_or_else(|| by_reason(tokens, reason))
}

fn unknown_function(tokens: &[Token<'_>]) -> Option<QueryError> {
    let is_unknown = |at: &usize| {
        let name = tokens[*at].text;
        let is_known = FUNCTIONS.contains(&name) || is_keyword(name) || name.starts_with("fill");
        // `sum by instance (x)` lacks parentheses, not a function.
        let is_label = at.checked_sub(1).is_some_and(|before| takes_labels(tokens[before].text));
        let is_called = tokens.get(at + 1).is_some_and(|next| next.text == "(");
        tokens[*at].kind == Kind::Name && is_called && !is_known && !is_label
    };
    let name = tokens[(0..tokens.len()).find(is_unknown)?];
    let known: Vec<&str> = FUNCTIONS.iter().chain(&AGGREGATIONS).copied().collect();
    Some(QueryError {
        kind: ErrorKind::UnknownFunction,
        message: format!("there is no function `{}`", name.text),
        offset: name.start,
        help: closest(name.text, &known).map(|like| format!("did you mean `{like}`?")),
    })
}

fn bad_regexp(tokens: &[Token<'_>]) -> Option<QueryError> {
    tokens.windows(2).find_map(|pair| {
        if !matches!(pair[0].text, "=~" | "!~") || pair[1].kind != Kind::Text {
            return None;
        }
        let pattern = &pair[1].text[1..pair[1].text.len() - 1];
        let pattern =
            if pair[1].text.starts_with('`') { pattern.to_owned() } else { pattern.replace("\\\\", "\\") };
        let reason = Regex::new(&pattern).err()?;
        let reason = reason.to_string();
        let reason = reason.lines().last().unwrap_or_default().trim_start_matches("error: ");
        Some(QueryError {
            kind: ErrorKind::Regexp,
            message: format!("the regular expression {} cannot be compiled: {reason}", pair[1].text),
            offset: pair[1].start,
            help: None,
        })
    })
}

/// What the parser said, at the function that it named.
fn by_reason(tokens: &[Token<'_>], reason: &str) -> QueryError {
    let named = reason.split('\'').nth(1);
    let named = named.and_then(|name| tokens.iter().find(|token| Some(token.text) == Some(name)));
    let is_vague = reason.starts_with("invalid promql");
    QueryError {
        kind: if is_vague { ErrorKind::Syntax } else { ErrorKind::Type },
        message: if is_vague { "this is no PromQL".to_owned() } else { reason.replace('\'', "`") },
        offset: named.or(tokens.first()).map_or(0, |token| token.start),
        help: None,
    }
}

struct Walk<'w, 't> {
    tokens: &'w [Token<'t>],
    at: usize,
    open: Vec<Token<'t>>,
}

type Step<T> = Result<T, QueryError>;

impl<'t> Walk<'_, 't> {
    fn run(mut self) -> Step<()> {
        if self.tokens.is_empty() {
            return Err(syntax("there is no expression", 0));
        }
        loop {
            self.operand()?;
            if !self.operators()? {
                return Ok(());
            }
        }
    }

    fn peek(&self) -> &'t str {
        self.tokens.get(self.at).map_or("", |token| token.text)
    }

    fn next(&mut self) -> Option<Token<'t>> {
        let token = self.tokens.get(self.at).copied();
        self.at += 1;
        token
    }

    /// What is wrong with the next token, or with the end.
    fn wrong<T>(&self, expected: &str) -> Step<T> {
        let last = self.tokens.last().map_or(0, |token| token.start);
        Err(match (self.tokens.get(self.at), self.open.last()) {
            (Some(token), _) if token.kind == Kind::OpenText => syntax("this string never ends", token.start),
            (Some(token), _) => syntax(&format!("expected {expected}, found `{}`", token.text), token.start),
            (None, Some(open)) => syntax(&format!("this `{}` is never closed", open.text), open.start),
            (None, None) => syntax(&format!("expected {expected} behind this"), last),
        })
    }

    /// A number, a selector, or the beginning of a call or of parentheses.
    fn operand(&mut self) -> Step<()> {
        loop {
            let Some(token) = self.tokens.get(self.at).copied() else { return self.wrong("an expression") };
            match (token.kind, token.text) {
                (_, "+" | "-") => self.at += 1,
                (_, "(") => self.open(),
                (_, "{") => return self.labels(),
                (Kind::Number | Kind::Text, _) => {
                    self.at += 1;
                    return Ok(());
                }
                (Kind::Name, _) => {
                    self.at += 1;
                    if takes_labels(self.peek()) {
                        self.names()?;
                    }
                    if self.peek() != "(" {
                        return if self.peek() == "{" { self.labels() } else { Ok(()) };
                    }
                    self.open();
                    if self.peek() == ")" {
                        return Ok(());
                    }
                }
                _ => return self.wrong("an expression"),
            }
        }
    }

    fn open(&mut self) {
        let token = self.next();
        self.open.extend(token);
    }

    /// What may stand behind an operand. Whether another one follows.
    fn operators(&mut self) -> Step<bool> {
        while let Some(token) = self.tokens.get(self.at).copied() {
            match token.text {
                ")" if self.open.pop().is_some() => self.at += 1,
                ")" => return Err(syntax("this `)` closes nothing", token.start)),
                "[" => self.range()?,
                "offset" => self.offset()?,
                "@" => self.instant()?,
                "by" | "without" => self.names()?,
                "anchored" | "smoothed" => self.at += 1,
                "," if !self.open.is_empty() => {
                    self.at += 1;
                    return Ok(true);
                }
                text if OPERATORS.contains(&text.to_ascii_lowercase().as_str()) => {
                    self.at += 1;
                    return self.matching().map(|()| true);
                }
                _ => return self.wrong("an operator"),
            }
        }
        if self.open.is_empty() { Ok(false) } else { self.wrong("`)`") }
    }

    fn matching(&mut self) -> Step<()> {
        loop {
            match self.peek() {
                "bool" => self.at += 1,
                name if takes_labels(name) => {
                    self.at += 1;
                    if self.peek() == "(" {
                        self.at -= 1;
                        self.names()?;
                    }
                }
                name if name.starts_with("fill") => self.at = behind(self.tokens, self.at + 1),
                _ => return Ok(()),
            }
        }
    }

    /// `by (a, b)`
    fn names(&mut self) -> Step<()> {
        self.at += 1;
        if self.peek() != "(" {
            return self.wrong("`(` and labels");
        }
        self.open();
        loop {
            if self.peek() == ")" {
                break;
            }
            if !matches!(self.next(), Some(Token { kind: Kind::Name | Kind::Text, .. })) {
                self.at -= 1;
                return self.wrong("a label");
            }
            match self.peek() {
                "," => self.at += 1,
                ")" => break,
                _ => return self.wrong("`,` or `)` behind a label"),
            }
        }
        self.at += 1;
        self.open.pop();
        Ok(())
    }

    /// `{a="b"}`
    fn labels(&mut self) -> Step<()> {
        self.open();
        loop {
            match self.tokens.get(self.at).map(|token| (token.kind, token.text)) {
                Some((_, "}")) => break,
                Some((Kind::Name | Kind::Text, _)) => self.at += 1,
                _ => return self.wrong("a label"),
            }
            if MATCHERS.contains(&self.peek()) {
                self.at += 1;
                if self.tokens.get(self.at).is_none_or(|token| token.kind != Kind::Text) {
                    return self.wrong("a string in quotes");
                }
                self.at += 1;
            } else if self.tokens[self.at - 1].kind == Kind::Name {
                return self.wrong("`=`, `!=`, `=~` or `!~` behind the label");
            }
            match self.peek() {
                "," | "or" => self.at += 1,
                "}" => break,
                _ => return self.wrong("`,` or `}` behind a matcher"),
            }
        }
        self.at += 1;
        self.open.pop();
        Ok(())
    }

    /// `[5m]` and `[1h:5m]`
    fn range(&mut self) -> Step<()> {
        self.open();
        while self.peek() != "]" {
            match self.next() {
                Some(Token { kind: Kind::Number, text, start }) if duration(text).is_none() => {
                    return Err(not_a_duration(text, start));
                }
                Some(
                    Token { kind: Kind::Number, .. }
                    | Token { text: ":" | "+" | "-" | "*" | "/" | "(" | ")", .. },
                ) => {}
                _ => {
                    self.at -= 1;
                    return self.wrong("a duration as `5m`, and `]`");
                }
            }
        }
        self.at += 1;
        self.open.pop();
        Ok(())
    }

    fn offset(&mut self) -> Step<()> {
        self.at += 1;
        if self.peek() == "-" {
            self.at += 1;
        }
        match self.tokens.get(self.at) {
            Some(token) if token.kind == Kind::Number && duration(token.text).is_none() => {
                let is_seconds = token.text.parse::<f64>().is_ok();
                if !is_seconds {
                    return Err(not_a_duration(token.text, token.start));
                }
            }
            Some(token) if token.kind == Kind::Number => {}
            _ => return self.wrong("a duration as `5m`"),
        }
        self.at += 1;
        Ok(())
    }

    /// `@ 1609746000`, `@ start()`
    fn instant(&mut self) -> Step<()> {
        self.at += 1;
        match self.tokens.get(self.at) {
            Some(token) if token.kind == Kind::Number => self.at += 1,
            Some(token) if matches!(token.text, "start" | "end") => self.at += 3,
            _ => return self.wrong("a time"),
        }
        Ok(())
    }
}

fn syntax(message: &str, offset: usize) -> QueryError {
    QueryError { kind: ErrorKind::Syntax, message: message.to_owned(), offset, help: None }
}

fn not_a_duration(text: &str, offset: usize) -> QueryError {
    QueryError {
        kind: ErrorKind::Duration,
        message: format!("`{text}` is no duration"),
        offset,
        help: Some("write a number and one of ms, s, m, h, d, w, y: `5m`, `1h30m`".to_owned()),
    }
}
