//! Yardstick measures how far the world is from its ICT targets.
//!
//! Facts flow one way, each arrow a pure function of content-addressed inputs:
//! provider bytes -> snapshots -> observations -> country values -> aggregates -> progress -> release -> publication.
//!
//! The rooms stand in their order, from the top floor down: each may use those below it, none above it.

/// Files that people write.
pub mod authored;
/// Command line: clap types only.
pub mod cli;
/// One file a verb: call, then print.
pub mod commands;
/// The name of a data set.
pub mod dataset_id;
/// The DataFusion session that SQL sees.
pub mod engine;
/// What can go wrong, by who must act.
pub mod error;
/// Requests, retries, the snapshot store and the journal.
pub mod fetch;
/// Writing files in one step.
pub mod files;
/// Indicator files: header, order, lint.
pub mod indicator;
/// The nightly job: load, pull, normalise, build, promote.
pub mod job;
/// Provider rows to observations, with gates and quarantine.
pub mod observe;
/// `pipelines/*.toml`: which data sets are pulled from whom.
pub mod pipelines;
/// All terminal output.
pub mod printer;
/// The files of a release, one format a module.
pub mod publish;
/// One pull: from the network or a folder.
pub mod pull;
/// `pipelines/reference/`: areas, groups, population, units.
pub mod reference;
/// Compute, check, promote, compare, explain.
pub mod release;
/// What a source pushes into.
pub mod rows;
/// Options resolved once: flags over environment over defaults.
pub mod settings;
/// One folder a provider: requests, rows, settings.
pub mod sources;
/// Arrow tables: columns, cells, order, files.
pub mod tables;
/// Where things stand.
pub mod workspace;
