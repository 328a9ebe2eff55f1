//! Indicators: one SQL file each, a TOML header in its opening comment, then one plain SELECT.

pub mod canonical;
pub mod discovery;
pub mod header;
pub mod lint;
pub mod statement;
mod steadiness;
mod target;
pub mod test_case;

pub use discovery::Catalogue;
pub use header::{Coverage, Indicator, SourceNote};
pub use target::{Target, TargetKind};
