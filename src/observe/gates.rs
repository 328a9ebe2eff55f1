//! Whether a pull may take the place of the last one: not when it is empty, when too many of its rows are set aside, when
//! it lacks what came before, or has other figures for much of it.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use jiff::civil::Date;

use crate::dataset_id::DatasetId;
use crate::error::{Code, Error, Result};
use crate::fetch::{Pull, Store};
use crate::observe::inputs::{Input, Inputs};
use crate::observe::report::{NormaliseReport, Units};
use crate::pipelines::Dataset;
use crate::rows::collector::Collector;
use crate::rows::quarantine::{Quarantined, Reason};
use crate::rows::value::{parse_year, year_of_date};

/// A series with fewer observations may well shrink for its own reasons.
const FEW: u64 = 20;
/// The share of a series' observations that may be in a unit that it did not have.
const OTHER_UNIT: f64 = 0.05;
/// Days for which what was in use is a measure.
const MONTH: i32 = 30;
/// Names that a message lists.
const SHOWN: usize = 8;

/// A pull that is empty or loses many of its rows is a failed gate, not new data. Gives what to tell of a pull that
/// would be none, had its years come already.
pub(super) fn size(observations: u64, dataset: &Dataset, pull: &Pull, collector: &Collector<'_>) -> Result<Option<String>> {
    let aside = set_aside(observations, dataset.maximum_share_set_aside, pull, collector);
    // Of rows that are all in another unit, the unit is what is wrong.
    if observations == 0 && !matches!(aside, Err(Error::Provider { code: Code::OtherUnit, .. })) {
        let example = collector.quarantined.first().map(|q| format!(": {} {}", q.reason.code(), example(q, pull)));
        return Err(Error::provider_hint(
            Code::NoObservation,
            format!("no row became an observation, {} rows in{}", collector.rows_in, example.unwrap_or_default()),
            "look at the body: is it the right file?",
        ));
    }
    aside
}

/// Of all observations, not much fewer than in the last pull, or in what was in use within the last month: by the routes
/// that are in use again, since a mirror may have had more, or less.
fn fewer(last: &NormaliseReport, now: &Found<'_>, dataset: &Dataset, id: &DatasetId) -> Result<()> {
    let observations: u64 = now.routes.values().sum();
    let before = |routes: &BTreeMap<String, u64>| now.routes.keys().filter_map(|route| routes.get(route)).sum::<u64>();
    let earlier = now.replaced.iter().map(|(day, routes)| (before(routes), format!("what was in use until {day} had")));
    // Of the same number the last pull, which comes last, is the one to name.
    let all = earlier.chain([(before(&last.routes), "the last pull had".to_owned())]);
    let few = |rows: u64| (observations as f64) < dataset.minimum_share_of_last * rows as f64;
    match all.filter(|(rows, _)| few(*rows)).max_by_key(|(rows, _)| *rows) {
        None => Ok(()),
        Some((rows, what)) => Err(Error::provider_hint(
            Code::MuchFewerRows,
            format!("{observations} observations, {what} {rows}: less than {:.0} %", dataset.minimum_share_of_last * 100.0),
            if_withdrawn(id),
        )),
    }
}

/// What was in use within the month before a pull, with what this one takes the place of.
pub(super) fn replaced(last: &NormaliseReport, pull: &Pull) -> BTreeMap<String, BTreeMap<String, u64>> {
    let day = |moment: &str| moment.get(..10).and_then(|day| day.parse::<Date>().ok());
    let Some(today) = day(&pull.checked_at) else { return BTreeMap::new() };
    let is_recent = |when: &str| day(when).is_some_and(|when| when <= today && (today - when).get_days() <= MONTH);
    let mut replaced: BTreeMap<_, _> =
        last.replaced.iter().filter(|(when, _)| is_recent(when)).map(|(when, routes)| (when.clone(), routes.clone())).collect();
    // Of several on one day, the largest.
    let of_today = replaced.entry(today.to_string()).or_default();
    if last.routes.values().sum::<u64>() > of_today.values().sum() {
        of_today.clone_from(&last.routes);
    }
    replaced
}

