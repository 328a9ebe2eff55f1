//! From provider rows to observations: codes, units, areas, quarantine, and the sorted Parquet file.

pub mod areas;
mod arrange;
pub mod collector;
mod columns;
mod contradictions;
pub mod corrections;
pub mod csv_table;
pub mod dimensions;
mod gates;
pub mod normalise;
pub mod quarantine;
pub mod reading;
pub mod reference;
pub mod schema;
mod series_key;
mod value;
pub mod write;

pub use areas::{AreaCodes, AreaHit};
pub use collector::{Collector, SeriesKey};
pub use normalise::{Counts, NormaliseReport};
