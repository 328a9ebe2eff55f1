//! What is found out of a text of SQL once, and kept beside it.

use std::collections::HashSet;

/// A text of SQL without its whitespace and comments.
#[derive(Debug)]
pub(crate) struct Statement {
    pub hash: String,
    /// Its names and keywords, in small letters.
    pub words: HashSet<String>,
    /// What it says in quotes, in order.
    pub literals: Vec<String>,
    /// The indicators that it reads by name.
    pub indicators: Vec<String>,
}
