//! Requests to the UNESCO Institute for Statistics: bulk archives, and the data API in batches under its limits.

use serde_json::Value;

use crate::error::{Code, Error, Result, nearest};
use crate::fetch::{Expect, Request};
use crate::sources::plan::{Answer, Plan, distinct, json, name_from, query, safe, said, unreadable};

/// The API refuses 100,000 records; what is counted in the definitions may grow.
const MAX_RECORDS: u64 = 90_000;
const MAX_URL: usize = 6000;

pub(super) fn bulk(url: &str, dataset: &str) -> Request {
    Request::get(name_from(url, &format!("{dataset}.zip")), url.trim(), Expect::Zip)
}

/// Version, then definitions, then data; a batch that is refused as too large is split.
pub(super) struct Batches {
    base: String,
    codes: Vec<String>,
    start: Option<i64>,
    end: Option<i64>,
    export: bool,
    version: Option<String>,
    step: u8,
    /// The batches asked for in the last step, in the order of the answers.
    asked: Vec<Batch>,
}

#[derive(Debug, Clone)]
struct Batch {
    name: String,
    indicators: Vec<Indicator>,
    start: Option<i64>,
    end: Option<i64>,
}

#[derive(Debug, Clone)]
struct Indicator {
    code: String,
    records: u64,
    years: Option<(i64, i64)>,
}

impl Batches {
    pub(super) fn new(base: &str, indicators: &[String], (start, end): (Option<i64>, Option<i64>), export: bool) -> Self {
        let mut codes = distinct(indicators);
        codes.sort();
        Self { base: base.to_owned(), codes, start, end, export, version: None, step: 0, asked: Vec::new() }
    }

    fn definitions(&mut self, answer: &Answer) -> Result<Vec<Request>> {
        let version = json(answer)?["version"].as_str().map(str::to_owned).ok_or_else(|| unreadable(answer, "no version"))?;
        let url = format!("{}/definitions/indicators?{}", self.base, query(&[("version", version.clone())]));
        self.version = Some(version);
        Ok(vec![Request::list("definitions.json", url)])
    }

    fn first_batches(&mut self, answer: &Answer) -> Result<Vec<Request>> {
        let Value::Array(known) = json(answer)? else { return Err(unreadable(answer, "not a list of indicators")) };
        let known: Vec<Indicator> = known.iter().filter_map(indicator).collect();
        let find = |code: &str| known.iter().find(|indicator| indicator.code == code).cloned();
        let unknown: Vec<&str> = self.codes.iter().map(String::as_str).filter(|code| find(code).is_none()).collect();
        if !unknown.is_empty() {
            return Err(unknown_codes(&unknown, &known, self.version.as_deref().unwrap_or_default()));
        }
        let found: Vec<Indicator> = self.codes.iter().filter_map(|code| find(code)).collect();
        // What is asked for must come: codes without data in these years are left out, unless none has any.
        let (with_data, without): (Vec<_>, Vec<_>) = found.into_iter().partition(|indicator| self.has_data(indicator));
        let found = if with_data.is_empty() { without } else { with_data };
        let batches = self.batches(found);
        Ok(self.ask(batches))
    }

    /// As the definitions say; when they say nothing, it may have.
    fn has_data(&self, indicator: &Indicator) -> bool {
        let in_years = |(first, last): (i64, i64)| self.start.is_none_or(|start| last >= start) && self.end.is_none_or(|end| first <= end);
        indicator.records > 0 && indicator.years.is_none_or(in_years)
    }

    fn batches(&self, indicators: Vec<Indicator>) -> Vec<Batch> {
        let mut groups: Vec<Vec<Indicator>> = Vec::new();
        for indicator in indicators {
            match groups.last_mut() {
                Some(group) if !self.export && self.fits(group, &indicator) => group.push(indicator),
                _ => groups.push(vec![indicator]),
            }
        }
        let name = |i: usize, group: &[Indicator]| match group {
            [only] if self.export => safe(&only.code),
            _ => format!("data_{:03}", i + 1),
        };
        groups
            .into_iter()
            .enumerate()
            .map(|(i, group)| Batch { name: name(i, &group), indicators: group, start: self.start, end: self.end })
            .collect()
    }

    fn fits(&self, group: &[Indicator], next: &Indicator) -> bool {
        let all = || group.iter().chain(std::iter::once(next));
        let records: u64 = all().map(|indicator| indicator.records).sum();
        let url = self.base.len() + 120 + all().map(|indicator| "&indicator=".len() + indicator.code.len() * 3).sum::<usize>();
        records <= MAX_RECORDS && url <= MAX_URL
    }

