//! The types of a kustomization's fields.

use crate::kustomize::decode::{Text, TextMap, decode_map, settings};
use crate::kustomize::field_spec::FieldSpecFields;
use crate::yaml::Node;

settings! {
    /// One entry of `patches` or `patchesJson6902`.
    Patch<'s> {
        /// The file that holds the patch.
        path: Text<'s> = "path",
        /// The patch itself.
        patch: Text<'s> = "patch",
        /// The objects to change.
        target: Option<SelectorFields<'s>> = "target",
        /// What the patch may change.
        options: PatchOptions = "options",
    }

    /// What a patch may change besides content.
    PatchOptions {
        /// The patch may rename its target.
        allow_name_change: bool = "allowNameChange",
        /// The patch may change the kind of its target.
        allow_kind_change: bool = "allowKindChange",
    }

    /// A selector of objects; every field but the last two is a regular expression, anchored at both ends.
    SelectorFields<'s> {
        /// API group
        group: Text<'s> = "group",
        /// API version
        version: Text<'s> = "version",
        /// Kind
        kind: Text<'s> = "kind",
        /// Name
        name: Text<'s> = "name",
        /// Namespace
        namespace: Text<'s> = "namespace",
        /// A Kubernetes selector over annotations
        annotation_selector: Text<'s> = "annotationSelector",
        /// A Kubernetes selector over labels
        label_selector: Text<'s> = "labelSelector",
    }

    /// One entry of `labels`.
    Label<'s> {
        /// The labels.
        pairs: TextMap<'s> = "pairs" with decode_map,
        /// Set them in selectors and templates too.
        include_selectors: bool = "includeSelectors",
        /// Set them in templates too.
        include_templates: bool = "includeTemplates",
        /// Set them in volume claim templates too.
        include_volume_claim_templates: bool = "includeVolumeClaimTemplates",
        /// More places to set them.
        fields: Vec<FieldSpecFields<'s>> = "fields",
    }

    /// One entry of `images`.
    Image<'s> {
        /// Which image: a regular expression, not escaped.
        name: Text<'s> = "name",
        /// Its new name.
        new_name: Text<'s> = "newName",
        /// What to add to its tag.
        tag_suffix: Text<'s> = "tagSuffix",
        /// Its new tag.
        new_tag: Text<'s> = "newTag",
        /// Its digest.
        digest: Text<'s> = "digest",
    }

    /// One entry of `replicas`.
    Replica<'s> {
        /// The name that an object has or had.
        name: Text<'s> = "name",
        /// How many.
        count: i64 = "count",
    }

    /// One entry of `replacements`, or one item of a file that such an entry names.
    Replacement<'s> {
        /// A file with one replacement or a list of them.
        path: Text<'s> = "path",
        /// Where the value is.
        source: Option<ReplacementSource<'s>> = "source",
        /// Where the value goes.
        targets: Option<Vec<ReplacementTarget<'s>>> = "targets",
        /// The value itself.
        source_value: Option<Text<'s>> = "sourceValue",
    }

    /// Where a replacement's value is.
    ReplacementSource<'s> {
        /// API group
        group: Text<'s> = "group",
        /// API version
        version: Text<'s> = "version",
        /// Kind
        kind: Text<'s> = "kind",
        /// Name
        name: Text<'s> = "name",
        /// Namespace
        namespace: Text<'s> = "namespace",
        /// The field; `metadata.name` if empty.
        field_path: Text<'s> = "fieldPath",
        /// Which part of the field.
        options: Option<FieldOptions<'s>> = "options",
    }

    /// Where a replacement's value goes.
    ReplacementTarget<'s> {
        /// The objects to change.
        select: Option<SelectorFields<'s>> = "select",
        /// Those of them to leave alone.
        reject: Vec<SelectorFields<'s>> = "reject",
        /// The fields; `metadata.name` if there is none.
        field_paths: Vec<Text<'s>> = "fieldPaths",
        /// Which part of the fields.
        options: Option<FieldOptions<'s>> = "options",
    }

    /// Which part of a field a replacement reads or writes.
    FieldOptions<'s> {
        /// What separates the parts.
        delimiter: Text<'s> = "delimiter",
        /// Which part.
        index: i64 = "index",
        /// Read, and without effect, as upstream.
        encoding: Text<'s> = "encoding",
        /// Make the field if it is missing.
        create: bool = "create",
    }

    /// One entry of `vars`.
    Var<'s> {
        /// The name between `$(` and `)`.
        name: Text<'s> = "name",
        /// The object that holds the value.
        objref: VarObjRef<'s> = "objref",
        /// The field that holds the value.
        fieldref: VarFieldRef<'s> = "fieldref",
    }

    /// The object of a var.
    VarObjRef<'s> {
        /// Group and version
        api_version: Text<'s> = "apiVersion",
        /// API group
        group: Text<'s> = "group",
        /// API version
        version: Text<'s> = "version",
        /// Kind
        kind: Text<'s> = "kind",
        /// Name
        name: Text<'s> = "name",
        /// Namespace
        namespace: Text<'s> = "namespace",
    }

    /// The field of a var.
    VarFieldRef<'s> {
        /// The path; `metadata.name` if empty.
        field_path: Text<'s> = "fieldPath",
    }

    /// One entry of `configMapGenerator`.
    ConfigMapArgs<'s> {
        /// Namespace of the object
        namespace: Text<'s> = "namespace",
        /// Name of the object
        name: Text<'s> = "name",
        /// `create`, `replace` or `merge`
        behavior: Text<'s> = "behavior",
        /// `key=value`
        literals: Vec<Text<'s>> = "literals",
        /// `path` or `key=path`
        files: Vec<Text<'s>> = "files",
        /// Files of `key=value` lines
        envs: Vec<Text<'s>> = "envs",
        /// Deprecated form of `envs`
        env: Text<'s> = "env",
        /// Labels, annotations and switches
        options: Option<GeneratorOptions<'s>> = "options",
    }

    /// One entry of `secretGenerator`.
    SecretArgs<'s> {
        /// Namespace of the object
        namespace: Text<'s> = "namespace",
        /// Name of the object
        name: Text<'s> = "name",
        /// `create`, `replace` or `merge`
        behavior: Text<'s> = "behavior",
        /// `key=value`
        literals: Vec<Text<'s>> = "literals",
        /// `path` or `key=path`
        files: Vec<Text<'s>> = "files",
        /// Files of `key=value` lines
        envs: Vec<Text<'s>> = "envs",
        /// Deprecated form of `envs`
        env: Text<'s> = "env",
        /// Labels, annotations and switches
        options: Option<GeneratorOptions<'s>> = "options",
        /// The Secret's type; `Opaque` if empty.
        secret_type: Text<'s> = "type",
    }

    /// `generatorOptions`, or the `options` of one generator.
    GeneratorOptions<'s> {
        /// Labels of the object
        labels: TextMap<'s> = "labels" with decode_map,
        /// Annotations of the object
        annotations: TextMap<'s> = "annotations" with decode_map,
        /// Keep the name as it is.
        disable_name_suffix_hash: bool = "disableNameSuffixHash",
        /// Set `immutable: true`.
        immutable: bool = "immutable",
    }

    /// `sortOptions`
    SortOptions<'s> {
        /// `legacy` or `fifo`
        order: Text<'s> = "order",
        /// Kinds to put first and last, for `legacy`
        legacy_sort_options: Option<LegacySortOptions<'s>> = "legacySortOptions",
    }

    /// Kinds to put first and last.
    LegacySortOptions<'s> {
        /// Kinds to put first, in this order
        order_first: Vec<Text<'s>> = "orderFirst",
        /// Kinds to put last, in this order
        order_last: Vec<Text<'s>> = "orderLast",
    }

    /// Every field of a kustomization file, as written.
    Kustomization<'s> {
        /// `kustomize.config.k8s.io/v1beta1`, or `v1alpha1` for a Component
        api_version: Text<'s> = "apiVersion",
        /// `Kustomization` or `Component`
        kind: Text<'s> = "kind",
        /// Without effect
        metadata: Option<Node<'s>> = "metadata",
        /// `path` or `version` of a schema
        openapi: TextMap<'s> = "openapi" with decode_map,
        /// Prefix of all names
        name_prefix: Text<'s> = "namePrefix",
        /// Suffix of all names
        name_suffix: Text<'s> = "nameSuffix",
        /// Namespace of all objects
        namespace: Text<'s> = "namespace",
        /// Deprecated form of `labels` with selectors
        common_labels: TextMap<'s> = "commonLabels" with decode_map,
        /// Labels of all objects
        labels: Vec<Label<'s>> = "labels",
        /// Annotations of all objects
        common_annotations: TextMap<'s> = "commonAnnotations" with decode_map,
        /// Deprecated form of `patches`: files or text
        patches_strategic_merge: Option<Vec<Text<'s>>> = "patchesStrategicMerge",
        /// Deprecated form of `patches`
        patches_json6902: Option<Vec<Patch<'s>>> = "patchesJson6902",
        /// Strategic merge or JSON patches
        patches: Vec<Patch<'s>> = "patches",
        /// Image names, tags and digests
        images: Vec<Image<'s>> = "images",
        /// Deprecated form of `images`
        image_tags: Option<Vec<Image<'s>>> = "imageTags",
        /// Values copied from object to object
        replacements: Vec<Replacement<'s>> = "replacements",
        /// Replica counts
        replicas: Vec<Replica<'s>> = "replicas",
        /// Deprecated form of `replacements`
        vars: Option<Vec<Var<'s>>> = "vars",
        /// Order of the output
        sort_options: Option<SortOptions<'s>> = "sortOptions",
        /// Files and folders
        resources: Vec<Text<'s>> = "resources",
        /// Folders of Components
        components: Vec<Text<'s>> = "components",
        /// Files of OpenAPI definitions
        crds: Vec<Text<'s>> = "crds",
        /// Deprecated form of `resources`
        bases: Option<Vec<Text<'s>>> = "bases",
        /// ConfigMaps to make
        config_map_generator: Vec<ConfigMapArgs<'s>> = "configMapGenerator",
        /// Secrets to make
        secret_generator: Vec<SecretArgs<'s>> = "secretGenerator",
        /// Settings of all charts
        helm_globals: Option<Node<'s>> = "helmGlobals",
        /// Charts
        helm_charts: Option<Node<'s>> = "helmCharts",
        /// Deprecated form of `helmCharts`
        helm_chart_inflation_generator: Option<Node<'s>> = "helmChartInflationGenerator",
        /// Options of all ConfigMaps and Secrets
        generator_options: Option<GeneratorOptions<'s>> = "generatorOptions",
        /// Files of field specs
        configurations: Vec<Text<'s>> = "configurations",
        /// Files or text of generator configurations
        generators: Vec<Text<'s>> = "generators",
        /// Files or text of transformer configurations
        transformers: Vec<Text<'s>> = "transformers",
        /// Files or text of validator configurations
        validators: Vec<Text<'s>> = "validators",
        /// `originAnnotations`, `transformerAnnotations`, `managedByLabel`
        build_metadata: Vec<Text<'s>> = "buildMetadata",
    }
}
