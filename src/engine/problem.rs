//! Turns what the query engine says into a problem with a place in the file, a code and a hint.

use std::ops::Range;

use datafusion::common::{Column, SchemaError};
use datafusion::error::DataFusionError;
use datafusion::sql::sqlparser::ast::{Expr, Spanned};

use crate::engine::syntax::Syntax;
use crate::engine::{Engine, tokens, unsupported};
use crate::error::{Code, Problem, SourceText, suggestion};
use crate::memory::RAISE;
use crate::tables::conform::sql_types;

/// An engine error as a problem of the text that was planned.
pub fn problem_of(text: &SourceText, error: &DataFusionError, engine: &Engine) -> Problem {
    let span = span_of(text, error);
    match error.find_root() {
        DataFusionError::SchemaError(schema, _) => schema_problem(text, schema, span),
        DataFusionError::SQL(parser, _) => syntax_problem(text, &parser.to_string()),
        DataFusionError::ResourcesExhausted(message) => lack_of_memory(text, message),
        // A join that was to go on on disk, and had no row to take there.
        DataFusionError::Internal(message) if message.starts_with("Left side produced no data to spill") => lack_of_memory(text, message),
        DataFusionError::IoError(error) => Problem::new(Code::DiskFailed, text, sql_start(text), error.to_string()),
        root => plan_problem(text, &root.strip_backtrace(), span, engine),
    }
}

fn lack_of_memory(text: &SourceText, message: &str) -> Problem {
    let message = format!("not enough memory: {}", message.lines().next().unwrap_or_default());
    Problem::new(Code::MemoryExhausted, text, sql_start(text), message).hint(format!("filter or aggregate before joining, or {RAISE}"))
}

/// The place that the engine names, as a byte range of the file.
fn span_of(text: &SourceText, error: &DataFusionError) -> Option<Range<usize>> {
    let mut current: Option<&(dyn std::error::Error + 'static)> = Some(error);
    while let Some(inner) = current {
        if let Some(DataFusionError::Diagnostic(diagnostic, _)) = inner.downcast_ref::<DataFusionError>()
            && let Some(span) = diagnostic.span
        {
            let start = text.offset(span.start.line, span.start.column);
            let end = text.offset(span.end.line, span.end.column);
            return Some(start..end.max(start + 1));
        }
        current = inner.source();
    }
    if let DataFusionError::Collection(errors) = error {
        return errors.iter().find_map(|e| span_of(text, e));
    }
    None
}

fn schema_problem(text: &SourceText, error: &SchemaError, span: Option<Range<usize>>) -> Problem {
    match error {
        // A name that the engine made itself, when it tried to make a join of a subquery.
        SchemaError::FieldNotFound { field, .. }
            if span.is_none()
                && word(text, &field.name).is_none()
                && let Some(place) = subquery(text) =>
        {
            let what = "the engine cannot compute a subquery that compares with the row outside by another sign than `=`";
            Problem::new(Code::EngineRefuses, text, place, what).hint("join the two tables, and group by the columns of the row outside")
        }
        SchemaError::FieldNotFound { field, valid_fields } => {
            let span = span.or_else(|| word(text, &field.name)).unwrap_or_else(|| sql_start(text));
            let known: Vec<&str> = valid_fields.iter().map(Column::name).collect();
            Problem::new(Code::UnknownColumn, text, span, format!("unknown column `{}`", field.flat_name()))
                .maybe_hint(suggestion(&field.name, known))
        }
        SchemaError::AmbiguousReference { field } => {
            let span = span.or_else(|| word(text, &field.name)).unwrap_or_else(|| sql_start(text));
            Problem::new(Code::UnknownColumn, text, span, format!("`{}` is in several tables", field.name)).hint(format!(
                "write the table before it, such as {}.{}{}",
                unsupported::first_table(text),
                field.name,
                unsupported::of_using(text)
            ))
        }
        other => Problem::new(Code::EngineRefuses, text, span.unwrap_or_else(|| sql_start(text)), sql_types(&other.to_string())),
    }
}

fn syntax_problem(text: &SourceText, message: &str) -> Problem {
    // `sql parser error: Expected: .., found: x at Line: 3, Column: 7`
    let place = message.rsplit_once(" at Line: ").and_then(|(_, place)| {
        let (line, column) = place.split_once(", Column: ")?;
        Some((line.trim().parse::<u64>().ok()?, column.trim().trim_end_matches(|c: char| !c.is_ascii_digit()).parse::<u64>().ok()?))
    });
    let clean = message.trim_start_matches("sql parser error: ").split(" at Line: ").next().unwrap_or(message).to_owned();
    let start = place.map_or_else(|| text.text.trim_end().len(), |(line, column)| text.offset(line, column));
    let end = text.text[start.min(text.text.len())..]
        .find(|c: char| c.is_whitespace() || c == ',' || c == ')')
        .map_or(text.text.len(), |i| start + i);
    Problem::new(Code::SqlSyntax, text, start..end.max(start + 1), format!("SQL syntax: {clean}"))
        .hint("one plain SELECT (or WITH .. SELECT) is expected")
}

fn plan_problem(text: &SourceText, message: &str, span: Option<Range<usize>>, engine: &Engine) -> Problem {
    let message =
        message.trim_start_matches("Error during planning: ").trim_start_matches("Internal error: ").lines().next().unwrap_or_default();
    if let Some(name) = between(message, "table '", "' not found") {
        let short = name.trim_start_matches("datafusion.public.").trim_start_matches("datafusion.").to_owned();
        let span = span.or_else(|| word(text, short.rsplit('.').next().unwrap_or(&short))).unwrap_or_else(|| sql_start(text));
        let known = engine.table_names();
        let plain: Vec<&str> = known.iter().map(String::as_str).filter(|n| !n.starts_with("indicators.")).collect();
        return Problem::new(Code::UnknownTable, text, span, format!("unknown table `{short}`"))
            .maybe_hint(suggestion(&short, known.iter().map(String::as_str)).or_else(|| suggestion(&short, plain)));
    }
    if let Some(name) = between(message, "Invalid function '", "'") {
        let span = span.or_else(|| word(text, name)).unwrap_or_else(|| sql_start(text));
        let known = function_names(engine);
        return Problem::new(Code::UnknownFunction, text, span, format!("unknown function `{name}`"))
            .maybe_hint(suggestion(name, known.iter().map(String::as_str)));
    }
    if let Some(name) = between(message, "Function '", "'").filter(|_| message.contains("failed to match any signature")) {
        let span = span.or_else(|| word(text, name)).unwrap_or_else(|| sql_start(text));
        return Problem::new(Code::UnknownFunction, text, span, format!("`{name}` does not take arguments of this number or type"))
            .hint("look at the types of its arguments; CAST(x AS DOUBLE) makes a number");
    }
    for (start, what) in [("DDL not supported: ", "DDL"), ("DML not supported: ", "DML"), ("Statement not supported: ", "statement")] {
        if let Some(rest) = message.strip_prefix(start) {
            return Problem::new(Code::NotOneSelect, text, sql_start(text), format!("{what} {rest} is refused: SQL here only reads"))
                .hint("write one SELECT");
        }
    }
    unsupported::problem_of(text, message, sql_start(text))
        .unwrap_or_else(|| Problem::new(Code::EngineRefuses, text, span.unwrap_or_else(|| sql_start(text)), sql_types(message)))
}

fn function_names(engine: &Engine) -> Vec<String> {
    let state = engine.context().state();
    state.scalar_functions().keys().chain(state.aggregate_functions().keys()).chain(state.window_functions().keys()).cloned().collect()
}

fn between<'a>(text: &'a str, before: &str, after: &str) -> Option<&'a str> {
    let (_, rest) = text.split_once(before)?;
    rest.split_once(after).map(|(name, _)| name)
}

