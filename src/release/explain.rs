//! Why a number is what it is: rule, members, weights, shares, what is missing or carried, and the record in the body.

use std::collections::BTreeSet;

use datafusion::arrow::array::RecordBatch;
use serde::Serialize;

use super::Manifest;
use super::compute::{self, concat};
use super::records::{Record, best};
use crate::engine::read::Table;
use crate::engine::{Engine, Limits, tables};
use crate::error::{Error, Result};
use crate::indicator::header::ROLLUP_NONE;
use crate::indicator::{Catalogue, Indicator, canonical};
use crate::observe::NormaliseReport;
use crate::observe::reference::Reference;
use crate::observe::schema::{self, DIMENSIONS};
use crate::release::stage;
use crate::workspace::Workspace;

/// Which value.
#[derive(Debug, Clone, Serialize)]
pub struct Wanted {
    pub area: String,
    pub year: i64,
    /// In the order of [`DIMENSIONS`].
    pub dimensions: [String; 7],
    pub estimate: String,
}

#[derive(Debug, Serialize)]
pub struct Explanation {
    pub indicator: String,
    pub title: String,
    pub wanted: Wanted,
    pub area_name: String,
    pub value: Option<f64>,
    pub unit: String,
    pub obs_status: String,
    pub coverage: Option<f64>,
    pub note: Option<String>,
    pub rule: Rule,
    pub members: Vec<Member>,
    /// Sum of the members' contributions; equals the value before withholding.
    pub parts: Option<f64>,
    /// The aggregate before the coverage rule.
    pub unrounded: Option<f64>,
    pub adds_up: bool,
    /// Values of other indicators that this one was made from.
    pub inputs: Vec<InputValue>,
    pub records: Vec<Record>,
    pub sql: Vec<String>,
    pub warnings: Vec<String>,
}

#[derive(Debug, Serialize)]
pub struct Rule {
    pub rollup: String,
    pub window: i64,
    pub publish: f64,
    pub flag: f64,
    pub base: String,
    pub formula: String,
}

#[derive(Debug, Serialize)]
pub struct Member {
    pub ref_area: String,
    pub name: String,
    /// `observed`, `carried` or `missing`.
    pub state: &'static str,
    pub value: Option<f64>,
    pub weight: Option<f64>,
    /// Share of the aggregate's weight.
    pub share: Option<f64>,
    pub contribution: Option<f64>,
    /// Share of the group's coverage base.
    pub base_share: Option<f64>,
    pub year_used: Option<i64>,
    pub obs_status: Option<String>,
    pub record: Option<Record>,
    /// Further records of the figure, such as the numerator of a ratio.
    pub also: Vec<Record>,
    /// Values of other indicators that the figure was made from.
    pub inputs: Vec<InputValue>,
}

#[derive(Debug, Serialize, Clone)]
pub struct InputValue {
    pub indicator: String,
    pub estimate: String,
    pub dimensions: String,
    pub value: Option<f64>,
    pub obs_status: String,
    pub coverage: Option<f64>,
    pub note: Option<String>,
}

/// Explains values of one release from exactly what it was made of.
pub struct Explainer<'a> {
    pub workspace: &'a Workspace,
    pub catalogue: &'a Catalogue,
    pub reference: &'a Reference,
    pub manifest: &'a Manifest,
    pub values: &'a RecordBatch,
    pub limits: Limits,
}

