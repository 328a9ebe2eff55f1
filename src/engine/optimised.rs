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
