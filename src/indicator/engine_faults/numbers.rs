//! Numbers that the engine computes too roughly: places between two values, spreads of frames that move, and products of
//! small whole numbers.

use std::collections::HashSet;
use std::ops::Range;

use datafusion::arrow::datatypes::DataType;
use datafusion::common::tree_node::{TreeNode, TreeNodeRecursion};
use datafusion::logical_expr::{Expr as PlanExpr, ExprSchemable, LogicalPlan, Operator};
use datafusion::sql::sqlparser::ast::{
    BinaryOperator, Expr, FunctionArg, FunctionArgExpr, FunctionArguments, Spanned, Value, WindowFrameBound, WindowType,
};
use datafusion::sql::sqlparser::tokenizer::Token;

use super::place_of;
use crate::engine::problem::sql_start;
use crate::engine::syntax::{Syntax, name_of, words_of};

/// The engine cuts the place between two values to millionths: exact for halves, quarters and their like alone.
pub(super) fn cut_places(syntax: &Syntax<'_>, _: &LogicalPlan) -> Vec<Range<usize>> {
    let exact = |share: &FunctionArg| match share {
        FunctionArg::Unnamed(FunctionArgExpr::Expr(Expr::Value(value))) => match &value.value {
            Value::Number(number, _) => number.parse::<f64>().is_ok_and(|share| (share * 64.0).fract() == 0.0),
            _ => false,
        },
        _ => false,
    };
    let mut found = Vec::new();
    syntax.functions(|function| {
        if name_of(function).is_some_and(|name| ["percentile_cont", "quantile_cont"].contains(&name.as_str()))
            && let FunctionArguments::List(list) = &function.args
            && !list.args.last().is_some_and(exact)
        {
            found.push(place_of(syntax, function));
        }
    });
    found
}

/// What leaves the frame is subtracted again, and what the computer rounded stays: equal values have a spread, or less
/// than none.
pub(super) fn spreads_of_moving_frames(syntax: &Syntax<'_>, plan: &LogicalPlan) -> Vec<Range<usize>> {
    const SPREADS: [&str; 5] = ["stddev", "var", "covar", "corr", "regr_"];
    let is_spread = |name: &str| SPREADS.iter().any(|spread| name.starts_with(spread));
    let mut any = false;
    let _ = plan.apply_with_subqueries(|node| {
        for expression in node.expressions() {
            let _ = expression.apply(|part| {
                any |= matches!(part, PlanExpr::WindowFunction(window)
                    if is_spread(window.fun.name()) && !window.params.window_frame.start_bound.is_unbounded());
                Ok(TreeNodeRecursion::Continue)
            });
        }
        Ok(TreeNodeRecursion::Continue)
    });
    if !any {
        return Vec::new();
    }
    let mut found = Vec::new();
    syntax.functions(|function| {
        let moves = match &function.over {
            // A frame that stands under WINDOW may be one.
            Some(WindowType::NamedWindow(_)) => true,
            Some(WindowType::WindowSpec(window)) => {
                window.window_name.is_some()
                    || window.window_frame.as_ref().is_some_and(|frame| frame.start_bound != WindowFrameBound::Preceding(None))
            }
            None => false,
        };
        if moves && name_of(function).is_some_and(|name| is_spread(&name)) {
            found.push(place_of(syntax, function));
        }
    });
    if found.is_empty() { vec![sql_start(syntax.text)] } else { found }
}

/// A product of whole numbers of 32 bits or less that has no room in them begins anew from the other end.
pub(super) fn narrow_products(syntax: &Syntax<'_>, plan: &LogicalPlan) -> Vec<Range<usize>> {
    let narrow = |kind: &DataType| {
        matches!(kind, DataType::Int8 | DataType::Int16 | DataType::Int32 | DataType::UInt8 | DataType::UInt16 | DataType::UInt32)
    };
    let mut columns: HashSet<String> = HashSet::new();
    let mut any = false;
    let _ = plan.apply_with_subqueries(|node| {
        let schemas: Vec<_> = node.inputs().iter().map(|input| input.schema().clone()).collect();
        for expression in node.expressions() {
            let _ = expression.apply(|part| {
                if let PlanExpr::BinaryExpr(binary) = part
                    && binary.op == Operator::Multiply
                    && schemas.iter().any(|schema| part.get_type(schema.as_ref()).is_ok_and(|kind| narrow(&kind)))
                {
                    any = true;
                    columns.extend(part.column_refs().into_iter().map(|column| column.name.to_lowercase()));
                }
                Ok(TreeNodeRecursion::Continue)
            });
        }
        Ok(TreeNodeRecursion::Continue)
    });
    if !any {
        return Vec::new();
    }
    let mut found = Vec::new();
    syntax.expressions(|expression| {
        if let Expr::BinaryOp { left, op: BinaryOperator::Multiply, right } = expression
            && (columns.is_empty() || words_of(expression).iter().any(|word| columns.contains(&word.to_lowercase())))
        {
            let start = syntax.place(right.span()).map(|place| place.start);
            let sign = start.and_then(|start| syntax.before(start, |token| *token == Token::Mul));
            found.push(sign.or_else(|| syntax.place(left.span())).unwrap_or_else(|| sql_start(syntax.text)));
        }
    });
    found.truncate(1);
    if found.is_empty() { vec![sql_start(syntax.text)] } else { found }
}
