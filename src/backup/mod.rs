//! What is read of a running stack, and written to one, so that its data can move; and where it lies in between.
//!
//! A [`node::Node`] is one replica: its data folder and its servers' addresses, wherever it runs. [`prometheus`] asks
//! the server of a node what has to be known before anything is copied. A [`repository::Repository`] in a
//! [`store::Store`] holds snapshots, which [`capture`] makes and [`restore`] writes back when [`preflight`] has nothing
//! against it: each is a [`manifest::Manifest`], which is written last, over blobs that many snapshots share.

pub mod alertmanager;
pub mod capture;
mod failure;
pub mod grafana;
pub mod manifest;
pub mod node;
pub mod notifications;
pub mod preflight;
pub mod prometheus;
mod protocol_buffers;
pub mod repository;
pub mod restore;
pub mod store;

pub use failure::{BackupError, Failure};
