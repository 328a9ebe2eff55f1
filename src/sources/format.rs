//! What a provider's folder gives: how it is asked, how its bodies are read, and what is known of its series.

use std::collections::BTreeSet;
use std::fmt;

use super::body::headings::Header;
use super::body::layout::CsvLayout;
use super::body::{ReadSeek, csv_members};
use super::plan::{Asked, Plan};
use crate::error::Result;
use crate::fetch::Pull;
use crate::reference::Reference;
use crate::rows::collector::{Collector, Matched};

/// How one provider is asked, and how its bodies become rows. One value is one data set's settings.
pub trait Format: fmt::Debug + Send + Sync {
    /// The settings, as content keys have them: equal settings ask for the same and read alike.
    fn settings(&self) -> serde_json::Value;

    /// The requests of one pull.
    fn plan(&self, asked: &Asked<'_>) -> Result<Box<dyn Plan>>;

    /// Reads one body into the collector; `name` is its file name.
    fn parse(&self, name: &str, body: &mut dyn ReadSeek, reference: &Reference, collector: &mut Collector<'_>) -> Result<Parsed>;

    /// Whether `parse` reads a member of an archive of this name. A plain body has an empty name.
    fn reads_member(&self, name: &str) -> bool {
        csv_members::is_csv(name)
    }

    /// Whether `parse` reads a CSV with this header, or passes it over.
    fn fits(&self, header: &Header) -> bool;

    /// How its CSV files are opened.
    fn csv_layout(&self) -> CsvLayout {
        CsvLayout::default()
    }

    /// Where records stand in lists within the objects of a JSON body: the names of these lists.
    fn json_lists(&self) -> &[String] {
        &[]
    }

    /// Why nothing is asked: the file is only brought by hand, or nobody has set a key.
    fn nothing_to_ask(&self, _environment: &dyn Fn(&str) -> Option<String>) -> Option<&'static str> {
        None
    }

    /// The codes that a pull has asked for together in one request: the answer does not say which of them it left out.
    fn codes_asked(&self, _pull: &Pull) -> BTreeSet<String> {
        BTreeSet::new()
    }

    /// What is known of the series that it serves, for checks of SQL.
    fn series(&self, _reference: &Reference) -> Served {
        Served::default()
    }

    /// What the settings name and no row of a pull has, given what rows had; and whether it looks like a mistake.
    fn unmatched(&self, _matched: &Matched) -> Vec<(String, bool)> {
        Vec::new()
    }

    /// Whether its settings may say which area a word of the file means.
    fn maps_areas(&self) -> bool {
        false
    }

    /// Files of `pipelines/reference/` that rows follow from, besides areas and groups.
    fn reference_files(&self) -> &'static [&'static str] {
        &[]
    }

    /// Whether each breakdown has a code of its own, so that one that is gone is a code that is gone.
    fn one_code_per_breakdown(&self) -> bool {
        false
    }

    /// Whether a new release withdraws a few of very many series in the ordinary course.
    fn may_withdraw(&self) -> bool {
        false
    }
}

/// Series that a data set is known to serve, and the shape of codes that only its provider uses.
#[derive(Default)]
pub struct Served {
    pub series: Vec<String>,
    /// A code of this shape that no data set serves is a mistake.
    pub shape: Option<fn(&str) -> bool>,
    /// Where a code is added, for hints.
    pub place: &'static str,
}

/// What a body says about itself.
#[derive(Debug, Default)]
pub struct Parsed {
    /// The edition that the body names, where it does.
    pub vintage: Option<String>,
    /// The same of a provider that revises the past with each release, so that several in one pull are told.
    pub releases: BTreeSet<String>,
    /// An answer without a single record, beside others that may have some.
    pub empty: bool,
    /// Data files of an archive whose names are the same in every release.
    pub members: Vec<String>,
}
