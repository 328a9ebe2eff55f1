//! Requests to UNCTADstat: the keyless bulk archives, and the user API that needs a registered account.

use secrecy::SecretString;
use serde_json::Value;

use super::Api;
use crate::error::{Code, Error, Result};
use crate::fetch::{Expect, Method, Request};
use crate::sources::plan::{Answer, Plan, distinct, encode, json, safe, said, unreadable};

/// Asks for a report's version and list of archives, then for each archive.
pub(super) struct Archives {
    base: String,
    report: String,
    step: u8,
    token: Option<String>,
    vintage: Option<String>,
}

impl Archives {
    pub(super) fn new(base: &str, report: &str) -> Self {
        Self { base: base.to_owned(), report: report.trim().to_owned(), step: 0, token: None, vintage: None }
    }

    fn route(&self, rest: &str) -> String {
        format!("{}/api/reportMetadata/{}/{rest}", self.base, encode(&self.report))
    }

    /// The list has no date of its own: the report's version says when it changed. Without it there is no token.
    fn lists(&self) -> Vec<Request> {
        let mut metadata = Request::list("report.json", self.route("en"));
        metadata.accept_status = vec![400, 404];
        vec![metadata, Request::list("bulkfiles.json", self.route("bulkfiles/en"))]
    }

    fn archives(&mut self, metadata: &Answer, list: &Answer) -> Result<Vec<Request>> {
        let Value::Array(files) = json(list)? else { return Err(unreadable(list, "not a list of files")) };
        if files.is_empty() {
            return Err(Error::fetch_hint(
                Code::EmptyList,
                format!("UNCTAD has no bulk file for {}", self.report),
                "names of reports are case-sensitive, such as US.IctUseEnterprSize",
            ));
        }
        if metadata.status == 200 {
            self.remember(&json(metadata)?, list);
        }
        let single = files.len() == 1;
        files.iter().enumerate().map(|(i, file)| self.archive(list, file, if single { None } else { Some(i + 1) })).collect()
    }

    fn remember(&mut self, metadata: &Value, list: &Answer) {
        let (version, updated) = (word(&metadata["version"]), word(&metadata["lastUpdated"]));
        self.vintage = updated.clone().or_else(|| version.clone());
        self.token = (version.is_some() || updated.is_some()).then(|| {
            let list = blake3::hash(&list.bytes_for_plan).to_hex();
            format!("{} {} {}", version.unwrap_or_default(), updated.unwrap_or_default(), &list[..12])
        });
    }

    fn archive(&self, list: &Answer, file: &Value, number: Option<usize>) -> Result<Request> {
        let id = word(&file["fileId"]).ok_or_else(|| unreadable(list, "a file without fileId"))?;
        let name = word(&file["fileBlobName"]).unwrap_or_else(|| self.report.replacen('.', "_", 1));
        let number = number.map(|number| format!("{number}_")).unwrap_or_default();
        let url = self.route(&format!("bulkfile/{}/en", encode(&id)));
        Ok(Request::get(format!("{number}{}.csv.7z", safe(&name)), url, Expect::SevenZip))
    }
}

impl Plan for Archives {
    fn next(&mut self, answers: &[Answer]) -> Result<Vec<Request>> {
        self.step += 1;
        match (self.step, answers) {
            (1, _) => Ok(self.lists()),
            (2, [metadata, list]) => self.archives(metadata, list),
            _ => Ok(Vec::new()),
        }
    }

    fn vintage(&self) -> Option<String> {
        self.vintage.clone()
    }

    fn change_token(&self) -> Option<String> {
        self.token.clone()
    }
}

/// A number or a text that is not empty.
fn word(value: &Value) -> Option<String> {
    match value {
        Value::String(text) if !text.trim().is_empty() => Some(text.trim().to_owned()),
        Value::Number(number) => Some(number.to_string()),
        _ => None,
    }
}

/// Header and value, from the environment: never from a file, never shown.
pub(super) fn credentials(id: &str, secret: &str, environment: &dyn Fn(&str) -> Option<String>) -> Result<Vec<(String, SecretString)>> {
    let read = |variable: &str| environment(variable).map(|value| value.trim().to_owned()).filter(|value| !value.is_empty());
    match (read(id), read(secret)) {
        (Some(id), Some(secret)) => Ok(vec![("ClientId".to_owned(), id.into()), ("ClientSecret".to_owned(), secret.into())]),
        (found_id, found_secret) => {
            let missing: Vec<&str> =
                [(id, found_id), (secret, found_secret)].into_iter().filter(|(_, v)| v.is_none()).map(|(k, _)| k).collect();
            Err(Error::fetch_hint(
                Code::MissingCredentials,
                format!("the UNCTAD user API needs {} in the environment", missing.join(" and ")),
                "register at unctadstat.unctad.org and set both variables, or use format = \"unctad_bulk\", which needs no account",
            ))
        }
    }
}

