//! PromQL as rules and dashboards hold it: what an expression says, where in the text its parts stand, and what is
//! wrong with it.
//!
//! The parser is a library that knows no positions and lags behind Prometheus. So the text is cut into tokens here too:
//! they say where selectors and calls stand, where a text that was refused goes wrong, and whether it was refused only
//! because it is newer than the parser.

mod catalogue;
mod labels;
mod locate;
mod token;

use promql_parser::parser::{Expr, VectorSelector, parse};

pub(super) use catalogue::{Metric, metric, misspelt, renamed};
pub(super) use labels::{Labels, labels_of};
pub(super) use token::{Kind, Token, duration, tokens};

/// What was made of a text.
#[derive(Debug)]
pub(super) enum Parsed {
    /// An expression.
    Query(Query),
    /// It cannot be one.
    Error(QueryError),
    /// It is a query to Loki, or newer than what the parser knows.
    Foreign,
}

/// An expression that can be read.
#[derive(Debug)]
pub(super) struct Query {
    /// What it says.
    pub(super) expr: Expr,
    /// Where its selectors stand, in the order of the text.
    selectors: Vec<usize>,
}

/// Which rule an expression breaks that cannot be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum ErrorKind {
    /// It is no PromQL.
    Syntax,
    /// A part has a type that its place does not take.
    Type,
    /// There is no such function.
    UnknownFunction,
    /// A matcher's regular expression cannot be compiled.
    Regexp,
    /// A duration is none.
    Duration,
}

/// Why an expression cannot be read.
#[derive(Debug)]
pub(super) struct QueryError {
    pub(super) kind: ErrorKind,
    pub(super) message: String,
    /// The byte of the text that it is about.
    pub(super) offset: usize,
    /// What to do.
    pub(super) help: Option<String>,
}

impl Parsed {
    /// Reads a text.
    pub(super) fn of(text: &str) -> Self {
        let tokens = tokens(text);
        if tokens.iter().any(|token| token.text.starts_with('|')) {
            return Self::Foreign;
        }
        if let Some(error) = locate::or_between_matchers(&tokens) {
            return Self::Error(error);
        }
        match parse(&locate::without_news(text, &tokens)) {
            Ok(expr) => Self::Query(Query { expr, selectors: selectors(&tokens) }),
            Err(_) if locate::is_newer(&tokens) => Self::Foreign,
            Err(reason) => Self::Error(locate::error(&tokens, &reason)),
        }
    }

    /// The expression, if it is one.
    pub(super) fn query(&self) -> Option<&Query> {
        match self {
            Self::Query(query) => Some(query),
            _ => None,
        }
    }
}

impl Query {
    /// All selectors, each with its place in the text.
    pub(super) fn selectors(&self) -> Vec<(&VectorSelector, usize)> {
        let mut found = Vec::new();
        walk(&self.expr, &mut |expr| match expr {
            Expr::VectorSelector(selector) => found.push(selector),
            Expr::MatrixSelector(selector) => found.push(&selector.vs),
            _ => {}
        });
        let is_sure = found.len() == self.selectors.len();
        let offset = |index: usize| if is_sure { self.selectors[index] } else { 0 };
        found.into_iter().enumerate().map(|(index, selector)| (selector, offset(index))).collect()
    }

    /// Where the first selector of a part of the expression stands.
    pub(super) fn offset_of(&self, part: &Expr) -> usize {
        let mut first: Option<*const VectorSelector> = None;
        walk(part, &mut |expr| {
            let selector = match expr {
                Expr::VectorSelector(selector) => selector,
                Expr::MatrixSelector(selector) => &selector.vs,
                _ => return,
            };
            first = first.or(Some(std::ptr::from_ref(selector)));
        });
        let all = self.selectors();
        let wanted = |(selector, _): &&(&VectorSelector, usize)| first == Some(std::ptr::from_ref(*selector));
        all.iter().find(wanted).map_or(0, |(_, offset)| *offset)
    }
}

