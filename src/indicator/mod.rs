//! Indicators: one SQL file each, a TOML header in its opening comment, then one plain SELECT.

pub mod coverage;
pub mod defaults;
pub mod engine_faults;
pub mod header;
pub mod lint;
pub mod methods;
mod order;
mod reach;
pub mod rollup;
mod row_order;
pub mod series;
pub mod silence;
pub mod source_note;
mod target;

pub use coverage::Coverage;
pub use header::Indicator;
pub use methods::Catalogue;
pub use rollup::Rollup;
pub use source_note::SourceNote;
pub use target::{ESTIMATES, Target, TargetKind};
