//! A release: computed, checked, staged, promoted; compared with others and explained.

pub mod catalog;
pub mod checks;
pub mod compute;
pub mod diff;
pub mod explain;
pub mod inputs;
pub mod manifest;
pub mod progress;
pub mod promote;
pub mod prune;
pub mod row_counts;
pub mod stage;
pub mod targets;

pub use manifest::Manifest;
