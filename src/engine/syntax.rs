//! A statement as a syntax tree, with the places of its parts in the file.

use std::collections::HashSet;
use std::ops::{ControlFlow, Range};

use datafusion::sql::sqlparser::ast::{Expr, Function, Query, Select, SetExpr, Statement, Value, Visit, Visitor};
use datafusion::sql::sqlparser::dialect::GenericDialect;
use datafusion::sql::sqlparser::parser::Parser;
use datafusion::sql::sqlparser::tokenizer::{Span, Token, TokenWithSpan};

use crate::engine::{bounds, tokens};
use crate::error::SourceText;

/// A token with its place in the file.
pub type Placed = (Token, Range<usize>);

pub struct Syntax<'t> {
    pub text: &'t SourceText,
    /// Comments and whitespace left out.
    pub tokens: Vec<Placed>,
    /// None where the text cannot be parsed.
    pub statements: Option<Vec<Statement>>,
}

impl<'t> Syntax<'t> {
    pub fn of(text: &'t SourceText) -> Self {
        let place = |TokenWithSpan { token, span }| (token, place(text, span));
        let parse = || Parser::new(&GenericDialect {}).try_with_sql(&text.text).and_then(|mut parser| parser.parse_statements()).ok();
        if bounds::too_large(&text.text).is_some() {
            return Self { text, tokens: Vec::new(), statements: None };
        }
        let tokens = tokens::tokens(&text.text);
        let statements = if bounds::too_many(&tokens).is_some() { None } else { parse() };
        Self { text, tokens: tokens.into_iter().map(place).collect(), statements }
    }

    /// The place of a part. None for parts that the parser gives no place.
    pub fn place(&self, span: Span) -> Option<Range<usize>> {
        (span != Span::empty()).then(|| place(self.text, span))
    }

    /// The last token of this kind that ends before an offset.
    pub fn before(&self, offset: usize, wanted: impl Fn(&Token) -> bool) -> Option<Range<usize>> {
        self.tokens.iter().rev().find(|(token, place)| place.end <= offset && wanted(token)).map(|(_, place)| place.clone())
    }

    /// The first token of this kind that begins at an offset or behind it.
    pub fn behind(&self, offset: usize, wanted: impl Fn(&Token) -> bool) -> Option<Range<usize>> {
        self.tokens.iter().find(|(token, place)| place.start >= offset && wanted(token)).map(|(_, place)| place.clone())
    }

    /// The query, where the text is one.
    pub fn query(&self) -> Option<&Query> {
        match self.statements.as_deref() {
            Some([Statement::Query(query)]) => Some(query),
            _ => None,
        }
    }

    /// Every SELECT whose rows are those of the query: several of a UNION, the one that names the columns first.
    pub fn top_selects(&self) -> Vec<&Select> {
        let mut found = Vec::new();
        let mut left: Vec<&SetExpr> = self.query().map(|query| &*query.body).into_iter().collect();
        while let Some(next) = left.pop() {
            match next {
                SetExpr::Select(select) => found.push(&**select),
                SetExpr::Query(query) => left.push(&query.body),
                SetExpr::SetOperation { left: first, right, .. } => left.extend([&**right, &**first]),
                _ => {}
            }
        }
        found
    }

    /// Calls `each` with every expression, outer ones first, subqueries included.
    pub fn expressions(&self, each: impl FnMut(&Expr)) {
        let _ = self.statements.visit(&mut Expressions(each));
    }

    /// Calls `each` with every function, in the order in which they are written.
    pub fn functions(&self, mut each: impl FnMut(&Function)) {
        self.expressions(|expression| {
            if let Expr::Function(function) = expression {
                each(function);
            }
        });
    }
}

fn place(text: &SourceText, span: Span) -> Range<usize> {
    let start = text.offset(span.start.line, span.start.column);
    let end = text.offset(span.end.line, span.end.column);
    start..end.max(start + 1)
}

/// Calls the function with every expression, outer ones first.
pub struct Expressions<F>(pub F);

impl<F: FnMut(&Expr)> Visitor for Expressions<F> {
    type Break = ();

    fn pre_visit_expr(&mut self, expression: &Expr) -> ControlFlow<()> {
        (self.0)(expression);
        ControlFlow::Continue(())
    }
}

/// The names and literals of an expression, outer ones first: what two ways of writing it have in common.
pub fn words_of(expression: &Expr) -> Vec<String> {
    let mut words = Vec::new();
    let _ = expression.visit(&mut Expressions(|part: &Expr| {
        let word = match part {
            Expr::Identifier(name) => Some(name.value.clone()),
            Expr::CompoundIdentifier(parts) => parts.last().map(|name| name.value.clone()),
            Expr::Function(function) => function.name.0.last().map(ToString::to_string),
            Expr::Value(value) => match &value.value {
                Value::SingleQuotedString(text) => Some(text.clone()),
                other => Some(other.to_string()),
            },
            _ => None,
        };
        words.extend(word.map(|word| word.to_lowercase()));
    }));
    words
}

/// The same of a text in which the engine names a column, such as `count(observations.obs_value)`.
pub fn words_of_name(name: &str) -> Vec<String> {
    let types: HashSet<&str> = ["int8", "int16", "int32", "int64", "uint64", "float64", "utf8", "cast", "as"].into();
    let tokens = tokens::tokens(name);
    let qualifies = |index: usize| tokens.get(index + 1).is_some_and(|next| next.token == Token::Period);
    let word = |(index, token): (usize, &TokenWithSpan)| match &token.token {
        Token::Word(word) if !qualifies(index) => Some(word.value.to_lowercase()),
        Token::Number(number, _) => Some(number.clone()),
        Token::SingleQuotedString(text) => Some(text.to_lowercase()),
        _ => None,
    };
    tokens.iter().enumerate().filter_map(word).filter(|word| !types.contains(word.as_str())).collect()
}

/// The plain name of a function in lower case; None where it is qualified.
pub fn name_of(function: &Function) -> Option<String> {
    match &function.name.0[..] {
        [name] => Some(name.as_ident()?.value.to_lowercase()),
        _ => None,
    }
}
