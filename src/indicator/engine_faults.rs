//! SQL that DataFusion 55.2 computes wrongly without a word: refused, each with what to write instead. The tests of
//! `tests/suite/engine_faults.rs` show what the engine gives and what is right, so that an update shows what is corrected.

use std::collections::HashSet;
use std::ops::{ControlFlow, Range};

use datafusion::common::tree_node::{TreeNode, TreeNodeRecursion};
use datafusion::logical_expr::{Distinct, Expr as PlanExpr, ExprSchemable, LogicalPlan};
use datafusion::sql::sqlparser::ast::{
    BinaryOperator, Expr, Function, FunctionArg, FunctionArgExpr, FunctionArgumentClause, FunctionArguments, JoinConstraint, JoinOperator,
    NullTreatment, Query, Select, SelectItem, SetExpr, Spanned, TableFactor, TableWithJoins, UnaryOperator, Value, Visit, Visitor,
};
use datafusion::sql::sqlparser::tokenizer::Token;

use crate::engine::problem::sql_start;
use crate::engine::syntax::{Syntax, name_of};
use crate::error::{Code, Problem};

mod numbers;
mod rows;

/// One way in which the engine is wrong.
struct Fault {
    /// What is wrong, for a message.
    what: &'static str,
    instead: &'static str,
    /// One partition alone computes it rightly.
    only_in_parts: bool,
    /// The places of the statement where it would happen.
    find: fn(&Syntax<'_>, &LogicalPlan) -> Vec<Range<usize>>,
}

const FAULTS: [Fault; 12] = [
    Fault {
        what: "RIGHT and FULL JOIN with USING or NATURAL lose the key of rows that only the right side has",
        instead: "write JOIN .. ON a.k = b.k, and coalesce(a.k, b.k) AS k for the key",
        only_in_parts: false,
        find: keys_of_outer_joins,
    },
    Fault {
        what: "IN (SELECT ..) is computed as if the list had no empty cell, unless it stands alone among the conditions of WHERE",
        instead: "write EXISTS or NOT EXISTS (SELECT 1 FROM t WHERE t.x = o.x) in WHERE, or a LEFT JOIN to the list where it gives a column",
        only_in_parts: false,
        find: lists_in_other_places,
    },
    Fault {
        what: "`lead` by more than one row with IGNORE NULLS stops at two empty cells in a row",
        instead: "write nth_value(x, n) IGNORE NULLS OVER (.. ROWS BETWEEN 1 FOLLOWING AND UNBOUNDED FOLLOWING)",
        only_in_parts: false,
        find: far_leads,
    },
    Fault {
        what: "the default of `lag` and `lead` is cut to a whole number where the column has whole numbers",
        instead: "make the column a number with decimals: lag(CAST(x AS DOUBLE), 1, 2.5)",
        only_in_parts: false,
        find: defaults_cut,
    },
    Fault {
        what: "WITH RECURSIVE has the types of its first SELECT: numbers with decimals of the second are cut to whole numbers",
        instead: "make the column of the first SELECT a number with decimals: CAST(1 AS DOUBLE)",
        only_in_parts: false,
        find: recursion_that_widens,
    },
    Fault {
        what: "`^` is no power: decimals are cut off, and the bits of the two whole numbers are compared",
        instead: "write power(a, b)",
        only_in_parts: false,
        find: powers,
    },
    Fault {
        what: "DISTINCT, or GROUP BY without an aggregate, with ORDER BY and LIMIT loses rows when it is computed in several partitions",
        instead: "number the rows of the distinct ones: row_number() OVER (ORDER BY x) AS place, then WHERE place <= n",
        only_in_parts: true,
        find: limits_of_distinct_rows,
    },
    Fault {
        what: "EXCEPT ALL and INTERSECT ALL do not count how often the other side has a row",
        instead: "number the equal rows on both sides, row_number() OVER (PARTITION BY k ORDER BY k) AS copy, and write EXCEPT or INTERSECT",
        only_in_parts: false,
        find: rows::repeated_rows,
    },
    Fault {
        what: "an aggregate in EXISTS or IN that depends on the row outside is taken to have no row where its table has none",
        instead: "compare it: x = (SELECT max(y) FROM t WHERE t.k = o.k), or (SELECT count(*) ..) > 0; or write EXISTS (SELECT 1 FROM ..)",
        only_in_parts: false,
        find: rows::rows_of_aggregates,
    },
    Fault {
        what: "`percentile_cont` cuts the place between two values to millionths, and is exact for 0.25, 0.5, 0.75 and their like alone",
        instead: "weigh the two values beside the place: sum(x * greatest(0.0, 1.0 - abs(place - wanted))), where place is row_number() OVER \
                  (ORDER BY x) - 1, and wanted p * (count(*) OVER () - 1), of all x that are not empty",
        only_in_parts: false,
        find: numbers::cut_places,
    },
    Fault {
        what: "spreads over a frame that moves keep what was rounded in the rows that left it: of equal values they are not zero",
        instead: "join each row to those of its frame: SELECT stddev(b.x) FROM t a JOIN t b ON b.i BETWEEN a.i - 2 AND a.i GROUP BY a.i",
        only_in_parts: false,
        find: numbers::spreads_of_moving_frames,
    },
    Fault {
        what: "a product of whole numbers of 32 bits or less may have no room in them, and is then another number",
        instead: "make one side larger: CAST(x AS BIGINT), or CAST(x AS DOUBLE)",
        only_in_parts: false,
        find: numbers::narrow_products,
    },
];

/// How a statement will be computed.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Partitions {
    One,
    /// Any number of them must give the same.
    Any,
}

