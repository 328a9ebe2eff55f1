//! The nightly job and its parts: load the workspace, pull what is due, normalise it, build and promote a release.

pub mod asked;
pub mod cases;
pub mod due;
mod gather;
pub mod load;
pub mod night;
mod normalise;
pub mod plan;
mod pull;
pub mod query;
pub mod record_case;
mod routes;
pub mod state;
pub mod status;