/// Of the rows that should have become observations, no more than this share may be set aside. Rows that are passed
/// over on purpose (see [`Reason::is_loss`]) are neither, nor are those of years still to come: a run with an earlier
/// clock has many, and they are no defect.
///
/// [`Reason::is_loss`]: super::quarantine::Reason::is_loss
fn set_aside(observations: u64, limit: f64, pull: &Pull, collector: &Collector<'_>) -> Result<Option<String>> {
    let mut reasons: BTreeMap<Reason, (u64, &Quarantined)> = BTreeMap::new();
    let mut to_come = 0;
    for row in collector.quarantined.iter().filter(|row| row.reason.is_loss()) {
        if is_to_come(row, collector.too_late) {
            to_come += 1;
        } else {
            reasons.entry(row.reason).or_insert((0, row)).0 += 1;
        }
    }
    let lost: u64 = reasons.values().map(|(rows, _)| rows).sum();
    let rows = observations + lost;
    if lost as f64 <= limit * rows as f64 {
        let many = (lost + to_come) as f64 > limit * (rows + to_come) as f64;
        let first = collector.too_late.filter(|_| many);
        return Ok(first
            .map(|first| format!("{to_come} of {} rows are of years that are still to come, from {first} on: set aside", rows + to_come)));
    }
    let mut reasons: Vec<(Reason, (u64, &Quarantined))> = reasons.into_iter().collect();
    reasons.sort_by_key(|(_, (rows, _))| std::cmp::Reverse(*rows));
    let told: Vec<String> =
        reasons.iter().map(|(reason, (rows, first))| format!("{rows} {}, such as {}", reason.code(), example(first, pull))).collect();
    let (code, hint) = match reasons.first() {
        Some((Reason::OtherUnit, _)) => {
            (Code::OtherUnit, "see which unit the figures have: the provider has changed it, or calls it something else now")
        }
        _ => (
            Code::MostlyDefective,
            "the layout or the codes have probably changed; if the rows are set aside rightly, raise `maximum_share_set_aside` of the data set",
        ),
    };
    Err(Error::provider_hint(
        code,
        format!(
            "{lost} of {rows} rows ({}) are set aside, and {} may be: {}",
            percent(lost as f64 / rows as f64),
            percent(limit),
            told.join("; ")
        ),
        hint,
    ))
}

/// Whether a row is of a year after that of the clock: the first such year that was refused is known.
fn is_to_come(row: &Quarantined, first: Option<i32>) -> bool {
    let year = || parse_year(row.detail.as_bytes()).or_else(|| parse_year(year_of_date(&row.detail)?.as_bytes()));
    row.reason == Reason::BadYear && first.is_some_and(|first| year().is_some_and(|year| year >= first))
}

/// What a row set aside had, and where it stands.
fn example(row: &Quarantined, pull: &Pull) -> String {
    let body = pull.bodies.get(row.body).map(|body| format!(" of {}", body.name)).unwrap_or_default();
    format!("`{}` in record {}{body}", row.detail, row.record)
}

/// A share with one decimal, rounded up: what is above a limit is also shown above it.
fn percent(share: f64) -> String {
    format!("{} %", (share * 1000.0 - 1e-9).ceil().abs() / 10.0)
}

/// What one normalisation found, to be held against the report of the last.
pub(super) struct Found<'a> {
    pub inputs: &'a Inputs,
    pub routes: &'a BTreeMap<String, u64>,
    /// See [`replaced`].
    pub replaced: &'a BTreeMap<String, BTreeMap<String, u64>>,
    pub series: &'a BTreeMap<String, u64>,
    pub units: &'a Units,
    pub members: &'a BTreeSet<String>,
    pub vintage: Option<&'a str>,
    /// The observation files of the last pull and of this one.
    pub files: [&'a Path; 2],
    pub store: &'a Store,
}

/// The codes of a request that ITU and UIS answer together with others: each must have come. Bodies by hand may hold
/// less than the data set asks for.
pub(super) fn asked(dataset: &Dataset, pull: &Pull, collector: &Collector<'_>) -> Result<()> {
    let wanted: BTreeSet<String> =
        dataset.routes.iter().filter_map(|route| Some(route.format.codes_asked(&pull.by_route(&route.name)?))).flatten().collect();
    let missing: Vec<&str> = wanted.iter().map(String::as_str).filter(|code| !collector.has_code(code)).collect();
    if missing.is_empty() {
        return Ok(());
    }
    Err(Error::provider_hint(
        Code::MissingSeries,
        format!("{}/{}: asked for, but not in any answer: {}", pull.source, pull.dataset, names(&missing)),
        "the provider has withdrawn or renamed it, or has left it out by mistake; take it out of the data set if it is gone",
    ))
}

