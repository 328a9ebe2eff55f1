//! Requests for a `table` data set: one file at one address, or none.

use crate::error::{Code, Error, Result};
use crate::fetch::{Expect, Request};
use crate::sources::plan::{Asked, name_from};
use crate::sources::table::map::TableMap;

pub(super) fn request(map: &TableMap, asked: &Asked<'_>) -> Result<Request> {
    if map.url.trim().is_empty() {
        let message = format!("`{}` is only downloaded by hand: it has no url", asked.dataset);
        let hint = if asked.how_to_get.is_empty() {
            "put the file under DIR/<source>/<data set>/ and run with --from DIR".to_owned()
        } else {
            asked.how_to_get.to_owned()
        };
        return Err(Error::fetch_hint(Code::OnlyByHand, message, hint));
    }
    let name = name_from(&map.url, asked.dataset);
    let expect = match name.to_ascii_lowercase().rsplit_once('.') {
        Some((_, "zip" | "xlsx")) => Expect::Zip,
        Some((_, "7z")) => Expect::SevenZip,
        _ => Expect::Any,
    };
    Ok(Request::get(name, map.url.trim(), expect))
}
