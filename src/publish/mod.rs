//! The files of a release: its contents in, bytes out, one format after the other.

mod chart;
mod columns;
mod formats;
mod jsonstat;
mod labels;
mod latest;
mod markup;
mod media;
mod metadata;
mod progress;
mod sdmx;
mod site;
mod stage;
mod store;
mod tables;
mod upload;
mod vega;
mod view;
mod web;
mod workbook;

pub use formats::{Format, Formats};
pub use media::media_type;
pub use stage::stage;
pub use store::Store;
pub use upload::{Uploaded, upload};
pub use view::Made;
