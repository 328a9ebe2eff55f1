//! The nightly job and its parts: load the workspace, pull what is due, normalise it, build and promote a release.

pub mod due;
pub mod load;
pub mod night;
mod normalise;
mod pull;
pub mod state;
