//! A release: computed, checked, promoted; compared with others and explained.

mod all_indicators;
pub mod build;
pub mod catalog;
pub mod check_inputs;
pub mod check_tables;
pub mod checks;
pub mod compute;
mod computed;
mod cut;
pub mod diff;
pub mod explain;
pub mod figures;
pub mod files;
pub mod fingerprint;
pub mod fixed_gaps;
pub mod goldens;
pub mod groups;
pub mod headline;
pub mod hold;
pub mod keep;
pub mod last_read;
pub mod left_out;
pub mod licence;
pub mod manifest;
pub mod numbers;
pub mod pin;
pub mod preferred;
pub mod progress;
pub mod promote;
pub mod prune;
pub mod row_counts;
pub mod shared;
pub mod targets;
pub mod test_case;
pub mod value_id;

pub use manifest::Manifest;
