//! Rows that the engine loses or gives too often: repeated rows of EXCEPT ALL and INTERSECT ALL, and subqueries that give
//! a row where their table has none.

use std::collections::HashSet;
use std::ops::Range;

use datafusion::common::tree_node::{TreeNode, TreeNodeRecursion};
use datafusion::logical_expr::{Expr as PlanExpr, LogicalPlan, logical_plan::Subquery};
use datafusion::sql::sqlparser::ast::{Expr, GroupByExpr, Query, Select, SetExpr, SetOperator, SetQuantifier, Spanned, Visit};

use super::{Queries, is_word};
use crate::engine::problem::sql_start;
use crate::engine::syntax::{Expressions, Syntax, name_of};

/// The engine computes both as joins, which ask whether the other side has a row and not how often.
pub(super) fn repeated_rows(syntax: &Syntax<'_>, _: &LogicalPlan) -> Vec<Range<usize>> {
    let mut found = Vec::new();
    let _ = syntax.statements.visit(&mut Queries(|query: &Query| {
        let mut left = vec![&*query.body];
        while let Some(next) = left.pop() {
            let SetExpr::SetOperation { op, set_quantifier, left: first, right } = next else { continue };
            left.extend([&**first, &**right]);
            let counts = matches!(set_quantifier, SetQuantifier::All | SetQuantifier::AllByName);
            if counts && matches!(op, SetOperator::Except | SetOperator::Minus | SetOperator::Intersect) {
                let start = syntax.place(right.span()).map(|place| place.start);
                let word = start.and_then(|start| syntax.before(start, |token| is_word(token, &["except", "minus", "intersect"])));
                found.push(word.unwrap_or_else(|| sql_start(syntax.text)));
            }
        }
    }));
    found
}

/// An aggregate without GROUP BY gives one row, also of no rows; the engine looks whether there are any. Where the
/// subquery does not depend on the row outside, it is right.
pub(super) fn rows_of_aggregates(syntax: &Syntax<'_>, plan: &LogicalPlan) -> Vec<Range<usize>> {
    let mut aggregates: HashSet<String> = HashSet::new();
    let mut of = |subquery: &Subquery| {
        if let Some(LogicalPlan::Aggregate(aggregate)) = Some(below(&subquery.subquery))
            && aggregate.group_expr.is_empty()
            && !subquery.outer_ref_columns.is_empty()
        {
            for expression in &aggregate.aggr_expr {
                let _ = expression.apply(|part| {
                    if let PlanExpr::AggregateFunction(function) = part {
                        aggregates.insert(function.func.name().to_owned());
                        aggregates.extend(function.func.aliases().iter().cloned());
                    }
                    Ok(TreeNodeRecursion::Continue)
                });
            }
        }
    };
    let _ = plan.apply_with_subqueries(|node| {
        for expression in node.expressions() {
            let _ = expression.apply(|part| {
                match part {
                    PlanExpr::Exists(exists) => of(&exists.subquery),
                    PlanExpr::InSubquery(list) => of(&list.subquery),
                    _ => {}
                }
                Ok(TreeNodeRecursion::Continue)
            });
        }
        Ok(TreeNodeRecursion::Continue)
    });
    if aggregates.is_empty() {
        return Vec::new();
    }
    let mut found = Vec::new();
    syntax.expressions(|expression| {
        let (subquery, words) = match expression {
            Expr::Exists { subquery, .. } => (subquery, "exists"),
            Expr::InSubquery { subquery, .. } => (subquery, "in"),
            _ => return,
        };
        let SetExpr::Select(select) = &*subquery.body else { return };
        if is_ungrouped(select, &aggregates) {
            let start = syntax.place(subquery.span()).map(|place| place.start);
            let word = start.and_then(|start| syntax.before(start, |token| is_word(token, &[words])));
            found.push(word.unwrap_or_else(|| sql_start(syntax.text)));
        }
    });
    if found.is_empty() { vec![sql_start(syntax.text)] } else { found }
}

fn is_ungrouped(select: &Select, aggregates: &HashSet<String>) -> bool {
    let mut any = false;
    let mut look = |part: &Expr| {
        any |= matches!(part, Expr::Function(function) if function.over.is_none() && name_of(function).is_some_and(|name| aggregates.contains(&name)));
    };
    let _ = select.projection.visit(&mut Expressions(&mut look));
    let _ = select.having.visit(&mut Expressions(&mut look));
    any && matches!(&select.group_by, GroupByExpr::Expressions(keys, _) if keys.is_empty())
}

/// What gives the rows of a subquery.
fn below(plan: &LogicalPlan) -> &LogicalPlan {
    match plan {
        LogicalPlan::Projection(projection) => below(&projection.input),
        LogicalPlan::SubqueryAlias(alias) => below(&alias.input),
        LogicalPlan::Filter(filter) => below(&filter.input),
        LogicalPlan::Sort(sort) => below(&sort.input),
        LogicalPlan::Limit(limit) => below(&limit.input),
        LogicalPlan::Distinct(distinct) => below(distinct.input()),
        other => other,
    }
}
