//! Requests for a `table` data set: one file at one address, one for each year, or none.

use crate::error::{Code, Error, Result};
use crate::fetch::{Expect, Request};
use crate::sources::plan::{Asked, name_from};
use crate::sources::table::map::{TableMap, YEAR};

pub(super) fn of(map: &TableMap, asked: &Asked<'_>) -> Result<Vec<Request>> {
    let url = map.url.trim();
    if url.is_empty() {
        let message = format!("`{}` is only downloaded by hand: it has no url", asked.dataset);
        let hint = if asked.how_to_get.is_empty() {
            "put the file under DIR/<source>/<data set>/ and run with --from DIR".to_owned()
        } else {
            asked.how_to_get.to_owned()
        };
        return Err(Error::fetch_hint(Code::OnlyByHand, message, hint));
    }
    if map.years.is_empty() {
        let name = name_from(url, asked.dataset);
        let expect = expected(&name, map);
        return Ok(vec![Request::get(name, url, expect)]);
    }
    let of_year = |year: &i64| {
        let url = url.replace(YEAR, &year.to_string());
        let name = name_from(&url, asked.dataset);
        let (stem, ending) = name.rsplit_once('.').unwrap_or((&name, if map.lists.is_empty() { "" } else { "json" }));
        // The year may stand behind the name, where addresses have what is asked.
        let stem = if stem.contains(&year.to_string()) { stem.to_owned() } else { format!("{stem}_{year}") };
        let name = if ending.is_empty() { stem } else { format!("{stem}.{ending}") };
        let expect = expected(&name, map);
        Request::get(name, url, expect)
    };
    Ok(map.years.iter().map(of_year).collect())
}

fn expected(name: &str, map: &TableMap) -> Expect {
    match name.to_ascii_lowercase().rsplit_once('.') {
        _ if !map.lists.is_empty() => Expect::Json,
        Some((_, "json")) => Expect::Json,
        Some((_, "zip" | "xlsx")) => Expect::Zip,
        Some((_, "7z")) => Expect::SevenZip,
        _ => Expect::Any,
    }
}