/// What came last time and is gone, much smaller or in another unit now. A person may let it pass once: then the reason
/// is a warning. Gives warnings too for what a large archive may withdraw in the ordinary course.
pub(super) fn against(last: &NormaliseReport, now: &Found<'_>, dataset: &Dataset, id: &DatasetId, accepted: bool) -> Result<Vec<String>> {
    let found = [
        fewer(last, now, dataset, id).map(|()| Vec::new()),
        units(last, now, dataset, id),
        withdrawn(last, now, dataset, id),
        whole(last, now, dataset, id),
        rewritten(last, now, dataset, id),
    ];
    let mut warnings = Vec::new();
    for one in found {
        match one {
            Ok(told) => warnings.extend(told),
            Err(error) if accepted => warnings.push(format!("accepted by hand: {error}")),
            Err(error) => return Err(error),
        }
    }
    Ok(warnings)
}

/// Whether two pulls were read alike: not with another selection or other names, or a route less.
fn comparable(last: &NormaliseReport, now: &Found<'_>, dataset: &Dataset) -> bool {
    let same = |input: Input| last.inputs.get(&input) == now.inputs.get(&input);
    last.routes.keys().all(|route| now.routes.contains_key(route))
        && [Input::Program, Input::Layout, Input::DatasetDefinition].into_iter().all(same)
        && dataset.own().format.reference_files().iter().all(|name| same(Input::Reference { file: (*name).into() }))
}

/// Series that come in another unit than last time: used as they are, they would be wrong by what lies between the two.
fn units(last: &NormaliseReport, now: &Found<'_>, dataset: &Dataset, id: &DatasetId) -> Result<Vec<String>> {
    if !comparable(last, now, dataset) {
        return Ok(Vec::new());
    }
    let (mut many, mut few) = (Vec::new(), Vec::new());
    for (series, units) in now.units {
        let Some(before) = last.units.get(series) else { continue };
        let others: BTreeMap<&str, u64> =
            units.iter().filter(|(unit, _)| !before.contains_key(*unit)).map(|(unit, rows)| (unit.as_str(), *rows)).collect();
        let (rows, all) = (others.values().sum::<u64>(), units.values().sum::<u64>());
        if rows == 0 {
            continue;
        }
        let (new, old): (Vec<&str>, Vec<&str>) = (others.into_keys().collect(), before.keys().map(String::as_str).collect());
        let told = format!("{series}: {rows} of {all} observations in {}, last time in {}", new.join(", "), old.join(", "));
        if rows as f64 > OTHER_UNIT * all as f64 { many.push(told) } else { few.push(told) }
    }
    let names = |list: &[String]| names(&list.iter().map(String::as_str).collect::<Vec<_>>());
    if many.is_empty() {
        return Ok(if few.is_empty() { Vec::new() } else { vec![format!("another unit than last time: {}", names(&few))] });
    }
    Err(Error::provider_hint(
        Code::OtherUnit,
        format!("another unit than last time: {}", names(&many)),
        format!("see which unit the figures have; if the new one is right: `yardstick run --accept {id}`"),
    ))
}

