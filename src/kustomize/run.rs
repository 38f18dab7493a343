//! What one build carries from kustomization to kustomization.

use std::path::{Path, PathBuf};

use rustc_hash::FxHashMap;

use super::accumulator::Accumulator;
use super::build_metadata::BuildMetadata;
use super::history::{Field, History};
use super::kustomization::Kustomization;
use super::loader::Loader;
use super::open_api;
use crate::diagnostic::{Diagnostic, Diagnostics};
use crate::resource::{Gvk, Resource, is_known_scope};
use crate::schema::Schema;

/// What kustomizations below the top gathered, by folder.
pub(super) type Bases<'s> = FxHashMap<PathBuf, Accumulator<'s>>;

/// The state of one build.
pub(super) struct Run<'b, 's> {
    /// What the top kustomization wants to know about origins.
    pub(super) metadata: BuildMetadata,
    /// Which lists merge by which keys.
    pub(super) schema: Schema<'s>,
    schema_is_set: bool,
    /// Whether objects were read of whose type the built-in schema does not know the scope.
    unknown_types_were_read: bool,
    /// Things to tell the user.
    pub(super) warnings: Vec<Diagnostic>,
    /// `None` where there is nothing to share with.
    bases: Option<&'b mut Bases<'s>>,
    /// What happens to objects, if somebody wants to know.
    pub(super) history: Option<&'b mut History<'s>>,
}

impl<'b, 's> Run<'b, 's> {
    /// A build that has read nothing yet.
    pub(super) fn new(metadata: BuildMetadata, bases: Option<&'b mut Bases<'s>>) -> Self {
        Self {
            metadata,
            schema: Schema::builtin(),
            schema_is_set: false,
            unknown_types_were_read: false,
            warnings: Vec::new(),
            bases,
            history: None,
        }
    }

    /// Takes the schema that a kustomization names, unless one outside it named one already.
    pub(super) fn use_schema(
        &mut self,
        loader: &Loader<'_, 's>,
        kustomization: &Kustomization<'s>,
    ) -> Result<(), Diagnostics> {
        if kustomization.openapi.is_empty() || self.schema_is_set {
            return Ok(());
        }
        open_api::use_schema(&mut self.schema, &kustomization.openapi, loader, self.unknown_types_were_read)?;
        self.schema_is_set = true;
        Ok(())
    }

    /// Notes of which types there are objects, as long as that is of weight for a schema that comes later.
    pub(super) fn note_types(&mut self, objects: &[Resource<'s>]) {
        if !self.unknown_types_were_read && !self.schema_is_set {
            let mut last = Gvk::default();
            self.unknown_types_were_read = objects.iter().map(Resource::gvk).any(|gvk| {
                // Files often hold many objects of one type.
                let is_new = std::mem::replace(&mut last, gvk) != gvk;
                is_new && !is_known_scope(&gvk)
            });
        }
    }

    /// What the base in a folder gathered, if it was built before.
    pub(super) fn known_base(&self, folder: &Path) -> Option<Accumulator<'s>> {
        self.bases.as_ref().filter(|_| self.can_share())?.get(folder).cloned()
    }

    /// Remembers what a base gathered.
    pub(super) fn remember_base(&mut self, folder: &Path, accumulated: &Accumulator<'s>) {
        let can_share = self.can_share();
        if let Some(bases) = self.bases.as_mut().filter(|_| can_share) {
            bases.insert(folder.to_owned(), accumulated.clone());
        }
    }

    /// Notes what a step has made of objects, if a history is kept.
    pub(super) fn note<'r>(&mut self, resources: impl IntoIterator<Item = &'r mut Resource<'s>>, field: Field)
    where
        's: 'r,
    {
        if let Some(history) = &mut self.history {
            history.note(resources, field, Vec::new());
        }
    }

    /// Objects that record where they came from, and those merged by a schema of their own, depend on who builds
    /// them; and in a history each is an object of its own.
    fn can_share(&self) -> bool {
        !self.metadata.tracked && !self.schema_is_set && self.history.is_none()
    }
}
