//! Computes all indicators, so many side by side. One that fails, or that a check holds, is as the release before has it.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use datafusion::arrow::array::RecordBatch;
use tokio::task::JoinSet;

use crate::engine::{Engine, observations, threads};
use crate::error::{Error, Result};
use crate::heap;
use crate::indicator::header::ROLLUP_NONE;
use crate::indicator::{Catalogue, Indicator};
use crate::observe::report::observation_files;
use crate::reference::Reference;
use crate::release::build::Build;
use crate::release::compute::{self, Gathered, Selected, Steps};
use crate::release::computed::{All, One};
use crate::release::cut::{Cut, Part};
use crate::release::fixed_gaps::{self, Parts};
use crate::release::previous::Previous;
use crate::release::room::Room;
use crate::release::selected_rows::{Looked, key_of_rows};
use crate::release::stored_values::{Filing, Stored};
use crate::release::{fingerprint, keep, preferred, progress};
use crate::tables::{schema, sort};

/// An indicator that was computed; the engine that still holds its members, where gaps are made of its values.
type Done = (usize, Result<(One, Option<Engine>)>);

impl Build<'_> {
    /// An indicator of the release before that would come out the same.
    fn kept(&self, before: Option<&keep::Before>, previous: &Previous, indicator: &Indicator, filing: &Filing) -> Result<Option<One>> {
        let Some(before) = before else { return Ok(None) };
        let Some((rows, ends)) = before.of(indicator, &self.catalogue, &self.follows_from(indicator)?.1)? else { return Ok(None) };
        let most = Room::new(self.limits.memory_bytes).rows_at_once();
        Ok(Some(One { values: previous.stored(&indicator.name, rows, most, filing)?, ends, held: None }))
    }

    /// So many indicators side by side, one partition each; each begins once those that it reads are done.
    pub(super) async fn compute_all(
        &self,
        engine: &Engine,
        (previous, before): (&Previous, Option<&keep::Before>),
        filing: &Arc<Filing>,
    ) -> Result<All> {
        let (mut results, room) = (All::new(), Arc::new(Room::new(self.limits.memory_bytes)));
        let read = self.catalogue.read_indicators();
        let mut left = self.values_held();
        // Values that memory has no room for wait in a file.
        let mut finish = |name: &str, mut one: One, results: &mut All| -> Result<()> {
            if let Stored::Held(_) = one.values {
                match left.checked_sub(one.values.rows()) {
                    Some(rest) => left = rest,
                    None => one.put_away(filing)?,
                }
            }
            if read.contains(name) {
                one.offer(engine, name)?;
            }
            results.insert(name.to_owned(), one);
            Ok(())
        };
        let mut waiting = self.catalogue.longest_chain_first();
        let (mut alone, mut again) = (Vec::new(), BTreeSet::new());
        let mut tasks: JoinSet<Done> = JoinSet::new();
        let mut members: BTreeMap<String, Engine> = BTreeMap::new();
        loop {
            members.retain(|name, _| waiting.iter().filter_map(|index| self.parts_of(*index)).any(|part| part.name == *name));
            let done = |index: &usize| results.contains_key(&self.catalogue.indicators[*index].name);
            let ready = |index: &usize| self.catalogue.dependencies(&self.catalogue.indicators[*index]).iter().all(done);
            let next = waiting.iter().position(ready).filter(|_| tasks.len() < self.threads.max(1));
            if let Some(place) = next {
                let index = waiting.remove(place);
                let indicator = &self.catalogue.indicators[index];
                let one = if let Some(one) = self.kept(before, previous, indicator, filing)? {
                    tracing::debug!(indicator = %indicator.name, "kept");
                    one
                } else if let Some(other) = self.empty_below(indicator, &results) {
                    // From values of before it can be computed. Of none at all its SELECT would say what is not so.
                    let reason = format!("it reads {other}, which could not be computed and has no values of before");
                    self.held(engine, previous, indicator, reason).await?
                } else {
                    self.begin(engine, index, (&results, &members), (&room, room.rows_at_once(), filing), &mut tasks)?;
                    continue;
                };
                finish(&indicator.name, one, &mut results)?;
                continue;
            }
            if tasks.is_empty()
                && let Some(index) = alone.pop()
            {
                self.begin(engine, index, (&results, &members), (&room, room.rows_at_once() / 4, filing), &mut tasks)?;
            }
            let Some(joined) = tasks.join_next().await else { break };
            let (index, result) = joined.map_err(|e| Error::Internal(e.to_string()))?;
            let indicator = &self.catalogue.indicators[index];
            let one = match result {
                Ok((one, engine)) => {
                    members.extend(engine.map(|engine| (indicator.name.clone(), engine)));
                    one
                }
                // Beside another one there was too little memory: it has all of it once the others are done, and less at once.
                Err(error) if error.is_lack_of_memory() && again.insert(index) => {
                    alone.push(index);
                    continue;
                }
                Err(Error::Workspace(problems)) => return Err(Error::Workspace(problems)),
                Err(error) => self.held(engine, previous, indicator, error.to_string()).await?,
            };
            finish(&indicator.name, one, &mut results)?;
            (self.done)(&indicator.name);
        }
        if !results.is_empty() && results.values().all(|one| one.held.is_some()) {
            return Err(Error::NothingComputed(results.values().find_map(|one| one.held.clone()).unwrap_or_default()));
        }
        Ok(results)
    }

    /// The name of an indicator that this one reads, and that has no values because it could not be computed.
    fn empty_below(&self, indicator: &Indicator, results: &All) -> Option<&str> {
        let reads = self.catalogue.dependencies(indicator).into_iter().map(|other| self.catalogue.indicators[other].name.as_str());
        reads.into_iter().find(|name| results.get(*name).is_some_and(|one| one.held.is_some() && one.values.rows() == 0))
    }

    /// The indicator that an indicator takes the parts of its gaps from.
    fn parts_of(&self, index: usize) -> Option<&Indicator> {
        fixed_gaps::parts_of(&self.catalogue, &self.catalogue.indicators[index])
    }

    /// Begins to compute one indicator, over the indicators that are done and the engines that still hold members.
    fn begin(
        &self,
        engine: &Engine,
        index: usize,
        (results, members): (&All, &BTreeMap<String, Engine>),
        (room, at_once, filing): (&Arc<Room>, usize, &Arc<Filing>),
        tasks: &mut JoinSet<Done>,
    ) -> Result<()> {
        let base = |indicator: &Indicator| -> Result<Engine> {
            let base = engine.sibling()?;
            let datasets = fingerprint::datasets_of(indicator, &self.reports);
            observations::register(&base, &self.workspace.data, &observation_files(self.workspace, &self.reports, &datasets))?;
            Ok(base)
        };
        let indicator = &self.catalogue.indicators[index];
        // Where the parts are values of before, the observations of today are not behind them.
        let is_of_today = |part: &&Indicator| results.get(&part.name).is_some_and(|one| one.held.is_none());
        let parts = self.parts_of(index).filter(is_of_today);
        let at_hand = parts.and_then(|part| members.get(&part.name)).cloned();
        let parts =
            parts.map(|part| Ok::<_, Error>((part.clone(), if at_hand.is_none() { Some(base(part)?) } else { None }))).transpose()?;
        let gaps = (0..self.catalogue.indicators.len()).filter_map(|other| self.parts_of(other)).any(|part| part.name == indicator.name);
        let base = base(indicator)?;
        let (catalogue, reference, filing) = (self.catalogue.clone(), self.reference.clone(), Arc::clone(filing));
        let (room, year) = (Arc::clone(room), self.current_year());
        let data_sets = fingerprint::datasets_of(indicator, &self.reports);
        let observations = data_sets.iter().filter_map(|id| self.reports.get(id)).map(|report| report.counts.observations).sum();
        let work = async move {
            let indicator = &catalogue.indicators[index];
            let one = async {
                let own: &[&str] = if indicator.targets.is_empty() { &[] } else { &progress::ENDS };
                let read = [own, if gaps { &fixed_gaps::READ } else { &[] }].concat();
                let parts = match parts {
                    Some((part, Some(base))) => {
                        let steps = Steps::ReadBy(&fixed_gaps::READ);
                        Some((part.clone(), Box::pin(compute::indicator(&base, &catalogue, &reference, &part, steps)).await?.engine))
                    }
                    Some((part, None)) => at_hand.map(|engine| (part, engine)),
                    None => None,
                };
                let parts = parts.as_ref().map(|(indicator, engine)| Parts { indicator, engine });
                // Gaps are made of several breakdowns of their parts.
                let most = if indicator.rollup == ROLLUP_NONE || gaps { usize::MAX } else { at_once };
                let taken = room.to_select(observations).await?;
                let Selected { engine, rows, looked } = Box::pin(compute::selected(&base, &catalogue, &reference, indicator, most)).await?;
                drop(base);
                if let Gathered::Filed(_) = rows {
                    heap::give_back();
                }
                drop(taken);
                let rows = match rows {
                    Gathered::Held(rows) => looked.rows(&rows, &reference, indicator)?,
                    Gathered::Filed(rows) => {
                        let cut = Cut::new(rows, at_once);
                        let (catalogue, reference, room, filing) = (&catalogue, &reference, &room, &filing);
                        let parts = InParts { engine, catalogue, reference, indicator, looked, room, filing };
                        return Ok((Box::pin(parts.computed(cut, &read, year)).await?, None));
                    }
                };
                let _taken = room.to_roll_up(rows.countries.iter().map(RecordBatch::num_rows).sum()).await?;
                let computed = Box::pin(compute::rolled_up(engine, &catalogue, indicator, (rows, None), Steps::ReadBy(&read))).await?;
                let (values, ends) = progress::ends(&computed.engine, &catalogue, indicator, &computed.values, year, parts).await?;
                Ok((One::new(values, ends, None)?, gaps.then_some(computed.engine)))
            };
            (index, one.await)
        };
        tasks.spawn_on(work, threads()?);
        Ok(())
    }

    /// An indicator as the release before has it.
    pub(super) async fn held(&self, engine: &Engine, previous: &Previous, indicator: &Indicator, reason: String) -> Result<One> {
        let last = preferred::without(&previous.of_indicator(&indicator.name)?)?;
        let (values, ends) = progress::ends(&engine.sibling()?, &self.catalogue, indicator, &last, self.current_year(), None).await?;
        One::new(values, ends, Some(reason))
    }
}

