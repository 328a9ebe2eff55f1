//! Why a number is what it is: rule, members, weights, shares, what is missing or carried, and the record in the body.

mod inputs;
pub mod lines;
mod members;
pub mod records;
mod records_read;

use std::collections::BTreeSet;

use datafusion::arrow::array::RecordBatch;
use serde::Serialize;

use crate::engine::{Engine, Limits, observations, reference_tables};
use crate::error::{Error, Result};
use crate::indicator::header::ROLLUP_NONE;
use crate::indicator::methods::ROLLED;
use crate::indicator::{Catalogue, Indicator};
use crate::observe::report::observation_files;
use crate::observe::{NormaliseReport, Reports};
use crate::reference::Reference;
use crate::release::explain::records::{Record, best};
use crate::release::manifest::InputEntry;
use crate::release::{Manifest, compute, shared};
use crate::tables::cells::{Table, rows_of};
use crate::tables::schema::{self, DIMENSIONS};
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
    /// Share of the weight with a value of that very year.
    pub observed: Option<f64>,
    pub error_low: Option<f64>,
    pub error_high: Option<f64>,
    pub note: Option<String>,
    pub rule: Rule,
    pub members: Vec<Member>,
    /// Sum of the members' contributions; equals the value before withholding.
    pub parts: Option<f64>,
    /// The aggregate before the coverage rule.
    pub unrounded: Option<f64>,
    /// What all members weigh in the coverage, with a value or without.
    pub base_total: Option<f64>,
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
    /// Why an economy without a report counts with an assumed value, where the header says so.
    pub silence: Option<String>,
}

