//! How long and how deep a statement may be. The parser and the planner call themselves once for each term, and plan in
//! more than its square; a statement beyond that would end the program or hold it for minutes.

use datafusion::sql::sqlparser::tokenizer::{Token, TokenWithSpan};

/// The longest statement of a real method has 20 kB.
const MOST_BYTES: usize = 1 << 18;
const MOST_TOKENS: usize = 30_000;
/// Terms that lie in one another: each `+`, AND, UNION, JOIN or WHEN is one.
const MOST_TERMS: usize = 1_000;

/// Why a text is too long to be planned.
pub fn too_large(sql: &str) -> Option<String> {
    (sql.len() > MOST_BYTES).then(|| format!("the statement has {} bytes, and {MOST_BYTES} are read", sql.len()))
}

/// Why a statement has too many parts to be planned, and the token that is one too many.
pub fn too_many(tokens: &[TokenWithSpan]) -> Option<(String, &TokenWithSpan)> {
    if let Some(token) = tokens.get(MOST_TOKENS) {
        return Some((format!("the statement has {} words and signs, and {MOST_TOKENS} are read", tokens.len()), token));
    }
    let mut terms = tokens.iter().filter(|token| is_term(&token.token));
    let token = terms.nth(MOST_TERMS)?;
    Some((format!("the statement has {} terms, and {MOST_TERMS} are planned", MOST_TERMS + 1 + terms.count()), token))
}

fn is_term(token: &Token) -> bool {
    const WORDS: [&str; 8] = ["and", "or", "not", "union", "except", "intersect", "join", "when"];
    match token {
        Token::Word(word) => word.quote_style.is_none() && WORDS.iter().any(|known| word.value.eq_ignore_ascii_case(known)),
        Token::Plus | Token::Minus | Token::Mul | Token::Div | Token::Mod | Token::StringConcat | Token::DoubleColon => true,
        _ => false,
    }
}
