//! What a kustomization file can say: the typed fields of Kustomization and Component.
//!
//! Field names and defaults are upstream's (`api/types/kustomization.go`), deprecated ones included.

mod fields;
mod file;

pub use fields::{
    ConfigMapArgs, FieldOptions, GeneratorOptions, Image, Kustomization, Label, LegacySortOptions, Patch,
    PatchOptions, Replacement, ReplacementSource, ReplacementTarget, Replica, SecretArgs, SelectorFields,
    SortOptions, Var, VarFieldRef, VarObjRef,
};
pub use file::{FILE_NAMES, Loaded, load};
