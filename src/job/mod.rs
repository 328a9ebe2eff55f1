//! The nightly job and its parts: load the workspace, pull what is due, normalise it, build and promote a release.

pub mod asked;
pub mod cases;
pub mod config;
pub mod due;
mod gather;
mod leftovers;
pub mod load;
pub mod lock;
mod metrics;
pub mod night;
mod normalise;
pub mod notify;
mod openlineage;
pub mod plan;
mod pull;
pub mod query;
pub mod record;
pub mod record_case;
pub mod refusal;
pub mod retention;
mod routes;
pub mod state;
pub mod status;
pub mod tidy;
