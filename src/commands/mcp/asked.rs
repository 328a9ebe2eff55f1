//! The tools of `mcp` and their arguments: one type gives both the schema that clients see and what is read.

use std::sync::Arc;

use rmcp::handler::server::tool::schema_for_type;
use rmcp::model::JsonObject;
use rmcp::schemars::{self, JsonSchema};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::error::{Error, Result};

/// What a client asks for.
pub(super) enum Asked {
    Indicators(Search),
    Areas(Search),
    Value(ValueWanted),
    Explain(ExplainWanted),
    Progress(ProgressWanted),
    Diff(DiffWanted),
}

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Search {
    /// Only what has this text in its code or name
    pub text: Option<String>,
}

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct ValueWanted {
    /// Id or name of the indicator, such as 2.1 or internet_use
    pub indicator: String,
    /// Code of an economy or a group, such as KEN, WLD or LDC
    pub area: String,
    /// Year; without it the newest that has a value
    pub year: Option<i32>,
    /// Codes of a breakdown; what is left out is the total
    #[serde(default)]
    pub dimensions: Dimensions,
    /// reported, published, available or imputed; without it the one to show
    pub estimate: Option<String>,
}

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct ExplainWanted {
    /// A value_id, which needs nothing else, or the id or name of the indicator
    pub indicator: String,
    /// Code of an economy or a group
    pub area: Option<String>,
    /// Year of the value
    pub year: Option<i32>,
    /// Codes of a breakdown; what is left out is the total
    #[serde(default)]
    pub dimensions: Dimensions,
    /// reported, published, available or imputed; without it the one to show
    pub estimate: Option<String>,
    /// Explain the distance to this target instead of a value
    pub target: Option<String>,
    /// Members given, the largest first; 10 without it
    pub limit: Option<usize>,
}

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct ProgressWanted {
    /// Id of a target, such as 2.1
    pub target: Option<String>,
    /// Id or name of an indicator
    pub indicator: Option<String>,
    /// Code of an economy or a group. With none of the three: the row that stands for each target
    pub area: Option<String>,
}

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct DiffWanted {
    /// The older release; without it the one before the current
    pub old: Option<String>,
    /// The newer release; without it the current
    pub new: Option<String>,
    /// Changes given of each indicator, the largest first; 5 without it
    pub limit: Option<usize>,
}

#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub(super) struct Dimensions {
    /// F or M
    pub sex: Option<String>,
    /// Age group, such as Y15T24
    pub age: Option<String>,
    /// U or R
    pub urbanisation: Option<String>,
    pub disability: Option<String>,
    pub education_level: Option<String>,
    /// Size class of enterprises, such as 10-49
    pub size_class: Option<String>,
    /// Any other breakdown
    pub breakdown: Option<String>,
}

impl Dimensions {
    /// In the order of the columns.
    pub(super) fn codes(self) -> [String; 7] {
        [self.sex, self.age, self.urbanisation, self.disability, self.education_level, self.size_class, self.breakdown]
            .map(|code| code.unwrap_or_else(|| "_T".into()))
    }
}

/// Name, what it answers, and the schema of its arguments.
pub(super) fn tools() -> [(&'static str, &'static str, Arc<JsonObject>); 6] {
    [
        ("list_indicators", "The indicators of the release: id, name, title, unit, definition, targets.", schema_for_type::<Search>()),
        ("list_areas", "Codes and names of economies and groups.", schema_for_type::<Search>()),
        ("value", "One figure by its key, with status, coverage and note, to be quoted by its citation.", schema_for_type::<ValueWanted>()),
        ("explain", "Why a figure is what it is: rule, members, weights, records of the source.", schema_for_type::<ExplainWanted>()),
        ("progress", "How far targets are: baseline, latest value, distance, class.", schema_for_type::<ProgressWanted>()),
        ("diff", "What changed between two releases, and why.", schema_for_type::<DiffWanted>()),
    ]
}

impl Asked {
    /// The arguments of a tool; None where there is no such tool.
    pub(super) fn read(tool: &str, arguments: JsonObject) -> Option<Result<Self>> {
        Some(match tool {
            "list_indicators" => typed(arguments).map(Self::Indicators),
            "list_areas" => typed(arguments).map(Self::Areas),
            "value" => typed(arguments).map(Self::Value),
            "explain" => typed(arguments).map(Self::Explain),
            "progress" => typed(arguments).map(Self::Progress),
            "diff" => typed(arguments).map(Self::Diff),
            _ => return None,
        })
    }
}

fn typed<T: DeserializeOwned>(arguments: JsonObject) -> Result<T> {
    serde_json::from_value(Value::Object(arguments))
        .map_err(|error| Error::usage_hint(format!("wrong argument: {error}"), "tools/list has the arguments of each tool"))
}
