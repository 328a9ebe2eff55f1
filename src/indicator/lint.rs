//! Checks of an indicator's SELECT beyond what the engine says: output columns, integer division, `SELECT *`,
//! functions that change from run to run, series that nobody serves.

use std::ops::Range;

use datafusion::arrow::datatypes::{DataType, SchemaRef};
use datafusion::common::tree_node::{TreeNode, TreeNodeRecursion};
use datafusion::logical_expr::{Expr, ExprSchemable, LogicalPlan, Operator};
use datafusion::sql::sqlparser::tokenizer::{Token, TokenWithSpan};

use crate::engine::problem::{problem_of, sql_start};
use crate::tables::conform::sql_types;
use crate::engine::{Engine, tokens};
use crate::error::{Code, Problem, SourceText, suggestion};
use crate::sources::Served;
use crate::tables::schema;

/// Functions whose result differs from run to run.
const UNSTEADY: [&str; 9] =
    ["random", "now", "current_timestamp", "current_date", "current_time", "uuid", "today", "localtimestamp", "rand"];

/// Words that begin a statement which changes something.
const CHANGING: [&str; 14] =
    ["create", "drop", "alter", "insert", "update", "delete", "copy", "set", "truncate", "merge", "grant", "attach", "load", "reset"];

/// Plans a statement over the tables of `engine`; gives the plan and every problem.
pub async fn plan(text: &SourceText, engine: &Engine, problems: &mut Vec<Problem>) -> Option<Planned> {
    if let Some(problem) = refused(text, &["select", "with"]) {
        problems.push(problem);
        return None;
    }
    let frame = match engine.plan(&text.text).await {
        Ok(frame) => frame,
        Err(error) => {
            problems.push(problem_of(text, &error, engine));
            return None;
        }
    };
    let logical = frame.logical_plan().clone();
    // Some type errors appear only in the optimiser and the physical planner.
    match frame.create_physical_plan().await {
        Ok(physical) => Some(Planned { logical, output: physical.schema() }),
        Err(error) => {
            problems.push(problem_of(text, &error, engine));
            None
        }
    }
}

/// A statement that can run: what was written, and the columns that it really gives.
pub struct Planned {
    pub logical: LogicalPlan,
    pub output: SchemaRef,
}

/// The words of a statement with their places, comments left out.
fn tokens(text: &SourceText) -> Vec<(Token, Range<usize>)> {
    tokens::tokens(&text.text)
        .into_iter()
        .map(|TokenWithSpan { token, span }| {
            let start = text.offset(span.start.line as usize, span.start.column as usize);
            let end = text.offset(span.end.line as usize, span.end.column as usize);
            (token, start..end.max(start + 1))
        })
        .collect()
}

fn word(token: &Token) -> Option<&str> {
    if let Token::Word(word) = token { Some(&word.value) } else { None }
}

/// Statements that do not begin as allowed, several statements, and files read by name.
pub fn refused(text: &SourceText, allowed: &[&str]) -> Option<Problem> {
    if let Err(error) = tokens::tokenize(&text.text) {
        let mut start = text.offset(error.location.line as usize, error.location.column as usize);
        // An open comment is noticed at the end only; it begins after the last one that is closed.
        if error.message.contains("comment") {
            let closed = text.text.rfind("*/").map_or(0, |at| at + 2);
            start = text.text[closed..].find("/*").map_or(start, |at| closed + at);
        }
        return Some(
            Problem::new(Code::SqlSyntax, text, start..start + 1, format!("SQL: {}", error.message))
                .hint("close the quote or comment that begins here"),
        );
    }
    let tokens = tokens(text);
    let Some((first, span)) = tokens.first() else {
        let end = text.text.len().saturating_sub(1);
        return Some(
            Problem::new(Code::SqlSyntax, text, end..end + 1, "there is no SELECT after the header").hint("write one plain SELECT"),
        );
    };
    let begins = word(first).map(str::to_lowercase);
    if let Some(begins) = begins.filter(|w| !allowed.contains(&w.as_str())) {
        let changing = CHANGING.contains(&begins.as_str());
        let message = if changing {
            format!("{} is refused: SQL here only reads", begins.to_uppercase())
        } else {
            format!("`{begins}` begins no SELECT")
        };
        let code = if changing || matches!(begins.as_str(), "explain" | "show" | "describe" | "values") {
            Code::NotOneSelect
        } else {
            Code::SqlSyntax
        };
        return Some(Problem::new(code, text, span.clone(), message).hint("write one SELECT (or WITH .. SELECT)"));
    }
    for (index, (token, span)) in tokens.iter().enumerate() {
        match token {
            Token::SemiColon if index + 1 < tokens.len() => {
                return Some(
                    Problem::new(Code::NotOneSelect, text, tokens[index + 1].1.clone(), "more than one statement")
                        .hint("an indicator is one SELECT"),
                );
            }
            Token::Word(name)
                if matches!(
                    name.value.to_lowercase().as_str(),
                    "read_csv" | "read_parquet" | "read_json" | "parquet_scan" | "csv_scan"
                ) =>
            {
                return Some(
                    Problem::new(Code::NotOneSelect, text, span.clone(), format!("{} is refused: SQL names no file", name.value))
                        .hint("bring a file in as a `table` data set in pipelines/*.toml"),
                );
            }
            Token::SingleQuotedString(name) => {
                let back = |by: usize| index.checked_sub(by).and_then(|i| word(&tokens[i].0)).map(str::to_lowercase);
                // IS DISTINCT FROM 'x', trim(BOTH 'x' FROM 'y') and extract(year FROM '..') read no file.
                let compares = back(2).is_some_and(|w| w == "distinct") || within_function(&tokens[..index]);
                if back(1).is_some_and(|w| w == "from" || w == "join") && !compares {
                    return Some(
                        Problem::new(Code::NotOneSelect, text, span.clone(), format!("reading the file '{name}' is refused"))
                            .hint("bring a file in as a `table` data set in pipelines/*.toml"),
                    );
                }
            }
            _ => {}
        }
    }
    None
}

