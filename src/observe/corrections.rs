//! `pipelines/corrections/*.toml`: known errors at the source, each with a reason, its evidence and a guard that
//! stops the correction once the source is fixed.

use std::collections::HashMap;
use std::path::Path;

use serde::{Deserialize, Serialize};

use crate::authored::toml::{TableReader, read_document};
use crate::error::{Code, Problem, Result, SourceText, suggestion};
use crate::reference::words;
use crate::rows::collector::Collector;
use crate::rows::quarantine::Reason;
use crate::rows::value::plain_zero;
use crate::tables::schema::DIMENSIONS;

#[derive(Debug, Clone, Serialize)]
pub enum Action {
    Drop,
    /// Replace the value by another, or multiply it; with another status where one is given.
    Override {
        value: Option<f64>,
        factor: Option<f64>,
        obs_status: Option<String>,
    },
    Flag {
        obs_status: String,
    },
}

/// When the correction still applies: the wrong value, or values, as they were seen.
#[derive(Debug, Clone, Serialize)]
pub enum Expect {
    Values(Vec<f64>),
    Above(f64),
    Below(f64),
}

/// Serialised, it is what it does to observations, and what it says in them; not where it was found to apply.
#[derive(Debug, Clone, Serialize)]
pub struct Correction {
    pub id: String,
    #[serde(skip)]
    pub sources: Vec<String>,
    #[serde(skip)]
    pub dataset: Option<String>,
    pub series: Vec<String>,
    /// None: any area whose value is the wrong one.
    pub ref_areas: Vec<String>,
    pub years: Vec<i64>,
    pub dimensions: Vec<(&'static str, String)>,
    pub action: Action,
    pub expect: Expect,
    pub reason: String,
    #[serde(skip)]
    pub evidence: String,
    #[serde(skip)]
    pub place: Problem,
}

/// What became of one correction in one data set.
#[derive(Debug, Clone, Serialize, Deserialize, PartialEq)]
pub struct CorrectionReport {
    pub id: String,
    pub applied: u64,
    /// Rows found whose value is no longer the wrong one: the correction is due to be removed.
    pub guard_failed: u64,
    pub reason: String,
}

/// All corrections, and the texts they come from (for hashing).
pub fn load(workspace: &Path, problems: &mut Vec<Problem>) -> (Vec<Correction>, Vec<SourceText>) {
    let folder = workspace.join("pipelines/corrections");
    let mut paths: Vec<_> = fs_err::read_dir(&folder)
        .map(|entries| entries.filter_map(|e| e.ok().map(|e| e.path())).filter(|p| p.extension().is_some_and(|e| e == "toml")).collect())
        .unwrap_or_default();
    paths.sort();
    let mut corrections: Vec<Correction> = Vec::new();
    let mut texts = Vec::new();
    for path in paths {
        let shown = crate::workspace::shown(workspace, &path);
        match crate::files::read_text(&path) {
            Ok(text) => {
                let text = SourceText::new(shown, text);
                for correction in parse(&text, problems) {
                    if corrections.iter().any(|c| c.id == correction.id) {
                        problems.push(Problem::new(
                            Code::CorrectionDefinedTwice,
                            &text,
                            0..1,
                            format!("correction `{}` is defined twice", correction.id),
                        ));
                    }
                    corrections.push(correction);
                }
                texts.push(text);
            }
            Err(error) => problems.push(Problem::file(Code::UnreadableFile, shown, error.to_string())),
        }
    }
    (corrections, texts)
}

pub fn parse(text: &SourceText, problems: &mut Vec<Problem>) -> Vec<Correction> {
    let toml = text.text.clone();
    read_document(text, &toml, 0, "the corrections file", problems, |reader, problems| {
        let mut corrections = Vec::new();
        for mut table in reader.tables("correction", "correction", problems) {
            corrections.extend(read(&mut table, problems));
            table.finish(problems);
        }
        corrections
    })
}

fn read(table: &mut TableReader<'_>, problems: &mut Vec<Problem>) -> Option<Correction> {
    let mut needed = |key: &'static str, table: &mut TableReader<'_>| {
        let value = table.string(key, problems);
        table.require(key, value, problems)
    };
    let id = needed("id", table);
    let reason = needed("reason", table);
    let evidence = needed("evidence", table);
    let action = needed("action", table);
    let dataset = table.string("dataset", problems);
    let sources = table.one_or_more("source", problems);
    let sources = table.require("source", sources, problems);
    let ref_areas = table.one_or_more("ref_area", problems).unwrap_or_default();
    let series = table.strings("series", problems);
    let series = table.require("series", series, problems).unwrap_or_default();
    let years = table.integers("time_period", problems);
    let years = table.require("time_period", years, problems).unwrap_or_default();
    let dimensions = DIMENSIONS.iter().filter_map(|name| table.string(name, problems).map(|code| (*name, code))).collect();
    let value = table.float("value", problems);
    let factor = table.float("factor", problems);
    let obs_status = table.string("obs_status", problems);
    let expect = if let Some(mut guard) = table.table("expect", "expect", problems) {
        let given = [
            guard.one_or_more_numbers("value", problems).map(Expect::Values),
            guard.float("above", problems).map(Expect::Above),
            guard.float("below", problems).map(Expect::Below),
        ];
        guard.finish(problems);
        let mut given: Vec<Expect> = given.into_iter().flatten().collect();
        if given.len() != 1 {
            problems.push(Problem::new(
                Code::CorrectionWithoutSense,
                guard.source(),
                guard.span(),
                "`expect` needs exactly one of value, above and below",
            ));
        }
        given.pop()
    } else {
        problems.push(
            Problem::new(Code::CorrectionWithoutSense, table.source(), table.span(), "a correction needs its guard `expect`")
                .hint("expect = { above = 100.0 } stops the correction once the source is fixed"),
        );
        None
    };
    if let Some(code) = obs_status.as_ref().filter(|code| !words::OBS_STATUS.contains(&code.as_str())) {
        problems.push(
            Problem::new(
                Code::CorrectionWithoutSense,
                table.source(),
                table.span_of("obs_status"),
                format!("`{code}` is no code of CL_OBS_STATUS"),
            )
            .hint("U is for low reliability, E for an estimate, B for a break"),
        );
    }
    for (key, text) in [("reason", &reason), ("evidence", &evidence)] {
        if text.as_ref().is_some_and(|text| text.trim().is_empty()) {
            let message = format!("`{key}` says nothing");
            problems.push(
                Problem::new(Code::CorrectionWithoutSense, table.source(), table.span_of(key), message)
                    .hint("whoever reads the figure must know why it is another one than the provider's, and from where"),
            );
        }
    }
    let action = action?;
    let foreign: &[(&str, bool)] = match action.as_str() {
        "drop" => &[("value", value.is_some()), ("factor", factor.is_some()), ("obs_status", obs_status.is_some())],
        "flag" => &[("value", value.is_some()), ("factor", factor.is_some())],
        _ => &[],
    };
    for (key, _) in foreign.iter().filter(|(_, given)| *given) {
        let message = format!("`{key}` has no meaning for the action `{action}`");
        problems.push(
            Problem::new(Code::CorrectionWithoutSense, table.source(), table.span_of(key), message)
                .hint("`override` changes the value, `flag` the status alone, `drop` sets the row aside"),
        );
    }
    let action = match action.as_str() {
        "drop" => Action::Drop,
        "override" if value.is_some() != factor.is_some() => Action::Override { value, factor, obs_status },
        "override" => {
            problems.push(Problem::new(
                Code::CorrectionWithoutSense,
                table.source(),
                table.span_of("action"),
                "override needs either `value` or `factor`",
            ));
            return None;
        }
        "flag" => Action::Flag { obs_status: obs_status.unwrap_or_else(|| "U".into()) },
        other => {
            problems.push(
                Problem::new(Code::CorrectionWithoutSense, table.source(), table.span_of("action"), format!("unknown action `{other}`"))
                    .maybe_hint(suggestion(other, ["drop", "override", "flag"])),
            );
            return None;
        }
    };
    Some(Correction {
        id: id?,
        sources: sources?,
        dataset,
        series,
        ref_areas,
        years,
        dimensions,
        action,
        expect: expect?,
        reason: reason?,
        evidence: evidence?,
        place: Problem::new(Code::CorrectionWithoutSense, table.source(), table.span_of("source"), ""),
    })
}

/// Sources, data sets and areas that do not exist: such a correction would never apply.
pub fn check_names(
    corrections: &[Correction],
    sources: &[crate::pipelines::Source],
    reference: &crate::reference::Reference,
    problems: &mut Vec<Problem>,
) {
    for correction in corrections {
        let mut report = |what: &str, name: &str, known: Vec<&str>| {
            let mut problem = correction.place.clone();
            problem.message = format!("correction `{}`: unknown {what} `{name}`", correction.id);
            problem.hint = suggestion(name, known);
            problems.push(problem);
        };
        for name in &correction.sources {
            match sources.iter().find(|s| s.name == *name) {
                None => report("source", name, sources.iter().map(|s| s.name.as_str()).collect()),
                Some(source) => {
                    if let Some(dataset) = correction.dataset.as_deref().filter(|d| source.dataset(d).is_none()) {
                        report("data set", dataset, source.datasets.iter().map(|d| d.name.as_str()).collect());
                    }
                }
            }
        }
        for area in correction.ref_areas.iter().filter(|area| !reference.is_area(area)) {
            report("area", area, reference.area_codes().collect());
        }
    }
}

impl Expect {
    fn holds(&self, value: f64) -> bool {
        match self {
            Self::Values(wrong) => wrong.iter().any(|expected| (value - expected).abs() <= 1e-9 * expected.abs().max(1.0)),
            Self::Above(limit) => value > *limit,
            Self::Below(limit) => value < *limit,
        }
    }
}

impl Collector<'_> {
    /// Applies the corrections of one data set; dropped rows go to quarantine, changed ones say so in their note.
    pub fn correct(&mut self, corrections: &[&Correction]) -> Result<Vec<CorrectionReport>> {
        corrections.iter().map(|correction| self.correct_one(correction)).collect()
    }

