//! Requests to the UN SDG database: CSV, one request per series (large answers break off).

use crate::fetch::{Expect, Method, Request};
use crate::sources::plan::{distinct, safe};

pub(super) fn requests(base: &str, series: &[String], (start, end): (Option<i64>, Option<i64>)) -> Vec<Request> {
    distinct(series).iter().map(|code| request(base, code, start, end)).collect()
}

fn request(base: &str, code: &str, start: Option<i64>, end: Option<i64>) -> Request {
    let mut fields = vec![("seriesCodes".to_owned(), code.to_owned())];
    fields.extend(start.map(|year| ("timePeriodStart".to_owned(), year.to_string())));
    fields.extend(end.map(|year| ("timePeriodEnd".to_owned(), year.to_string())));
    let get = Request::get(format!("{}.csv", safe(code)), format!("{base}/Series/DataCSV"), Expect::Csv);
    Request { method: Method::PostMultipart(fields), ..get }
}
