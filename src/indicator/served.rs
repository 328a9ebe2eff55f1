//! Series that an indicator names, in its header or in its SELECT, and that nobody serves.

use std::ops::Range;

use datafusion::sql::sqlparser::tokenizer::Token;

use crate::error::{Code, Problem, SourceText, suggestion};
use crate::indicator::Indicator;
use crate::indicator::lint::{tokens, word};
use crate::sources::Served;

/// The header's series, and literals compared with `series`: a code of a provider's own shape that no data set serves is
/// a mistake.
pub fn check_series(indicator: &Indicator, served: &[Served], problems: &mut Vec<Problem>) {
    let text = &indicator.text;
    for entry in &indicator.series {
        check_code(text, &entry.series, entry.spans[0].clone(), served, problems);
    }
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
