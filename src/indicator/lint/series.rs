//! Series that an indicator names, in its header or in its SELECT: a code of a provider's own shape that no data set serves
//! is a mistake.

use std::ops::Range;

use datafusion::sql::sqlparser::ast::{BinaryOperator, Expr, Spanned, Value};

use crate::engine::syntax::Syntax;
use crate::error::{Code, Problem, SourceText, suggestion};
use crate::indicator::Indicator;
use crate::sources::Served;

pub fn check_series(indicator: &Indicator, served: &[Served], problems: &mut Vec<Problem>) {
    let text = &indicator.text;
    for entry in &indicator.series {
        check_code(text, &entry.series, entry.spans[0].clone(), served, problems);
    }
    let syntax = Syntax::of(text);
    syntax.expressions(|expression| {
        for (code, place) in compared(&syntax, expression) {
            check_code(text, code, place, served, problems);
        }
    });
}

/// The texts that an expression compares with the column `series`.
fn compared<'e>(syntax: &Syntax<'_>, expression: &'e Expr) -> Vec<(&'e str, Range<usize>)> {
    let candidates: Vec<&Expr> = match expression {
        Expr::BinaryOp { left, op: BinaryOperator::Eq | BinaryOperator::NotEq, right } if is_series(left) => vec![&**right],
        Expr::BinaryOp { left, op: BinaryOperator::Eq | BinaryOperator::NotEq, right } if is_series(right) => vec![&**left],
        Expr::IsDistinctFrom(left, right) | Expr::IsNotDistinctFrom(left, right) if is_series(left) => vec![&**right],
        Expr::InList { expr, list, .. } if is_series(expr) => list.iter().collect(),
        Expr::Case { operand: Some(operand), conditions, .. } if is_series(operand) => {
            conditions.iter().map(|when| &when.condition).collect()
        }
        _ => Vec::new(),
    };
    let literal = |candidate: &'e Expr| match candidate {
        Expr::Value(value) => match &value.value {
            Value::SingleQuotedString(code) => Some((code.as_str(), syntax.place(candidate.span())?)),
            _ => None,
        },
        _ => None,
    };
    candidates.into_iter().filter_map(literal).collect()
}

fn is_series(expression: &Expr) -> bool {
    let name = match expression {
        Expr::Identifier(name) => Some(name),
        Expr::CompoundIdentifier(parts) => parts.last(),
        _ => None,
    };
    name.is_some_and(|name| name.value.eq_ignore_ascii_case("series"))
}

fn check_code(text: &SourceText, code: &str, span: Range<usize>, served: &[Served], problems: &mut Vec<Problem>) {
    let claims = |s: &&Served| s.shape.is_some_and(|shape| shape(code));
    let Some(claimed) = served.iter().find(claims) else { return };
    if served.iter().any(|s| s.series.iter().any(|known| known == code)) {
        return;
    }
    let known = served.iter().filter(claims).flat_map(|s| s.series.iter().map(String::as_str));
    let near = suggestion(code, known).filter(|s| s.starts_with("did"));
    problems.push(
        Problem::new(Code::UnknownSeries, text, span, format!("unknown series `{code}`: it is not in {}", claimed.place))
            .hint(near.unwrap_or_else(|| "add it there, with its unit".into())),
    );
}
