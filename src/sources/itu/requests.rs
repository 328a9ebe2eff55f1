//! Requests to the ITU DataHub. It answers 200 and `[]` for an unknown code as well as for no data.

use super::settings::{Datahub, Route};
use crate::error::{Code, Error, Result};
use crate::fetch::{Expect, Request};
use crate::sources::plan::{Answer, Plan, distinct, encode, safe, without_mark};

/// The route takes many codes; its limit is not known.
const MAX_CODES_LENGTH: usize = 3000;

pub(super) struct Requests {
    requests: Vec<Request>,
    /// For each request: what it asks for, as (kind, name). Each must get something from one request at least.
    wanted: Vec<Vec<(&'static str, String)>>,
}

impl Requests {
    pub(super) fn new(base: &str, asked: &Datahub) -> Result<Self> {
        let (codes, economies, regions) = (distinct(&asked.codes), distinct(&asked.economies), distinct(&asked.regions));
        let mut plan = Self { requests: Vec::new(), wanted: Vec::new() };
        match asked.route {
            Route::DownloadById => codes.iter().for_each(|code| plan.download(base, code, asked.collection)),
            Route::DownloadMany => plan.download_many(base, &codes, &economies),
            Route::CountrySeries => codes.iter().for_each(|code| plan.country_series(base, code, &economies)),
            Route::RegionalAggregates if regions.is_empty() => {
                return Err(Error::fetch_hint(
                    Code::NoRequest,
                    "the route regional_aggregates needs `regions`",
                    "give ITU's region ids, such as regions = [\"1\", \"2\", \"3\", \"4\", \"5\", \"716\"]",
                ));
            }
            Route::RegionalAggregates => codes.iter().for_each(|code| plan.aggregates(base, code, &regions)),
        }
        Ok(plan)
    }

    fn add(&mut self, name: String, url: String, expect: Expect, wanted: Vec<(&'static str, String)>) {
        self.requests.push(Request::get(name, url, expect));
        self.wanted.push(wanted);
    }

    /// The answer is a ZIP, or plain CSV: readers must tell by the bytes, not by the name.
    fn download(&mut self, base: &str, code: &str, collection: bool) {
        let url = format!("{base}/data/download/byid/{}/iscollection/{collection}", encode(code));
        self.add(format!("{}.zip", safe(code)), url, Expect::ZipOrCsv, vec![("code", code.to_owned())]);
    }

    fn download_many(&mut self, base: &str, codes: &[String], economies: &[String]) {
        let list = |names: &[String]| names.iter().map(|name| encode(name)).collect::<Vec<_>>().join(",");
        for (i, group) in groups(codes).into_iter().enumerate() {
            let mut url = format!("{base}/data/download?codesid={}", list(group));
            if !economies.is_empty() {
                url.push_str(&format!("&countriesid={}", list(economies)));
            }
            self.add(format!("codes_{:03}.csv", i + 1), url, Expect::ZipOrCsv, Vec::new());
        }
    }

    /// Without economies: all of them in one answer.
    fn country_series(&mut self, base: &str, code: &str, economies: &[String]) {
        let url = format!("{base}/data/bycode/{}", encode(code));
        if economies.is_empty() {
            return self.add(format!("{}.json", safe(code)), url, Expect::Json, vec![("code", code.to_owned())]);
        }
        for economy in economies {
            let wanted = vec![("code", code.to_owned()), ("economy", economy.clone())];
            self.add(format!("{}_{}.json", safe(code), safe(economy)), format!("{url}/byiso/{}", encode(economy)), Expect::Json, wanted);
        }
    }

    fn aggregates(&mut self, base: &str, code: &str, regions: &[String]) {
        for region in regions {
            let url = format!("{base}/aggregation/bycodeid/{}/byregionid/{}", encode(code), encode(region));
            let wanted = vec![("code", code.to_owned()), ("region", region.clone())];
            self.add(format!("{}_region_{}.json", safe(code), safe(region)), url, Expect::Json, wanted);
        }
    }

    /// A pair may have no data, but a code or a place that never has any is taken as an error.
    fn check(&self, answers: &[Answer]) -> Result<()> {
        let empty = |answer: &Answer| matches!(without_mark(&answer.bytes_for_plan).trim_ascii(), b"[]" | b"{}");
        let full: Vec<_> = self.wanted.iter().zip(answers).filter(|(_, answer)| !empty(answer)).flat_map(|(wanted, _)| wanted).collect();
        let mut missing: Vec<String> = Vec::new();
        for (kind, name) in self.wanted.iter().flatten().filter(|wanted| !full.contains(wanted)) {
            let words = format!("{kind} {name}");
            if !missing.contains(&words) {
                missing.push(words);
            }
        }
        if missing.is_empty() {
            return Ok(());
        }
        Err(Error::fetch_hint(
            Code::EmptyList,
            format!("unknown code or no data: ITU answered with an empty list for {}", missing.join(", ")),
            "ITU does not tell an unknown code from one without data: look it up on datahub.itu.int, and take it out of pipelines/ if it is gone",
        ))
    }
}

impl Plan for Requests {
    fn next(&mut self, answers: &[Answer]) -> Result<Vec<Request>> {
        if !answers.is_empty() {
            self.check(answers)?;
        }
        Ok(std::mem::take(&mut self.requests))
    }
}

/// Codes in order, cut so that no address gets too long.
fn groups(codes: &[String]) -> Vec<&[String]> {
    let mut groups = Vec::new();
    let (mut start, mut length) = (0, 0);
    for (i, code) in codes.iter().enumerate() {
        if length > 0 && length + code.len() + 1 > MAX_CODES_LENGTH {
            groups.push(&codes[start..i]);
            (start, length) = (i, 0);
        }
        length += code.len() + 1;
    }
    if start < codes.len() {
        groups.push(&codes[start..]);
    }
    groups
}

#[cfg(test)]
mod tests {
    use super::*;

