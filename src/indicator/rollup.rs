//! A roll-up of `sql/rollups/`: its header says how it is read, and `<name>.parts.sql` beside it what each member adds.

use crate::authored::toml::{TableReader, read_document};
use crate::error::{Code, Problem, SourceText, suggestion};
use crate::indicator::header::split;

/// The columns of `group_members` that a roll-up may need.
pub const NEEDS: [&str; 4] = ["value", "weight", "numerator", "denominator"];

#[derive(Debug, Clone)]
pub struct Rollup {
    pub text: SourceText,
    /// In words, for people: `explain` prints it.
    pub formula: String,
    /// The columns of [`NEEDS`] without which a member is left out.
    pub needs: Vec<String>,
    /// Members with a value, and their share of all members, that a group needs whatever the indicator says.
    pub min_members: i64,
    pub min_share: f64,
    /// What a standard deviation of the members' values is multiplied with to be in the unit of the result; None where
    /// their spread says nothing of its error.
    pub spread: Option<f64>,
    /// Only members with a value in every year of a breakdown count: the same economies in all years.
    pub panel: bool,
    /// What an economy's own value is in, where it is not the unit of the result: a yes or no, of which a share is made.
    pub unit: Option<String>,
    /// What each member of one group adds to the result.
    pub parts: Option<SourceText>,
}

impl Rollup {
    /// Reads the header of a roll-up. What is wrong or missing there takes the default.
    pub fn parse(text: SourceText, parts: Option<SourceText>, problems: &mut Vec<Problem>) -> Self {
        let mut rollup = Self {
            text,
            formula: String::new(),
            needs: Vec::new(),
            min_members: 0,
            min_share: 0.0,
            spread: None,
            panel: false,
            unit: None,
            parts,
        };
        let text = rollup.text.clone();
        match split(&text.text) {
            Some((start, end, _)) => {
                let toml = text.text[start..end].to_owned();
                read_document(&text, &toml, start, "the header", problems, |reader, problems| rollup.read(reader, problems));
            }
            None => problems.push(
                Problem::new(Code::NoHeader, &text, 0..text.text.lines().next().map_or(1, str::len), "the roll-up has no header")
                    .hint("begin the file with /*--- , the lines formula = \"..\" and needs = [\"value\"], and ---*/"),
            ),
        }
        rollup
    }

    fn read(&mut self, reader: &mut TableReader<'_>, problems: &mut Vec<Problem>) {
        let formula = reader.string("formula", problems);
        self.formula = reader.require("formula", formula, problems).unwrap_or_default();
        let needs = reader.spanned_strings("needs", problems);
        reader.require("needs", reader.has("needs").then_some(()), problems);
        for (name, span) in needs {
            if NEEDS.contains(&name.as_str()) {
                self.needs.push(name);
            } else {
                problems.push(
                    Problem::new(Code::UnknownNameInHeader, reader.source(), span, format!("a member of a group has no column `{name}`"))
                        .maybe_hint(suggestion(&name, NEEDS)),
                );
            }
        }
        self.min_members = reader.integer("min_members", problems).unwrap_or(0);
        self.min_share = reader.float("min_share", problems).unwrap_or(0.0);
        self.spread = reader.float("spread", problems);
        self.panel = reader.boolean("panel", problems).unwrap_or(false);
        self.unit = reader.string("unit", problems);
        for (key, good, what) in [
            ("min_members", self.min_members >= 0, "a number of members, 0 or more"),
            ("spread", self.spread.is_none_or(|spread| spread > 0.0), "a number above 0"),
            ("min_share", (0.0..=1.0).contains(&self.min_share), "a share of the members, from 0 to 1"),
        ] {
            if !good {
                problems.push(Problem::new(Code::ParameterOutOfRange, reader.source(), reader.span_of(key), format!("`{key}` is {what}")));
            }
        }
    }

    pub fn needs(&self, column: &str) -> bool {
        self.needs.iter().any(|name| name == column)
    }

    /// The keys of the header that values follow from.
    pub fn method_keys(&self) -> [(&'static str, String); 6] {
        [
            ("needs", self.needs.join(" ")),
            ("min_members", self.min_members.to_string()),
            ("min_share", self.min_share.to_string()),
            ("spread", self.spread.map_or("none".into(), |spread| spread.to_string())),
            ("panel", self.panel.to_string()),
            ("unit", self.unit.clone().unwrap_or_default()),
        ]
    }
}
