//! The DataFusion session that SQL sees: read only, bounded, one partition a statement unless told otherwise.

pub mod exact_sum;
mod filter_pushdown;
pub mod read;
pub mod rows;
pub mod session;
pub mod tables;

pub use session::{Engine, Limits};