    fn ask(&mut self, batches: Vec<Batch>) -> Vec<Request> {
        self.asked = batches;
        self.asked.iter().map(|batch| self.request(batch)).collect()
    }

    /// Parameters in order of name: the provider's cache is keyed on the address as written.
    fn request(&self, batch: &Batch) -> Request {
        let mut pairs: Vec<(&str, String)> = Vec::new();
        pairs.extend(batch.end.map(|year| ("end", year.to_string())));
        pairs.push(("footnotes", "true".to_owned()));
        if self.export {
            pairs.push(("format", "csv".to_owned()));
        }
        pairs.extend(batch.indicators.iter().map(|indicator| ("indicator", indicator.code.clone())));
        pairs.extend(batch.start.map(|year| ("start", year.to_string())));
        pairs.extend(self.version.clone().map(|version| ("version", version)));
        let (route, extension, expect) =
            if self.export { ("data/indicators/export", "zip", Expect::Zip) } else { ("data/indicators", "json", Expect::Json) };
        let url = format!("{}/{route}?{}", self.base, query(&pairs));
        Request { accept_status: vec![400, 414], ..Request::get(format!("{}.{extension}", batch.name), url, expect) }
    }

    /// Looks at data answers: splits what was too much, refuses what the provider does not know.
    fn next_batches(&mut self, answers: &[Answer]) -> Result<Vec<Request>> {
        let mut smaller = Vec::new();
        for (batch, answer) in std::mem::take(&mut self.asked).into_iter().zip(answers) {
            match answer.status {
                200 => hints(answer)?,
                400 if !said(answer).contains("Too much data") => {
                    return Err(Error::fetch(
                        Code::RefusedByProvider,
                        format!("{} answered 400: {}", answer.request.shown_url(), said(answer)),
                    ));
                }
                status => smaller.extend(batch.split(status == 400).ok_or_else(|| too_much(&batch, answer))?),
            }
        }
        Ok(self.ask(smaller))
    }
}

impl Batch {
    /// Halves by indicator, then by years when that helps. None when nothing is left to split.
    fn split(&self, by_years: bool) -> Option<[Self; 2]> {
        let part = |letter: &str, indicators: &[Indicator], start, end| Self {
            name: format!("{}{letter}", self.name),
            indicators: indicators.to_vec(),
            start,
            end,
        };
        if self.indicators.len() > 1 {
            let (a, b) = self.indicators.split_at(self.indicators.len() / 2);
            return Some([part("a", a, self.start, self.end), part("b", b, self.start, self.end)]);
        }
        let (first, last) = self.indicators.first()?.years?;
        let (first, last) = (self.start.unwrap_or(first), self.end.unwrap_or(last));
        if !by_years || first >= last {
            return None;
        }
        let middle = first + (last - first) / 2;
        Some([part("a", &self.indicators, self.start, Some(middle)), part("b", &self.indicators, Some(middle + 1), self.end)])
    }
}

fn indicator(value: &Value) -> Option<Indicator> {
    let available = &value["dataAvailability"];
    let years = available["timeLine"]["min"].as_i64().zip(available["timeLine"]["max"].as_i64());
    let records = available["totalRecordCount"].as_u64().unwrap_or(MAX_RECORDS / 10);
    Some(Indicator { code: value["indicatorCode"].as_str()?.trim().to_owned(), records, years })
}

fn unknown_codes(unknown: &[&str], known: &[Indicator], version: &str) -> Error {
    let names: Vec<String> = unknown
        .iter()
        .map(|code| match nearest(code, known.iter().map(|indicator| indicator.code.as_str())) {
            Some(near) => format!("`{code}` (did you mean `{near}`?)"),
            None => format!("`{code}`"),
        })
        .collect();
    let message = format!("UIS version {version} does not have {}", names.join(", "));
    Error::fetch_hint(
        Code::CodeNotListed,
        message,
        "codes are listed in SDG_LABEL.csv of the bulk archive and on databrowser.uis.unesco.org",
    )
}

/// Unknown codes get 200 and a hint; no data for the years asked (004) is not an error.
fn hints(answer: &Answer) -> Result<()> {
    let text = String::from_utf8_lossy(&answer.bytes_for_plan);
    for code in ["UIS::HINT::001", "UIS::HINT::003"] {
        if text.contains(code) {
            let what = text.find("could not be found, ").map_or("", |at| &text[at + 20..]);
            let what = what.split(['"', '\n']).next().unwrap_or_default();
            let hint = "compare the data set's codes with /definitions/indicators and /definitions/geounits";
            return Err(Error::fetch_hint(Code::CodeUnknownToProvider, format!("UIS could not find {what} ({code})"), hint));
        }
    }
    Ok(())
}

