//! What may differ between clouds, as filters: for `stackgen diff --against-cloud` and for `stackgen validate`.

use crate::diagnostic::{Diagnostic, Diagnostics};
use crate::diff::Filter;
use crate::stack::{ExpectedDifferences, StackFiles};
use crate::yaml::Sources;

/// The filters for what the stack expects; nothing if it does not say what that is.
pub(super) fn expected_differences(
    files: &StackFiles,
    sources: &Sources,
) -> Result<Option<Vec<Filter>>, Diagnostics> {
    let Some(expected) = ExpectedDifferences::read(files, files.root(), sources)? else { return Ok(None) };
    let mut errors = Diagnostics::default();
    let mut filters = Vec::new();
    for difference in &expected.differences {
        let read = Filter::expected(&difference.reason, &difference.paths);
        for (filter, origin) in read.into_iter().zip(&difference.origins) {
            match filter {
                Ok(filter) => filters.push(filter),
                Err(error) => errors.push(Diagnostic::error(error.to_string()).at(*origin)),
            }
        }
    }
    errors.into_result().map(|()| Some(filters))
}
