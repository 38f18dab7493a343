//! What the configuration objects of built-in transformers can say.

use super::decode::{Text, TextMap, decode_map, settings};
use super::field_spec::FieldSpecFields;
use super::kustomization::{Image, Patch, Replacement, Replica, SelectorFields};
use super::transformer::value_add::ValueAddTarget;

settings! {
    /// The settings of the simple transformers; each kind has some of them.
    PluginSettings<'s> {
        /// Labels to set
        labels: TextMap<'s> = "labels" with decode_map,
        /// Annotations to set
        annotations: TextMap<'s> = "annotations" with decode_map,
        /// The image to change
        image_tag: Image<'s> = "imageTag",
        /// The replica count to set
        replica: Replica<'s> = "replica",
        /// What to put before names
        prefix: Text<'s> = "prefix",
        /// What to put after names
        suffix: Text<'s> = "suffix",
        /// Leave namespaces that are set.
        unset_only: bool = "unsetOnly",
        /// Which subjects of role bindings follow the namespace
        set_role_binding_subjects: Text<'s> = "setRoleBindingSubjects",
        /// Where to work
        field_specs: Vec<FieldSpecFields<'s>> = "fieldSpecs",
    }

    /// The settings of a `PatchStrategicMergeTransformer`
    StrategicMergeSettings<'s> {
        /// Files, or patches themselves
        paths: Vec<Text<'s>> = "paths",
        /// Patches
        patches: Text<'s> = "patches",
    }

    /// The settings of a `PatchJson6902Transformer`
    Json6902Settings<'s> {
        /// The objects to change
        target: Option<SelectorFields<'s>> = "target",
        /// The file that holds the patch
        path: Text<'s> = "path",
        /// The patch itself
        json_op: Text<'s> = "jsonOp",
    }

    /// The settings of a `ValueAddTransformer`
    ValueAddSettings<'s> {
        /// The value; the name of the kustomization's folder if empty
        value: Text<'s> = "value",
        /// Where it goes
        targets: Vec<ValueAddTarget<'s>> = "targets",
        /// A file that says where it goes
        target_file_path: Text<'s> = "targetFilePath",
    }

    /// The settings of a `ReplacementTransformer`
    ReplacementSettings<'s> {
        /// The replacements
        replacements: Vec<Replacement<'s>> = "replacements",
    }
}

impl<'s> Json6902Settings<'s> {
    /// As an entry of `patchesJson6902`.
    pub fn into_patch(self) -> Patch<'s> {
        let Self { origin, target, path, json_op } = self;
        Patch { origin, target, path, patch: json_op, ..Patch::default() }
    }
}
