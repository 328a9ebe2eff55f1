//! SQL that other engines know and this one does not: what to write instead. What the engine itself says of it is its
//! own syntax tree. `tests/suite/engine_faults.rs` runs each alternative.

use std::ops::{ControlFlow, Range};

use datafusion::sql::sqlparser::ast::{TableFactor, Visit, Visitor};
use datafusion::sql::sqlparser::tokenizer::Token;

use crate::engine::syntax::Syntax;
use crate::error::{Code, Problem, SourceText};

/// The name in the syntax tree, the word in the statement, and what to write.
const UNKNOWN: [(&str, &str, &str); 3] = [
    (
        "Pivot",
        "PIVOT",
        "write a column for each value: sum(CASE WHEN sex = 'F' THEN obs_value END) AS women, with GROUP BY the other columns",
    ),
    (
        "Unpivot",
        "UNPIVOT",
        "write a SELECT for each column: SELECT ref_area, 'F' AS sex, women AS value FROM t UNION ALL SELECT ref_area, 'M', men FROM t",
    ),
    ("MatchRecognize", "MATCH_RECOGNIZE", "compare neighbours with lag(x) OVER (PARTITION BY .. ORDER BY ..)"),
];

/// The problem of a statement that the engine does not know, from what it says of it.
pub(super) fn problem_of(text: &SourceText, message: &str, start: Range<usize>) -> Option<Problem> {
    if message.contains("Divide by zero") {
        let divides = |(token, _): &&(Token, Range<usize>)| matches!(token, Token::Div | Token::Mod);
        let place = Syntax::of(text).tokens.iter().find(divides).map(|(_, place)| place.clone());
        let message = "a whole number is divided by zero";
        let hint = "write x / nullif(y, 0), so that a division by zero gives no value";
        return Some(Problem::new(Code::NotFinite, text, place.unwrap_or(start), message).hint(hint));
    }
    let (_, node) = message.split_once("Unsupported ast node ")?;
    let node = node.split(|c: char| !c.is_alphanumeric()).next().unwrap_or_default();
    let Some((_, written, instead)) = UNKNOWN.iter().find(|(name, ..)| *name == node) else {
        return Some(Problem::new(Code::EngineRefuses, text, start, format!("the engine does not know {node}")));
    };
    let is_it = |token: &Token| matches!(token, Token::Word(word) if word.value.eq_ignore_ascii_case(written));
    let place = Syntax::of(text).behind(0, is_it).unwrap_or(start);
    Some(Problem::new(Code::EngineRefuses, text, place, format!("the engine does not know {written}")).hint(*instead))
}

/// The name by which a statement calls its first table.
pub(super) fn first_table(text: &SourceText) -> String {
    let mut names = Names(Vec::new());
    let _ = Syntax::of(text).statements.visit(&mut names);
    names.0.into_iter().next().unwrap_or_else(|| "o".into())
}

/// What to know of the key of a join, where there is such a one.
pub(super) fn of_using(text: &SourceText) -> &'static str {
    let using = |token: &Token| matches!(token, Token::Word(word) if word.value.eq_ignore_ascii_case("using"));
    match Syntax::of(text).behind(0, using) {
        Some(_) => "; the key of JOIN .. USING stands without a table only among the columns of SELECT",
        None => "",
    }
}

struct Names(Vec<String>);

impl Visitor for Names {
    type Break = ();

    fn pre_visit_table_factor(&mut self, factor: &TableFactor) -> ControlFlow<()> {
        let name = match factor {
            TableFactor::Table { name, alias, .. } => {
                alias.as_ref().map_or_else(|| Some(name.to_string()), |alias| Some(alias.name.value.clone()))
            }
            TableFactor::Derived { alias, .. } => alias.as_ref().map(|alias| alias.name.value.clone()),
            _ => None,
        };
        self.0.extend(name);
        ControlFlow::Continue(())
    }
}
