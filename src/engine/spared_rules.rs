//! Rules of the engine that would change nothing, spared.
//!
//! Planning a statement takes as long as running it over a few thousand rows, and some rules make the whole plan anew
//! before they find that it needs none of their work. Each of them is asked here first whether the plan has what it is for.

use std::sync::Arc;

use datafusion::common::JoinType;
use datafusion::common::config::ConfigOptions;
use datafusion::common::tree_node::{Transformed, TreeNode, TreeNodeRecursion};
use datafusion::error::Result;
use datafusion::logical_expr::{Expr, LogicalPlan};
use datafusion::optimizer::optimizer::{ApplyOrder, Optimizer};
use datafusion::optimizer::{OptimizerConfig, OptimizerRule};
use datafusion::physical_optimizer::{PhysicalOptimizerContext, PhysicalOptimizerRule};
use datafusion::physical_plan::joins::{HashJoinExec, PartitionMode};
use datafusion::physical_plan::sorts::sort::SortExec;
use datafusion::physical_plan::sorts::sort_preserving_merge::SortPreservingMergeExec;
use datafusion::physical_plan::{Distribution, ExecutionPlan, ExecutionPlanProperties};

type Logical = Arc<dyn OptimizerRule + Send + Sync>;
type Physical = Arc<dyn PhysicalOptimizerRule + Send + Sync>;

/// The engine's logical rules.
pub(super) fn logical() -> Vec<Logical> {
    let spared = |rule: Logical| -> Logical {
        let needed: fn(&_) -> _ = match rule.name() {
            "eliminate_cross_join" => has_crossing,
            "rewrite_set_comparison" => compares_with_a_set,
            _ => return rule,
        };
        Arc::new(SparedLogical { rule, needed })
    };
    Optimizer::new().rules.into_iter().map(spared).collect()
}

/// These physical rules, the costly ones among them only where they have something to do.
pub(super) fn physical(rules: Vec<Physical>) -> Vec<Physical> {
    let spared = |rule: Physical| -> Physical {
        let needed: fn(&_, &_) -> _ = match rule.name() {
            "join_selection" => has_open_join,
            "EnsureRequirements" => has_requirement,
            _ => return rule,
        };
        Arc::new(SparedPhysical { rule, needed })
    };
    rules.into_iter().map(spared).collect()
}

#[derive(Debug)]
struct SparedLogical {
    rule: Logical,
    needed: fn(&LogicalPlan) -> bool,
}

impl OptimizerRule for SparedLogical {
    fn name(&self) -> &str {
        self.rule.name()
    }

    fn apply_order(&self) -> Option<ApplyOrder> {
        self.rule.apply_order()
    }

    fn rewrite(&self, plan: LogicalPlan, config: &dyn OptimizerConfig) -> Result<Transformed<LogicalPlan>> {
        if (self.needed)(&plan) { self.rule.rewrite(plan, config) } else { Ok(Transformed::no(plan)) }
    }
}

#[derive(Debug)]
struct SparedPhysical {
    rule: Physical,
    needed: fn(&Arc<dyn ExecutionPlan>, &ConfigOptions) -> bool,
}

impl PhysicalOptimizerRule for SparedPhysical {
    fn optimize(&self, plan: Arc<dyn ExecutionPlan>, config: &ConfigOptions) -> Result<Arc<dyn ExecutionPlan>> {
        if (self.needed)(&plan, config) { self.rule.optimize(plan, config) } else { Ok(plan) }
    }

    fn optimize_with_context(
        &self,
        plan: Arc<dyn ExecutionPlan>,
        context: &dyn PhysicalOptimizerContext,
    ) -> Result<Arc<dyn ExecutionPlan>> {
        if (self.needed)(&plan, context.config_options()) { self.rule.optimize_with_context(plan, context) } else { Ok(plan) }
    }

    fn name(&self) -> &str {
        self.rule.name()
    }

    fn schema_check(&self) -> bool {
        self.rule.schema_check()
    }
}

/// Whether some step of a logical plan, or of the queries in it, is of this kind.
pub(super) fn any_step(plan: &LogicalPlan, mut is: impl FnMut(&LogicalPlan) -> Result<bool>) -> bool {
    let mut found = false;
    let walked = plan.apply_with_subqueries(|step| {
        found |= is(step)?;
        Ok(if found { TreeNodeRecursion::Stop } else { TreeNodeRecursion::Continue })
    });
    found || walked.is_err()
}

/// An inner join without a key, or with a filter on it that may hold one.
fn has_crossing(plan: &LogicalPlan) -> bool {
    any_step(plan, |step| {
        Ok(match step {
            LogicalPlan::Join(join) => join.join_type == JoinType::Inner && join.on.is_empty(),
            LogicalPlan::Filter(filter) => matches!(filter.input.as_ref(), LogicalPlan::Join(join) if join.join_type == JoinType::Inner),
            _ => false,
        })
    })
}

/// `= ANY (SELECT ..)` and its like.
fn compares_with_a_set(plan: &LogicalPlan) -> bool {
    any_step(plan, |step| {
        let mut found = false;
        step.apply_expressions(|expression| {
            expression.apply(|part| {
                found |= matches!(part, Expr::SetComparison(_));
                Ok(if found { TreeNodeRecursion::Stop } else { TreeNodeRecursion::Continue })
            })
        })?;
        Ok(found)
    })
}

