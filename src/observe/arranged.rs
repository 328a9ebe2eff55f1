//! What is known of the observations of one data set once they are in order: how many there are of each series, unit and
//! body, and of which years.

use std::collections::BTreeMap;

use crate::observe::report::Units;
use crate::rows::collector::{Collector, SeriesKey};
use crate::rows::sorted::Rank;

/// What two bodies, by their places in the pull, have in common.
#[derive(Debug, Default)]
pub(super) struct Shared {
    pub equal: usize,
    pub contradicting: usize,
    /// Series, area and year of the first contradiction.
    pub example: String,
}

/// Pairs of bodies that give the same figures.
pub(super) type Between = BTreeMap<(usize, usize), Shared>;

/// Counts of rows.
pub(super) struct Arranged {
    pub ranks: Vec<Rank>,
    /// Of each series, before any is set aside for another of its key; and the observations.
    rows: Vec<u64>,
    observations: Vec<u64>,
    /// Of each body, the rows and their last year; and the observations.
    bodies: Vec<(u64, Option<i32>)>,
    of_bodies: Vec<u64>,
    pub first_year: Option<i32>,
    pub last_year: Option<i32>,
    /// Figures that several bodies give.
    pub shared: Between,
}

impl Arranged {
    pub(super) fn new(ranks: Vec<Rank>, series: usize, bodies: usize) -> Self {
        Self {
            ranks,
            rows: vec![0; series],
            observations: vec![0; series],
            bodies: vec![(0, None); bodies],
            of_bodies: vec![0; bodies],
            first_year: None,
            last_year: None,
            shared: Between::new(),
        }
    }

    /// A row that is to be put in order.
    pub(super) fn count(&mut self, body: usize, series: u32, year: i32) {
        self.rows[series as usize] += 1;
        if let Some((rows, last)) = self.bodies.get_mut(body) {
            *rows += 1;
            *last = (*last).max(Some(year));
        }
    }

    /// A row that stands.
    pub(super) fn stands(&mut self, body: usize, series: u32, year: i32) {
        self.observations[series as usize] += 1;
        if let Some(rows) = self.of_bodies.get_mut(body) {
            *rows += 1;
        }
        self.first_year = Some(self.first_year.map_or(year, |first| first.min(year)));
        self.last_year = self.last_year.max(Some(year));
    }

    pub(super) fn rows_of(&self, series: u32) -> u64 {
        self.rows[series as usize]
    }

    /// Rows of a body, and their last year.
    pub(super) fn of_body(&self, body: usize) -> (u64, Option<i32>) {
        self.bodies.get(body).copied().unwrap_or_default()
    }

    pub(super) fn observations(&self) -> u64 {
        self.observations.iter().sum()
    }

    /// Observations by the route of their body.
    pub(super) fn by_route(&self, route_of_body: &[&str]) -> BTreeMap<String, u64> {
        let mut routes = BTreeMap::new();
        for (body, rows) in self.of_bodies.iter().enumerate().filter(|(_, rows)| **rows > 0) {
            *routes.entry((*route_of_body.get(body).unwrap_or(&"")).to_owned()).or_default() += rows;
        }
        routes
    }

    /// Distinct series names, sorted.
    pub(super) fn series_names(&self, collector: &Collector<'_>) -> Vec<String> {
        let mut names: Vec<(u32, &str)> =
            collector.series.iter().zip(&self.ranks).map(|(key, rank)| (rank.0, key.series.as_str())).collect();
        names.sort_unstable();
        names.dedup();
        names.into_iter().map(|(_, name)| name.to_owned()).collect()
    }

    /// Observations of each series in each unit.
    pub(super) fn units(&self, collector: &Collector<'_>) -> Units {
        let mut units = Units::new();
        for (key, rows) in self.of_series(collector) {
            *units.entry(key.series.clone()).or_default().entry(key.unit.clone()).or_default() += rows;
        }
        units
    }

    /// Observations of each series and breakdown.
    pub(super) fn counts(&self, collector: &Collector<'_>) -> BTreeMap<String, u64> {
        let mut counts = BTreeMap::new();
        for (key, rows) in self.of_series(collector) {
            *counts.entry(key.shown()).or_insert(0) += rows;
        }
        counts
    }

    fn of_series<'k>(&'k self, collector: &'k Collector<'_>) -> impl Iterator<Item = (&'k SeriesKey, u64)> {
        collector.series.iter().zip(self.observations.iter().copied()).filter(|(_, rows)| *rows > 0)
    }
}

/// For each key its rank. A figure in another unit is the same figure.
pub(super) fn ranks(keys: &[SeriesKey]) -> Vec<Rank> {
    let place = |key: &usize| {
        let key = &keys[*key];
        (key.series.as_str(), key.dimensions(), key.edition.as_str())
    };
    let mut sorted: Vec<usize> = (0..keys.len()).collect();
    sorted.sort_by(|a, b| place(a).cmp(&place(b)));
    let mut result = vec![(0, 0); keys.len()];
    let (mut name, mut dimensions) = (0u32, 0u32);
    for (position, &index) in sorted.iter().enumerate() {
        if position > 0 {
            let before = &sorted[position - 1];
            if keys[*before].series != keys[index].series {
                (name, dimensions) = (name + 1, 0);
            } else if place(before) != place(&index) {
                dimensions += 1;
            }
        }
        result[index] = (name, dimensions);
    }
    result
}
