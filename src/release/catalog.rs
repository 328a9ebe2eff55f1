//! `catalog.json`: what a dashboard needs to label things: indicators, targets, groups, code lists, units.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use crate::error::Result;
use crate::fetch::Pull;
use crate::indicator::{Catalogue, TargetKind};
use crate::observe::NormaliseReport;
use crate::pipelines::{Dataset, Source};
use crate::reference::Reference;
use crate::release::licence;
use crate::tables::cells::Table;
use crate::tables::schema::DIMENSIONS;
use crate::tables::views::{Areas, Cells, Groups, Units};
use crate::workspace::Workspace;

/// Classes from best to worst, and the one without a verdict, each with its colour: told apart without red and green, and
/// never shown by its colour alone.
pub const CLASSES: [(&str, &str); 6] = [
    ("met", "#12436D"),
    ("on_track", "#2073BC"),
    ("moderate", "#6BACE6"),
    ("limited", "#F4A672"),
    ("deterioration", "#801650"),
    ("insufficient_data", "#C4C8CE"),
];

pub fn json(
    workspace: &Workspace,
    sources: &[Source],
    catalogue: &Catalogue,
    reference: &Reference,
    data_sets: &[Value],
) -> Result<Vec<u8>> {
    let indicators: Vec<Value> = catalogue.indicators.iter().map(indicator).collect();
    let mut bytes = serde_json::to_vec_pretty(&json!({
        "schema_version": 1,
        "indicators": indicators,
        "data_sets": data_sets,
        "areas": areas(reference)?,
        "groups": groups(reference)?,
        "units": units(reference)?,
        "code_lists": code_lists_json(workspace),
        "order": order(workspace, catalogue, reference)?,
        "classes": CLASSES.map(|(code, colour)| json!({ "code": code, "colour": colour })),
        "sources": sources.iter().map(source).collect::<Vec<_>>(),
    }))?;
    bytes.push(b'\n');
    Ok(bytes)
}

fn indicator(indicator: &crate::indicator::Indicator) -> Value {
    let targets: Vec<Value> = indicator
        .targets
        .iter()
        .map(|target| {
            let (value, change, low, high) = match target.kind {
                TargetKind::Level(value) => (Some(value), None, None, None),
                TargetKind::Change(change) => (None, Some(change), None, None),
                TargetKind::Band(low, high) => (None, None, Some(low), Some(high)),
            };
            let dimensions: serde_json::Map<String, Value> = DIMENSIONS
                .iter()
                .zip(&target.dimensions)
                .filter(|(_, code)| *code != "_T")
                .map(|(name, code)| ((*name).to_owned(), json!(code)))
                .collect();
            json!({
                "id": target.id, "title": target.title, "area": target.area, "year": target.year, "direction": target.direction,
                "value": value, "change": change, "low": low, "high": high, "met_at": target.met_at, "more_than": target.more_than,
                "baseline_year": target.baseline_year, "baseline_value": target.baseline_value, "dimensions": dimensions, "note": target.note.as_deref().map(one_line),
                "without_class": target.without_class, "met_with": target.met_with, "due_within": target.due_within,
            })
        })
        .collect();
    json!({
        "id": indicator.id, "name": indicator.name, "title": indicator.title, "short_title": short_title(&indicator.title), "unit": indicator.unit,
        "definition": one_line(&indicator.definition), "method": one_line(&indicator.method), "caveats": one_line(&indicator.caveats), "owner": indicator.owner,
        "sources": indicator.sources, "rollup": indicator.rollup, "groups": indicator.groups, "window": indicator.window,
        "coverage": { "publish": indicator.coverage.publish, "flag": indicator.coverage.flag, "base": indicator.coverage.base, "min_members": indicator.coverage.min_members },
        "silence": indicator.silence.as_ref().map(|silence| one_line(&silence.reason)),
        "datasets": indicator.datasets, "file": &*indicator.text.path, "targets": targets,
    })
}

/// One data set: whose it is, by which routes its figures came, and from when on they are too old.
pub fn data_set(source: &Source, dataset: &Dataset, report: &NormaliseReport, pull: &Pull) -> Value {
    let route = |(name, rows): (&String, &u64)| {
        let title = dataset.route(name).map_or(name, |(place, route)| if place == 0 { &source.title } else { &route.title });
        json!({ "route": name, "title": title, "observations": rows, "confirmed_at": pull.routes.get(name).unwrap_or(&pull.checked_at) })
    };
    let stale_after = pull.checked_at.parse::<jiff::Timestamp>().ok().and_then(|checked| {
        let moment = jiff::Timestamp::from_second(checked.as_second().checked_add(source.stale_after_days.checked_mul(86_400)?)?);
        Some(moment.ok()?.to_string())
    });
    json!({
        "source": source.name, "dataset": dataset.name, "title": dataset.title,
        "licence": source.licence_of(dataset), "vintage": report.vintage, "last_year": report.last_year,
        "confirmed_at": pull.checked_at, "stale_after": stale_after, "routes": report.routes.iter().map(route).collect::<Vec<_>>(),
    })
}