impl Explainer<'_> {
    pub async fn explain(&self, indicator: &Indicator, wanted: Wanted) -> Result<Explanation> {
        let row = self.row(&indicator.name, &wanted).ok_or_else(|| self.not_there(indicator, &wanted))?;
        let cells = Table(self.values);
        let computed = self.recompute(indicator).await?;
        let mut explanation = Explanation {
            indicator: indicator.name.clone(),
            title: indicator.title.clone(),
            area_name: cells.text("ref_area_name", row).unwrap_or_default().to_owned(),
            value: cells.float("value", row),
            unit: cells.text("unit", row).unwrap_or_default().to_owned(),
            obs_status: cells.text("obs_status", row).unwrap_or_default().to_owned(),
            coverage: cells.float("coverage", row),
            note: cells.text("note", row).map(str::to_owned),
            rule: rule(indicator, &wanted.estimate),
            members: Vec::new(),
            parts: None,
            unrounded: cells.float("value", row),
            adds_up: true,
            inputs: self.inputs(indicator, &wanted),
            records: Vec::new(),
            sql: self.sql_files(indicator, &wanted.estimate),
            warnings: Vec::new(),
            wanted,
        };
        self.compare(&computed.values, indicator, &mut explanation);
        let ours = matches!(explanation.wanted.estimate.as_str(), "available" | "imputed");
        if ours && indicator.rollup != ROLLUP_NONE {
            self.members(&computed.engine, indicator, &mut explanation).await?;
        } else if explanation.inputs.is_empty() || !ours {
            let places = vec![(explanation.wanted.area.clone(), explanation.wanted.year)];
            let found = self.records(&computed.engine, indicator, &explanation.wanted, &places).await?;
            let found = best(found, &explanation.wanted.area, explanation.wanted.year, explanation.value, &[]);
            explanation.records = self.probed(&computed.engine, indicator, &explanation.wanted, found).await?;
        }
        if indicator.rollup == ROLLUP_NONE {
            derived_parts(&mut explanation);
        }
        Ok(explanation)
    }

    fn row(&self, indicator: &str, wanted: &Wanted) -> Option<usize> {
        let cells = Table(self.values);
        (0..cells.len()).find(|r| {
            cells.text("indicator", *r) == Some(indicator)
                && cells.text("ref_area", *r) == Some(&wanted.area)
                && cells.int("time_period", *r) == Some(wanted.year)
                && cells.text("estimate", *r) == Some(&wanted.estimate)
                && DIMENSIONS.iter().zip(&wanted.dimensions).all(|(d, code)| cells.text(d, *r) == Some(code))
        })
    }

    /// What the release has instead of a value that is not there.
    fn not_there(&self, indicator: &Indicator, wanted: &Wanted) -> Error {
        let cells = Table(self.values);
        let mine: Vec<usize> = (0..cells.len()).filter(|r| cells.text("indicator", *r) == Some(&indicator.name)).collect();
        let here: Vec<&usize> = mine.iter().filter(|r| cells.text("ref_area", **r) == Some(&wanted.area)).collect();
        let hint = if mine.is_empty() {
            "the release has no value of this indicator: are its data sets loaded? see `yardstick status`".to_owned()
        } else if here.is_empty() {
            let areas: BTreeSet<&str> = mine.iter().filter_map(|r| cells.text("ref_area", *r)).collect();
            crate::error::suggestion(&wanted.area, areas).unwrap_or_else(|| "no value for this area".into())
        } else {
            let list = |column: &str| {
                let set: BTreeSet<String> = here
                    .iter()
                    .map(|r| {
                        cells.text(column, **r).map(str::to_owned).or(cells.int(column, **r).map(|y| y.to_string())).unwrap_or_default()
                    })
                    .collect();
                set.into_iter().collect::<Vec<_>>().join(" ")
            };
            let dims: Vec<String> =
                DIMENSIONS.iter().map(|d| (d, list(d))).filter(|(_, l)| l != "_T").map(|(d, l)| format!("{d}: {l}")).collect();
            format!("there are years {}; estimates {}; {}", list("time_period"), list("estimate"), dims.join("; "))
        };
        Error::usage_hint(format!("release {} has no such value of {}", self.manifest.release, indicator.name), hint)
    }

    /// Runs the indicator again over the release's own observations.
    async fn recompute(&self, indicator: &Indicator) -> Result<compute::Computed> {
        let base = Engine::new(self.limits)?;
        tables::register_reference(&base, self.reference)?;
        for other in &self.catalogue.indicators {
            base.register_indicator(&other.name, schema::values(), vec![stage::rows_of(self.values, &other.name)?])?;
        }
        self.register_observations(&base, indicator)?;
        compute::indicator(&base, self.catalogue, self.reference, indicator).await
    }

    /// The observation files that the release was made of, as the release saw them.
    fn register_observations(&self, engine: &Engine, indicator: &Indicator) -> Result<()> {
        let reports: super::inputs::Reports = self
            .manifest
            .inputs
            .iter()
            .map(|i| (format!("{}/{}", i.source, i.dataset), NormaliseReport::of_file(&i.observation_file, &i.series)))
            .filter(|(_, report)| stage::observation_file(self.workspace, &report.hash).exists())
            .collect();
        let datasets = match indicator.datasets.as_slice() {
            [] => self.manifest.inputs.iter().map(|i| format!("{}/{}", i.source, i.dataset)).collect(),
            named => named.to_vec(),
        };
        stage::register_observations(engine, self.workspace, &reports, &datasets)
    }

    fn compare(&self, again: &RecordBatch, indicator: &Indicator, explanation: &mut Explanation) {
        let other = Explainer { values: again, ..*self };
        let now = other.row(&indicator.name, &explanation.wanted).and_then(|r| Table(again).float("value", r));
        if now.map(f64::to_bits) != explanation.value.map(f64::to_bits) {
            explanation.warnings.push(format!(
                "computed again now, the value is {}: SQL or reference tables have changed since release {}",
                now.map_or("withheld or absent".into(), |v| v.to_string()),
                self.manifest.release
            ));
        }
    }

    /// Every member of the group, with what it brings or what its silence weighs.
    async fn members(&self, engine: &Engine, indicator: &Indicator, explanation: &mut Explanation) -> Result<()> {
        let quote = |text: &str| text.replace('\'', "''");
        let wanted = &explanation.wanted;
        let dims: Vec<String> = DIMENSIONS.iter().zip(&wanted.dimensions).map(|(d, code)| format!("{d} = '{}'", quote(code))).collect();
        let filter = format!("time_period = {} AND {}", wanted.year, dims.join(" AND "));
        let query = format!(
            "SELECT m.ref_area, a.name, v.value, v.weight, v.numerator, v.denominator, coalesce(v.base, b.base) AS base, v.year_used, v.obs_status
             FROM (SELECT DISTINCT ref_area FROM membership WHERE group_code = '{}' AND {} BETWEEN first_year AND last_year) AS m
             LEFT JOIN (SELECT * FROM member_values WHERE estimate = '{}' AND {filter}) AS v ON v.ref_area = m.ref_area
             LEFT JOIN (SELECT * FROM member_base WHERE {filter}) AS b ON b.ref_area = m.ref_area
             LEFT JOIN areas AS a ON a.ref_area = m.ref_area
             ORDER BY m.ref_area",
            quote(&wanted.area),
            wanted.year,
            quote(&wanted.estimate)
        );
        let (found_schema, batches) = engine.run(&query, "the members").await?;
        let batch = concat(&found_schema, &batches)?;
        let rolled = format!(
            "SELECT value FROM rolled WHERE ref_area = '{}' AND estimate = '{}' AND {filter}",
            quote(&wanted.area),
            quote(&wanted.estimate)
        );
        let (rolled_schema, rolled) = engine.run(&rolled, "the aggregate").await?;
        let rolled = concat(&rolled_schema, &rolled)?;
        explanation.unrounded = (rolled.num_rows() == 1).then(|| Table(&rolled).float("value", 0)).flatten();
        explanation.members = member_rows(&Table(&batch), indicator, wanted.year);
        let places: Vec<(String, i64)> = explanation.members.iter().filter_map(|m| Some((m.ref_area.clone(), m.year_used?))).collect();
        let records = self.records(engine, indicator, wanted, &places).await?;
        let cells = Table(&batch);
        for (row, member) in explanation.members.iter_mut().enumerate() {
            let parts = [cells.float("numerator", row), cells.float("denominator", row)];
            let Some(year) = member.year_used else { continue };
            let mut found = best(records.clone(), &member.ref_area, year, member.value, &parts).into_iter();
            member.record = found.next();
            if parts[0].is_some() {
                member.also = found.collect();
            }
            let source = Wanted { area: member.ref_area.clone(), year, estimate: "reported".into(), ..explanation.wanted.clone() };
            member.inputs = self.inputs(indicator, &source);
        }
        let parts: f64 = explanation.members.iter().filter_map(|m| m.contribution).sum();
        let known = explanation.members.iter().any(|m| m.contribution.is_some());
        explanation.parts = known.then_some(parts);
        explanation.adds_up = match (explanation.parts, explanation.unrounded) {
            (Some(parts), Some(value)) => (parts - value).abs() <= 1e-12 * value.abs().max(1.0),
            _ => !known,
        };
        explanation.members.sort_by(|a, b| {
            let size = |m: &Member| m.share.or(m.base_share).unwrap_or(0.0);
            size(b).total_cmp(&size(a)).then_with(|| a.ref_area.cmp(&b.ref_area))
        });
        Ok(())
    }

    /// Observations of places and years that the SELECT may have read, with their place in the body.
    async fn records(&self, engine: &Engine, indicator: &Indicator, wanted: &Wanted, places: &[(String, i64)]) -> Result<Vec<Record>> {
        if places.is_empty() {
            return Ok(Vec::new());
        }
        let list = |items: BTreeSet<String>| items.iter().map(|i| format!("'{}'", i.replace('\'', "''"))).collect::<Vec<_>>().join(", ");
        let areas = list(places.iter().map(|(area, _)| area.clone()).collect());
        let years: BTreeSet<String> = places.iter().map(|(_, year)| year.to_string()).collect();
        let literals: BTreeSet<String> = canonical::literals(indicator.sql()).into_iter().filter(|l| !l.starts_with('_')).collect();
        let query = format!(
            "SELECT source, dataset, series, ref_area, time_period, sex, age, urbanisation, obs_value, obs_text, obs_status, note, snapshot, record
             FROM observations WHERE ref_area IN ({areas}) AND time_period IN ({})
             ORDER BY source, dataset, series, ref_area, time_period, record",
            years.into_iter().collect::<Vec<_>>().join(", ")
        );
        let (found_schema, batches) = engine.run(&query, "the records").await?;
        let batch = concat(&found_schema, &batches)?;
        let cells = Table(&batch);
        let mut records = Vec::new();
        for row in 0..cells.len() {
            let series = cells.text("series", row).unwrap_or_default();
            let fits = |name: &str, index: usize| cells.text(name, row).is_none_or(|code| code == wanted.dimensions[index] || code == "_T");
            if (!literals.is_empty() && !literals.contains(series)) || !fits("sex", 0) || !fits("age", 1) || !fits("urbanisation", 2) {
                continue;
            }
            let text = |column: &str| cells.text(column, row).unwrap_or_default().to_owned();
            records.push(Record {
                data_set: format!("{}/{}", text("source"), text("dataset")),
                series: series.to_owned(),
                ref_area: text("ref_area"),
                time_period: cells.int("time_period", row).unwrap_or_default(),
                obs_value: cells.float("obs_value", row),
                obs_text: cells.text("obs_text", row).map(str::to_owned),
                obs_status: text("obs_status"),
                note: cells.text("note", row).map(str::to_owned),
                snapshot: text("snapshot"),
                record: cells.int("record", row).unwrap_or_default(),
                body: None,
                url: None,
                member: None,
                line: None,
                text: None,
            });
        }
        Ok(records)
    }

    /// Of several records with the same figure, those from which the SELECT alone gives the row.
    async fn probed(&self, engine: &Engine, indicator: &Indicator, wanted: &Wanted, found: Vec<Record>) -> Result<Vec<Record>> {
        if found.len() < 2 {
            return Ok(found);
        }
        let mut kept = Vec::new();
        for record in &found {
            let probe = engine.sibling()?;
            let query = format!("SELECT * FROM observations WHERE snapshot = '{}' AND record = {}", record.snapshot, record.record);
            engine.run(&query, "the record").await.and_then(|(schema, rows)| probe.register_batches("observations", schema, rows))?;
            let (schema, rows) = probe.run(indicator.sql(), &indicator.text.path).await?;
            let rows = concat(&schema, &rows)?;
            let cells = Table(&rows);
            let same = |row: usize| {
                cells.text("ref_area", row) == Some(&wanted.area)
                    && cells.int("time_period", row) == Some(wanted.year)
                    && DIMENSIONS.iter().zip(&wanted.dimensions).all(|(d, code)| cells.text(d, row).unwrap_or("_T") == code)
            };
            if (0..cells.len()).any(same) {
                kept.push(record.clone());
            }
        }
        Ok(if kept.is_empty() { found } else { kept })
    }

    /// Values of the indicators that this one reads, for the same area and year.
    fn inputs(&self, indicator: &Indicator, wanted: &Wanted) -> Vec<InputValue> {
        let cells = Table(self.values);
        let mut inputs = Vec::new();
        // A gap reads several breakdowns; anything else only its own.
        let fits = |row: usize| {
            DIMENSIONS.iter().zip(&wanted.dimensions).all(|(d, code)| cells.text(d, row).is_some_and(|c| c == code || c == "_T"))
        };
        for index in self.catalogue.dependencies(indicator) {
            let name = &self.catalogue.indicators[index].name;
            for row in 0..cells.len() {
                if cells.text("indicator", row) == Some(name)
                    && cells.text("ref_area", row) == Some(&wanted.area)
                    && cells.int("time_period", row) == Some(wanted.year)
                    && cells.text("estimate", row) == Some(&wanted.estimate)
                    && (indicator.rollup == ROLLUP_NONE || fits(row))
                {
                    let dims: Vec<String> =
                        DIMENSIONS.iter().filter_map(|d| cells.text(d, row).filter(|c| *c != "_T").map(|c| format!("{d} {c}"))).collect();
                    inputs.push(InputValue {
                        indicator: name.clone(),
                        estimate: wanted.estimate.clone(),
                        dimensions: if dims.is_empty() { "total".into() } else { dims.join(", ") },
                        value: cells.float("value", row),
                        obs_status: cells.text("obs_status", row).unwrap_or_default().to_owned(),
                        coverage: cells.float("coverage", row),
                        note: cells.text("note", row).map(str::to_owned),
                    });
                }
            }
        }
        inputs
    }

    fn sql_files(&self, indicator: &Indicator, estimate: &str) -> Vec<String> {
        let mut files = vec![indicator.text.path.to_string()];
        if let Some(derived) = &indicator.derived {
            files.push(format!("sql/derived/{derived}.sql"));
        }
        if indicator.rollup != ROLLUP_NONE && matches!(estimate, "available" | "imputed") {
            for step in
                ["member_base", "member_values", "group_members", &indicator.rollup, "group_base", "missing_members", "coverage", "publish"]
            {
                files.push(format!("sql/rollups/{step}.sql"));
            }
        }
        files
    }
}

