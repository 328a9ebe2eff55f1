//! What a SELECT gives beside what its header makes of it: a roll-up that never runs, a coverage of nothing.

use datafusion::sql::sqlparser::ast::{Expr, SelectItem};
use datafusion::sql::sqlparser::tokenizer::Token;

use super::output::{output_place, start_of};
use crate::engine::problem::sql_start;
use crate::engine::syntax::Syntax;
use crate::error::{Code, Problem};
use crate::indicator::header::ROLLUP_NONE;
use crate::indicator::rollup::NEEDS;
use crate::indicator::{Catalogue, Indicator, Rollup};

/// Combinations of header and SELECT that run, and leave out every aggregate without a word.
pub fn check_rolled_up(indicator: &Indicator, catalogue: &Catalogue, output: &[&str], problems: &mut Vec<Problem>) {
    let text = &indicator.text;
    let has = |name: &str| output.contains(&name);
    let rollup = indicator.rollup.as_str();
    // A method that does not exist is told by name.
    let derived = indicator.derived.as_ref().filter(|name| catalogue.derived.contains_key(*name));
    if let (Some(derived), true) = (derived, rollup != ROLLUP_NONE) {
        let message = format!("`derived = \"{derived}\"` takes the rows as they come: nothing is rolled up by {rollup}");
        problems.push(
            Problem::new(Code::ParameterOutOfRange, text, indicator.span_of("rollup"), message)
                .hint("rollup = \"none\", and a SELECT over indicators.<name> with its column estimate"),
        );
    } else if has("estimate") && rollup != ROLLUP_NONE && every_row_says_its_estimate(&Syntax::of(text)) {
        let syntax = Syntax::of(text);
        let place = output_place(&syntax, "estimate").unwrap_or_else(|| sql_start(text));
        let message = format!("rows that say their `estimate` are taken as they come: nothing is rolled up by {rollup}");
        problems.push(Problem::new(Code::WrongColumns, text, place, message).hint(
            "leave the column out, with WHERE estimate = 'reported' where another indicator is read; or rollup = \"none\", for groups that are made already",
        ));
    }
    let needs = catalogue.rollups.get(rollup).map(|rollup| rollup.needs.as_slice()).unwrap_or_default();
    // Whether there is a `value` is told by the columns alone, where a ratio counts too.
    for name in needs.iter().filter(|name| *name != "value" && !has(name)) {
        let message = format!("the roll-up {rollup} needs `{name}`, the SELECT gives none");
        problems.push(
            Problem::new(Code::WrongColumns, text, start_of(text, &Syntax::of(text)), message)
                .hint(format!("without it no group has a value: add .. AS {name}")),
        );
    }
    if rollup != ROLLUP_NONE && indicator.coverage.base == "weight" && !has("weight") && !has("denominator") {
        let message = "the coverage counts weights, and the SELECT gives neither `weight` nor `denominator`: every aggregate is withheld";
        problems.push(
            Problem::new(Code::WrongColumns, text, indicator.span_of("coverage"), message)
                .hint("add .. AS weight, of economies without a value too; or coverage = { base = \"population\" } or \"economies\""),
        );
    }
}

/// Members without a column that a roll-up reads count in its coverage, unless its header says that it needs it.
pub fn check_needs(rollup: &Rollup, problems: &mut Vec<Problem>) {
    let text = &rollup.text;
    for name in NEEDS.into_iter().filter(|name| *name != "value" && !rollup.needs(name)) {
        let is_name = |token: &Token| matches!(token, Token::Word(word) if word.value.eq_ignore_ascii_case(name));
        if let Some(place) = Syntax::of(text).behind(0, is_name) {
            let message = format!("the roll-up reads `{name}` and does not need it: members that have none count as known");
            problems.push(
                Problem::new(Code::WrongColumns, text, place, message)
                    .hint(format!("add \"{name}\" to `needs`, and leave such members out"))
                    .warning(),
            );
        }
    }
}

/// Rows without an estimate are rolled up, so that a CASE may give it to some. A column or a word of its own is for all.
fn every_row_says_its_estimate(syntax: &Syntax<'_>) -> bool {
    let of_all = |item: &SelectItem| match item {
        SelectItem::UnnamedExpr(Expr::Identifier(name)) => name.value.eq_ignore_ascii_case("estimate"),
        SelectItem::UnnamedExpr(Expr::CompoundIdentifier(parts)) => {
            parts.last().is_some_and(|name| name.value.eq_ignore_ascii_case("estimate"))
        }
        SelectItem::ExprWithAlias { expr, alias } if alias.value.eq_ignore_ascii_case("estimate") => match expr {
            Expr::Identifier(_) | Expr::CompoundIdentifier(_) => true,
            Expr::Value(word) => word.to_string() != "NULL",
            _ => false,
        },
        _ => false,
    };
    syntax.top_selects().into_iter().all(|select| select.projection.iter().any(of_all))
}
