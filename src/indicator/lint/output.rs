//! The output of an indicator's SELECT: known columns, right types, no `*`.

use std::ops::Range;

use datafusion::arrow::datatypes::{DataType, SchemaRef};
use datafusion::sql::sqlparser::ast::{Expr, SelectItem};

use crate::engine::problem::sql_start;
use crate::engine::syntax::Syntax;
use crate::error::{Code, Problem, SourceText, suggestion};
use crate::tables::conform::sql_types;
use crate::tables::schema;

/// The output of an indicator's SELECT: known columns, right types, no `*`.
pub fn check_output(text: &SourceText, output: &SchemaRef, problems: &mut Vec<Problem>) {
    let syntax = Syntax::of(text);
    if let Some(place) = star(&syntax) {
        problems.push(
            Problem::new(Code::SelectStar, text, place, "`SELECT *` at the top: the output would follow every change of a table")
                .hint("name the columns: ref_area, time_period, value, weight and the dimensions"),
        );
        return;
    }
    let start = start_of(text, &syntax);
    let known = schema::country_values();
    let names: Vec<String> = output.fields().iter().map(|f| f.name().clone()).collect();
    let place = |name: &str| output_place(&syntax, name).unwrap_or_else(|| start.clone());
    for field in output.fields() {
        match known.field_with_name(field.name()) {
            Err(_) => {
                let hint = suggestion(field.name(), known.fields().iter().map(|f| f.name().as_str()));
                problems.push(
                    Problem::new(Code::WrongColumns, text, place(field.name()), format!("`{}` is no column of an indicator", field.name()))
                        .maybe_hint(hint),
                );
            }
            Ok(wanted) => {
                let good = match wanted.data_type() {
                    DataType::Utf8 => field.data_type().is_string() || *field.data_type() == DataType::Null,
                    DataType::Int32 | DataType::Int64 => field.data_type().is_integer(),
                    _ => field.data_type().is_numeric() || *field.data_type() == DataType::Null,
                };
                if !good {
                    let (wanted, cast) = match wanted.data_type() {
                        DataType::Utf8 => ("a text", "VARCHAR"),
                        DataType::Int32 | DataType::Int64 => ("a whole number", "INTEGER"),
                        _ => ("a number", "DOUBLE"),
                    };
                    problems.push(
                        Problem::new(
                            Code::WrongColumns,
                            text,
                            place(field.name()),
                            format!("`{}` must be {wanted}, it is {}", field.name(), sql_types(&field.data_type().to_string())),
                        )
                        .hint(format!("CAST(.. AS {cast})")),
                    );
                }
            }
        }
    }
    let has = |name: &str| names.iter().any(|n| n == name);
    for name in ["ref_area", "time_period"] {
        if !has(name) {
            problems.push(
                Problem::new(Code::WrongColumns, text, start.clone(), format!("the SELECT gives no `{name}`"))
                    .hint(format!("add {name}, or name a column so: x AS {name}")),
            );
        }
    }
    let measured = has("value") || (has("numerator") && has("denominator"));
    if !measured {
        problems.push(
            Problem::new(Code::WrongColumns, text, start.clone(), "the SELECT gives neither `value` nor `numerator` with `denominator`")
                .hint("name the measure: o.obs_value AS value"),
        );
    }
}

/// The `*` of a SELECT whose rows are the output, of a later branch of a UNION too.
fn star(syntax: &Syntax<'_>) -> Option<Range<usize>> {
    syntax.top_selects().into_iter().flat_map(|select| &select.projection).find_map(|item| match item {
        SelectItem::Wildcard(options) | SelectItem::QualifiedWildcard(_, options) => syntax.place(options.wildcard_token.0.span),
        _ => None,
    })
}

/// Where the SELECT begins that gives the output its columns.
pub(super) fn start_of(text: &SourceText, syntax: &Syntax<'_>) -> Range<usize> {
    let select = syntax.top_selects().first().and_then(|select| syntax.place(select.select_token.0.span));
    select.unwrap_or_else(|| sql_start(text))
}

/// Where an output column is named: its alias, or the column itself.
pub fn output_place(syntax: &Syntax<'_>, name: &str) -> Option<Range<usize>> {
    let named = |item: &SelectItem| {
        let ident = match item {
            SelectItem::ExprWithAlias { alias, .. } => Some(alias),
            SelectItem::UnnamedExpr(Expr::Identifier(ident)) => Some(ident),
            SelectItem::UnnamedExpr(Expr::CompoundIdentifier(parts)) => parts.last(),
            _ => None,
        }?;
        ident.value.eq_ignore_ascii_case(name).then(|| syntax.place(ident.span)).flatten()
    };
    syntax.top_selects().first()?.projection.iter().find_map(named)
}