/// A text without the line breaks of the file in which somebody wrote it.
pub(crate) fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// A title for a legend or a menu: what stands before the first bracket or comma, cut at a word.
pub fn short_title(title: &str) -> &str {
    let end = title.find([',', '(', ';', ':']).filter(|end| *end >= 12).unwrap_or(title.len());
    let short = title[..end].trim_end();
    match short.char_indices().nth(48) {
        Some((most, _)) => short[..most].rsplit_once(' ').map_or(&short[..most], |(words, _)| words),
        None => short,
    }
}

fn source(source: &Source) -> Value {
    let licence =
        |text: &str| json!({ "licence": text, "licence_url": licence::address(text), "redistribution": licence::redistribution(text) });
    let own = source.datasets.iter().filter_map(|d| Some((d.name.clone(), licence(d.licence.as_deref()?))));
    let mut told = licence(&source.licence);
    told["source"] = json!(source.name);
    told["title"] = json!(source.title);
    told["short_title"] = json!(source.short_title);
    told["citation"] = json!(source.citation);
    told["homepage"] = json!(source.homepage);
    // Data sets whose licence is another one.
    told["datasets"] = Value::Object(own.collect());
    told
}

/// The order in which to show the codes of each list, and groups: the total first, then by number, as in ages and sizes.
fn order(workspace: &Workspace, catalogue: &Catalogue, reference: &Reference) -> Result<Value> {
    let mut lists: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for [list, code, _] in code_lists(workspace) {
        lists.entry(list).or_default().push(code);
    }
    let place = |list: &str, code: &str| match list {
        "CL_CLASS" => (0..).zip(CLASSES).find(|(_, (class, _))| *class == code).map_or(i64::MAX, |(place, _)| place),
        "CL_AGE" | "CL_SIZE_CLASS" => {
            let digits: String = code.chars().skip_while(|c| !c.is_ascii_digit()).take_while(char::is_ascii_digit).collect();
            let from = digits.parse::<i64>().unwrap_or_default();
            // Under 15 comes before 10 and over; 15 to 24 before 15 and over.
            if code.contains("LT") { from - 1000 } else { from * 2 + i64::from(code.contains("GE")) }
        }
        _ => 0,
    };
    for (list, codes) in &mut lists {
        codes.sort_by_key(|code| (code != "_T", place(list, code)));
    }
    let groups = Groups::of(reference.table("groups")?)?;
    let schemes = &catalogue.defaults.groups;
    let scheme = |row: &usize| schemes.iter().position(|known| known == groups.group_scheme.value(*row)).unwrap_or(schemes.len());
    let mut rows: Vec<usize> = (0..groups.len()).collect();
    rows.sort_by_key(|row| (scheme(row), groups.group_scheme.value(*row), *row));
    let codes: Vec<&str> = rows.into_iter().map(|row| groups.group_code.value(row)).collect();
    Ok(json!({ "groups": codes, "code_lists": lists }))
}

fn areas(reference: &Reference) -> Result<Vec<Value>> {
    let areas = Areas::of(reference.table("areas")?)?;
    let area = |row| {
        json!({
            "ref_area": areas.ref_area.value(row), "name": areas.name.value(row), "iso2": areas.iso2.value(row), "m49": areas.m49.value(row),
        })
    };
    Ok((0..areas.len()).map(area).collect())
}

fn units(reference: &Reference) -> Result<Vec<Value>> {
    let table = reference.table("units")?;
    let (units, cells) = (Units::of(table)?, Table(table));
    let unit = |row| json!({ "unit": units.unit.value(row), "name": units.name.value(row), "symbol": units.symbol.value(row), "decimals": cells.int("decimals", row) });
    Ok((0..units.len()).map(unit).collect())
}

/// The groups with their members of now.
pub(super) fn groups(reference: &Reference) -> Result<Vec<Value>> {
    let members = reference.members_now()?;
    let groups = Groups::of(reference.table("groups")?)?;
    let group = |row| {
        let code = groups.group_code.value(row);
        json!({
            "group_code": code, "group_scheme": groups.group_scheme.value(row), "name": groups.name.value(row),
            "members": members.get(code).into_iter().flatten().collect::<Vec<_>>(),
            "vintage": groups.vintage.cell(row), "next_due": groups.next_due.cell(row),
        })
    };
    Ok((0..groups.len()).map(group).collect())
}

fn code_lists_json(workspace: &Workspace) -> Value {
    let mut lists = serde_json::Map::new();
    for [list, code, name] in code_lists(workspace) {
        lists.entry(list).or_insert_with(|| json!({}))[code] = json!(name);
    }
    Value::Object(lists)
}

/// The names of codes, in the order of the file: code list, code, name.
pub fn code_lists(workspace: &Workspace) -> Vec<[String; 3]> {
    let Ok(text) = crate::files::read_text(&workspace.reference().join("codelists.csv")) else { return Vec::new() };
    let mut reader = csv::Reader::from_reader(text.as_bytes());
    let cells = |record: csv::StringRecord| Some([0, 1, 2].map(|column| record.get(column).map(str::to_owned))).filter(|r| r[2].is_some());
    reader.records().flatten().filter_map(cells).map(|record| record.map(Option::unwrap_or_default)).collect()
}
