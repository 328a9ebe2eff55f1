//! A session with its own tables over shared functions; statements that change anything are refused.

use std::collections::BTreeSet;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};

use datafusion::arrow::array::RecordBatch;
use datafusion::arrow::datatypes::SchemaRef;
use datafusion::catalog::{
    CatalogProvider, MemoryCatalogProvider, MemoryCatalogProviderList, MemorySchemaProvider, SchemaProvider, TableProvider,
};
use datafusion::common::TableReference;
use datafusion::error::DataFusionError;
use datafusion::execution::context::SQLOptions;
use datafusion::execution::disk_manager::DiskManagerBuilder;
use datafusion::execution::memory_pool::{FairSpillPool, MemoryLimit};
use datafusion::execution::runtime_env::RuntimeEnvBuilder;
use datafusion::execution::session_state::{SessionState, SessionStateBuilder};
use datafusion::logical_expr::{AggregateUDF, LogicalPlan};
use datafusion::physical_optimizer::PhysicalOptimizerRule;
use datafusion::physical_optimizer::optimizer::PhysicalOptimizer;
use datafusion::prelude::{DataFrame, SessionConfig, SessionContext};

use crate::engine::build_side::BuildOnTheSmallSide;
use crate::engine::cluster::Cluster;
use crate::engine::exact_sum::ExactSum;
use crate::engine::kept::Kept;
use crate::engine::prepared::Prepared;
use crate::engine::slots::Tables;
use crate::engine::table_files::TableFile;
use crate::engine::views::Views;
use crate::engine::{filter_pushdown, owned, prepared, sized, spared_rules, spill, tokens, unreadable};
use crate::error::{Error, Result};

/// Sorted in one piece at most, as a sort counts it: twice the bytes of its rows.
const LARGEST_RUN: usize = 2 << 30;

/// What a statement may use.
#[derive(Debug, Clone, Copy)]
pub struct Limits {
    /// Of all statements at one time; what does not fit goes on on disk.
    pub memory_bytes: usize,
    /// Partitions of one statement. Results do not depend on it.
    pub partitions: usize,
    /// How long one statement may take.
    pub seconds: u64,
}

impl Default for Limits {
    fn default() -> Self {
        Self { memory_bytes: 4 << 30, partitions: 1, seconds: 600 }
    }
}

/// One namespace of tables. Cheap: functions and runtime are shared by all engines made from one another.
#[derive(Clone)]
pub struct Engine {
    /// Shared by its clones: a copy of it has copies of the names of all functions.
    pub(super) state: Arc<SessionState>,
    pub(super) context: SessionContext,
    public: Arc<MemorySchemaProvider>,
    indicators: Arc<MemorySchemaProvider>,
    pub(super) views: Arc<Views>,
    pub(super) kept: Arc<Kept>,
    pub(super) seconds: u64,
    pub(super) cluster: Option<Arc<Cluster>>,
    /// The files that its tables read, for errors that name none.
    files: Arc<Mutex<BTreeSet<PathBuf>>>,
    /// Files that are there as long as one of the engines is.
    held: Arc<Mutex<Vec<TableFile>>>,
}

impl Engine {
    pub fn new(limits: Limits) -> Result<Self> {
        let runtime = RuntimeEnvBuilder::new()
            .with_memory_pool(Arc::new(FairSpillPool::new(limits.memory_bytes)))
            .with_disk_manager_builder(DiskManagerBuilder::default().with_temp_file_factory(Arc::new(spill::OnDisk)))
            .build_arc()?;
        let mut config =
            SessionConfig::new().with_target_partitions(limits.partitions.max(1)).with_information_schema(true).with_parquet_pruning(true);
        let options = config.options_mut();
        options.sql_parser.collect_spans = true;
        options.execution.parquet.pushdown_filters = true;
        // The columns of all tables are of this type, and a sorted view counts the texts of the whole sort once a batch:
        // 100 MB of text would need 2 GB.
        options.sql_parser.map_string_types_to_utf8view = false;
        // A sort of many short runs holds the keys of all of them, which no part of its memory is set aside for; one of
        // a single run needs no more than it has. No column of a run may have 2 GiB of text, half of what is counted.
        options.execution.sort_in_place_threshold_bytes = limits.memory_bytes.min(LARGEST_RUN);
        options.execution.sort_spill_reservation_bytes = (limits.memory_bytes / 16).min(10 << 20);
        // See build_side.rs.
        options.optimizer.join_reordering = false;
        options.catalog.create_default_catalog_and_schema = false;
        let state = SessionStateBuilder::new()
            .with_config(config)
            .with_runtime_env(runtime)
            .with_default_features()
            .with_optimizer_rules(spared_rules::logical())
            .with_physical_optimizer_rules(rules())
            .build();
        let kept = Arc::<Kept>::default();
        let engine = Self::over(state, &kept, limits.seconds)?;
        engine.context.register_udaf(AggregateUDF::from(ExactSum::new()));
        sized::register(&engine.context);
        Self::over(engine.context.state(), &kept, limits.seconds)
    }

