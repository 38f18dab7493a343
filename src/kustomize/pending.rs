//! What is being written: until it is there, its use ends in an error.

use super::decode::Text;
use crate::diagnostic::{Diagnostic, Diagnostics};

/// Says that a field is not supported yet.
pub(super) fn refuse<T>(field: &str, at: Text<'_>) -> Result<T, Diagnostics> {
    Err(Diagnostic::error(format!("`{field}` is not supported yet")).at(at.origin).into())
}

pub(super) mod operations {
    use super::{Diagnostics, Text, refuse};
    use crate::resource::Resource;
    use crate::yaml::{Source, Sources};

    pub(in crate::kustomize) struct Operations<'s>(Text<'s>);

    impl<'s> Operations<'s> {
        pub(in crate::kustomize) fn read(source: Source<'s>, _: &'s Sources) -> Result<Self, Diagnostics> {
            refuse("JSON patches", Text { value: "", origin: source.origin(0) })
        }
        pub(in crate::kustomize) fn is_empty(&self) -> bool {
            self.0.is_empty()
        }
        pub(in crate::kustomize) fn apply(
            &self,
            _: &mut Resource<'s>,
            _: &'s Sources,
        ) -> Result<(), Diagnostics> {
            refuse("JSON patches", self.0)
        }
    }
}
