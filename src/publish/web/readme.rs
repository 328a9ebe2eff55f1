//! `web/<name>.readme.md`: what the files of one indicator hold, for a person.

use std::fmt::Write;

use crate::indicator::Indicator;
use crate::publish::chart::Caption;
use crate::publish::view::View;

/// `seen`: what the chart of the indicator shows, and of which area.
pub(super) fn text(view: &View<'_>, indicator: &Indicator, seen: &Caption) -> String {
    let name = &indicator.name;
    let mut text = String::new();
    let mut part = |heading: &str, body: &str| {
        if !body.trim().is_empty() {
            let _ = write!(text, "{heading}\n\n{}\n\n", plain(body.trim()));
        }
    };
    part(&format!("# {}", plain(&indicator.title)), &indicator.definition);
    part("## In short", &format!("{}. {}\n\nUnit: {}.", seen.title, seen.description, units(view, indicator)));
    part("## Method", &indicator.method);
    part("## Read with care", &indicator.caveats);
    let _ = write!(
        text,
        "## Files\n\n\
         - `{name}.csv`: a row a value: `entity`, `code`, `year`, the dimensions in play and `part`, which says them in words, `estimate`, `preferred`, `{name}`, `unit`, `obs_status`, `note`. An empty value is withheld or missing, and `note` says why.\n\
         - `{name}.json`: the same by column, with coverage, members, source and note; described by `../schema/web.schema.json`.\n\
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

/// The unit of the indicator, then others that some of its values have.
fn units(view: &View<'_>, indicator: &Indicator) -> String {
    let mut units = vec![indicator.unit.as_str()];
    for row in view.values.of_indicator(&indicator.name) {
        let unit = view.values.unit.value(row);
        if !units.contains(&unit) {
            units.push(unit);
        }
    }
    let named: Vec<String> = units.iter().map(|unit| view.labels.unit(unit).name).collect();
    match &named[..] {
        [one, others @ ..] if !others.is_empty() => format!("{one}; some values in {}", others.join(", ")),
        _ => named.concat(),
    }
}

/// Text whose `<`, `[` and `` ` `` a reader of Markdown does not take for markup.
fn plain(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('[', "\\[")
}