    /// The same engine, whose statements these workers may compute.
    #[must_use]
    pub fn with_cluster(self, cluster: Option<Arc<Cluster>>) -> Self {
        Self { cluster, ..self }
    }

    /// An engine without tables that shares everything else.
    pub fn empty_sibling(&self) -> Result<Self> {
        let empty = Self::over(SessionState::clone(&self.state), &self.kept, self.seconds)?.with_cluster(self.cluster.clone());
        Ok(Self { files: Arc::clone(&self.files), held: Arc::clone(&self.held), ..empty })
    }

    /// An engine that begins with the same tables; what is registered later is its own.
    pub fn sibling(&self) -> Result<Self> {
        let sibling = Self { views: Arc::new(self.views.copied()), ..self.empty_sibling()? };
        for (from, to) in [(&self.public, &sibling.public), (&self.indicators, &sibling.indicators)] {
            for name in from.table_names() {
                if let Some(table) = futures::executor::block_on(from.table(&name))? {
                    to.register_table(name, table)?;
                }
            }
        }
        Ok(sibling)
    }

    fn over(state: SessionState, kept: &Arc<Kept>, seconds: u64) -> Result<Self> {
        let (public, indicators) = (Arc::new(MemorySchemaProvider::new()), Arc::new(MemorySchemaProvider::new()));
        let catalog = MemoryCatalogProvider::new();
        catalog.register_schema("public", public.clone())?;
        catalog.register_schema("indicators", indicators.clone())?;
        let list = MemoryCatalogProviderList::new();
        datafusion::catalog::CatalogProviderList::register_catalog(&list, "datafusion".into(), Arc::new(catalog));
        let state = SessionStateBuilder::new_from_existing(state).with_catalog_list(Arc::new(list)).build();
        let context = SessionContext::new_with_state(state.clone());
        let (views, kept) = (Arc::default(), Arc::clone(kept));
        let (files, held) = (Arc::default(), Arc::default());
        Ok(Self { context, state: Arc::new(state), public, indicators, views, kept, seconds, cluster: None, files, held })
    }

    /// Adds or replaces a table.
    pub fn register(&self, name: &str, table: Arc<dyn TableProvider>) -> Result<()> {
        if self.public.table_exist(name) {
            self.public.deregister_table(name)?;
        }
        self.views.note(name, table.as_ref())?;
        self.public.register_table(name.to_owned(), table)?;
        Ok(())
    }

    /// Adds or replaces a table held in memory.
    pub fn register_batches(&self, name: &str, schema: SchemaRef, batches: Vec<RecordBatch>) -> Result<()> {
        self.register(name, owned::memory_table(schema, batches, self.room())?)
    }

    /// Adds the values of an indicator as `indicators.<name>`.
    pub fn register_indicator(&self, name: &str, schema: SchemaRef, batches: Vec<RecordBatch>) -> Result<()> {
        self.register_indicator_table(name, owned::memory_table(schema, batches, self.room())?)
    }

    /// The same where they are not held in memory.
    pub fn register_indicator_table(&self, name: &str, table: Arc<dyn TableProvider>) -> Result<()> {
        if self.indicators.table_exist(name) {
            self.indicators.deregister_table(name)?;
        }
        self.indicators.register_table(name.to_owned(), table)?;
        Ok(())
    }

    /// Removes tables that no statement reads any more.
    pub fn let_go(&self, names: &[&str]) -> Result<()> {
        for name in names {
            self.public.deregister_table(name)?;
            self.views.forget(name);
        }
        Ok(())
    }

    pub fn table_names(&self) -> Vec<String> {
        let mut names = self.public.table_names();
        names.extend(self.indicators.table_names().into_iter().map(|name| format!("indicators.{name}")));
        names.sort();
        names
    }

    /// The columns of a table, by plain or `indicators.` name.
    pub fn columns_of(&self, name: &str) -> Vec<String> {
        let (schema, name) = match name.split_once('.') {
            Some(("indicators", name)) => (&self.indicators, name),
            Some((_, name)) => (&self.public, name),
            None => (&self.public, name),
        };
        match futures::executor::block_on(schema.table(name)) {
            Ok(Some(table)) => table.schema().fields().iter().map(|f| f.name().clone()).collect(),
            _ => Vec::new(),
        }
    }

