//! Optimises a plan whose types are settled, in one pass where one does.
//!
//! DataFusion settles the types of every plan once more, and then goes over it until a pass changes nothing, most often the
//! second or third. What these find is little: queries inside of queries, which a first pass may leave.

use std::sync::Arc;

use chrono::{DateTime, Utc};
use datafusion::common::alias::AliasGenerator;
use datafusion::common::config::ConfigOptions;
use datafusion::error::Result;
use datafusion::execution::FunctionRegistry;
use datafusion::execution::session_state::SessionState;
use datafusion::logical_expr::LogicalPlan;
use datafusion::optimizer::OptimizerConfig;

use crate::engine::spared_rules::any_step;

pub(super) fn optimised(state: &SessionState, plan: LogicalPlan) -> Result<LogicalPlan> {
    let plan = state.optimizer().optimize(plan, &OnePass::of(state), |_, _| {})?;
    if any_step(&plan, |step| Ok(matches!(step, LogicalPlan::Subquery(_)))) {
        return state.optimizer().optimize(plan, state, |_, _| {});
    }
    Ok(plan)
}

/// The settings of a session, for a single pass.
struct OnePass<'a> {
    state: &'a SessionState,
    options: Arc<ConfigOptions>,
}

impl<'a> OnePass<'a> {
    fn of(state: &'a SessionState) -> Self {
        let mut options = Arc::clone(state.config_options());
        Arc::make_mut(&mut options).optimizer.max_passes = 1;
        Self { state, options }
    }
}

impl OptimizerConfig for OnePass<'_> {
    fn query_execution_start_time(&self) -> Option<DateTime<Utc>> {
        self.state.query_execution_start_time()
    }

    fn alias_generator(&self) -> &Arc<AliasGenerator> {
        self.state.alias_generator()
    }

    fn options(&self) -> Arc<ConfigOptions> {
        Arc::clone(&self.options)
    }

    fn function_registry(&self) -> Option<&dyn FunctionRegistry> {
        self.state.function_registry()
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use datafusion::arrow::array::{Int32Array, RecordBatch};
    use datafusion::arrow::util::pretty::pretty_format_batches;

    use crate::engine::{Engine, Limits};

    /// Queries inside of queries, as the engine as it comes answers them.
    #[tokio::test]
    async fn queries_inside_of_queries() {
        let engine = Engine::new(Limits::default()).unwrap();
        let rows = RecordBatch::try_from_iter([("n", Arc::new(Int32Array::from_iter_values(0..9)) as _)]).unwrap();
        engine.register_batches("t", rows.schema(), vec![rows]).unwrap();
        for sql in [
            "SELECT n FROM t WHERE EXISTS (SELECT 1 FROM t b WHERE b.n = t.n AND EXISTS (SELECT 1 FROM t c WHERE c.n = b.n + 1)) ORDER BY n",
            "SELECT n FROM t WHERE n IN (SELECT b.n FROM t b WHERE b.n NOT IN (SELECT c.n FROM t c WHERE c.n > 4)) ORDER BY n",
            "SELECT n, (SELECT max(b.n) FROM t b WHERE b.n = t.n AND b.n > (SELECT min(c.n) FROM t c)) AS same FROM t ORDER BY n",
            "SELECT n FROM t WHERE n > ANY (SELECT b.n FROM t b WHERE b.n > (SELECT avg(c.n) FROM t c)) ORDER BY n",
        ] {
            let theirs = engine.frame(sql).await.unwrap().collect().await.unwrap_or_else(|error| panic!("{sql}: theirs {error}"));
            let (_, ours) = engine.run(sql, "a query").await.unwrap_or_else(|error| panic!("{sql}: {error}"));
            assert!(ours.iter().any(|batch| batch.num_rows() > 0), "{sql}");
            let shown = |rows: &[RecordBatch]| pretty_format_batches(rows).unwrap().to_string();
            assert_eq!(shown(&ours), shown(&theirs), "{sql}");
        }
    }
}
