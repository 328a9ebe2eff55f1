//! Physical plans that are used again.
//!
//! A plan is made for the sizes that its tables had. It serves others where each join would hold the same side in memory, or
//! where what it holds is little.

use std::sync::{Arc, Mutex, PoisonError};

use datafusion::common::tree_node::{TreeNode, TreeNodeRecursion};
use datafusion::error::Result;
use datafusion::physical_plan::ExecutionPlan;
use datafusion::physical_plan::execution_plan::reset_plan_states;
use datafusion::physical_plan::recursive_query::RecursiveQueryExec;
use datafusion::physical_plan::scalar_subquery::ScalarSubqueryExec;

use crate::engine::build_side::{Sides, sides};
use crate::engine::late_tables::Rows;

/// The plans of one statement, for tables of other sizes each.
#[derive(Debug, Default)]
pub(super) struct Plans(Mutex<Vec<Planned>>);

#[derive(Debug)]
struct Planned {
    /// Has never run.
    plan: Arc<dyn ExecutionPlan>,
    sides: Vec<Sides>,
}

/// Sizes beyond these are planned each time.
const MOST: usize = 8;

impl Plans {
    /// A plan for these rows that has not run.
    pub(super) fn find(&self, rows: &Rows) -> Result<Option<Arc<dyn ExecutionPlan>>> {
        let plans = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let size = |number| rows.count(number);
        let fits = |planned: &&Planned| planned.sides.iter().all(|sides| sides.fit(&size));
        plans.iter().find(fits).map(|planned| reset_plan_states(Arc::clone(&planned.plan))).transpose()
    }

    #[cfg(test)]
    pub(super) fn count(&self) -> usize {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).len()
    }

    /// Keeps a plan that has not run, if it can be run several times.
    pub(super) fn keep(&self, plan: &Arc<dyn ExecutionPlan>) -> Result<()> {
        if repeatable(plan)? {
            let planned = Planned { plan: reset_plan_states(Arc::clone(plan))?, sides: sides(plan)? };
            let mut plans = self.0.lock().unwrap_or_else(PoisonError::into_inner);
            if plans.len() < MOST {
                plans.push(planned);
            }
        }
        Ok(())
    }
}

/// A recursion has a state of its own, and a query in the place of a value leaves it where the next run would find it.
fn repeatable(plan: &Arc<dyn ExecutionPlan>) -> Result<bool> {
    let mut repeatable = true;
    plan.apply(|node| {
        repeatable &= node.downcast_ref::<RecursiveQueryExec>().is_none() && node.downcast_ref::<ScalarSubqueryExec>().is_none();
        Ok(TreeNodeRecursion::Continue)
    })?;
    Ok(repeatable)
}
