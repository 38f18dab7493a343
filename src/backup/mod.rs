//! What is read of a running stack, and written to one, so that its data can move.
//!
//! A [`node::Node`] is one replica: its data folder and its servers' addresses, wherever it runs. [`prometheus`] asks
//! the server of a node what has to be known before anything is copied.

pub mod node;
pub mod prometheus;