fn too_much(batch: &Batch, answer: &Answer) -> Error {
    let codes: Vec<&str> = batch.indicators.iter().map(|indicator| indicator.code.as_str()).collect();
    let hint = "narrow `start` and `end`, or use the bulk archive (format = \"uis_bulk\")";
    Error::fetch_hint(Code::TooMuchData, format!("UIS refuses {} as too much data (status {})", codes.join(", "), answer.status), hint)
}

impl Plan for Batches {
    fn next(&mut self, answers: &[Answer]) -> Result<Vec<Request>> {
        self.step = self.step.saturating_add(1);
        match (self.step, answers) {
            (1, _) if self.codes.is_empty() => Ok(Vec::new()),
            (1, _) => Ok(vec![Request::list("version.json", format!("{}/versions/default", self.base))]),
            (2, [version]) => self.definitions(version),
            (3, [definitions]) => self.first_batches(definitions),
            _ => self.next_batches(answers),
        }
    }

    fn vintage(&self) -> Option<String> {
        self.version.clone()
    }

    fn change_token(&self) -> Option<String> {
        self.version.clone()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn answer(request: &Request, status: u16, body: &str) -> Answer {
        Answer { request: request.clone(), status, bytes_for_plan: body.as_bytes().to_vec() }
    }

    fn started(codes: &[&str], counts: &[(&str, u64)]) -> (Batches, Result<Vec<Request>>) {
        let codes: Vec<String> = codes.iter().map(|code| (*code).to_owned()).collect();
        let mut plan = Batches::new("b", &codes, (None, Some(2024)), false);
        let version = plan.next(&[]).unwrap();
        let list = plan.next(&[answer(&version[0], 200, r#"{"version":"v1"}"#)]).unwrap();
        let known: Vec<Value> = counts
            .iter()
            .map(|(code, count)| {
                serde_json::json!({"indicatorCode": format!("{code}  "),
                    "dataAvailability": {"totalRecordCount": count, "timeLine": {"min": 2000, "max": 2025}}})
            })
            .collect();
        let requests = plan.next(&[answer(&list[0], 200, &serde_json::json!(known).to_string())]);
        (plan, requests)
    }

    #[test]
    fn batches_stay_under_the_limit_and_split_when_refused() {
        let (mut plan, requests) = started(&["B", "A", "C"], &[("A", 50_000), ("B", 30_000), ("C", 60_000)]);
        let requests = requests.unwrap();
        assert_eq!(requests[0].url, "b/data/indicators?end=2024&footnotes=true&indicator=A&indicator=B&version=v1");
        assert_eq!(requests.len(), 2);
        let refused = r#"{"message":"Too much data requested (224879 records)"}"#;
        let halves = plan.next(&[answer(&requests[0], 400, refused), answer(&requests[1], 400, refused)]).unwrap();
        let names: Vec<&str> = halves.iter().map(|request| request.name.as_str()).collect();
        assert_eq!(names, ["data_001a.json", "data_001b.json", "data_002a.json", "data_002b.json"]);
        assert!(halves[2].url.contains("end=2012&") && halves[3].url.contains("start=2013&"), "{}", halves[3].url);
        let fine: Vec<Answer> = halves.iter().map(|request| answer(request, 200, r#"{"hints":[],"records":[]}"#)).collect();
        assert!(plan.next(&fine).unwrap().is_empty());
    }

    #[test]
    fn unknown_codes_are_named_with_a_suggestion() {
        let error = started(&["CR.1", "SCHBSP.1.WINTERM"], &[("CR.1", 1), ("SCHBSP.1.WINTERN", 1)]).1.unwrap_err().to_string();
        assert!(error.contains("`SCHBSP.1.WINTERM` (did you mean `SCHBSP.1.WINTERN`?)"), "{error}");
    }

    #[test]
    fn a_hint_in_the_data_is_an_error() {
        let (mut plan, requests) = started(&["A"], &[("A", 1)]);
        let body = r#"{"hints":[{"code":"UIS::HINT::001","message":"The indicator could not be found, A"}],"records":[]}"#;
        let error = plan.next(&[answer(&requests.unwrap()[0], 200, body)]).unwrap_err().to_string();
        assert_eq!(error, "E1012: UIS could not find A (UIS::HINT::001)");
    }
}
