//! Kubernetes objects: their ids, their history in a build, and the ordered set of them.
//!
//! Knows nothing of kustomizations, files or clouds.

mod affixes;
mod body;
mod gvk;
mod id;
mod id_index;
mod kind_order;
mod object;
mod position_index;
mod res_map;
mod scope;

pub use affixes::Affixes;
pub use body::{Body, pack};
pub use gvk::Gvk;
pub use id::{CompactId, DEFAULT_NAMESPACE, NOT_A_NAMESPACE, ResId, or_default};
pub use id_index::IdIndex;
pub use kind_order::{ORDER_FIRST, ORDER_LAST};
pub use object::{
    Behavior, BuildOrigin, ConfiguredBy, Marks, NameField, PreviousId, Resource, child_mapping,
};
pub use position_index::PositionIndex;
pub use res_map::ResMap;
pub use scope::{is_cluster_scoped, is_known_scope};
