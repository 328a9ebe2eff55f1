//! The program without the cluster engine: what asks for it is told how to build it.

#![expect(clippy::unused_async, reason = "the functions of the cluster, which wait")]

use std::path::Path;

use datafusion::arrow::array::RecordBatch;
use datafusion::arrow::datatypes::SchemaRef;
use datafusion::execution::session_state::SessionState;
use datafusion::logical_expr::LogicalPlan;

use super::{Connecting, Listening, Shared};
use crate::engine::Limits;
use crate::error::{Code, Error, Result};

/// There is none.
pub enum Cluster {}

impl Cluster {
    pub async fn connect(_: &SessionState, _: &Path, _: &[String], _: Connecting) -> Result<Self> {
        Err(absent())
    }

    pub async fn run(&self, _: &SessionState, _: &LogicalPlan, _: &str, _: u64) -> Option<(SchemaRef, Vec<RecordBatch>)> {
        match *self {}
    }

    pub fn shared(&self) -> Shared {
        match *self {}
    }
}

pub async fn serve(_: Limits, _: &Path, _: &Listening, _: impl FnOnce(&str), _: impl Future<Output = ()>) -> Result<()> {
    Err(absent())
}

fn absent() -> Error {
    Error::Worker {
        code: Code::NoCluster,
        message: "this program was built without workers".into(),
        hint: Some("build it with the feature `cluster`, as `cargo build` does by itself".into()),
    }
}