    fn correct_one(&mut self, correction: &Correction) -> Result<CorrectionReport> {
        let mut outcome = CorrectionReport { id: correction.id.clone(), applied: 0, guard_failed: 0, reason: correction.reason.clone() };
        // Figures (series, area and year) that were found: whether one of them is still wrong, and how many are right.
        let mut found: HashMap<(String, u32), (bool, u64)> = HashMap::new();
        let wanted: Vec<bool> = self.series.iter().map(|key| about(correction, key)).collect();
        let mut rows = std::mem::take(&mut self.rows);
        rows.each(0, |number, row| {
            if !wanted[row.series as usize]
                || !(correction.ref_areas.is_empty() || correction.ref_areas.iter().any(|area| area == self.area_of(row)))
                || !correction.years.contains(&i64::from(self.year_of(row)))
            {
                return Ok(());
            }
            let figure = found.entry((self.series[row.series as usize].series.clone(), row.place)).or_default();
            if !correction.expect.holds(row.value) {
                figure.1 += 1;
                return Ok(());
            }
            figure.0 = true;
            outcome.applied += 1;
            if matches!(correction.action, Action::Drop) {
                let detail = format!("{}: {}", correction.id, correction.reason);
                self.set_aside(number, row, Reason::CorrectionDropped, detail);
                return Ok(());
            }
            let mut detail = self.details[row.detail as usize].clone();
            let mut said = format!("corrected ({}): {}", correction.id, correction.reason);
            match &correction.action {
                Action::Override { value, factor, obs_status } => {
                    detail.obs_status = obs_status.clone().unwrap_or(detail.obs_status);
                    let corrected = value.unwrap_or_else(|| row.value * factor.unwrap_or(1.0));
                    said = format!("{said}; the provider has {}", row.value);
                    row.value = plain_zero(corrected);
                }
                Action::Flag { obs_status } => {
                    said = format!("flagged ({}): {}", correction.id, correction.reason);
                    detail.obs_status.clone_from(obs_status);
                }
                Action::Drop => {}
            }
            detail.note = Some(match detail.note.take() {
                Some(note) => format!("{note}; {said}"),
                None => said,
            });
            detail.correction = Some(match detail.correction.take() {
                Some(earlier) => format!("{earlier}, {}", correction.id),
                None => correction.id.clone(),
            });
            row.detail = self.detail(&detail);
            Ok(())
        })?;
        self.rows = rows;
        // Of a figure whose total was wrong, the parts may have been right all the time.
        outcome.guard_failed = found.values().filter(|(is_wrong, _)| !is_wrong).map(|(_, right)| right).sum();
        // Where no area is named, most rows are right: the correction is outdated only if none is wrong any more.
        if correction.ref_areas.is_empty() && outcome.applied > 0 {
            outcome.guard_failed = 0;
        }
        Ok(outcome)
    }
}

fn about(correction: &Correction, key: &crate::rows::series_key::SeriesKey) -> bool {
    let dimension = |name: &str| DIMENSIONS.iter().position(|d| *d == name).map_or("", |i| key.dimensions()[i]);
    correction.series.contains(&key.series) && correction.dimensions.iter().all(|(name, code)| dimension(name) == code)
}