/// Whether the last tokens stand between the parentheses of `trim`, `extract`, `substring`, `position` or `overlay`.
fn within_function(tokens: &[(Token, Range<usize>)]) -> bool {
    let mut open = 0;
    for (index, (token, _)) in tokens.iter().enumerate().rev() {
        match token {
            Token::RParen => open += 1,
            Token::LParen if open == 0 => {
                let name = index.checked_sub(1).and_then(|i| word(&tokens[i].0)).map(str::to_lowercase);
                return matches!(name.as_deref(), Some("trim" | "extract" | "substring" | "position" | "overlay"));
            }
            Token::LParen => open -= 1,
            _ => {}
        }
    }
    false
}

/// What may not stand in any method or indicator SQL: unsteady functions, integer over integer.
pub fn check_expressions(text: &SourceText, plan: &LogicalPlan, problems: &mut Vec<Problem>) {
    let tokens = tokens(text);
    for name in crate::indicator::row_order::without_order(plan) {
        let place = tokens.iter().find(|(t, _)| word(t).is_some_and(|w| w.eq_ignore_ascii_case(name.word())));
        problems.push(
            Problem::new(Code::Unsteady, text, place.map_or_else(|| sql_start(text), |(_, span)| span.clone()), name.message())
                .hint("say in which order: ORDER BY a key that no two rows share"),
        );
    }
    for (index, (token, span)) in tokens.iter().enumerate() {
        if let Some(name) = word(token)
            && UNSTEADY.contains(&name.to_lowercase().as_str())
            && (matches!(tokens.get(index + 1), Some((Token::LParen, _))) || name.to_lowercase().starts_with("current_"))
            && !matches!(index.checked_sub(1).map(|i| &tokens[i].0), Some(Token::Period))
            && !name.eq_ignore_ascii_case("current_year")
        {
            problems.push(
                Problem::new(Code::Unsteady, text, span.clone(), format!("`{name}` gives another result at every run"))
                    .hint("results must follow from the inputs, such as time_period"),
            );
        }
    }
    for (left, right) in integer_divisions(plan) {
        let place = division_place(&tokens, &left, &right).unwrap_or_else(|| sql_start(text));
        problems.push(
            Problem::new(
                Code::IntegerDivision,
                text,
                place,
                sql_types(&format!("{left} / {right} divides whole numbers: the result is cut to a whole number")),
            )
            .hint("make one side a number with decimals: 100.0, or CAST(x AS DOUBLE)"),
        );
    }
}

