//! What gives other results when rows come in another order: LIMIT, windows and aggregates without ORDER BY.

use datafusion::common::tree_node::{TreeNode, TreeNodeRecursion};
use datafusion::logical_expr::{Distinct, Expr, LogicalPlan};

/// Window functions whose result is the order.
const WINDOWS: [&str; 9] = ["row_number", "rank", "dense_rank", "ntile", "lag", "lead", "first_value", "last_value", "nth_value"];
/// Aggregates whose result is the order.
const AGGREGATES: [&str; 6] = ["first_value", "last_value", "nth_value", "any_value", "array_agg", "string_agg"];

#[derive(Debug, PartialEq, Eq)]
pub(super) enum Unordered {
    Limit,
    DistinctOn,
    Window(String),
    Aggregate(String),
}

impl Unordered {
    /// The word of the statement to point at.
    pub(super) fn word(&self) -> &str {
        match self {
            Self::Limit => "limit",
            Self::DistinctOn => "distinct",
            Self::Window(name) | Self::Aggregate(name) => name,
        }
    }

    pub(super) fn message(&self) -> String {
        match self {
            Self::Limit => "LIMIT without ORDER BY keeps whichever rows come first".into(),
            Self::DistinctOn => "DISTINCT ON without ORDER BY keeps whichever row comes first".into(),
            Self::Window(name) => format!("`{name}` without ORDER BY in its window numbers rows as they come"),
            Self::Aggregate(name) => format!("`{name}` without ORDER BY takes rows as they come"),
        }
    }
}

/// Everything in a plan, subqueries included, whose result depends on the order of rows and that names none.
pub(super) fn without_order(plan: &LogicalPlan) -> Vec<Unordered> {
    let mut found = Vec::new();
    let _ = plan.apply_with_subqueries(|node| {
        let here = match node {
            LogicalPlan::Limit(limit) if !sorted(&limit.input) => Some(Unordered::Limit),
            LogicalPlan::Distinct(Distinct::On(on)) if on.sort_expr.is_none() => Some(Unordered::DistinctOn),
            _ => None,
        };
        found.extend(here.filter(|one| !found.contains(one)));
        for expression in node.expressions() {
            let _ = expression.apply(|part| {
                let one = match part {
                    Expr::WindowFunction(window) if window.params.order_by.is_empty() && WINDOWS.contains(&window.fun.name()) => {
                        Some(Unordered::Window(window.fun.name().to_owned()))
                    }
                    Expr::AggregateFunction(aggregate)
                        if aggregate.params.order_by.is_empty() && AGGREGATES.contains(&aggregate.func.name()) =>
                    {
                        Some(Unordered::Aggregate(aggregate.func.name().to_owned()))
                    }
                    _ => None,
                };
                found.extend(one.filter(|one| !found.contains(one)));
                Ok(TreeNodeRecursion::Continue)
            });
        }
        Ok(TreeNodeRecursion::Continue)
    });
    found
}

/// Whether rows come sorted out of a plan, whatever else is done to each.
fn sorted(plan: &LogicalPlan) -> bool {
    match plan {
        LogicalPlan::Sort(_) => true,
        LogicalPlan::Projection(projection) => sorted(&projection.input),
        LogicalPlan::SubqueryAlias(alias) => sorted(&alias.input),
        _ => false,
    }
}
