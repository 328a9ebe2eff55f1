//! What may not stand in any SQL of a workspace: results that change from run to run, whole numbers divided.

use std::ops::Range;

use datafusion::logical_expr::LogicalPlan;
use datafusion::sql::sqlparser::ast::{Function, FunctionArguments, Spanned, WindowType};
use datafusion::sql::sqlparser::tokenizer::Token;

use super::division::integer_divisions;
use crate::engine::problem::sql_start;
use crate::engine::syntax::{Syntax, name_of};
use crate::error::{Code, Problem, SourceText};
use crate::indicator::row_order::{Unordered, without_order};

/// Functions whose result differs from run to run.
const UNSTEADY: [&str; 9] =
    ["random", "now", "current_timestamp", "current_date", "current_time", "uuid", "today", "localtimestamp", "rand"];

pub fn check_expressions(text: &SourceText, plan: &LogicalPlan, problems: &mut Vec<Problem>) {
    let syntax = Syntax::of(text);
    for unordered in without_order(plan) {
        let place = place_of(&syntax, &unordered).unwrap_or_else(|| sql_start(text));
        problems.push(
            Problem::new(Code::Unsteady, text, place, unordered.message())
                .hint("say in which order: ORDER BY a key that no two rows share"),
        );
    }
    syntax.functions(|function| {
        if name_of(function).is_some_and(|name| UNSTEADY.contains(&name.as_str())) {
            let place = syntax.place(function.name.span()).unwrap_or_else(|| sql_start(text));
            problems.push(
                Problem::new(Code::Unsteady, text, place, format!("`{}` gives another result at every run", function.name))
                    .hint("results must follow from the inputs, such as time_period"),
            );
        }
    });
    problems.extend(integer_divisions(&syntax, plan));
}

/// The function or word whose result depends on the order of rows.
fn place_of(syntax: &Syntax<'_>, unordered: &Unordered) -> Option<Range<usize>> {
    let (mut without, mut any) = (None, None);
    if let Unordered::Window(name) | Unordered::Aggregate(name) = unordered {
        syntax.functions(|function| {
            let is_window = matches!(unordered, Unordered::Window(_));
            if function.over.is_some() == is_window && name_of(function).is_some_and(|written| written.eq_ignore_ascii_case(name)) {
                let place = syntax.place(function.name.span());
                any = any.clone().or_else(|| place.clone());
                if !has_order(function) {
                    without = without.clone().or(place);
                }
            }
        });
    }
    let word = |token: &Token| matches!(token, Token::Word(word) if word.value.eq_ignore_ascii_case(unordered.word()));
    without.or(any).or_else(|| syntax.behind(0, word))
}

fn has_order(function: &Function) -> bool {
    let in_window = match &function.over {
        Some(WindowType::WindowSpec(window)) => !window.order_by.is_empty() || window.window_name.is_some(),
        Some(WindowType::NamedWindow(_)) => true,
        None => false,
    };
    let in_arguments = matches!(&function.args, FunctionArguments::List(list) if !list.clauses.is_empty());
    in_window || in_arguments || !function.within_group.is_empty()
}
