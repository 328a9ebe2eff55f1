//! Where the pages are, seen from the folder of the site.

use crate::publish::markup::slug;
use crate::publish::view::View;

pub(super) fn target(id: &str) -> String {
    format!("target/{}.html", slug(id))
}

/// The page of an economy or group; None for a code that the reference does not have.
pub(super) fn area(view: &View<'_>, code: &str) -> Option<String> {
    if view.groups.contains_key(code) {
        return Some(format!("group/{}.html", slug(code)));
    }
    view.economies.contains_key(code).then(|| format!("economy/{}.html", slug(code)))
}

/// The SQL of an indicator.
pub(super) fn method(indicator: &str) -> String {
    format!("method.html#{}", slug(indicator))
}