/// The parts of an expression that stand directly in it, in the order of the text.
pub(super) fn parts(expr: &Expr) -> Vec<&Expr> {
    match expr {
        Expr::Aggregate(aggregate) => {
            aggregate.param.iter().chain([&aggregate.expr]).map(|part| &**part).collect()
        }
        Expr::Unary(unary) => vec![&unary.expr],
        Expr::Binary(binary) => vec![&binary.lhs, &binary.rhs],
        Expr::Paren(paren) => vec![&paren.expr],
        Expr::Subquery(subquery) => vec![&subquery.expr],
        Expr::Call(call) => call.args.args.iter().map(|part| &**part).collect(),
        _ => Vec::new(),
    }
}

/// Calls `visit` with an expression and all parts of it, from the outside in, in the order of the text.
pub(super) fn walk<'e>(expr: &'e Expr, visit: &mut impl FnMut(&'e Expr)) {
    visit(expr);
    for part in parts(expr) {
        walk(part, visit);
    }
}

/// The expression without the parentheses around it.
pub(super) fn inner(expr: &Expr) -> &Expr {
    match expr {
        Expr::Paren(paren) => inner(&paren.expr),
        _ => expr,
    }
}

/// Where selectors begin.
fn selectors(tokens: &[Token<'_>]) -> Vec<usize> {
    let mut found = Vec::new();
    let mut at = 0;
    while let Some(token) = tokens.get(at) {
        let next = tokens.get(at + 1).map_or("", |next| next.text);
        if locate::takes_labels(token.text) && next == "(" {
            at = locate::behind(tokens, at + 1);
            continue;
        }
        let is_named = token.kind == Kind::Name && next != "(" && !locate::is_keyword(token.text);
        if is_named || token.text == "{" {
            found.push(token.start);
        }
        at = match (is_named, token.text, next) {
            (true, _, "{") => locate::behind(tokens, at + 1),
            (_, "{" | "[", _) => locate::behind(tokens, at),
            _ => at + 1,
        };
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    fn error(text: &str) -> (ErrorKind, usize) {
        match Parsed::of(text) {
            Parsed::Error(error) => (error.kind, error.offset),
            other => panic!("{text}: {other:?}"),
        }
    }

    #[test]
    fn errors_have_a_kind_and_a_place() {
        assert_eq!(error("sum(rate(a[5m])"), (ErrorKind::Syntax, 3));
        assert_eq!(error("up{job=\"a\" == 0"), (ErrorKind::Syntax, 11));
        assert_eq!(error("up ="), (ErrorKind::Syntax, 3));
        assert_eq!(error("up =="), (ErrorKind::Syntax, 3));
        assert_eq!(error("a b"), (ErrorKind::Syntax, 2));
        assert_eq!(error("a and sum by (x rate(b[5m])"), (ErrorKind::Syntax, 16));
        assert_eq!(error("up{job=\"a}"), (ErrorKind::Syntax, 7));
        assert_eq!(error("sum(rate(a))"), (ErrorKind::Type, 4));
        assert_eq!(error("a > rates(b[5m])"), (ErrorKind::UnknownFunction, 4));
        assert_eq!(error("a{b=~\"(x\"}"), (ErrorKind::Regexp, 5));
        assert_eq!(error("rate(a[5mins])"), (ErrorKind::Duration, 7));
        assert_eq!(error("a offset 5 minutes"), (ErrorKind::Syntax, 11));
        assert_eq!(error("a{b=\"c\" or d=\"e\"}"), (ErrorKind::Syntax, 8));
        assert!(Parsed::of("a{or=\"b\", c=\"d\"} or b").query().is_some());
    }

    #[test]
    fn what_is_newer_than_the_parser_is_no_error() {
        for text in ["rate(a[5m] anchored)", "rate(a[5m + 1m])", "info(up)", "a offset (1m + 2m)"] {
            assert!(!matches!(Parsed::of(text), Parsed::Error(_)), "{text}");
        }
        assert!(matches!(Parsed::of("sum(rate({app=\"x\"} |= \"error\" [5m]))"), Parsed::Foreign));
    }

    #[test]
    fn selectors_are_found_where_they_stand() {
        let text =
            "sum by (a, b) (x{c=\"d\"}) / on (a) group_left (e) topk(3, {f=\"g\"} offset 5m) > up[5m:1m]";
        let offsets = selectors(&tokens(text));
        let at = |part: &str| text.find(part).unwrap();
        assert_eq!(offsets, [at("x{"), at("{f"), at("up[")]);
    }
}
