//! A whole number divided by a whole number, which the engine cuts to a whole number.

use std::ops::Range;

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

/// Every division of whole numbers, subqueries included. The plan has the types that all branches of a UNION or CASE need.
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
            sql_types(&format!("{quoted} divides whole numbers: the result is cut to a whole number")),
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
                    let literal = |side: &Expr| matches!(side, Expr::Literal(value, _) if value.data_type().is_integer());
                    let whole = |side: &Expr| {
                        literal(side) || schemas.iter().any(|s| side.get_type(s.as_ref()).is_ok_and(|kind| kind.is_integer()))
                    };
                    if whole(&binary.left) && whole(&binary.right) {
                        let (left, right) = (words_of_plan(&binary.left), words_of_plan(&binary.right));
                        let sides = Sides { left, right, shown: format!("{} / {}", plain(&binary.left), plain(&binary.right)) };
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