/// What the engine would compute wrongly, in the plan of [`crate::engine::Engine::in_needed_types`].
pub fn found(syntax: &Syntax<'_>, plan: &LogicalPlan, partitions: Partitions) -> Vec<Problem> {
    let applies = |fault: &&Fault| !fault.only_in_parts || partitions == Partitions::Any;
    let problem = |fault: &Fault, place| Problem::new(Code::WrongInEngine, syntax.text, place, fault.what).hint(fault.instead);
    let problems = |fault: &Fault| (fault.find)(syntax, plan).into_iter().map(|place| problem(fault, place)).collect::<Vec<_>>();
    FAULTS.iter().filter(applies).flat_map(problems).collect()
}

fn is_word(token: &Token, words: &[&str]) -> bool {
    matches!(token, Token::Word(word) if words.iter().any(|one| word.value.eq_ignore_ascii_case(one)))
}

/// Calls the functions with every SELECT, and with every join tree.
struct Selects<S, J>(S, J);

impl<S: FnMut(&Select), J: FnMut(&TableWithJoins)> Visitor for Selects<S, J> {
    type Break = ();

    fn pre_visit_select(&mut self, select: &Select) -> ControlFlow<()> {
        (self.0)(select);
        select.from.iter().for_each(&mut self.1);
        ControlFlow::Continue(())
    }

    fn pre_visit_table_factor(&mut self, factor: &TableFactor) -> ControlFlow<()> {
        if let TableFactor::NestedJoin { table_with_joins, .. } = factor {
            (self.1)(table_with_joins);
        }
        ControlFlow::Continue(())
    }
}

fn keys_of_outer_joins(syntax: &Syntax<'_>, _: &LogicalPlan) -> Vec<Range<usize>> {
    let mut found = Vec::new();
    let joins = |tables: &TableWithJoins| {
        for join in &tables.joins {
            let (JoinOperator::Right(constraint) | JoinOperator::RightOuter(constraint) | JoinOperator::FullOuter(constraint)) =
                &join.join_operator
            else {
                continue;
            };
            if matches!(constraint, JoinConstraint::Using(_) | JoinConstraint::Natural) {
                let relation = syntax.place(join.relation.span()).map(|place| place.start);
                let word = relation.and_then(|start| syntax.before(start, |token| is_word(token, &["right", "full"])));
                found.push(word.unwrap_or_else(|| sql_start(syntax.text)));
            }
        }
    };
    let _ = syntax.statements.visit(&mut Selects(|_: &Select| {}, joins));
    found
}

fn lists_in_other_places(syntax: &Syntax<'_>, _: &LogicalPlan) -> Vec<Range<usize>> {
    let mut right = HashSet::new();
    let joins = |tables: &TableWithJoins| {
        for join in &tables.joins {
            if let JoinOperator::Join(JoinConstraint::On(condition)) | JoinOperator::Inner(JoinConstraint::On(condition)) =
                &join.join_operator
            {
                conditions(condition, false, true, &mut right);
            }
        }
    };
    let _ = syntax.statements.visit(&mut Selects(|_: &Select| {}, joins));
    let selects = |select: &Select| {
        for condition in select.selection.iter().chain(&select.having) {
            conditions(condition, false, true, &mut right);
        }
    };
    let _ = syntax.statements.visit(&mut Selects(selects, |_: &TableWithJoins| {}));
    let mut found = Vec::new();
    syntax.expressions(|expression| {
        if let Expr::InSubquery { expr, subquery, .. } = expression
            && !right.contains(&std::ptr::from_ref(expression))
        {
            let start = syntax.place(subquery.span()).map(|place| place.start);
            let word = start.and_then(|start| syntax.before(start, |token| is_word(token, &["in"])));
            found.push(word.or_else(|| syntax.place(expr.span())).unwrap_or_else(|| sql_start(syntax.text)));
        }
    });
    found
}

