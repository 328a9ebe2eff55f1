//! What a worker takes from others: requests of the same program with the right token, and plans that read the files of
//! the data folder as the coordinator saw them, and write nothing.

use std::path::{Path, PathBuf};
use std::time::SystemTime;

use datafusion::common::tree_node::{TreeNode, TreeNodeRecursion};
use datafusion::common::{DataFusionError, Result};
use datafusion::datasource::memory::MemorySourceConfig;
use datafusion::datasource::physical_plan::FileScanConfig;
use datafusion::datasource::sink::DataSinkExec;
use datafusion::datasource::source::DataSourceExec;
use datafusion::physical_plan::ExecutionPlan;
use datafusion_distributed::{WorkerPlanRewriteEvent, WorkerPlanRewriteEventResponse, WorkerPlanRewriteHandler};
use secrecy::{ExposeSecret, SecretString};
use tonic::{Request, Status};

use super::connection::{PROGRAM, TOKEN, bearer};
use crate::engine::tables::DATA;
use crate::error::Code;

/// Who may ask.
#[derive(Clone)]
pub(super) struct Door {
    pub program: String,
    pub token: Option<SecretString>,
}

impl Door {
    /// Lets a request in, or says why not. The token comes first: who has none learns nothing.
    pub(super) fn admit(&self, request: Request<()>) -> Result<Request<()>, Status> {
        let sent = |name: &str| request.metadata().get(name).map(|value| value.as_bytes().to_vec()).unwrap_or_default();
        if let Some(token) = &self.token
            && aws_lc_rs::constant_time::verify_slices_are_equal(bearer(token.expose_secret()).as_bytes(), &sent(TOKEN)).is_err()
        {
            tracing::warn!("{}: a request without the right token was refused", Code::WorkerRefusesToken);
            return Err(Status::unauthenticated(format!("{}: the token is missing or wrong", Code::WorkerRefusesToken)));
        }
        let program = String::from_utf8_lossy(&sent(PROGRAM)).into_owned();
        if program != self.program {
            let theirs = if program.is_empty() { "a program without a name" } else { &program };
            tracing::warn!("{}: a request of another program was refused: there {theirs}; here {}", Code::WorkerDiffers, self.program);
            return Err(Status::failed_precondition(self.program.clone()));
        }
        Ok(request)
    }
}

/// Which plans are taken.
pub(super) struct Plans {
    pub data: PathBuf,
}

impl WorkerPlanRewriteHandler for Plans {
    fn rewrite_worker_plan(&self, event: WorkerPlanRewriteEvent) -> Result<WorkerPlanRewriteEventResponse> {
        event.plan.apply(|node| {
            self.look_at(node)?;
            Ok(TreeNodeRecursion::Continue)
        })?;
        tracing::info!("a part of a statement has come");
        Ok(WorkerPlanRewriteEventResponse::new(event.plan))
    }
}

impl Plans {
    fn look_at(&self, node: &std::sync::Arc<dyn ExecutionPlan>) -> Result<()> {
        if node.is::<DataSinkExec>() {
            return Err(refused("a plan that writes"));
        }
        let Some(scan) = node.downcast_ref::<DataSourceExec>() else { return Ok(()) };
        let source = scan.data_source();
        let Some(files) = source.downcast_ref::<FileScanConfig>() else {
            return if source.is::<MemorySourceConfig>() { Ok(()) } else { Err(refused("a plan that reads neither files nor tables")) };
        };
        if files.object_store_url.as_str().trim_end_matches('/') != DATA {
            return Err(refused(&format!("a plan that reads {}", files.object_store_url)));
        }
        for file in files.file_groups.iter().flat_map(|group| group.files()) {
            let meta = &file.object_meta;
            let seen = SystemTime::from(meta.last_modified);
            same_file(&self.data.join(meta.location.as_ref()), meta.size, seen)?;
        }
        Ok(())
    }
}

/// Size and time of change stand for the content: the data folder is one folder, which all machines see.
fn same_file(path: &Path, size: u64, changed: SystemTime) -> Result<()> {
    let found = fs_err::metadata(path).and_then(|meta| Ok((meta.len(), meta.modified()?)));
    match found {
        Ok((length, modified)) if length == size && modified == changed => Ok(()),
        Ok(_) => Err(refused(&format!("{} is another file here than where the statement comes from", path.display()))),
        Err(error) => Err(refused(&error.to_string())),
    }
}

fn refused(what: &str) -> DataFusionError {
    DataFusionError::Execution(format!("{}: {what}", Code::WorkerRefusesPlan))
}