fn rule(indicator: &Indicator, estimate: &str) -> Rule {
    let formula = match indicator.rollup.as_str() {
        _ if estimate == "reported" => "the economy's own figure",
        _ if estimate == "published" => "the agency's own aggregate, copied",
        "weighted_mean" => "sum of value x weight / sum of weight, over the members with a value",
        "ratio_of_sums" => "scale x sum of numerators / sum of denominators",
        "median" => "the middle value of the members; of two middle ones the mean",
        "sum" => "sum of the members' values",
        "share_of_economies" => "100 x members with value 1 / members with a value",
        ROLLUP_NONE => "taken from the values it reads; nothing is rolled up",
        _ => "the workspace's own roll-up: see its SQL",
    };
    Rule {
        rollup: if matches!(estimate, "reported" | "published") { ROLLUP_NONE.into() } else { indicator.rollup.clone() },
        window: indicator.window,
        publish: indicator.coverage.publish,
        flag: indicator.coverage.flag,
        base: indicator.coverage.base.clone(),
        formula: formula.into(),
    }
}

/// Shares and contributions by the roll-up's own formula.
fn member_rows(cells: &Table<'_>, indicator: &Indicator, year: i64) -> Vec<Member> {
    let column = |name: &str| -> Vec<Option<f64>> { (0..cells.len()).map(|r| cells.float(name, r)).collect() };
    let (values, weights, numerators, denominators, bases) =
        (column("value"), column("weight"), column("numerator"), column("denominator"), column("base"));
    let total = |list: &[Option<f64>]| list.iter().zip(&values).filter(|(_, v)| v.is_some()).filter_map(|(x, _)| *x).sum::<f64>();
    let (weight, denominator, base) = (total(&weights), total(&denominators), bases.iter().flatten().sum::<f64>());
    let observed = values.iter().flatten().count() as f64;
    let mut ordered: Vec<(f64, usize)> = values.iter().enumerate().filter_map(|(i, v)| v.map(|v| (v, i))).collect();
    ordered.sort_by(|a, b| a.0.total_cmp(&b.0).then(a.1.cmp(&b.1)));
    let middle: Vec<usize> = match ordered.len() {
        0 => vec![],
        n if n % 2 == 1 => vec![ordered[n / 2].1],
        n => vec![ordered[n / 2 - 1].1, ordered[n / 2].1],
    };
    (0..cells.len())
        .map(|row| {
            let (share, contribution) = match (indicator.rollup.as_str(), values[row]) {
                (_, None) => (None, None),
                ("weighted_mean", Some(v)) => (weights[row].map(|w| w / weight), weights[row].map(|w| v * w / weight)),
                ("ratio_of_sums", Some(_)) => {
                    (denominators[row].map(|d| d / denominator), numerators[row].map(|n| indicator.scale * n / denominator))
                }
                ("sum", Some(v)) => (Some(v / total(&values)), Some(v)),
                ("share_of_economies", Some(v)) => (Some(1.0 / observed), Some(100.0 * if v == 1.0 { 1.0 } else { 0.0 } / observed)),
                ("median", Some(v)) if middle.contains(&row) => (Some(1.0 / middle.len() as f64), Some(v / middle.len() as f64)),
                ("median", Some(_)) => (Some(0.0), Some(0.0)),
                _ => (None, None),
            };
            let year_used = cells.int("year_used", row);
            Member {
                ref_area: cells.text("ref_area", row).unwrap_or_default().to_owned(),
                name: cells.text("name", row).unwrap_or_default().to_owned(),
                state: match (values[row], year_used) {
                    (None, _) => "missing",
                    (_, Some(used)) if used < year => "carried",
                    _ => "observed",
                },
                value: values[row],
                weight: weights[row].or(denominators[row]),
                share,
                contribution,
                base_share: bases[row].filter(|_| base > 0.0).map(|b| b / base),
                year_used,
                obs_status: cells.text("obs_status", row).map(str::to_owned),
                record: None,
                also: Vec::new(),
                inputs: Vec::new(),
            }
        })
        .collect()
}

/// A gap is made of two inputs: says which, and checks it.
fn derived_parts(explanation: &mut Explanation) {
    let Some(value) = explanation.value else { return };
    let inputs: Vec<(String, f64)> =
        explanation.inputs.iter().filter_map(|i| Some((format!("{} {}", i.indicator, i.dimensions), i.value?))).collect();
    let near = |x: f64| (x - value).abs() <= 1e-12 * value.abs().max(1.0);
    for (a, x) in &inputs {
        for (b, y) in &inputs {
            let (sign, result) = if *y != 0.0 && near(x / y) && a != b { ("/", x / y) } else { ("-", x - y) };
            if a != b && near(result) {
                explanation.rule.formula = format!("{a} {sign} {b} = {x} {sign} {y}");
                explanation.parts = Some(result);
                return;
            }
        }
    }
}
