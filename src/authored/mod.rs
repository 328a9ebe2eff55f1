//! Files that people write, read with every problem at its place.

pub mod csv_table;
pub mod rules;
pub mod schema;
pub mod toml;
pub mod typed_csv;
pub mod unread;
