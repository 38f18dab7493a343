//! `schema/`: what the API server refuses, because a kind has no such field, or a field no such value.

use crate::validate::rule::Check;

mod bounds;
mod cel;
mod enumeration;
mod format;
mod list_map_key;
mod pattern;
mod required;
mod type_of;
mod unknown_field;
mod unknown_kind;
mod violations;

pub(super) const CHECKS: &[&Check] = &[&violations::CHECK, &unknown_kind::CHECK];
