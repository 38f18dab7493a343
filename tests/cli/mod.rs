//! What a user types, and what happens.

mod backup;
#[cfg(feature = "object-stores")]
mod backup_buckets;
#[cfg(unix)]
mod backup_faults;
#[cfg(unix)]
mod backup_kubectl;
mod backup_remote;
#[cfg(unix)]
mod backup_tls;
mod build;
mod diff;
mod diff_formats;
mod drift;
mod expected_differences;
mod explain;
mod explain_page;
mod fleet;
mod grafana;
mod help;
mod images;
mod migrate;
#[cfg(unix)]
mod migrate_faults;
#[cfg(unix)]
mod migrate_kubectl;
mod render;
mod render_faults;
mod render_hostile;
mod render_layout;
mod render_safety;
mod render_secrets;
mod restore;
mod restore_cases;
mod revisions;
mod revisions_hostile;
mod schema;
mod silences;
mod validate;
#[cfg(unix)]
mod validate_fix;
mod validate_trees;
mod validate_variants;
