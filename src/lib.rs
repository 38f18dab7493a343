//! stackgen: monitoring for Kubernetes on three clouds, from one Git repository.
//!
//! The modules are floors: each imports only from floors below it, and a test holds this (ARCHITECTURE.md has the
//! table). From below: [`yaml`] and [`fs`]; [`resource`], [`diagnostic`] and [`tsdb`]; [`kustomize`]; [`stack`];
//! [`backup`], [`diff`], [`gitops`] and [`validate`]; [`drift`], [`explain`] and [`migrate`]; [`output`]; [`cli`].

pub mod backup;
pub mod cli;
pub mod diagnostic;
pub mod diff;
pub mod drift;
pub mod explain;
pub mod fs;
pub mod gitops;
pub mod kustomize;
pub mod migrate;
pub mod output;
pub mod resource;
pub mod schema;
pub mod stack;
pub mod tsdb;
pub mod validate;
pub mod yaml;
