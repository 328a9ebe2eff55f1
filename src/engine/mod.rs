//! The DataFusion session that SQL sees: read only, bounded, one partition a statement unless told otherwise.

mod apart;
pub mod bounds;
mod build_side;
pub mod cluster;
pub mod exact_sum;
mod filter_pushdown;
pub mod in_order;
mod kept;
mod late_tables;
pub mod observations;
mod optimised;
pub mod owned;
mod planned;
mod prepared;
pub mod problem;
pub mod reference_tables;
mod run;
pub mod session;
mod shared_parts;
mod sized;
mod slots;
mod spared_rules;
mod spill;
pub mod syntax;
pub mod table_files;
pub mod tables;
pub mod tokens;
mod unreadable;
mod unsupported;
mod views;

pub use apart::{apart, begin, ended_early, threads};
pub use session::{Engine, Limits};
