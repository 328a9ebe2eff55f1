//! SQL without its whitespace and comments: what a hash of a method must not depend on.

use std::collections::HashSet;
use std::fmt::Write as _;

use super::bounds;
use crate::error::{SourceText, Statement};
use datafusion::sql::sqlparser::dialect::GenericDialect;
use datafusion::sql::sqlparser::tokenizer::{Token, TokenWithSpan, Tokenizer, TokenizerError};

/// Whether the text can be cut into words at all: an open quote or comment cannot.
pub fn tokenize(sql: &str) -> Result<(), TokenizerError> {
    Tokenizer::new(&GenericDialect {}, sql).tokenize_with_location().map(|_| ())
}

/// Why a statement is not planned: it is too long, or has too many parts.
pub fn too_large(sql: &str) -> Option<String> {
    bounds::too_large(sql).or_else(|| bounds::too_many(&tokens(sql)).map(|(why, _)| why))
}

/// The tokens of a statement, comments and whitespace dropped. Text that is no SQL gives an empty list.
pub fn tokens(sql: &str) -> Vec<TokenWithSpan> {
    Tokenizer::new(&GenericDialect {}, sql)
        .tokenize_with_location()
        .unwrap_or_default()
        .into_iter()
        .filter(|token| !matches!(token.token, Token::Whitespace(_) | Token::EOF))
        .collect()
}

/// blake3 of a file as a statement.
pub fn hash_of(text: &SourceText) -> &str {
    &statement(text).hash
}

/// Whether a name, in letters of any case, occurs in a file.
pub fn occurs(name: &str, text: &SourceText) -> bool {
    statement(text).words.contains(&name.to_lowercase())
}

/// Names `x` of every `indicators.x` in a file.
pub fn indicator_references(text: &SourceText) -> &[String] {
    &statement(text).indicators
}

/// Every text literal of a file, in order.
pub fn literals(text: &SourceText) -> &[String] {
    &statement(text).literals
}

/// A file is cut into tokens once.
fn statement(text: &SourceText) -> &Statement {
    text.as_statement.get_or_init(|| {
        let tokens = tokens(&text.text);
        let mut canonical = String::with_capacity(text.text.len());
        let (mut words, mut literals) = (HashSet::new(), Vec::new());
        for token in &tokens {
            // Writing into a text does not fail.
            let _ = write!(canonical, "{} ", token.token);
            match &token.token {
                Token::Word(word) if !words.contains(&word.value) => drop(words.insert(word.value.to_lowercase())),
                Token::SingleQuotedString(text) => literals.push(text.clone()),
                _ => {}
            }
        }
        let hash = blake3::hash(canonical.as_bytes()).to_hex().to_string();
        Statement { hash, words, literals, indicators: references(&tokens) }
    })
}

fn references(tokens: &[TokenWithSpan]) -> Vec<String> {
    let mut found = Vec::new();
    for window in tokens.windows(3) {
        if let [
            TokenWithSpan { token: Token::Word(schema), .. },
            TokenWithSpan { token: Token::Period, .. },
            TokenWithSpan { token: Token::Word(name), .. },
        ] = window
            && schema.value.eq_ignore_ascii_case("indicators")
        {
            // Without quotes, letters in any case are the same name.
            let name = if name.quote_style.is_some() { name.value.clone() } else { name.value.to_lowercase() };
            if !found.contains(&name) {
                found.push(name);
            }
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hash(sql: &str) -> String {
        hash_of(&SourceText::new("x.sql", sql)).to_owned()
    }

    fn references(sql: &str) -> Vec<String> {
        indicator_references(&SourceText::new("x.sql", sql)).to_vec()
    }

    #[test]
    fn whitespace_and_comments_change_nothing() {
        assert_eq!(hash("SELECT a, 'B  b'\nFROM t -- why"), hash("/* x */ SELECT  a ,'B  b' FROM t"));
        assert_ne!(hash("SELECT a FROM t"), hash("SELECT b FROM t"));
        assert_ne!(hash("SELECT 'a  b'"), hash("SELECT 'a b'"));
    }

    #[test]
    fn references_are_found() {
        assert_eq!(references("SELECT 'indicators.z' FROM indicators.a JOIN indicators . b"), ["a", "b"]);
        assert_eq!(references(r#"SELECT 1 FROM INDICATORS.A, "indicators"."b", indicators.a"#), ["a", "b"]);
    }
}
