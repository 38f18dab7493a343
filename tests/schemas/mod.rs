//! The table of what the Kubernetes API accepts.

mod asset;
mod tree;
