//! What we ship: the monitoring stack for three clouds, and the settings that say where it runs.
//!
//! `stackgen.yaml` lists clusters. Each is built from its overlay and a component that is rendered from
//! `templates/cluster/`; the files come from the working directory where it has them, else from the binary.

mod app;
mod cloud;
mod cluster;
mod embedded;
mod expected_differences;
mod files;
mod history;
mod images;
mod leads;
mod settings;
mod template_lines;
mod templates;
mod typed_file;
mod workspace;

pub use app::{App, app_of};
pub use cloud::Cloud;
pub use cluster::{BuiltCluster, Fleet, MADE_FOLDER, build_clusters};
pub use expected_differences::{ExpectedDifference, ExpectedDifferences};
pub use files::StackFiles;
pub use history::{ClusterHistory, Made, build_with_history};
pub use images::{ImageUse, Images, images_of};
pub use leads::lead_to_sources;
pub use settings::{
    Cluster, Engine, EngineFacts, GitOps, IgnoreFields, IgnoreFindings, Settings, Team, Validation, Values,
    check_name, settings_node,
};
pub use template_lines::TemplateLines;
pub use templates::{
    ARGO_CD_APPLICATION, ARGO_CD_PROJECT, ARGO_CD_ROOT, FLUX_KUSTOMIZATION, FLUX_SOURCE, Templates,
};
pub use workspace::Workspace;