    /// Notes that tables read these files.
    pub(super) fn note_files(&self, files: &[PathBuf]) {
        self.files.lock().unwrap_or_else(PoisonError::into_inner).extend(files.iter().cloned());
    }

    /// Holds files for as long as this engine, or one made from it, may read them.
    pub fn hold(&self, files: Vec<TableFile>) {
        self.held.lock().unwrap_or_else(PoisonError::into_inner).extend(files);
    }

    /// What is wrong with a file, where an error comes from one that cannot be read.
    pub fn unreadable(&self, error: &DataFusionError) -> Option<Error> {
        unreadable::behind(error, &self.files.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// Plans a statement that only reads, and can be run.
    pub async fn frame(&self, sql: &str) -> Result<DataFrame, DataFusionError> {
        Ok(DataFrame::new(self.context.state(), self.plan(sql).await?))
    }

    /// Plans a statement that only reads.
    pub async fn plan(&self, sql: &str) -> Result<LogicalPlan, DataFusionError> {
        if let Some(why) = tokens::too_large(sql) {
            return Err(DataFusionError::Plan(why));
        }
        let options = SQLOptions::new().with_allow_ddl(false).with_allow_dml(false).with_allow_statements(false);
        let plan = self.state.create_logical_plan(sql).await?;
        options.verify_plan(&plan)?;
        Ok(plan)
    }

    /// A plan in the types that all branches of a UNION or CASE need, as it will be computed.
    pub fn in_needed_types(&self, plan: LogicalPlan) -> Result<LogicalPlan, DataFusionError> {
        self.state.analyzer().execute_and_check(plan, self.state.config_options(), |_, _| {})
    }

    /// Plans a statement in its types to its end, as it will be computed; gives the columns that it will have.
    pub async fn columns_of_plan(&self, typed: LogicalPlan) -> Result<SchemaRef, DataFusionError> {
        Prepared::of(&self.state, typed)?.columns(&self.state).await
    }

    /// How much of the memory of statements one table may seem to take.
    fn room(&self) -> usize {
        match self.state.runtime_env().memory_pool.memory_limit() {
            MemoryLimit::Finite(bytes) => bytes / 8,
            _ => usize::MAX,
        }
    }

    pub fn context(&self) -> &SessionContext {
        &self.context
    }

    /// A statement over the tables of this engine, planned here, before or for one that has the same.
    pub(super) async fn ready(&self, sql: &str, plan: Option<LogicalPlan>) -> Result<Prepared, DataFusionError> {
        let key = self.views.key(sql, self);
        if let Some(key) = &key
            && let Some(prepared) = self.kept.find(key, self)
        {
            return Ok(prepared);
        }
        let plan = match plan {
            Some(plan) => plan,
            None => self.plan_typed(sql).await?,
        };
        if !prepared::timeless(&plan)? {
            // A state of this context knows what the time is now, this one when the engine was made.
            return Prepared::of(&self.context.state(), plan);
        }
        let prepared = Prepared::of(&self.state, plan)?;
        match key {
            Some(key) => self.kept.keep(key, prepared, self),
            None => Ok(prepared),
        }
    }

    /// Adds or replaces a view: a statement that runs as a part of each that reads it.
    pub async fn register_view(&self, name: &str, sql: &str, what: &str) -> Result<()> {
        let frame = self.frame(sql).await.map_err(|error| self.wrapped(sql, what, &error))?;
        self.register(name, frame.into_view())
    }
}

impl Tables for Engine {
    fn find(&self, name: &TableReference) -> Option<Arc<dyn TableProvider>> {
        let schema = match name.schema() {
            None | Some("public") => &self.public,
            Some("indicators") => &self.indicators,
            Some(_) => return None,
        };
        // Held in memory: ready at once.
        futures::executor::block_on(schema.table(name.table())).ok().flatten()
    }
}

/// The engine's own physical rules, and ours among them.
fn rules() -> Vec<Arc<dyn PhysicalOptimizerRule + Send + Sync>> {
    let mut rules = PhysicalOptimizer::new().rules;
    // It is there twice, and each time every step of a plan is made anew: the second time finds all that the first does.
    if let Some(first) = rules.iter().position(|rule| rule.name() == "ProjectionPushdown") {
        rules.remove(first);
    }
    let before = rules.iter().position(|rule| rule.name() == "join_selection").unwrap_or(0);
    rules.insert(before, Arc::new(BuildOnTheSmallSide));
    spared_rules::physical(filter_pushdown::walled(rules))
}
