//! `sources` of a header: whom the figures are from, and under which licence. A name stands for what `pipelines/` says
//! of a source or data set, or `sql/defaults.toml` of another, so that a licence is written once.

use std::ops::Range;

use crate::authored::toml::{Item, TableReader};
use crate::error::{Code, Problem, SourceText, suggestion};
use crate::pipelines::Source;

#[derive(Debug, Clone, Default, serde::Serialize)]
pub struct SourceNote {
    pub title: String,
    pub licence: String,
    pub citation: String,
    pub url: String,
    /// The name that a header gives instead, and where.
    #[serde(skip)]
    pub name: Option<(String, Range<usize>)>,
}

/// Reads the key `sources`: names and tables side by side.
pub fn read(reader: &mut TableReader<'_>, problems: &mut Vec<Problem>) -> Vec<SourceNote> {
    let items = reader.names_or_tables("sources", "source", problems);
    items
        .into_iter()
        .map(|item| match item {
            Item::Name(name, span) => SourceNote { name: Some((name, span)), ..SourceNote::default() },
            Item::Table(mut table) => read_table(&mut table, problems),
        })
        .collect()
}

pub fn read_table(table: &mut TableReader<'_>, problems: &mut Vec<Problem>) -> SourceNote {
    let mut text_of = |key: &'static str, table: &mut TableReader<'_>| {
        let value = table.string(key, problems);
        table.require(key, value, problems).unwrap_or_default()
    };
    let note = SourceNote {
        title: text_of("title", table),
        licence: text_of("licence", table),
        citation: text_of("citation", table),
        url: table.string("url", problems).unwrap_or_default(),
        name: None,
    };
    table.finish(problems);
    note
}

/// Puts in what the names of a header stand for. `others` are sources that are not pulled.
pub fn cite(notes: &mut [SourceNote], text: &SourceText, sources: &[Source], others: &[(String, SourceNote)], problems: &mut Vec<Problem>) {
    for note in notes {
        let Some((name, span)) = note.name.clone() else { continue };
        if let Some(found) = named(&name, sources, others) {
            *note = SourceNote { name: note.name.clone(), ..found }
        } else {
            let known: Vec<String> = names(sources).chain(others.iter().map(|(name, _)| name.clone())).collect();
            problems.push(
                Problem::new(Code::UnknownNameInHeader, text, span, format!("unknown source `{name}`"))
                    .maybe_hint(suggestion(&name, known.iter().map(String::as_str))),
            );
        }
    }
}

fn names(sources: &[Source]) -> impl Iterator<Item = String> {
    let datasets = |source: &Source| source.datasets.iter().map(|d| format!("{}/{}", source.name, d.name)).collect::<Vec<_>>();
    sources.iter().flat_map(move |source| std::iter::once(source.name.clone()).chain(datasets(source)))
}

fn named(name: &str, sources: &[Source], others: &[(String, SourceNote)]) -> Option<SourceNote> {
    if let Some((_, note)) = others.iter().find(|(other, _)| other == name) {
        return Some(note.clone());
    }
    let (source, dataset) = name.split_once('/').map_or((name, None), |(source, dataset)| (source, Some(dataset)));
    let source = sources.iter().find(|other| other.name == source)?;
    let whole = SourceNote {
        title: source.title.clone(),
        licence: source.licence.clone(),
        citation: source.citation.clone(),
        url: source.homepage.clone(),
        name: None,
    };
    let Some(dataset) = dataset else { return Some(whole) };
    let dataset = source.dataset(dataset)?;
    Some(SourceNote {
        title: format!("{} ({})", dataset.title, source.title),
        licence: source.licence_of(dataset).to_owned(),
        citation: dataset.citation.clone().unwrap_or(whole.citation),
        url: dataset.homepage.clone().unwrap_or(whole.url),
        name: None,
    })
}
