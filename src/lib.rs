//! Yardstick measures how far the world is from its ICT targets.
//!
//! Facts flow one way, each arrow a pure function of content-addressed inputs:
//! provider bytes -> snapshots -> observations -> country values -> aggregates -> progress -> release -> publication.
//!
//! The rooms stand in their order, from the top floor down: each may use those below it, none above it. The
//! empty lines keep them there when the code is formatted.

/// One file a verb: call, then print.
pub mod commands;

/// The nightly job: load, pull, normalise, build, promote.
pub mod job;

/// The files of a release, one format a module.
pub mod publish;

/// Compute, check, promote, compare, explain.
pub mod release;

/// Provider rows to observations, with gates and quarantine.
pub mod observe;

/// One pull: from the network or a folder.
pub mod pull;

/// Indicator files: header, order, lint.
pub mod indicator;

/// `pipelines/*.toml`: which data sets are pulled from whom.
pub mod pipelines;

/// Options resolved once: flags over environment over defaults.
pub mod settings;

/// All terminal output.
pub mod printer;

/// Command line: clap types only.
pub mod cli;

/// One folder a provider: requests, rows, settings.
pub mod sources;

/// The DataFusion session that SQL sees.
pub mod engine;

/// What a source pushes into.
pub mod rows;

/// `pipelines/reference/`: areas, groups, population, units.
pub mod reference;

/// Requests, retries, the snapshot store and the journal.
pub mod fetch;

/// Arrow tables: columns, cells, order, files.
pub mod tables;

/// Files that people write.
pub mod authored;

/// Writing files in one step.
pub mod files;

/// How much memory may be used.
pub mod memory;

/// How much memory the allocator keeps.
pub mod heap;

/// Where things stand.
pub mod workspace;

/// The name of a data set.
pub mod dataset_id;

/// What can go wrong, by who must act.
pub mod error;

/// Every exit status.
pub mod exit;

/// Characters that cannot be seen, or that steer a terminal.
pub mod visible;