#[derive(Debug, Serialize)]
pub struct Member {
    pub ref_area: String,
    pub name: String,
    /// `observed`, `carried`, `assumed` (counts in the result, not in the coverage), `left_out` (has a value, but is not of
    /// the panel) or `missing`.
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

#[derive(Debug, Serialize)]
pub struct InputValue {
    pub indicator: String,
    pub estimate: String,
    pub dimensions: String,
    pub value: Option<f64>,
    pub obs_status: String,
    pub coverage: Option<f64>,
    pub note: Option<String>,
    /// The breakdown as codes, in the order of [`DIMENSIONS`].
    #[serde(skip)]
    pub codes: [String; 7],
    /// Why the input is what it is, where the value was computed from it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub explanation: Option<Box<Explanation>>,
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
            observed: cells.float("observed", row),
            error_low: cells.float("error_low", row),
            error_high: cells.float("error_high", row),
            note: cells.text("note", row).map(str::to_owned),
            rule: self.rule(indicator, &wanted.estimate),
            members: Vec::new(),
            parts: None,
            unrounded: cells.float("value", row),
            base_total: None,
            adds_up: true,
            inputs: self.inputs(indicator, &wanted),
            records: Vec::new(),
            sql: self.sql_files(indicator, &wanted.estimate),
            warnings: Vec::new(),
            wanted,
        };
        explanation.warnings.extend(self.held(indicator));
        self.compare(&computed.values, indicator, &mut explanation);
        let ours = matches!(explanation.wanted.estimate.as_str(), "available" | "imputed");
        if ours && indicator.rollup != ROLLUP_NONE {
            self.members(&computed.engine, indicator, &mut explanation).await?;
            // Where members have records of their own, values of another breakdown are none that it was made of.
            if explanation.members.iter().any(|member| member.record.is_some()) {
                let own = &explanation.wanted.dimensions;
                explanation.inputs.retain(|input| input.codes == *own);
            }
        } else if explanation.inputs.is_empty() || !ours {
            let places = vec![(explanation.wanted.area.clone(), explanation.wanted.year)];
            let found = self.records(&computed.engine, indicator, &explanation.wanted, &places).await?;
            let parts = self.ratio(&computed.engine, &explanation.wanted).await?;
            let (found, _) = best(found, &explanation.wanted.area, explanation.wanted.year, explanation.value, &parts);
            explanation.records = match parts {
                [Some(numerator), Some(denominator)] => {
                    explanation.parts = Some(indicator.scale * numerator / denominator);
                    explanation.rule.formula = format!("{} x {numerator} / {denominator}", indicator.scale);
                    found
                }
                _ => self.probed(&computed.engine, indicator, &explanation.wanted, found).await?,
            };
        }
        if let Some(method) = &indicator.derived {
            self.derived(&computed.engine, method, &mut explanation).await?;
        }
        Ok(explanation)
    }

    /// The value of the release; None where it is withheld or not there.
    pub fn value(&self, indicator: &str, wanted: &Wanted) -> Option<f64> {
        Table(self.values).float("value", self.row(indicator, wanted)?)
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
            let years = [format!("there are years {}", list("time_period")), format!("estimates {}", list("estimate"))];
            years.into_iter().chain(dims).collect::<Vec<_>>().join("; ")
        };
        Error::usage_hint(format!("release {} has no such value of {}", self.manifest.release, indicator.name), hint)
    }

    /// Runs the indicator again over the release's own observations.
    pub async fn recompute(&self, indicator: &Indicator) -> Result<compute::Computed> {
        let base = Engine::new(self.limits)?;
        reference_tables::register(&base, self.reference, Some(&self.workspace.data))?;
        for other in &self.catalogue.indicators {
            base.register_indicator(&other.name, schema::values(), vec![rows_of(self.values, &other.name)?])?;
        }
        self.register_observations(&base, indicator)?;
        compute::indicator(&base, self.catalogue, self.reference, indicator, compute::Steps::Kept).await
    }

    /// The observation files that the release was made of, as the release saw them.
    fn register_observations(&self, engine: &Engine, indicator: &Indicator) -> Result<()> {
        let inputs = self.manifest.data_sets_of(&indicator.name);
        let reports: Reports = inputs
            .iter()
            .map(|i| (i.id(), NormaliseReport::of_file(&i.observation_file, &i.series)))
            .filter(|(_, report)| self.workspace.observation_file(&report.hash).exists())
            .collect();
        let datasets = match indicator.datasets.as_slice() {
            [] => inputs.iter().map(InputEntry::id).collect(),
            named => named.to_vec(),
        };
        observations::register(engine, &self.workspace.data, &observation_files(self.workspace, &reports, &datasets))
    }

    /// That the values are those of an earlier release, and why.
    fn held(&self, indicator: &Indicator) -> Option<String> {
        let entry = self.manifest.indicators.get(&indicator.name).filter(|entry| entry.status == "held")?;
        let from = entry.held_from.as_ref().map_or("an earlier release", |held| &held.release);
        Some(format!("held at the values of {from}, which are explained here: {}", entry.note.as_deref().unwrap_or_default()))
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

    fn sql_files(&self, indicator: &Indicator, estimate: &str) -> Vec<String> {
        let mut files = vec![indicator.text.path.to_string()];
        files.extend(self.catalogue.defaults.text.iter().map(|text| text.path.to_string()));
        files.extend(shared::read_by(self.catalogue, &indicator.text).iter().map(|text| text.path.to_string()));
        if let Some(derived) = &indicator.derived {
            files.push(format!("sql/derived/{derived}.sql"));
        }
        if indicator.rollup != ROLLUP_NONE && matches!(estimate, "available" | "imputed") {
            let rollup = self.catalogue.rollups.get(&indicator.rollup).map(|rollup| &rollup.text);
            for step in &self.catalogue.steps {
                files.extend(rollup.filter(|_| step.name == ROLLED).map(|text| text.path.to_string()));
                files.push(step.text.path.to_string());
            }
        }
        files
    }

    fn rule(&self, indicator: &Indicator, estimate: &str) -> Rule {
        let copied = matches!(estimate, "reported" | "published");
        let formula = match (estimate, self.catalogue.rollups.get(&indicator.rollup)) {
            ("reported", _) => "the economy's own figure",
            ("published", _) => "the agency's own aggregate, copied",
            (_, Some(rollup)) => &rollup.formula,
            (_, None) => "taken from the values it reads; nothing is rolled up",
        };
        Rule {
            rollup: if copied { ROLLUP_NONE.into() } else { indicator.rollup.clone() },
            window: indicator.window,
            publish: indicator.coverage.publish,
            flag: indicator.coverage.flag,
            base: indicator.coverage.base.clone(),
            formula: formula.into(),
            silence: indicator.silence.as_ref().filter(|_| !copied).map(|silence| silence.reason.clone()),
        }
    }
}
