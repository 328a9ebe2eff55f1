//! A row of a table of targets: baseline, newest value, target, distance, class, each leading to its explanation.

use serde::Serialize;

use super::why;
use crate::publish::labels::STANDINGS;
use crate::publish::progress::Progress;
use crate::publish::view::View;

#[derive(Serialize, Default)]
pub(super) struct Row {
    pub code: String,
    pub name: String,
    pub href: Option<String>,
    pub area: String,
    pub area_href: Option<String>,
    /// The breakdown, where there is one.
    pub part: String,
    /// Where the block that explains the numbers is.
    pub why: String,
    pub baseline: Option<Figures>,
    pub latest: Option<Figures>,
    pub goal: String,
    pub target_year: String,
    pub distance: Option<String>,
    /// The course of the values, as an image; empty where the table has none.
    pub spark: String,
    pub class: String,
    pub class_name: String,
    pub reason: String,
}

#[derive(Serialize)]
pub(super) struct Figures {
    pub value: String,
    pub year: String,
}

/// The numbers of a row; `page` is where its block `anchor` stands, empty for the same page.
pub(super) fn of(view: &View<'_>, row: &Progress<'_>, page: &str, anchor: &str) -> Row {
    let unit = view.unit_of(row);
    let figures = |value: Option<f64>, year: Option<i64>| Some(Figures { value: view.labels.show(value?, unit), year: year?.to_string() });
    Row {
        why: format!("{page}#{anchor}"),
        part: view.labels.breakdown(&row.dimensions),
        baseline: figures(row.baseline, row.baseline_year),
        latest: figures(row.latest, row.latest_year),
        goal: view.goal(row),
        target_year: row.target_year.to_string(),
        distance: row.distance.map(|distance| view.labels.difference(distance, unit)),
        class: row.standing().to_owned(),
        class_name: view.labels.class(row.standing()).to_owned(),
        reason: if row.insufficient() || otherwise(row) { why::reason(view, row) } else { String::new() },
        ..Row::default()
    }
}

/// Whether the class is not that of the numbers beside it: it may be that of the same economies, or of a target with which
/// this one is met.
fn otherwise(row: &Progress<'_>) -> bool {
    let reached = matches!(row.standing(), "met" | "late");
    row.distance.is_some_and(|distance| (distance <= 0.0) != reached)
}

/// How many of something are of each class.
pub(super) fn tally(view: &View<'_>, what: &str, classes: &[&str]) -> String {
    let counted = STANDINGS.iter().map(|class| (class, classes.iter().filter(|other| other == &class).count())).filter(|(_, n)| *n > 0);
    let said: Vec<String> = counted.map(|(class, n)| format!("{n} {}", view.labels.class(class).to_lowercase())).collect();
    format!("{} {what}: {}", classes.len(), said.join(", "))
}

/// How a scheme of groups is headed.
pub(super) fn scheme_name(scheme: &str) -> String {
    match scheme {
        "world" => "World".into(),
        "itu_region" => "ITU regions".into(),
        "m49" => "UN regions (M49)".into(),
        "income" => "Income groups".into(),
        "development" => "Level of development".into(),
        "special" => "Special groups".into(),
        other => other.replace('_', " "),
    }
}
