//! From provider rows to observations: corrections, gates, order, and the sorted Parquet file.

mod arrange;
mod arranged;
mod columns;
mod contradictions;
pub mod corrections;
mod cut;
mod gates;
pub mod inputs;
pub mod normalise;
pub mod report;
mod rewritten;
mod routes;
mod unknown_codes;
pub mod walk;
mod write;

pub use report::{Counts, NormaliseReport, Reports};