/// Left and right side of every integer division in a plan, subqueries included.
fn integer_divisions(plan: &LogicalPlan) -> Vec<(String, String)> {
    let mut found = Vec::new();
    let _ = plan.apply_with_subqueries(|node| {
        let schemas: Vec<_> = node.inputs().iter().map(|input| input.schema().clone()).collect();
        for expression in node.expressions() {
            let _ = expression.apply(|part| {
                if let Expr::BinaryExpr(binary) = part
                    && binary.op == Operator::Divide
                {
                    let whole = |side: &Expr| schemas.iter().any(|s| side.get_type(s.as_ref()).is_ok_and(|t| t.is_integer()));
                    let literal = |side: &Expr| matches!(side, Expr::Literal(value, _) if value.data_type().is_integer());
                    let sides = |side: &Expr| literal(side) || whole(side);
                    if sides(&binary.left) && sides(&binary.right) {
                        let pair = (plain(&binary.left), plain(&binary.right));
                        if !found.contains(&pair) {
                            found.push(pair);
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
        other => other.to_string(),
    }
}

/// The `/` whose neighbours are these.
fn division_place(tokens: &[(Token, Range<usize>)], left: &str, right: &str) -> Option<Range<usize>> {
    let divisions: Vec<usize> = (0..tokens.len()).filter(|i| matches!(tokens[*i].0, Token::Div)).collect();
    let text = |index: usize| tokens.get(index).map(|(token, _)| token.to_string()).unwrap_or_default();
    let ends = |index: usize| {
        // `o.x / 100`: the right side may be qualified too.
        let mut index = index + 1;
        while matches!(tokens.get(index + 1), Some((Token::Period, _))) {
            index += 2;
        }
        text(index)
    };
    let before = |index: usize| index.checked_sub(1).map(text).unwrap_or_default();
    divisions
        .iter()
        .find(|i| before(**i) == left && ends(**i) == right)
        .or_else(|| divisions.iter().find(|i| before(**i) == left || ends(**i) == right))
        .or_else(|| divisions.first())
        .map(|i| tokens[*i].1.clone())
}

/// The output of an indicator's SELECT: known columns, right types, no `*`.
pub fn check_output(text: &SourceText, output: &SchemaRef, rollup: &str, problems: &mut Vec<Problem>) {
    let tokens = tokens(text);
    let top = top_level_select(&tokens);
    let mut depth = 0i32;
    for index in 0..tokens.len() {
        depth += match tokens[index].0 {
            Token::LParen => 1,
            Token::RParen => -1,
            _ => 0,
        };
        let begins = |w: &str| ["select", "all", "distinct"].iter().any(|first| w.eq_ignore_ascii_case(first));
        // Of every SELECT of a UNION; `a * b` and count(*) are something else.
        let star = depth == 0
            && tokens[index].0 == Token::Mul
            && match index.checked_sub(1).map(|i| &tokens[i].0) {
                Some(Token::Comma | Token::Period) => true,
                Some(Token::Word(w)) => begins(&w.value),
                _ => false,
            };
        if star {
            problems.push(
                Problem::new(
                    Code::SelectStar,
                    text,
                    tokens[index].1.clone(),
                    "`SELECT *` at the top: the output would follow every change of a table",
                )
                .hint("name the columns: ref_area, time_period, value, weight and the dimensions"),
            );
            return;
        }
    }
    let known = schema::country_values();
    let names: Vec<String> = output.fields().iter().map(|f| f.name().clone()).collect();
    let place =
        |name: &str| output_place(&tokens, &top, name).unwrap_or_else(|| tokens.get(top.start).map_or(0..1, |(_, span)| span.clone()));
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
                    let wanted = match wanted.data_type() {
                        DataType::Utf8 => "a text",
                        DataType::Int32 | DataType::Int64 => "a whole number",
                        _ => "a number",
                    };
                    problems.push(
                        Problem::new(
                            Code::WrongColumns,
                            text,
                            place(field.name()),
                            format!("`{}` must be {wanted}, it is {}", field.name(), sql_types(&field.data_type().to_string())),
                        )
                        .hint(format!(
                            "CAST(.. AS {})",
                            if wanted == "a text" {
                                "VARCHAR"
                            } else if wanted == "a number" {
                                "DOUBLE"
                            } else {
                                "INTEGER"
                            }
                        )),
                    );
                }
            }
        }
    }
    let has = |name: &str| names.iter().any(|n| n == name);
    let start = tokens.get(top.start).map_or(0..1, |(_, span)| span.clone());
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
    let needed: &[&str] = match rollup {
        "weighted_mean" if has("value") => &["weight"],
        "ratio_of_sums" => &["numerator", "denominator"],
        _ => &[],
    };
    for name in needed.iter().filter(|name| !has(name)) {
        problems.push(
            Problem::new(Code::WrongColumns, text, start.clone(), format!("the roll-up {rollup} needs `{name}`, the SELECT gives none"))
                .hint(format!("without it no group has a value: add .. AS {name}")),
        );
    }
}

/// Token indices of the outermost SELECT's list.
fn top_level_select(tokens: &[(Token, Range<usize>)]) -> Range<usize> {
    let (mut depth, mut start) = (0i32, 0);
    for (index, (token, _)) in tokens.iter().enumerate() {
        match token {
            Token::LParen => depth += 1,
            Token::RParen => depth -= 1,
            Token::Word(w) if depth == 0 && w.value.eq_ignore_ascii_case("select") => start = index,
            Token::Word(w) if depth == 0 && index > start && w.value.eq_ignore_ascii_case("from") => return start..index,
            _ => {}
        }
    }
    start..tokens.len()
}

/// Where an output column is named: its alias, or the column itself.
fn output_place(tokens: &[(Token, Range<usize>)], top: &Range<usize>, name: &str) -> Option<Range<usize>> {
    top.clone().rev().find(|i| word(&tokens[*i].0).is_some_and(|w| w.eq_ignore_ascii_case(name))).map(|i| tokens[i].1.clone())
}

/// Literals compared with `series`: a code of a provider's own shape that no data set serves is a mistake.
pub fn check_series(text: &SourceText, served: &[Served], problems: &mut Vec<Problem>) {
    let tokens = tokens(text);
    let mut index = 0;
    while index < tokens.len() {
        if word(&tokens[index].0).is_some_and(|w| w.eq_ignore_ascii_case("series")) {
            let mut next = index + 1;
            while let Some((token, span)) = tokens.get(next) {
                match token {
                    Token::SingleQuotedString(code) => check_code(text, code, span.clone(), served, problems),
                    Token::Eq | Token::LParen | Token::Comma => {}
                    Token::Word(w) if w.value.eq_ignore_ascii_case("in") => {}
                    _ => break,
                }
                next += 1;
            }
            index = next;
        }
        index += 1;
    }
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
