//! Indicators: one SQL file each, a TOML header in its opening comment, then one plain SELECT.

pub mod engine_faults;
pub mod header;
pub mod lint;
pub mod methods;
mod order;
mod row_order;
mod target;

pub use header::{Coverage, Indicator, SourceNote};
pub use methods::Catalogue;
pub use target::{Target, TargetKind};
