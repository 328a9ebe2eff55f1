//! `[[dataset]]` blocks: one thing pulled from a source, by one route or by several.

use crate::authored::rules;
use crate::authored::toml::TableReader;
use crate::error::{Problem, SourceText};
use crate::pipelines::route::{self, Route};

#[derive(Debug, Clone)]
pub struct Dataset {
    pub name: String,
    pub title: String,
    /// Where they differ from those of the source.
    pub licence: Option<String>,
    pub citation: Option<String>,
    pub homepage: Option<String>,
    /// The provider's own, with the name of the data set, and then its mirrors in the order in which they are asked.
    pub routes: Vec<Route>,
    pub schedule: Option<String>,
    /// A pull with fewer rows than this share of the last one is a failed gate, not new data.
    pub minimum_share_of_last: f64,
    /// A pull with more rows set aside than this share of those that should have become observations is a failed gate.
    pub maximum_share_set_aside: f64,
    /// A pull of the same edition in which more than this share of the values that the last one had too is changed is a
    /// failed gate.
    pub maximum_share_rewritten: f64,
    /// What to download by hand, and where from: shown when a data set has never been loaded.
    pub how_to_get: String,
    /// The edition of the data, where only a person knows it.
    pub vintage: Option<String>,
    /// The file in which it stands.
    pub text: SourceText,
}

impl Dataset {
    /// The provider's own route.
    pub fn own(&self) -> &Route {
        // Read with one at least.
        &self.routes[0]
    }

    /// The route of this name, and its place in the order.
    pub fn route(&self, name: &str) -> Option<(usize, &Route)> {
        self.routes.iter().enumerate().find(|(_, route)| route.name == name)
    }
}

pub(super) fn read(table: &mut TableReader<'_>, problems: &mut Vec<Problem>) -> Option<Dataset> {
    let name = table.string("name", problems);
    let name = table.require("name", name, problems)?;
    rules::name_rule(table, "name", &name, problems);
    let title = table.string("title", problems).unwrap_or_else(|| name.clone());
    let licence = table.string("licence", problems);
    let citation = table.string("citation", problems);
    let homepage = table.string("homepage", problems);
    let schedule = table.string("schedule", problems);
    rules::cron_rule(table, schedule.as_deref(), problems);
    let share = table.float("minimum_share_of_last", problems);
    let minimum_share_of_last = rules::within(table, "minimum_share_of_last", share, 0.0..=1.0, problems).unwrap_or(0.8);
    let share = table.float("maximum_share_set_aside", problems);
    let maximum_share_set_aside = rules::within(table, "maximum_share_set_aside", share, 0.0..=1.0, problems).unwrap_or(0.1);
    let share = table.float("maximum_share_rewritten", problems);
    let maximum_share_rewritten = rules::within(table, "maximum_share_rewritten", share, 0.0..=1.0, problems).unwrap_or(0.25);
    let how_to_get = table.string("how_to_get", problems).unwrap_or_default();
    let vintage = table.string("vintage", problems);
    let mut routes = vec![route::read(table, name.clone(), title.clone(), problems)?];
    routes.extend(route::read_mirrors(table, &name, problems));
    Some(Dataset {
        name,
        title,
        licence,
        citation,
        homepage,
        routes,
        schedule,
        minimum_share_of_last,
        maximum_share_set_aside,
        maximum_share_rewritten,
        how_to_get,
        vintage,
        text: table.source().clone(),
    })
}
