//! Keeps the engine from pushing a filter to the wrong side of a join.
//!
//! DataFusion 55 looks up a filter's columns by name in the step below it. Where that has two columns of one name, as
//! after `a RIGHT JOIN b .. WHERE a.ref_area IS NULL`, it may take the wrong one, and the result is silently wrong. Such
//! a step is a wall here: filters above it stay there, those below it are pushed as always.

use std::collections::HashSet;
use std::sync::Arc;

use datafusion::common::config::ConfigOptions;
use datafusion::datasource::source::DataSourceExec;
use datafusion::error::Result;
use datafusion::physical_optimizer::PhysicalOptimizerRule;
use datafusion::physical_plan::{ExecutionPlan, replace_children_if_necessary};

use crate::engine::late_tables::in_memory;

/// The physical rules given, with every push-down of filters behind the wall.
pub(super) fn walled(rules: Vec<Arc<dyn PhysicalOptimizerRule + Send + Sync>>) -> Vec<Arc<dyn PhysicalOptimizerRule + Send + Sync>> {
    rules
        .into_iter()
        .map(|rule| -> Arc<dyn PhysicalOptimizerRule + Send + Sync> {
            if rule.name().starts_with("FilterPushdown") { Arc::new(Walled(rule)) } else { rule }
        })
        .collect()
}

#[derive(Debug)]
struct Walled(Arc<dyn PhysicalOptimizerRule + Send + Sync>);

impl PhysicalOptimizerRule for Walled {
    fn optimize(&self, plan: Arc<dyn ExecutionPlan>, config: &ConfigOptions) -> Result<Arc<dyn ExecutionPlan>> {
        // A table in memory takes no filter, and the logical plan has each as far down as it goes.
        if !reads_files(&plan) {
            return Ok(plan);
        }
        if !has_wall(&plan) {
            return self.0.optimize(plan, config);
        }
        let children = plan.children().into_iter().map(|child| self.optimize(child.clone(), config)).collect::<Result<Vec<_>>>()?;
        replace_children_if_necessary(plan, children)
    }

    fn name(&self) -> &str {
        self.0.name()
    }

    fn schema_check(&self) -> bool {
        self.0.schema_check()
    }
}

fn reads_files(plan: &Arc<dyn ExecutionPlan>) -> bool {
    match plan.downcast_ref::<DataSourceExec>() {
        Some(scan) => !in_memory(scan),
        None => plan.children().into_iter().any(reads_files),
    }
}

/// Whether a step of the plan gives several columns of one name.
fn has_wall(plan: &Arc<dyn ExecutionPlan>) -> bool {
    let mut names = HashSet::new();
    let repeated = plan.schema().fields().iter().any(|field| !names.insert(field.name().clone()));
    repeated || plan.children().into_iter().any(has_wall)
}