/// The lists of a condition that are computed rightly. NULL and false leave out the same rows where a list stands alone
/// or is not negated; a negated one must be one of the conditions that all hold.
fn conditions(expression: &Expr, negated: bool, alone: bool, right: &mut HashSet<*const Expr>) {
    match expression {
        Expr::Nested(inner) => conditions(inner, negated, alone, right),
        Expr::UnaryOp { op: UnaryOperator::Not, expr } => conditions(expr, !negated, alone, right),
        Expr::BinaryOp { left, op: op @ (BinaryOperator::And | BinaryOperator::Or), right: other } => {
            let alone = alone && (*op == BinaryOperator::And) != negated;
            conditions(left, negated, alone, right);
            conditions(other, negated, alone, right);
        }
        Expr::InSubquery { negated: not, .. } if alone || *not == negated => {
            right.insert(std::ptr::from_ref(expression));
        }
        _ => {}
    }
}

fn far_leads(syntax: &Syntax<'_>, _: &LogicalPlan) -> Vec<Range<usize>> {
    let mut found = Vec::new();
    syntax.functions(|function| {
        let Some((name, FunctionArguments::List(list))) = name_of(function).map(|name| (name, &function.args)) else { return };
        let inside = list.clauses.iter().any(|c| matches!(c, FunctionArgumentClause::IgnoreOrRespectNulls(NullTreatment::IgnoreNulls)));
        let ignores = inside || function.null_treatment == Some(NullTreatment::IgnoreNulls);
        // By less than none, `lag` is `lead`.
        let far = match (name.as_str(), list.args.get(1).map(whole_number)) {
            ("lead", Some(rows)) => rows.is_none_or(|rows| rows > 1),
            ("lag", Some(rows)) => rows.is_none_or(|rows| rows < -1),
            _ => false,
        };
        if ignores && far {
            found.push(place_of(syntax, function));
        }
    });
    found
}

fn powers(syntax: &Syntax<'_>, _: &LogicalPlan) -> Vec<Range<usize>> {
    let mut found = Vec::new();
    syntax.expressions(|expression| {
        if let Expr::BinaryOp { left, op: BinaryOperator::BitwiseXor, right } = expression {
            let start = syntax.place(right.span()).map(|place| place.start);
            let sign = start.and_then(|start| syntax.before(start, |token| *token == Token::Caret));
            found.push(sign.or_else(|| syntax.place(left.span())).unwrap_or_else(|| sql_start(syntax.text)));
        }
    });
    found
}

fn place_of(syntax: &Syntax<'_>, function: &Function) -> Range<usize> {
    syntax.place(function.name.span()).unwrap_or_else(|| sql_start(syntax.text))
}

fn whole_number(argument: &FunctionArg) -> Option<i64> {
    let FunctionArg::Unnamed(FunctionArgExpr::Expr(expression)) = argument else { return None };
    let (sign, expression) = match expression {
        Expr::UnaryOp { op: UnaryOperator::Minus, expr } => (-1, &**expr),
        other => (1, other),
    };
    match expression {
        Expr::Value(value) => match &value.value {
            Value::Number(number, _) => Some(sign * number.parse::<i64>().ok()?),
            _ => None,
        },
        _ => None,
    }
}

fn defaults_cut(syntax: &Syntax<'_>, plan: &LogicalPlan) -> Vec<Range<usize>> {
    let mut cut = HashSet::new();
    let _ = plan.apply_with_subqueries(|node| {
        let schemas: Vec<_> = node.inputs().iter().map(|input| input.schema().clone()).collect();
        let kind = |side: &PlanExpr| schemas.iter().find_map(|schema| side.get_type(schema.as_ref()).ok());
        for expression in node.expressions() {
            let _ = expression.apply(|part| {
                if let PlanExpr::WindowFunction(window) = part
                    && ["lag", "lead"].contains(&window.fun.name())
                    && let [value, _, default] = &window.params.args[..]
                    && kind(value).is_some_and(|kind| kind.is_integer())
                    && kind(default).is_some_and(|kind| kind.is_floating() || kind.is_decimal())
                {
                    cut.insert(window.fun.name().to_owned());
                }
                Ok(TreeNodeRecursion::Continue)
            });
        }
        Ok(TreeNodeRecursion::Continue)
    });
    let mut found = Vec::new();
    syntax.functions(|function| {
        let three = matches!(&function.args, FunctionArguments::List(list) if list.args.len() == 3);
        if three && name_of(function).is_some_and(|name| cut.contains(&name)) {
            found.push(place_of(syntax, function));
        }
    });
    if found.is_empty() && !cut.is_empty() { vec![sql_start(syntax.text)] } else { found }
}

