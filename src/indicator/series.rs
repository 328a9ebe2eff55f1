//! `series` of a header: the providers' series that an indicator chooses from, in order of preference. They become the
//! table `series_wanted`, which `sql/shared/` reads.

use std::collections::BTreeSet;
use std::ops::Range;
use std::sync::Arc;

use datafusion::arrow::array::{ArrayRef, Int32Array, RecordBatch, StringArray};

use crate::authored::toml::TableReader;
use crate::dataset_id::DatasetId;
use crate::error::{Code, Problem, Result, SourceText, suggestion};
use crate::pipelines::Source;
use crate::tables::schema::{self, DIMENSIONS};

/// One entry of the list.
#[derive(Debug, Clone, Default)]
pub struct SeriesWanted {
    pub source: String,
    pub series: String,
    /// One data set of the source; none = each that `datasets` names, in its order.
    pub dataset: Option<String>,
    /// What the series is in codes of the indicator, in the order of [`DIMENSIONS`]; none = as the provider has it.
    pub dimensions: [Option<String>; 7],
    /// The provider's own breakdown that `breakdown` renames, instead of the total; `*` = any.
    pub provider_breakdown: Option<String>,
    /// A publication in editions, named in front of the note of each figure.
    pub publication: Option<String>,
    /// How an answer in words that means no begins; any other answer is then a yes.
    pub no: Option<String>,
    /// How notes of aggregates name the provider.
    pub cited_as: String,
    /// Where the series, source and data set stand in the file.
    pub spans: [Range<usize>; 3],
}

/// Reads the key `series`.
pub fn read(reader: &mut TableReader<'_>, problems: &mut Vec<Problem>) -> Vec<SeriesWanted> {
    let mut found: Vec<SeriesWanted> = Vec::new();
    for mut table in reader.tables("series", "a series", problems) {
        let mut needed = |key: &'static str, table: &mut TableReader<'_>| {
            let value = table.string(key, problems);
            table.require(key, value, problems).unwrap_or_default()
        };
        let (source, series) = (needed("source", &mut table), needed("series", &mut table));
        let dataset = table.string("dataset", problems);
        let dimensions = DIMENSIONS.map(|name| table.string(name, problems));
        let provider_breakdown = table.string("provider_breakdown", problems);
        if provider_breakdown.is_some() && dimensions[6].is_none() {
            problems.push(
                Problem::new(
                    Code::ParameterOutOfRange,
                    table.source(),
                    table.span_of("provider_breakdown"),
                    "`provider_breakdown` is renamed, and no `breakdown` says to what",
                )
                .hint("add breakdown = \"..\", the code in this indicator; `_T` for the total"),
            );
        }
        let publication = table.string("publication", problems);
        let no = table.string("no", problems);
        let spans = ["series", "source", "dataset"].map(|key| table.span_of(key));
        let entry =
            SeriesWanted { cited_as: source.clone(), source, series, dataset, dimensions, provider_breakdown, publication, no, spans };
        let same = |other: &SeriesWanted| {
            (&other.source, &other.series, &other.dataset, &other.provider_breakdown)
                == (&entry.source, &entry.series, &entry.dataset, &entry.provider_breakdown)
        };
        if found.iter().any(same) {
            problems.push(
                Problem::new(
                    Code::UsedTwice,
                    table.source(),
                    entry.spans[0].clone(),
                    format!("series `{}` stands here twice", entry.series),
                )
                .hint("the first place counts: take one out, or name the data set of each"),
            );
        }
        table.finish(problems);
        found.push(entry);
    }
    found
}

/// Looks up the sources and data sets that the list names, and how notes call them.
pub fn cite(wanted: &mut [SeriesWanted], datasets: &[DatasetId], text: &SourceText, sources: &[Source], problems: &mut Vec<Problem>) {
    for entry in wanted {
        let mut unknown = |what: &str, name: &str, span: &Range<usize>, known: Vec<&str>| {
            problems.push(
                Problem::new(Code::UnknownNameInHeader, text, span.clone(), format!("unknown {what} `{name}`"))
                    .maybe_hint(suggestion(name, known)),
            );
        };
        let Some(source) = sources.iter().find(|source| source.name == entry.source) else {
            unknown("source", &entry.source, &entry.spans[1], sources.iter().map(|s| s.name.as_str()).collect());
            continue;
        };
        entry.cited_as = source.short_title.clone();
        let own: Vec<&str> = datasets.iter().filter(|id| id.source == entry.source).map(|id| id.dataset.as_str()).collect();
        if let Some(dataset) = &entry.dataset {
            if !datasets.is_empty() && !own.contains(&dataset.as_str()) {
                unknown("data set among `datasets`", dataset, &entry.spans[2], own);
            }
        } else if !datasets.is_empty() && own.is_empty() {
            let message = format!("`datasets` names no data set of the source `{}`", entry.source);
            problems.push(
                Problem::new(Code::UnknownNameInHeader, text, entry.spans[1].clone(), message)
                    .hint(format!("add one to `datasets`, such as \"{}/..\"", entry.source)),
            );
        }
    }
}

/// The codes of all series of the list.
pub fn codes(wanted: &[SeriesWanted]) -> BTreeSet<String> {
    wanted.iter().map(|entry| entry.series.clone()).collect()
}

/// The list as text, for what says whether a method changed.
pub fn shown(wanted: &[SeriesWanted]) -> String {
    let entries: Vec<String> = wanted
        .iter()
        .map(|entry| {
            let more = entry.dimensions.iter().chain([&entry.dataset, &entry.provider_breakdown, &entry.publication, &entry.no]);
            let more: Vec<&str> = more.map(|code| code.as_deref().unwrap_or("-")).collect();
            format!("{}/{} {} ({})", entry.source, entry.series, more.join(" "), entry.cited_as)
        })
        .collect();
    entries.join("; ")
}

/// The table `series_wanted`: a row for each entry and data set, `place` 1 = the first choice.
pub fn batch(wanted: &[SeriesWanted], datasets: &[DatasetId]) -> Result<RecordBatch> {
    let mut rows: Vec<(&SeriesWanted, Option<&str>)> = Vec::new();
    for entry in wanted {
        let own = datasets.iter().filter(|id| id.source == entry.source).map(|id| id.dataset.as_str());
        match entry.dataset.as_deref() {
            None if !datasets.is_empty() => rows.extend(own.map(|dataset| (entry, Some(dataset)))),
            dataset => rows.push((entry, dataset)),
        }
    }
    let text =
        |f: &dyn Fn(&SeriesWanted) -> Option<String>| -> ArrayRef { Arc::new(rows.iter().map(|(e, _)| f(e)).collect::<StringArray>()) };
    let mut columns: Vec<ArrayRef> = vec![
        Arc::new(Int32Array::from_iter_values((1..).take(rows.len()))),
        text(&|e| Some(e.source.clone())),
        text(&|e| Some(e.series.clone())),
        Arc::new(rows.iter().map(|(_, dataset)| *dataset).collect::<StringArray>()),
    ];
    columns.extend((0..DIMENSIONS.len()).map(|index| text(&|e| e.dimensions[index].clone())));
    columns.push(text(&|e| match (&e.provider_breakdown, &e.dimensions[6]) {
        (None, None) => None,
        (None, Some(_)) => Some("_T".into()),
        (Some(code), _) => Some(code.clone()).filter(|code| code != "*"),
    }));
    columns.push(text(&|e| e.publication.clone()));
    columns.push(text(&|e| Some(e.cited_as.clone())));
    columns.push(text(&|e| e.no.clone()));
    Ok(RecordBatch::try_new(schema::series_wanted(), columns)?)
}
