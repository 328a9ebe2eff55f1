//! `web/<name>.readme.md`: what the files of one indicator hold, for a person.

use std::fmt::Write;

use crate::indicator::Indicator;
use crate::publish::view::View;

/// `seen`: what the chart of the indicator shows, in a sentence.
pub(super) fn text(view: &View<'_>, indicator: &Indicator, seen: &str) -> String {
    let name = &indicator.name;
    let unit = view.labels.unit(&indicator.unit);
    let mut text = String::new();
    let mut part = |heading: &str, body: &str| {
        if !body.trim().is_empty() {
            let _ = write!(text, "{heading}\n\n{}\n\n", plain(body.trim()));
        }
    };
    part(&format!("# {}", plain(&indicator.title)), &indicator.definition);
    part("## In short", &format!("Unit: {}. {seen}", unit.name));
    part("## Method", &indicator.method);
    part("## Read with care", &indicator.caveats);
    let _ = write!(
        text,
        "## Files\n\n\
         - `{name}.csv`: a row a value: `entity`, `code`, `year`, the dimensions in play and `part`, which says them in words, `estimate`, `preferred`, `{name}`, `unit`, `obs_status`, `note`. An empty value is withheld or missing, and `note` says why.\n\
         - `{name}.json`: the same by column, with coverage, members and source; described by `../schema/web.schema.json`.\n\
         - `{name}.metadata.json`: titles, unit, codes and their names, areas, targets, sources.\n\
         - `{name}.svg`: the chart.\n\n\
         To show one figure an area and year, take the rows with `preferred` true. To draw a line over time, take one `estimate`: the preferred one may change from year to year.\n\n\
         ## Sources\n\n"
    );
    for source in &indicator.sources {
        let _ = writeln!(
            text,
            "- {}: {}. Licence: {}. {}",
            plain(&source.citation),
            plain(&source.title),
            plain(&source.licence),
            plain(&source.url)
        );
    }
    if indicator.sources.is_empty() {
        text.push_str("None named.\n");
    }
    text
}

/// Text whose `<`, `[` and `` ` `` a reader of Markdown does not take for markup.
fn plain(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('[', "\\[")
}