/// Whether some step of a physical plan is of this kind.
fn any_exec(plan: &Arc<dyn ExecutionPlan>, is: &impl Fn(&Arc<dyn ExecutionPlan>) -> bool) -> bool {
    is(plan) || plan.children().into_iter().any(|child| any_exec(child, is))
}

/// A join of which it is open whether one side is held whole.
fn has_open_join(plan: &Arc<dyn ExecutionPlan>, _: &ConfigOptions) -> bool {
    any_exec(plan, &|step| step.downcast_ref::<HashJoinExec>().is_some_and(|join| *join.partition_mode() != PartitionMode::CollectLeft))
}

/// Where rows may be spread over partitions; else a step that wants its rows in some order or in one partition, and may
/// not get them so, and one that sorts, which may find them sorted.
fn has_requirement(plan: &Arc<dyn ExecutionPlan>, config: &ConfigOptions) -> bool {
    config.execution.target_partitions > 1
        || any_exec(plan, &|step| {
            let scattered = || {
                let wanted = step.input_distribution_requirements().into_per_child();
                step.children().into_iter().zip(wanted).any(|(child, wanted)| {
                    child.output_partitioning().partition_count() > 1 && !matches!(wanted, Distribution::UnspecifiedDistribution)
                })
            };
            step.is::<SortExec>()
                || step.is::<SortPreservingMergeExec>()
                || step.required_input_ordering().iter().any(Option::is_some)
                || scattered()
        })
}

#[cfg(test)]
mod tests {
    use datafusion::execution::SessionStateBuilder;
    use datafusion::physical_optimizer::optimizer::PhysicalOptimizer;
    use datafusion::physical_plan::displayable;
    use datafusion::prelude::{SessionConfig, SessionContext};

    use super::*;

    /// One for each thing that a rule is asked for, and some that need none.
    const STATEMENTS: [&str; 13] = [
        "SELECT n, m FROM a JOIN b ON b.m = a.n WHERE m > 2",
        "SELECT a.n FROM a, b WHERE b.m = a.n AND a.n > 1",
        "SELECT a.n FROM a CROSS JOIN b WHERE b.m = a.n",
        "SELECT a.n FROM a JOIN b ON TRUE JOIN c ON c.k = b.m",
        "SELECT a.n FROM a JOIN b ON b.m = a.n JOIN c ON c.k = b.m LEFT JOIN b AS d ON d.m = c.k",
        "SELECT n FROM a WHERE n = ANY (SELECT m FROM b)",
        "SELECT n FROM a WHERE n IN (SELECT b.m FROM b, c WHERE c.k = b.m)",
        "SELECT n, row_number() OVER (PARTITION BY n % 2 ORDER BY n) AS place FROM a",
        "SELECT n FROM a ORDER BY n DESC LIMIT 2",
        "SELECT n FROM a UNION ALL SELECT m FROM b",
        "SELECT n, count(*) AS times FROM (SELECT n FROM a UNION ALL SELECT m FROM b) GROUP BY n",
        "SELECT array_agg(n ORDER BY n) AS all_of_them FROM a",
        "SELECT u.n FROM (SELECT n FROM a UNION ALL SELECT m FROM b) u JOIN c ON c.k = u.n",
    ];

    fn session(partitions: usize, spared: bool) -> SessionContext {
        let (mut rules, mut physical_rules) = (Optimizer::new().rules, PhysicalOptimizer::new().rules);
        if spared {
            (rules, physical_rules) = (logical(), physical(physical_rules));
        }
        let mut config = SessionConfig::new().with_target_partitions(partitions);
        config.options_mut().optimizer.join_reordering = false;
        let state = SessionStateBuilder::new_with_default_features().with_config(config).with_optimizer_rules(rules);
        SessionContext::new_with_state(state.with_physical_optimizer_rules(physical_rules).build())
    }

    async fn planned(partitions: usize, spared: bool, sql: &str) -> String {
        let session = session(partitions, spared);
        for (table, column) in [("a", "n"), ("b", "m"), ("c", "k")] {
            session.sql(&format!("CREATE TABLE {table} AS SELECT * FROM (VALUES (1), (2), (3)) AS t({column})")).await.unwrap();
        }
        let plan = session.sql(sql).await.unwrap().create_physical_plan().await.unwrap();
        displayable(plan.as_ref()).indent(false).to_string()
    }

    #[tokio::test]
    async fn a_plan_is_the_same_without_them() {
        for sql in STATEMENTS {
            for partitions in [1, 4] {
                assert_eq!(planned(partitions, true, sql).await, planned(partitions, false, sql).await, "{sql}");
            }
        }
    }

    #[tokio::test]
    async fn what_no_step_asks_for_is_spared() {
        let plan = session(1, true).sql("SELECT 1 AS n UNION ALL SELECT 2").await.unwrap().create_physical_plan().await.unwrap();
        let config = |partitions| {
            let mut config = ConfigOptions::new();
            config.execution.target_partitions = partitions;
            config
        };
        assert!(!has_open_join(&plan, &config(4)));
        assert!(!has_requirement(&plan, &config(1)) && has_requirement(&plan, &config(4)));
    }
}
