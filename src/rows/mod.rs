//! What a source pushes into: rows with their codes resolved, and those that are set aside.

mod area_cache;
pub mod collector;
mod families;
mod limits;
mod pages;
pub mod place;
pub mod quarantine;
pub mod reading;
pub mod series_key;
pub mod sorted;
pub mod store;
pub mod value;
