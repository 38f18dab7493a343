//! `yaml/`: a text must be YAML, and mean the same to everybody who reads it.

use crate::validate::rule::Check;

mod marks;
mod null_document;
mod parse_errors;
mod scalars;
mod templates;

pub(super) const CHECKS: &[&Check] =
    &[&marks::CHECK, &null_document::CHECK, &parse_errors::CHECK, &scalars::CHECK];