fn recursion_that_widens(syntax: &Syntax<'_>, plan: &LogicalPlan) -> Vec<Range<usize>> {
    // The name of the table, and the column that is cast.
    let mut cast: Vec<(String, usize)> = Vec::new();
    let _ = plan.apply_with_subqueries(|node| {
        if let LogicalPlan::RecursiveQuery(query) = node
            && let LogicalPlan::Projection(projection) = &*query.recursive_term
        {
            for (index, column) in projection.expr.iter().enumerate() {
                if let PlanExpr::Cast(outer) = column.clone().unalias()
                    && outer.field.data_type().is_integer()
                    && outer.expr.get_type(projection.input.schema()).is_ok_and(|kind| kind.is_floating() || kind.is_decimal())
                {
                    cast.push((query.name.clone(), index));
                }
            }
        }
        Ok(TreeNodeRecursion::Continue)
    });
    if cast.is_empty() {
        return Vec::new();
    }
    let mut found = Vec::new();
    let _ = syntax.statements.visit(&mut Queries(|query: &Query| {
        for table in query.with.iter().filter(|with| with.recursive).flat_map(|with| &with.cte_tables) {
            let SetExpr::SetOperation { right, .. } = &*table.query.body else { continue };
            let SetExpr::Select(second) = &**right else { continue };
            for (_, index) in cast.iter().filter(|(name, _)| table.alias.name.value.eq_ignore_ascii_case(name)) {
                let item = second.projection.get(*index);
                let (SelectItem::UnnamedExpr(item) | SelectItem::ExprWithAlias { expr: item, .. }) = (match item {
                    Some(item) => item,
                    None => continue,
                }) else {
                    continue;
                };
                // Who casts means it.
                if !matches!(item, Expr::Cast { .. }) {
                    found.push(syntax.place(item.span()).unwrap_or_else(|| sql_start(syntax.text)));
                }
            }
        }
    }));
    found
}

struct Queries<F>(F);

impl<F: FnMut(&Query)> Visitor for Queries<F> {
    type Break = ();

    fn pre_visit_query(&mut self, query: &Query) -> ControlFlow<()> {
        (self.0)(query);
        ControlFlow::Continue(())
    }
}

fn limits_of_distinct_rows(syntax: &Syntax<'_>, plan: &LogicalPlan) -> Vec<Range<usize>> {
    let mut any = false;
    let _ = plan.apply_with_subqueries(|node| {
        any |= match node {
            LogicalPlan::Limit(limit) => through(&limit.input).is_some_and(|sort| match sort {
                LogicalPlan::Sort(sort) => through(&sort.input).is_some_and(is_distinct),
                _ => false,
            }),
            LogicalPlan::Sort(sort) => sort.fetch.is_some() && through(&sort.input).is_some_and(is_distinct),
            _ => false,
        };
        Ok(TreeNodeRecursion::Continue)
    });
    if !any {
        return Vec::new();
    }
    let limit = syntax.tokens.iter().rev().find(|(token, _)| is_word(token, &["limit"]));
    vec![limit.map_or_else(|| sql_start(syntax.text), |(_, place)| place.clone())]
}

/// What lies below steps that leave each row where it is.
fn through(plan: &LogicalPlan) -> Option<&LogicalPlan> {
    match plan {
        LogicalPlan::Projection(projection) => through(&projection.input),
        LogicalPlan::SubqueryAlias(alias) => through(&alias.input),
        LogicalPlan::Filter(filter) => through(&filter.input),
        other => Some(other),
    }
}

fn is_distinct(plan: &LogicalPlan) -> bool {
    match plan {
        LogicalPlan::Distinct(Distinct::All(_)) => true,
        LogicalPlan::Aggregate(aggregate) => aggregate.aggr_expr.is_empty(),
        _ => false,
    }
}
