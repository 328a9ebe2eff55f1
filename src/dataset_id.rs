//! The name of a data set: its source and its own, written `source/dataset`.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// One data set of one source.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct DatasetId {
    pub source: String,
    pub dataset: String,
}

impl DatasetId {
    pub fn new(source: impl Into<String>, dataset: impl Into<String>) -> Self {
        Self { source: source.into(), dataset: dataset.into() }
    }
}

impl fmt::Display for DatasetId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // As one text, so that a width pads the whole name.
        f.pad(&format!("{}/{}", self.source, self.dataset))
    }
}

/// Several names, as a list for people.
pub fn listed(ids: &[DatasetId]) -> String {
    ids.iter().map(DatasetId::to_string).collect::<Vec<_>>().join(", ")
}

/// A text that is no `source/dataset`.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is no name of a data set, which is written source/dataset")]
pub struct NoDatasetId(pub String);

impl FromStr for DatasetId {
    type Err = NoDatasetId;

    fn from_str(text: &str) -> Result<Self, NoDatasetId> {
        match text.split_once('/') {
            Some((source, dataset)) if !source.is_empty() && !dataset.is_empty() && !dataset.contains('/') => {
                Ok(Self::new(source, dataset))
            }
            _ => Err(NoDatasetId(text.to_owned())),
        }
    }
}

impl TryFrom<String> for DatasetId {
    type Error = NoDatasetId;

    fn try_from(text: String) -> Result<Self, NoDatasetId> {
        text.parse()
    }
}

impl From<DatasetId> for String {
    fn from(id: DatasetId) -> Self {
        id.to_string()
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;

    #[test]
    fn written_and_read_as_one_text() {
        let id = DatasetId::new("itu", "internet_use");
        let json = serde_json::to_string(&BTreeMap::from([(&id, 1)])).unwrap();
        assert_eq!(json, r#"{"itu/internet_use":1}"#);
        assert_eq!(serde_json::from_str::<BTreeMap<DatasetId, i32>>(&json).unwrap(), BTreeMap::from([(id, 1)]));
        for wrong in ["", "itu", "itu/", "/internet_use", "itu/internet/use"] {
            assert_eq!(wrong.parse::<DatasetId>(), Err(NoDatasetId(wrong.to_owned())));
        }
    }
}