/// Series, breakdowns and archive members of the last report that are gone, or much smaller.
fn withdrawn(last: &NormaliseReport, now: &Found<'_>, dataset: &Dataset, id: &DatasetId) -> Result<Vec<String>> {
    if dataset.minimum_share_of_last <= 0.0 || !comparable(last, now, dataset) {
        return Ok(Vec::new());
    }
    let members: Vec<&str> = last.members.difference(now.members).map(String::as_str).collect();
    if !members.is_empty() {
        return Err(gone(id, &format!("the last archive had {}, this one has not", names(&members))));
    }
    let by_name = |counts: &BTreeMap<String, u64>| {
        let mut names: BTreeMap<String, u64> = BTreeMap::new();
        for (series, rows) in counts {
            *names.entry(series.split(" [").next().unwrap_or_default().to_owned()).or_insert(0) += rows;
        }
        names
    };
    // Where single codes are asked for, each breakdown has a code of its own.
    let (before, after) = if dataset.own().format.one_code_per_breakdown() {
        (last.series_counts.clone(), now.series.clone())
    } else {
        (by_name(&last.series_counts), by_name(now.series))
    };
    let rows = |series: &str| after.get(series).copied().unwrap_or(0);
    let missing: Vec<&str> = before.keys().map(String::as_str).filter(|series| rows(series) == 0).collect();
    let small: Vec<String> = before
        .iter()
        .filter(|(series, last)| **last >= FEW && rows(series) > 0 && (rows(series) as f64) < dataset.minimum_share_of_last * **last as f64)
        .map(|(series, last)| format!("{series} ({} observations, the last pull had {last})", rows(series)))
        .collect();
    let small: Vec<&str> = small.iter().map(String::as_str).collect();
    match (missing.is_empty(), small.is_empty()) {
        (true, true) => Ok(Vec::new()),
        // Thousands of series: some are withdrawn with each release.
        _ if dataset.own().format.may_withdraw() && missing.len() * 20 <= before.len() => {
            let told = |what: &str, list: &[&str]| (!list.is_empty()).then(|| format!("{what}: {}", names(list)));
            Ok([told("in the last release, not in this one", &missing), told("much fewer rows than last time", &small)]
                .into_iter()
                .flatten()
                .collect())
        }
        (false, _) => Err(gone(id, &format!("the last pull had {}, this one has not", names(&missing)))),
        (true, false) => {
            Err(Error::provider_hint(Code::MuchFewerRows, format!("much fewer rows than last time: {}", names(&small)), if_withdrawn(id)))
        }
    }
}

/// A body that was broken off on its way may have lost less than a data set may lose.
fn whole(last: &NormaliseReport, now: &Found<'_>, dataset: &Dataset, id: &DatasetId) -> Result<Vec<String>> {
    let fewer = now.routes.values().sum::<u64>() < last.counts.observations;
    if !fewer || dataset.minimum_share_of_last <= 0.0 || !comparable(last, now, dataset) {
        return Ok(Vec::new());
    }
    let [old, new] = now.files;
    if !crate::files::is_sound(old, &last.hash)? {
        return Ok(Vec::new());
    }
    match super::cut::found(old, new, now.store)? {
        Some(told) => Err(Error::provider_hint(Code::MuchFewerRows, told, if_withdrawn(id))),
        None => Ok(Vec::new()),
    }
}

/// Of one edition, most figures stay what they are. A provider that names another edition may revise all of them.
fn rewritten(last: &NormaliseReport, now: &Found<'_>, dataset: &Dataset, id: &DatasetId) -> Result<Vec<String>> {
    let limit = dataset.maximum_share_rewritten;
    let [old, new] = now.files;
    let is_same_edition = last.vintage.as_deref() == now.vintage;
    if limit >= 1.0 || !is_same_edition || !comparable(last, now, dataset) || !crate::files::is_sound(old, &last.hash)? {
        return Ok(Vec::new());
    }
    match super::rewritten::found(old, new, limit)? {
        None => Ok(Vec::new()),
        Some(told) => Err(Error::provider_hint(
            Code::HistoryRewritten,
            told,
            format!(
                "if the provider really revised its history: `yardstick run --accept {id}` \
                 lets it pass once, a new `vintage` too; `maximum_share_rewritten` of the data set is the limit"
            ),
        )),
    }
}

/// What to do where less has come.
fn if_withdrawn(id: &DatasetId) -> String {
    format!(
        "if the provider really withdrew data: `yardstick run --accept {id}` lets it pass once; `minimum_share_of_last` of the data set is the limit"
    )
}

fn gone(id: &DatasetId, message: &str) -> Error {
    Error::provider_hint(Code::MissingSeries, message, if_withdrawn(id))
}

/// Some names, and how many more there are.
fn names(list: &[&str]) -> String {
    let shown = list.iter().take(SHOWN).copied().collect::<Vec<_>>().join(", ");
    if list.len() > SHOWN { format!("{shown} and {} more", list.len() - SHOWN) } else { shown }
}
