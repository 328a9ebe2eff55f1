//! Statements that are refused as a whole: no SELECT, several of them, or one that reads files by name.

use std::ops::{ControlFlow, Range};

use datafusion::sql::sqlparser::ast::{Expr, ObjectName, Spanned, TableFactor, Visit, Visitor};
use datafusion::sql::sqlparser::tokenizer::Token;

use crate::engine::syntax::{Syntax, name_of};
use crate::engine::{bounds, tokens};
use crate::error::{Code, Problem, SourceText};

/// Words that begin a statement which changes something.
const CHANGING: [&str; 14] =
    ["create", "drop", "alter", "insert", "update", "delete", "copy", "set", "truncate", "merge", "grant", "attach", "load", "reset"];
/// Words that begin a statement which reads, but gives no table of its own.
const LOOKING: [&str; 4] = ["explain", "show", "describe", "values"];
/// Functions of other engines that read files.
const READERS: [&str; 5] = ["read_csv", "read_parquet", "read_json", "parquet_scan", "csv_scan"];

const TABLE_HINT: &str = "bring a file in as a `table` data set in pipelines/*.toml";

/// The first reason to refuse a statement that does not begin with one of the `allowed` words, or that is not one alone.
pub fn refused(text: &SourceText, allowed: &[&str]) -> Option<Problem> {
    if let Some(problem) = too_large(text).or_else(|| unclosed(text)) {
        return Some(problem);
    }
    let syntax = Syntax::of(text);
    let Some((first, place)) = syntax.tokens.first() else {
        let end = text.text.len().saturating_sub(1);
        return Some(
            Problem::new(Code::SqlSyntax, text, end..end + 1, "there is no SELECT after the header").hint("write one plain SELECT"),
        );
    };
    if let Token::Word(first) = first
        && let begins = first.value.to_lowercase()
        && !allowed.contains(&begins.as_str())
    {
        return Some(no_select(text, place.clone(), &begins));
    }
    second_statement(&syntax).or_else(|| file_by_name(&syntax))
}

/// More than can be planned.
fn too_large(text: &SourceText) -> Option<Problem> {
    let hint = "write it as several steps, or as a join with a table of what differs from term to term";
    if let Some(why) = bounds::too_large(&text.text) {
        return Some(Problem::new(Code::StatementTooLarge, text, 0..1, why).hint(hint));
    }
    let tokens = tokens::tokens(&text.text);
    let (why, token) = bounds::too_many(&tokens)?;
    let start = text.offset(token.span.start.line, token.span.start.column);
    Some(Problem::new(Code::StatementTooLarge, text, start..start + 1, why).hint(hint))
}

/// A quote or comment that is not closed.
fn unclosed(text: &SourceText) -> Option<Problem> {
    let error = tokens::tokenize(&text.text).err()?;
    let mut start = text.offset(error.location.line, error.location.column);
    // An open comment is noticed at the end only; it begins after the last one that is closed.
    if error.message.contains("comment") {
        let closed = text.text.rfind("*/").map_or(0, |at| at + 2);
        start = text.text[closed..].find("/*").map_or(start, |at| closed + at);
    }
    Some(
        Problem::new(Code::SqlSyntax, text, start..start + 1, format!("SQL: {}", error.message))
            .hint("close the quote or comment that begins here"),
    )
}

fn no_select(text: &SourceText, place: Range<usize>, begins: &str) -> Problem {
    let changing = CHANGING.contains(&begins);
    let message = if changing {
        format!("{} is refused: SQL here only reads", begins.to_uppercase())
    } else {
        format!("`{begins}` begins no SELECT")
    };
    let code = if changing || LOOKING.contains(&begins) { Code::NotOneSelect } else { Code::SqlSyntax };
    Problem::new(code, text, place, message).hint("write one SELECT (or WITH .. SELECT)")
}

/// What stands behind the semicolon, also where it cannot be parsed.
fn second_statement(syntax: &Syntax<'_>) -> Option<Problem> {
    let end = syntax.tokens.iter().position(|(token, _)| *token == Token::SemiColon)?;
    let (_, place) = syntax.tokens[end..].iter().find(|(token, _)| *token != Token::SemiColon)?;
    Some(Problem::new(Code::NotOneSelect, syntax.text, place.clone(), "more than one statement").hint("an indicator is one SELECT"))
}

/// Tables that are files: a name in single quotes, or a function that reads one.
fn file_by_name(syntax: &Syntax<'_>) -> Option<Problem> {
    let mut visitor = Files { syntax, problem: None };
    let _ = syntax.statements.visit(&mut visitor);
    visitor.problem
}

struct Files<'s, 't> {
    syntax: &'s Syntax<'t>,
    problem: Option<Problem>,
}

impl Files<'_, '_> {
    fn refuse(&mut self, place: Option<Range<usize>>, message: String) -> ControlFlow<()> {
        let place = place.unwrap_or_else(|| self.syntax.tokens.first().map_or(0..1, |(_, place)| place.clone()));
        self.problem = Some(Problem::new(Code::NotOneSelect, self.syntax.text, place, message).hint(TABLE_HINT));
        ControlFlow::Break(())
    }

    fn reader(&mut self, name: &ObjectName) -> ControlFlow<()> {
        match name.0.last().and_then(|part| part.as_ident()) {
            Some(last) if READERS.contains(&last.value.to_lowercase().as_str()) => {
                let message = format!("{} is refused: SQL names no file", last.value);
                self.refuse(self.syntax.place(name.span()), message)
            }
            _ => ControlFlow::Continue(()),
        }
    }
}

impl Visitor for Files<'_, '_> {
    type Break = ();

    fn pre_visit_table_factor(&mut self, factor: &TableFactor) -> ControlFlow<()> {
        let TableFactor::Table { name, args, .. } = factor else { return ControlFlow::Continue(()) };
        if args.is_some() {
            return self.reader(name);
        }
        let quoted = name.0.iter().filter_map(|part| part.as_ident()).find(|part| part.quote_style == Some('\''));
        match quoted {
            // The parser gives a quoted name no place: it is the text that stands where a table does.
            Some(file) => {
                let tokens = &self.syntax.tokens;
                let is_it = |index: &usize| tokens[*index].0 == Token::SingleQuotedString(file.value.clone());
                let names_a_table = |index: &usize| match index.checked_sub(1).map(|before| &tokens[before].0) {
                    Some(Token::Word(word)) => ["from", "join"].iter().any(|w| word.value.eq_ignore_ascii_case(w)),
                    Some(Token::Comma | Token::LParen) => true,
                    _ => false,
                };
                let found = (0..tokens.len()).filter(is_it).find(names_a_table).map(|index| tokens[index].1.clone());
                self.refuse(found, format!("reading the file '{}' is refused", file.value))
            }
            None => ControlFlow::Continue(()),
        }
    }

    fn pre_visit_expr(&mut self, expression: &Expr) -> ControlFlow<()> {
        match expression {
            Expr::Function(function) if name_of(function).is_some() => self.reader(&function.name),
            _ => ControlFlow::Continue(()),
        }
    }
}