/// The first token that is this word.
pub fn word(text: &SourceText, name: &str) -> Option<Range<usize>> {
    tokens::tokens(&text.text).into_iter().find_map(|token| {
        let written = token.token.to_string();
        (written.trim_matches('"').eq_ignore_ascii_case(name)).then(|| {
            let start = text.offset(token.span.start.line, token.span.start.column);
            start..start + written.len()
        })
    })
}

/// The first SELECT in brackets that is the side of an expression.
fn subquery(text: &SourceText) -> Option<Range<usize>> {
    let syntax = Syntax::of(text);
    let mut first = None;
    syntax.expressions(|expression| {
        if let Expr::Subquery(query) | Expr::Exists { subquery: query, .. } | Expr::InSubquery { subquery: query, .. } = expression
            && first.is_none()
        {
            first = syntax.place(query.span());
        }
    });
    first.map(|place: Range<usize>| place.start..place.start + "SELECT".len())
}

/// Where the SELECT begins, for problems that name no place.
pub fn sql_start(text: &SourceText) -> Range<usize> {
    let start = tokens::tokens(&text.text).first().map_or(0, |t| text.offset(t.span.start.line, t.span.start.column));
    start..start + 1
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::Limits;

    /// At 50 million observations it ended a night: only what lacks memory is run again, alone.
    #[test]
    fn a_join_that_finds_no_row_to_take_to_the_disk_lacks_memory() {
        let (text, engine) = (SourceText::new("a.sql", "SELECT 1"), Engine::new(Limits::default()).unwrap());
        let code = |message: &str| problem_of(&text, &DataFusionError::Internal(message.into()), &engine).code;
        assert_eq!(code("Left side produced no data to spill"), Code::MemoryExhausted);
        assert_ne!(code("something else"), Code::MemoryExhausted);
    }
}