/// An indicator of more rows than are computed at once: breakdown by breakdown, one part after the other.
struct InParts<'a> {
    engine: Engine,
    catalogue: &'a Catalogue,
    reference: &'a Reference,
    indicator: &'a Indicator,
    looked: Looked,
    room: &'a Room,
    filing: &'a Filing,
}

impl InParts<'_> {
    async fn computed(&self, mut cut: Cut, read: &[&str], year: i32) -> Result<One> {
        tracing::debug!(indicator = %self.indicator.name, parts = cut.len(), "cut by breakdown");
        let (mut values, mut ends) = (Vec::new(), progress::Ends::default());
        while let Some(part) = cut.next()? {
            let _taken = self.room.to_roll_up(part.rows()).await?;
            let (own, found) = self.part(part, read, year).await?;
            values.push(self.filing.file([&own])?);
            ends.add(found);
            drop(own);
            // The next part finds no room in what this one leaves behind in pieces.
            heap::give_back();
        }
        Ok(One { values: Stored::Filed(values), ends, held: None })
    }

    async fn part(&self, Part { own, beside, left_out }: Part, read: &[&str], year: i32) -> Result<(RecordBatch, progress::Ends)> {
        let Self { engine, catalogue, reference, indicator, looked, .. } = self;
        let own = sort::sort(&sort::joined(&schema::country_values(), own)?, &key_of_rows())?;
        let mut rows = looked.rows(&own, reference, indicator)?;
        Looked::beside(&mut rows, &beside, reference)?;
        drop((own, beside));
        let computed = compute::rolled_up(engine.sibling()?, catalogue, indicator, (rows, Some(&left_out)), Steps::ReadBy(read)).await?;
        progress::ends(&computed.engine, catalogue, indicator, &computed.values, year, None).await
    }
}
