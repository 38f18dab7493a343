//! Runs the real command and checks exit code, stdout, stderr and files.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "test code")]