    fn texts(names: &[&str]) -> Vec<String> {
        names.iter().map(|name| (*name).to_owned()).collect()
    }

    fn asked(route: Route, codes: &[&str], economies: &[&str], regions: &[&str]) -> Datahub {
        Datahub { route, codes: texts(codes), collection: true, economies: texts(economies), regions: texts(regions) }
    }

    fn answers(requests: &[Request], bodies: &[&str]) -> Vec<Answer> {
        requests
            .iter()
            .zip(bodies)
            .map(|(request, body)| Answer { request: request.clone(), status: 200, bytes_for_plan: body.as_bytes().to_vec() })
            .collect()
    }

    #[test]
    fn routes_make_addresses() {
        let urls = |route, economies: &[&str], regions: &[&str]| {
            let mut plan = Requests::new("b", &asked(route, &["1", "2", "1"], economies, regions)).unwrap();
            plan.next(&[]).unwrap().into_iter().map(|request| request.url).collect::<Vec<_>>()
        };
        assert_eq!(urls(Route::DownloadById, &[], &[])[0], "b/data/download/byid/1/iscollection/true");
        assert_eq!(urls(Route::DownloadMany, &["7", "8"], &[]), ["b/data/download?codesid=1,2&countriesid=7,8"]);
        assert_eq!(urls(Route::CountrySeries, &["USA"], &[])[1], "b/data/bycode/2/byiso/USA");
        assert_eq!(urls(Route::RegionalAggregates, &[], &["3"])[0], "b/aggregation/bycodeid/1/byregionid/3");
        assert!(Requests::new("b", &asked(Route::RegionalAggregates, &["1"], &[], &[])).is_err());
    }

    #[test]
    fn an_empty_list_is_never_success() {
        let mut plan = Requests::new("b", &asked(Route::CountrySeries, &["1", "2"], &["USA", "FRA"], &[])).unwrap();
        let requests = plan.next(&[]).unwrap();
        assert!(plan.next(&answers(&requests, &["[1]", "[]", "[]", "[1]"])).unwrap().is_empty());
        let error = plan.next(&answers(&requests, &["[1]", "[]", "[1]", " []\n"])).unwrap_err().to_string();
        assert!(error.contains("economy FRA") && !error.contains("code 1"), "{error}");
    }
}
