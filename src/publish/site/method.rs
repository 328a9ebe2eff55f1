//! The method: the SQL of every indicator, of the roll-ups and of the distance to a target, as it ran.

use serde::Serialize;

use super::links;
use super::overview::Link;
use crate::error::SourceText;
use crate::publish::markup::slug;
use crate::publish::view::View;

#[derive(Serialize)]
pub(super) struct Page {
    indicators: Vec<Statement>,
    shared: Vec<Statement>,
    steps: Vec<Statement>,
    rollups: Vec<Statement>,
    derived: Vec<Statement>,
    checks: Vec<Statement>,
}

#[derive(Serialize)]
struct Statement {
    id: String,
    title: String,
    file: String,
    sql: String,
    targets: Vec<Link>,
}

pub(super) fn page(view: &View<'_>) -> Page {
    let catalogue = view.made.catalogue;
    let indicators = catalogue.indicators.iter().map(|indicator| Statement {
        id: slug(&indicator.name),
        title: format!("{} {}", indicator.id, indicator.title),
        file: indicator.text.path.to_string(),
        sql: indicator.text.text.to_string(),
        targets: indicator.targets.iter().map(|t| Link { name: t.id.clone(), href: links::target(&t.id) }).collect(),
    });
    Page {
        indicators: indicators.collect(),
        shared: files("shared", catalogue.shared.iter()),
        steps: files("step", catalogue.steps.iter().map(|step| (&step.name, &step.text))),
        rollups: files("rollup", catalogue.rollups.iter().map(|(name, rollup)| (name, &rollup.text))),
        derived: files("derived", catalogue.derived.iter()),
        checks: files("check", catalogue.checks.iter()),
    }
}

fn files<'a>(kind: &str, texts: impl Iterator<Item = (&'a String, &'a SourceText)>) -> Vec<Statement> {
    let statement = |(name, text): (&String, &SourceText)| Statement {
        id: format!("{kind}.{}", slug(name)),
        title: name.replace('_', " "),
        file: text.path.to_string(),
        sql: text.text.to_string(),
        targets: Vec::new(),
    };
    texts.map(statement).collect()
}
