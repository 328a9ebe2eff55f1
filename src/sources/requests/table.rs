//! Requests for a `table` data set: one file at one address, or none.

use super::name_from;
use crate::error::{Error, Result};
use crate::fetch::{Expect, Request};
use crate::pipelines::{Dataset, TableMap};

pub(super) fn request(map: &TableMap, dataset: &Dataset) -> Result<Request> {
    if map.url.trim().is_empty() {
        let message = format!("`{}` is only downloaded by hand: it has no url", dataset.name);
        let hint = if dataset.how_to_get.is_empty() {
            "put the file under DIR/<source>/<data set>/ and run with --from DIR".to_owned()
        } else {
            dataset.how_to_get.clone()
        };
        return Err(Error::fetch_hint("E1015", message, hint));
    }
    let name = name_from(&map.url, &dataset.name);
    let expect = match name.to_ascii_lowercase().rsplit_once('.') {
        Some((_, "zip" | "xlsx")) => Expect::Zip,
        Some((_, "7z")) => Expect::SevenZip,
        _ => Expect::Any,
    };
    Ok(Request::get(name, map.url.trim(), expect))
}
