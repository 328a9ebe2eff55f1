//! `new`: an indicator file with every header key explained, and a test case beside it; both pass as they are.

use serde::Serialize;

use crate::error::{Error, Result};
use crate::exit::Exit;
use crate::job::load;
use crate::printer::{Answer, Printer};
use crate::settings::Settings;

#[derive(Serialize)]
struct Written {
    indicator: String,
    file: String,
    test_case: String,
}

pub fn new(settings: &Settings, printer: &Printer, id: &str, name: &str) -> Result<Exit> {
    refuse(settings, id, name)?;
    let file = settings.workspace.sql().join("indicators").join(format!("{id}_{name}.sql"));
    let case = settings.workspace.sql().join("tests").join(id).join("first");
    let (shown, shown_case) = (settings.workspace.shown(&file), settings.workspace.shown(&case));
    if file.exists() || case.exists() {
        return Err(Error::usage(format!("{} exists already", if file.exists() { shown } else { shown_case })));
    }
    crate::files::write_atomically(&file, TEMPLATE.replace("@ID@", id).replace("@NAME@", name).as_bytes())?;
    for (name, content) in CASE {
        crate::files::write_atomically(&case.join(name), content.as_bytes())?;
    }
    Ok(printer.answer("new", Exit::Done, &Written { indicator: id.to_owned(), file: shown, test_case: shown_case }))
}

impl Answer for Written {
    fn show(&self, printer: &Printer) {
        let id = &self.indicator;
        printer.line(&format!("wrote {}", self.file));
        printer.line(&format!("wrote {}/: observations, a tiny world, and what is expected of it", self.test_case));
        printer.note(&format!("next: edit it, then `yardstick check`, `yardstick test {id}`, `yardstick preview {id}`"));
    }
}

/// An id or name that cannot be, or is taken.
fn refuse(settings: &Settings, id: &str, name: &str) -> Result<()> {
    let good_id = !id.is_empty()
        && id.chars().all(|c| c.is_ascii_alphanumeric() || c == '.' || c == '-')
        && !id.starts_with('.')
        && !id.ends_with('.');
    if !good_id {
        return Err(Error::usage_hint(format!("`{id}` is not an id"), "letters, digits and dots, such as 2.8"));
    }
    let good_name = name.starts_with(|c: char| c.is_ascii_lowercase())
        && name.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_');
    if !good_name {
        return Err(Error::usage_hint(
            format!("`{name}` is not a name"),
            "lower case letters, digits and underscores, such as mobile_subscriptions",
        ));
    }
    let loaded = load::read(settings);
    if let Some(other) = loaded.catalogue.indicators.iter().find(|i| i.id == id || i.name == name) {
        let what = if other.id == id { format!("id `{id}`") } else { format!("name `{name}`") };
        return Err(Error::usage(format!("the {what} is already used by {}", other.text.path)));
    }
    if let Some(other) = loaded.catalogue.indicators.iter().find(|i| i.name == id || i.id == name) {
        return Err(Error::usage(format!("`{id}` or `{name}` already names {}", other.text.path)));
    }
    let mut targets = loaded.catalogue.indicators.iter().flat_map(|i| i.targets.iter().map(move |t| (i, t)));
    if let Some((other, _)) = targets.find(|(_, target)| target.id == id) {
        let hint = "the template's target has the indicator's id: choose another one, such as the next free number";
        return Err(Error::usage_hint(format!("`{id}` is already a target of {}", other.text.path), hint));
    }
    if !settings.workspace.sql().is_dir() {
        return Err(Error::usage_hint(
            format!("{} is no workspace", settings.workspace.root.display()),
            "a workspace has pipelines/ and sql/",
        ));
    }
    Ok(())
}

const TEMPLATE: &str = r#"/*---
# What it is called: the id on the command line, the name in data files
id = "@ID@"
name = "@NAME@"
title = "Mobile-cellular subscriptions per 100 inhabitants"
# A code of pipelines/reference/units.csv
unit = "PER_100_POP"

# How economies become groups: weighted_mean (value, weight), ratio_of_sums (numerator, denominator), median, sum,
# share_of_economies (value 1 or 0), none; a file of sql/rollups/ each
rollup = "weighted_mean"
# Which groups: world, itu_region, development, special (LDC, LLDC, SIDS), income, m49
groups = ["world", "itu_region", "development", "special", "income"]
# How many years a value may be carried forward in the estimate `imputed`; 0 = never
window = 5
# Shares of the weight: from `publish` on an aggregate is shown, from `flag` on with a flag, below it is withheld.
# base: what coverage is a share of: population, weight (of rows without a value too) or economies
coverage = { publish = 0.667, flag = 0.5, base = "population" }
# The data sets that the SELECT may see, in order of preference: source/dataset as the files in pipelines/ name them
datasets = ["itu/mobile_subscriptions"]

# What the catalogue tells readers
definition = "Subscriptions to a public mobile-telephone service per 100 inhabitants"
method = "The economy's own rate; groups are weighted by population"
caveats = "Subscriptions are not people: one person may hold several"
owner = "name of the person or group who answers for it"
sources = [
  { title = "ITU DataHub, mobile-cellular subscriptions", licence = "CC BY-NC-SA 3.0 IGO", citation = "ITU, World Telecommunication/ICT Indicators database", url = "https://datahub.itu.int" },
]

# What it must reach; leave it out, or write several. One of: value = a level; change = -0.25 against the baseline;
# low and high with direction "band". also = ["groups", "countries"] gives a row for each of them too.
[[target]]
id = "@ID@"
title = "100 subscriptions per 100 inhabitants"
area = "WLD"
year = 2030
value = 100.0
direction = "up"
baseline_year = 2015
also = ["groups"]
---*/
-- One row per economy, year and breakdown. Dimensions left out (sex, age, urbanisation ..) are _T, the total.
-- The outer join keeps the agency's own aggregates, which have no population here: they become `published`.
SELECT o.ref_area, o.time_period, o.obs_value AS value, p.persons AS weight, o.obs_status, o.note, o.source
FROM (SELECT ref_area, time_period, persons FROM population WHERE sex = '_T' AND age = '_T' AND urbanisation = '_T') AS p
RIGHT JOIN observations AS o ON p.ref_area = o.ref_area AND p.time_period = o.time_period
WHERE o.source = 'itu' AND o.series = '392' AND o.obs_value IS NOT NULL
"#;

/// A world of three economies: 80 of its 100 people are covered, 50 x 60 + 30 x 120 = 6600 over 80.
const CASE: [(&str, &str); 5] = [
    (
        "observations.csv",
        "source,dataset,series,ref_area,time_period,obs_value\nitu,mobile_subscriptions,392,KEN,2020,60\nitu,mobile_subscriptions,392,PER,2020,120\n",
    ),
    (
        "population.csv",
        "ref_area,time_period,persons,sex,age,urbanisation\nKEN,2020,50,_T,_T,_T\nPER,2020,30,_T,_T,_T\nFJI,2020,20,_T,_T,_T\n",
    ),
    ("groups.csv", "group_code,group_scheme,name\nWLD,world,World of three\n"),
    ("membership.csv", "group_scheme,group_code,ref_area\nworld,WLD,KEN\nworld,WLD,PER\nworld,WLD,FJI\n"),
    (
        "expected.csv",
        "ref_area,time_period,estimate,value,obs_status,coverage,members_observed,members_total\nKEN,2020,reported,60,A,,,\nWLD,2020,available,82.5,A,0.8,2,3\n",
    ),
];
