//! A whole number divided by a whole number, which the engine cuts to a whole number, and DECIMAL by DECIMAL, which it
//! cuts after a few decimals.

use std::ops::Range;

use datafusion::arrow::datatypes::DataType;
use datafusion::common::tree_node::{TreeNode, TreeNodeRecursion};
use datafusion::logical_expr::{Expr, ExprSchemable, LogicalPlan, Operator};
use datafusion::sql::sqlparser::ast::{self, BinaryOperator, Spanned};
use datafusion::sql::sqlparser::tokenizer::Token;

use crate::engine::problem::sql_start;
use crate::engine::syntax::{Syntax, words_of, words_of_name};
use crate::error::{Code, Problem};
use crate::tables::conform::sql_types;

/// Longest division that a message quotes, in names and literals.
const QUOTED: usize = 24;

/// Every division of whole numbers or of DECIMAL, subqueries included. The plan has the types that all branches of a UNION or CASE need.
pub fn integer_divisions(syntax: &Syntax<'_>, plan: &LogicalPlan) -> Vec<Problem> {
    let sides = whole_sides(plan);
    if sides.is_empty() {
        return Vec::new();
    }
    let written = written(syntax);
    let problem = |sides: &Sides| {
        let near = |one: &&Written| one.left == sides.left || one.right == sides.right;
        let exact = written.iter().find(|one| one.left == sides.left && one.right == sides.right);
        let place = exact.or_else(|| written.iter().find(near)).or_else(|| written.first()).map(|one| one.place.clone());
        let quoted = exact.and_then(|one| one.quoted.clone()).unwrap_or_else(|| sides.shown.clone());
        Problem::new(
            Code::IntegerDivision,
            syntax.text,
            place.unwrap_or_else(|| sql_start(syntax.text)),
            sql_types(&format!("{quoted} {}", sides.cut)),
        )
        .hint("make one side a number with decimals: 100.0, or CAST(x AS DOUBLE)")
    };
    sides.iter().map(problem).collect()
}

/// The sides of a division in a plan.
#[derive(PartialEq)]
struct Sides {
    left: Vec<String>,
    right: Vec<String>,
    shown: String,
    /// What happens to the result.
    cut: &'static str,
}

fn whole_sides(plan: &LogicalPlan) -> Vec<Sides> {
    let mut found = Vec::new();
    let _ = plan.apply_with_subqueries(|node| {
        let schemas: Vec<_> = node.inputs().iter().map(|input| input.schema().clone()).collect();
        for expression in node.expressions() {
            let _ = expression.apply(|part| {
                if let Expr::BinaryExpr(binary) = part
                    && binary.op == Operator::Divide
                {
                    let is = |side: &Expr, wanted: fn(&DataType) -> bool| {
                        let literal = matches!(side, Expr::Literal(value, _) if wanted(&value.data_type()));
                        literal || schemas.iter().any(|s| side.get_type(s.as_ref()).is_ok_and(|kind| wanted(&kind)))
                    };
                    let both = |wanted| is(&binary.left, wanted) && is(&binary.right, wanted);
                    let whole = both(DataType::is_integer);
                    if whole || both(|kind| kind.is_integer() || kind.is_decimal()) {
                        let (left, right) = (words_of_plan(&binary.left), words_of_plan(&binary.right));
                        let shown = format!("{} / {}", plain(&binary.left), plain(&binary.right));
                        let cut = if whole {
                            "divides whole numbers: the result is cut to a whole number"
                        } else {
                            "divides DECIMAL: the result is cut after a few decimals"
                        };
                        let sides = Sides { left, right, shown, cut };
                        if !found.contains(&sides) {
                            found.push(sides);
                        }
                    }
                }
                Ok(TreeNodeRecursion::Continue)
            });
        }
        Ok(TreeNodeRecursion::Continue)
    });
    found
}

fn plain(expression: &Expr) -> String {
    match expression {
        Expr::Column(column) => column.name.clone(),
        Expr::Literal(value, _) => value.to_string(),
        Expr::Cast(cast) => plain(&cast.expr),
        Expr::Alias(alias) => alias.name.clone(),
        other => other.to_string(),
    }
}

/// As [`words_of`], of an expression of a plan.
fn words_of_plan(expression: &Expr) -> Vec<String> {
    let mut words = Vec::new();
    let _ = expression.apply(|part| {
        match part {
            Expr::Column(column) => words.extend(words_of_name(&column.name)),
            // Such as `count(*)`, for what the engine counts instead.
            Expr::Alias(alias) => {
                words.extend(words_of_name(&alias.name));
                return Ok(TreeNodeRecursion::Jump);
            }
            Expr::Literal(value, _) => words.push(value.to_string().to_lowercase()),
            Expr::ScalarFunction(function) => words.push(function.name().to_lowercase()),
            Expr::AggregateFunction(function) => words.push(function.func.name().to_lowercase()),
            _ => {}
        }
        Ok(TreeNodeRecursion::Continue)
    });
    words
}

/// A division as it is written.
struct Written {
    left: Vec<String>,
    right: Vec<String>,
    /// The `/`.
    place: Range<usize>,
    quoted: Option<String>,
}

fn written(syntax: &Syntax<'_>) -> Vec<Written> {
    let mut found = Vec::new();
    syntax.expressions(|expression| {
        let ast::Expr::BinaryOp { left, op: BinaryOperator::Divide, right } = expression else { return };
        // The right side is short, the left may hold the whole of a long product.
        let start = syntax.place(right.span()).map(|place| place.start);
        let Some(place) = start.and_then(|start| syntax.before(start, |token| *token == Token::Div)) else { return };
        let (left_words, right_words) = (words_of(left), words_of(right));
        let quoted = (left_words.len() + right_words.len() <= QUOTED).then(|| format!("{left} / {right}"));
        found.push(Written { left: left_words, right: right_words, place, quoted });
    });
    found
}
