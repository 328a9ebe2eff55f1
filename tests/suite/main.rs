//! One end-to-end binary: every test runs the real program in a temporary workspace.

#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::disallowed_methods,
    reason = "a test that fails shall stop at once"
)]
#![expect(clippy::case_sensitive_file_extension_comparisons, reason = "the program writes the names of its files in lower case")]

mod support;

mod architecture;
mod authoring;
mod bad_input;
#[cfg(feature = "cluster")]
mod cluster;
mod drift;
mod engine_faults;
mod explain_and_diff;
mod fixtures;
mod golden;
mod indicator_cases;
mod memory;
mod network;
mod nightly;
mod plausible;
mod provider_layouts;
mod provider_server;
mod publication;
mod regression;
mod schemas;
mod slips;
mod stories;
mod table_files;
mod targets;
mod trials;
mod verbs;
mod world;
mod wrong_files;
