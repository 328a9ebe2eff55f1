//! The files of a release: its contents in, bytes out, one format after the other.

mod chart;
mod columns;
mod labels;
mod markup;
mod metadata;
mod progress;
mod sdmx;
mod site;
mod stage;
mod tables;
mod vega;
mod view;
mod web;
mod workbook;

pub use stage::stage;
pub use view::Made;
