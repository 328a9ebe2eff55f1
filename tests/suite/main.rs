//! One end-to-end binary: every test runs the real program in a temporary workspace.

mod support;

mod bad_input;
mod explain_and_diff;
mod golden;
mod indicator_cases;
mod network;
mod nightly;
mod provider_server;
mod regression;
mod wrong_files;
