//! Computes all indicators, so many side by side. One that fails, or that a check holds, is as the release before has it.

use std::collections::BTreeSet;

use datafusion::arrow::array::RecordBatch;
use tokio::task::JoinSet;

use crate::engine::{Engine, observations, threads};
use crate::error::{Error, Result};
use crate::indicator::Indicator;
use crate::observe::report::observation_files;
use crate::release::build::Build;
use crate::release::compute::{self, Steps};
use crate::release::computed::{All, One};
use crate::release::fixed_gaps::{self, Parts};
use crate::release::{fingerprint, keep, progress};
use crate::tables::cells::rows_of;
use crate::tables::schema;

impl Build<'_> {
    /// An indicator of the release before that would come out the same.
    fn kept(&self, before: Option<&keep::Before>, indicator: &Indicator) -> Result<Option<One>> {
        let Some(before) = before else { return Ok(None) };
        let found = before.of(indicator, &self.catalogue, &self.follows_from(indicator)?.1)?;
        found.map(|(values, ends)| One::new(values, ends, None)).transpose()
    }

    /// So many indicators side by side, one partition each; each begins once those that it reads are done.
    pub(super) async fn compute_all(&self, engine: &Engine, previous: &RecordBatch, before: Option<&keep::Before>) -> Result<All> {
        let mut results = All::new();
        let read = self.catalogue.read_indicators();
        let offer = |name: &str, one: &One| -> Result<()> {
            if read.contains(name) { engine.register_indicator(name, schema::values(), one.read()?) } else { Ok(()) }
        };
        let mut waiting = self.catalogue.longest_chain_first();
        let (mut alone, mut again) = (Vec::new(), BTreeSet::new());
        let mut tasks: JoinSet<(usize, Result<One>)> = JoinSet::new();
        loop {
            let done = |index: &usize| results.contains_key(&self.catalogue.indicators[*index].name);
            let ready = |index: &usize| self.catalogue.dependencies(&self.catalogue.indicators[*index]).iter().all(done);
            let next = waiting.iter().position(ready).filter(|_| tasks.len() < self.threads.max(1));
            if let Some(place) = next {
                let index = waiting.remove(place);
                let indicator = &self.catalogue.indicators[index];
                let one = if let Some(one) = self.kept(before, indicator)? {
                    tracing::debug!(indicator = %indicator.name, "kept");
                    one
                } else if let Some(other) = self.empty_below(indicator, &results) {
                    // From values of before it can be computed. Of none at all its SELECT would say what is not so.
                    let reason = format!("it reads {other}, which could not be computed and has no values of before");
                    self.held(engine, previous, indicator, reason).await?
                } else {
                    self.begin(engine, index, &results, &mut tasks)?;
                    continue;
                };
                offer(&indicator.name, &one)?;
                results.insert(indicator.name.clone(), one);
                continue;
            }
            if tasks.is_empty()
                && let Some(index) = alone.pop()
            {
                self.begin(engine, index, &results, &mut tasks)?;
            }
            let Some(joined) = tasks.join_next().await else { break };
            let (index, result) = joined.map_err(|e| Error::Internal(e.to_string()))?;
            let indicator = &self.catalogue.indicators[index];
            let one = match result {
                Ok(one) => one,
                // Beside another one there was too little memory: it has all of it once the others are done.
                Err(error) if error.is_lack_of_memory() && again.insert(index) => {
                    alone.push(index);
                    continue;
                }
                Err(Error::Workspace(problems)) => return Err(Error::Workspace(problems)),
                Err(error) => self.held(engine, previous, indicator, error.to_string()).await?,
            };
            offer(&indicator.name, &one)?;
            (self.done)(&indicator.name);
            results.insert(indicator.name.clone(), one);
        }
        if !results.is_empty() && results.values().all(|one| one.held.is_some()) {
            return Err(Error::NothingComputed(results.values().find_map(|one| one.held.clone()).unwrap_or_default()));
        }
        Ok(results)
    }

    /// The name of an indicator that this one reads, and that has no values because it could not be computed.
    fn empty_below(&self, indicator: &Indicator, results: &All) -> Option<&str> {
        let reads = self.catalogue.dependencies(indicator).into_iter().map(|other| self.catalogue.indicators[other].name.as_str());
        reads
            .into_iter()
            .find(|name| results.get(*name).is_some_and(|one| one.held.is_some() && one.values.iter().all(|batch| batch.num_rows() == 0)))
    }

    /// Begins to compute one indicator, over the indicators that are done.
    fn begin(&self, engine: &Engine, index: usize, results: &All, tasks: &mut JoinSet<(usize, Result<One>)>) -> Result<()> {
        let base = |indicator: &Indicator| -> Result<Engine> {
            let base = engine.sibling()?;
            let datasets = fingerprint::datasets_of(indicator, &self.reports);
            observations::register(&base, &self.workspace.data, &observation_files(self.workspace, &self.reports, &datasets))?;
            Ok(base)
        };
        // Where the parts are values of before, the observations of today are not behind them.
        let is_of_today = |part: &&Indicator| results.get(&part.name).is_some_and(|one| one.held.is_none());
        let parts = fixed_gaps::parts_of(&self.catalogue, &self.catalogue.indicators[index]).filter(is_of_today);
        let parts = parts.map(|part| Ok::<_, Error>((part.clone(), base(part)?))).transpose()?;
        let base = base(&self.catalogue.indicators[index])?;
        let (catalogue, reference, year) = (self.catalogue.clone(), self.reference.clone(), self.current_year());
        let work = async move {
            let indicator = &catalogue.indicators[index];
            let one = async {
                let steps = Steps::ReadBy(if indicator.targets.is_empty() { &[] } else { &progress::ENDS });
                let computed = Box::pin(compute::indicator(&base, &catalogue, &reference, indicator, steps)).await?;
                let parts = match &parts {
                    Some((part, base)) => {
                        let steps = Steps::ReadBy(&fixed_gaps::READ);
                        Some((part, Box::pin(compute::indicator(base, &catalogue, &reference, part, steps)).await?.engine))
                    }
                    None => None,
                };
                let parts = parts.as_ref().map(|(indicator, engine)| Parts { indicator, engine });
                let (values, ends) = progress::ends(&computed.engine, &catalogue, indicator, &computed.values, year, parts).await?;
                One::new(values, ends, None)
            };
            (index, one.await)
        };
        tasks.spawn_on(work, threads()?);
        Ok(())
    }

    /// An indicator as the release before has it.
    pub(super) async fn held(&self, engine: &Engine, previous: &RecordBatch, indicator: &Indicator, reason: String) -> Result<One> {
        let last = rows_of(previous, &indicator.name)?;
        let (values, ends) = progress::ends(&engine.sibling()?, &self.catalogue, indicator, &last, self.current_year(), None).await?;
        One::new(values, ends, Some(reason))
    }
}
