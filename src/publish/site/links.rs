//! Where the pages are, seen from the folder of the site.

use crate::publish::markup::slug;
use crate::publish::view::View;

pub(super) fn target(id: &str) -> String {
    format!("target/{}.html", slug(id))
}

/// Economies that have pages and stand in lists: more would make pages that nobody loads, and a site that no host takes.
const MOST: usize = 2_000;

/// Whether the economies of the workspace have pages.
pub(super) fn economies_have_pages(view: &View<'_>) -> bool {
    view.economies.len() <= MOST
}

/// The page of an economy or group; None for a code that the reference does not have, and where there are too many.
pub(super) fn area(view: &View<'_>, code: &str) -> Option<String> {
    if view.groups.contains_key(code) {
        return Some(format!("group/{}.html", slug(code)));
    }
    (economies_have_pages(view) && view.economies.contains_key(code)).then(|| format!("economy/{}.html", slug(code)))
}

/// The SQL of an indicator.
pub(super) fn method(indicator: &str) -> String {
    format!("method.html#{}", slug(indicator))
}
