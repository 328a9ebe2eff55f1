//! Rows of groups that a SELECT makes itself. Without their estimate they would pass for an agency's own figures, of
//! status A and without coverage.

use datafusion::common::Column;
use datafusion::logical_expr::{Distinct, Expr, JoinType, LogicalPlan};

use super::output::output_place;
use crate::engine::problem::sql_start;
use crate::engine::syntax::Syntax;
use crate::error::{Code, Problem, SourceText};

/// Where a row of a group comes from that is not copied from a provider.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Made {
    /// `group_code` of a table of groups.
    FromMembership(String),
    /// A code that stands in the statement.
    Written(String),
    /// Another indicator's rows.
    FromIndicator(String),
}

impl Made {
    fn told(&self) -> String {
        match self {
            Self::FromMembership(table) => format!("{table}.group_code"),
            Self::Written(code) => format!("'{code}' in the statement"),
            Self::FromIndicator(table) => table.clone(),
        }
    }

    /// The sentence of an error.
    pub fn message(&self) -> String {
        format!("rows of groups have their ref_area from {}, and no estimate: they would pass for an agency's own figures", self.told())
    }
}

/// What to write instead.
pub const HINT: &str = "give rows of economies, which the roll-up sums; or, with rollup = \"none\", say of each row of a group its estimate and coverage: 'available' AS estimate, x AS coverage";

/// What the plan of a SELECT without `estimate` makes groups of, if it does.
pub fn made(plan: &LogicalPlan, is_group: &dyn Fn(&str) -> bool) -> Vec<Made> {
    let schema = plan.schema();
    let at = |name: &str| schema.fields().iter().position(|field| field.name() == name);
    let mut found = Vec::new();
    if let (Some(area), None) = (at("ref_area"), at("estimate")) {
        trace(plan, area, is_group, &mut found);
    }
    found
}

/// The problem of a SELECT whose groups are certainly its own; rows of another indicator may all be of economies.
pub fn check_groups(text: &SourceText, plan: &LogicalPlan, is_group: &dyn Fn(&str) -> bool, problems: &mut Vec<Problem>) {
    let made = made(plan, is_group).into_iter().find(|one| !matches!(one, Made::FromIndicator(_)));
    if let Some(made) = made {
        let place = output_place(&Syntax::of(text), "ref_area").unwrap_or_else(|| sql_start(text));
        problems.push(Problem::new(Code::GroupsOfOnesOwn, text, place, made.message()).hint(HINT));
    }
}

/// Follows a column of a plan to where its values come from.
fn trace(plan: &LogicalPlan, at: usize, is_group: &dyn Fn(&str) -> bool, found: &mut Vec<Made>) {
    match plan {
        LogicalPlan::Projection(projection) => {
            if let Some(expression) = projection.expr.get(at) {
                follow(expression, &projection.input, is_group, found);
            }
        }
        LogicalPlan::Aggregate(aggregate) => {
            if let Some(expression) = aggregate.group_expr.get(at) {
                follow(expression, &aggregate.input, is_group, found);
            }
        }
        LogicalPlan::Join(join) => {
            let left = join.left.schema().fields().len();
            let right_only = matches!(join.join_type, JoinType::RightSemi | JoinType::RightAnti | JoinType::RightMark);
            match at.checked_sub(left) {
                Some(at) if !right_only => trace(&join.right, at, is_group, found),
                _ if right_only => trace(&join.right, at, is_group, found),
                _ => trace(&join.left, at, is_group, found),
            }
        }
        LogicalPlan::TableScan(scan) => {
            let table = scan.table_name.to_string().replace('"', "");
            let column = scan.projected_schema.field(at).name();
            if column == "group_code" {
                found.push(Made::FromMembership(table));
            } else if table.starts_with("indicators.") {
                found.push(Made::FromIndicator(table));
            }
        }
        LogicalPlan::Distinct(Distinct::On(on)) => {
            if let Some(expression) = on.select_expr.get(at) {
                follow(expression, &on.input, is_group, found);
            }
        }
        LogicalPlan::Values(values) => {
            values.values.iter().filter_map(|row| row.get(at)).for_each(|expression| follow(expression, plan, is_group, found));
        }
        // All others hand their columns on in their places, and put new ones behind.
        other => {
            for input in other.inputs().into_iter().filter(|input| at < input.schema().fields().len()) {
                trace(input, at, is_group, found);
            }
        }
    }
}

/// Follows what an expression gives, but not what it only looks at.
fn follow(expression: &Expr, input: &LogicalPlan, is_group: &dyn Fn(&str) -> bool, found: &mut Vec<Made>) {
    match expression {
        Expr::Alias(alias) => follow(&alias.expr, input, is_group, found),
        Expr::Cast(cast) => follow(&cast.expr, input, is_group, found),
        Expr::Case(case) => {
            let results = case.when_then_expr.iter().map(|(_, then)| then).chain(&case.else_expr);
            results.for_each(|result| follow(result, input, is_group, found));
        }
        Expr::Literal(value, _) => {
            if let Some(Some(code)) = value.try_as_str()
                && is_group(code)
            {
                found.push(Made::Written(code.to_owned()));
            }
        }
        Expr::Column(column) => column_of(column, input, is_group, found),
        Expr::ScalarFunction(function) => function.args.iter().for_each(|argument| follow(argument, input, is_group, found)),
        other => other.column_refs().into_iter().for_each(|column| column_of(column, input, is_group, found)),
    }
}

fn column_of(column: &Column, input: &LogicalPlan, is_group: &dyn Fn(&str) -> bool, found: &mut Vec<Made>) {
    if let Some(at) = input.schema().maybe_index_of_column(column) {
        trace(input, at, is_group, found);
    }
}
