//! What is being written: until it is there, its use ends in an error.
#![expect(clippy::unnecessary_wraps, clippy::unused_self, reason = "goes away")]

use super::decode::Text;
use crate::diagnostic::{Diagnostic, Diagnostics};

/// Says that a field is not supported yet.
pub(super) fn refuse<T>(field: &str, at: Text<'_>) -> Result<T, Diagnostics> {
    Err(Diagnostic::error(format!("`{field}` is not supported yet")).at(at.origin).into())
}

pub(super) mod vars {
    use super::{Diagnostic, Diagnostics, Text, refuse};
    use crate::kustomize::field_spec::FieldSpec;
    use crate::kustomize::kustomization::Var;
    use crate::resource::ResMap;
    use crate::yaml::Sources;

    #[derive(Clone, Debug, Default)]
    pub(in crate::kustomize) struct VarSet<'s>(Vec<Text<'s>>);

    impl<'s> VarSet<'s> {
        pub(in crate::kustomize) fn merge(&mut self, other: Self) -> Result<(), Diagnostics> {
            self.0.extend(other.0);
            Ok(())
        }
        pub(in crate::kustomize) fn declare(
            &mut self,
            vars: &[Var<'s>],
            _: &ResMap<'s>,
        ) -> Result<(), Diagnostics> {
            vars.first().map_or(Ok(()), |var| refuse("vars", var.name))
        }
    }

    pub(in crate::kustomize) fn resolve<'s>(
        _: &VarSet<'s>,
        _: &[FieldSpec<'s>],
        _: &mut ResMap<'s>,
        _: &'s Sources,
    ) -> Result<Vec<Diagnostic>, Diagnostics> {
        Ok(Vec::new())
    }
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