/// One request per year: the API counts cells before it answers.
pub(super) struct Years {
    requests: Vec<Request>,
}

impl Years {
    pub(super) fn new(base: &str, asked: &Api, secrets: &[(String, SecretString)]) -> Self {
        let report = asked.report.trim();
        let url = format!("{base}/{}/cur/Facts?culture=en", encode(report));
        let (first, last) = asked.years;
        let mut dimensions = distinct(&asked.dimensions);
        dimensions.retain(|name| name != "Economy" && name != "Year");
        let requests = (first..=last).map(|year| {
            let get = Request::get(format!("{}_{year}.csv", safe(report)), url.clone(), Expect::Csv);
            let method = Method::PostForm(form(&dimensions, asked.measure.trim(), year));
            Request { method, secrets: secrets.to_vec(), accept_status: vec![400], gunzip: true, ..get }
        });
        Self { requests: requests.collect() }
    }
}

/// The OData fields: every dimension as code and label, the measure with its footnote and reason for missing.
fn form(dimensions: &[String], measure: &str, year: i64) -> Vec<(String, String)> {
    let mut select = vec!["Economy/Code".to_owned(), "Economy/Label".to_owned()];
    select.extend(dimensions.iter().flat_map(|name| [format!("{name}/Code"), format!("{name}/Label")]));
    select.push("Year".to_owned());
    select.extend(["Value", "Footnote/Text", "MissingValue/Label"].map(|part| format!("{measure}/{part}")));
    let mut order = vec!["Economy/Code".to_owned()];
    order.extend(dimensions.iter().map(|name| format!("{name}/Code")));
    order.push("Year".to_owned());
    [
        ("$select", select.join(",")),
        ("$filter", format!("Year in ({year})")),
        ("$orderby", order.join(",")),
        ("$format", "csv".to_owned()),
        ("compress", "gz".to_owned()),
    ]
    .map(|(key, value)| (key.to_owned(), value))
    .into()
}

impl Plan for Years {
    fn next(&mut self, answers: &[Answer]) -> Result<Vec<Request>> {
        if let Some(answer) = answers.iter().find(|answer| answer.status != 200) {
            return Err(refusal(answer));
        }
        Ok(std::mem::take(&mut self.requests))
    }
}

/// A year can only be split by the members of a dimension, and the data set's settings do not name them.
fn refusal(answer: &Answer) -> Error {
    let said = said(answer);
    if said.to_lowercase().contains("maximal size") {
        return Error::fetch_hint(
            Code::TooMuchData,
            format!("one year of this report is too much for the UNCTAD user API: {said}"),
            "use format = \"unctad_bulk\" for this report: it has no limit and needs no account",
        );
    }
    let hint = "check `report`, `dimensions` and `measure` of the data set against the report's page";
    Error::fetch_hint(Code::RefusedByProvider, format!("{} answered {}: {said}", answer.request.shown_url(), answer.status), hint)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn answer(request: &Request, status: u16, body: &str) -> Answer {
        Answer { request: request.clone(), status, bytes_for_plan: body.as_bytes().to_vec() }
    }

    #[test]
    fn bulk_asks_for_each_file_of_the_list() {
        let mut plan = Archives::new("b", "US.X");
        let lists = plan.next(&[]).unwrap();
        assert_eq!(lists[1].url, "b/api/reportMetadata/US.X/bulkfiles/en");
        let list = r#"[{"fileId":4711,"fileBlobName":"US_X","fileSize":3}]"#;
        let got = [answer(&lists[0], 200, r#"{"version":7,"lastUpdated":"2025-12-08T09:44:00"}"#), answer(&lists[1], 200, list)];
        let files = plan.next(&got).unwrap();
        assert_eq!((files[0].name.as_str(), files[0].url.as_str()), ("US_X.csv.7z", "b/api/reportMetadata/US.X/bulkfile/4711/en"));
        assert!(plan.change_token().unwrap().starts_with("7 2025-12-08T09:44:00 "));
        assert!(plan.next(&[]).unwrap().is_empty());
    }

    #[test]
    fn credentials_are_named_never_shown() {
        let error = credentials("ID", "KEY", &|name| (name == "ID").then(|| "hush".to_owned())).unwrap_err().to_string();
        assert!(error.contains("needs KEY in") && !error.contains("hush"), "{error}");
    }

    #[test]
    fn the_form_names_every_column() {
        let fields = form(&["UseOfIct".to_owned()], "M5060", 2019);
        assert_eq!(
            fields[0].1,
            "Economy/Code,Economy/Label,UseOfIct/Code,UseOfIct/Label,Year,M5060/Value,M5060/Footnote/Text,M5060/MissingValue/Label"
        );
        assert_eq!(fields[1].1, "Year in (2019)");
    }
}
