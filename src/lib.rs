//! Yardstick measures how far the world is from its ICT targets.
//!
//! Facts flow one way, each arrow a pure function of content-addressed inputs:
//! provider bytes -> snapshots -> observations -> country values -> aggregates -> progress -> release.

/// Command line: clap types only.
pub mod cli;
/// Every code that the program prints.
pub mod codes;
/// One file per verb, plain arguments.
pub mod commands;
/// The DataFusion session that SQL sees.
pub mod engine;
/// What can go wrong, by who must act.
pub mod error;
/// Requests, retries, validators, the snapshot store and the journal.
pub mod fetch;
/// Writing files in one step.
pub mod files;
/// Indicator files: header, discovery, dependencies, lint, test cases.
pub mod indicator;
/// Provider rows to observations, with quarantine.
pub mod observe;
/// `pipelines/*.toml`.
pub mod pipelines;
/// All terminal output.
pub mod printer;
/// The files of a release, one format a module.
pub mod publish;
/// Compute, check, stage, promote, compare, explain.
pub mod release;
/// Flags over environment over defaults, resolved once.
pub mod settings;
/// One module per provider format: bytes to rows.
pub mod sources;
/// TOML that a person wrote, all problems at once.
pub mod toml_reader;
/// CSV that a person wrote, types declared.
pub mod typed_csv;
/// Where things stand.
pub mod workspace;
