//! Arrow tables: their columns, cells by name, order, and the files that they are written to and read from.

pub mod cells;
pub mod conform;
pub mod parquet;
pub mod schema;
pub mod small;
pub mod sort;
pub mod text;
pub mod views;
