//! `yardstick.xlsx`: the targets for people who work in a spreadsheet. Numbers are numbers, what is missing is an empty
//! cell with its status beside it; no formulas, no merged cells; the same bytes for the same release.

use std::collections::BTreeSet;

use rust_xlsxwriter::{DocProperties, ExcelDateTime, Format, Workbook, Worksheet, XlsxError};

use super::markup::printable;
use super::metadata::{DESCRIPTION, TITLE};
use super::progress::{Progress, headline, shown};
use super::view::View;
use crate::error::{Error, Result};
use crate::tables::schema::DIMENSIONS;

/// A cell: nothing, a number, or a text, which is never read as a formula.
enum Cell {
    Empty,
    Number(f64),
    /// A number and the decimals to show of it.
    Shown(f64, usize),
    Text(String),
}

impl From<Option<f64>> for Cell {
    fn from(value: Option<f64>) -> Self {
        value.map_or(Self::Empty, Self::Number)
    }
}

impl From<Option<i64>> for Cell {
    fn from(value: Option<i64>) -> Self {
        value.map_or(Self::Empty, |value| Self::Number(value as f64))
    }
}

impl From<&str> for Cell {
    fn from(text: &str) -> Self {
        // The most that a cell holds.
        if text.is_empty() { Self::Empty } else { Self::Text(printable(text).chars().take(32_000).collect()) }
    }
}

pub(super) fn bytes(view: &View<'_>) -> Result<Vec<u8>> {
    made(view).map_err(|error| Error::Internal(format!("yardstick.xlsx: {error}")))
}

/// What the target asks for in words: of a band both bounds, of a change its size.
const ASKED: &str = "Asked for";
/// How a target came out whose year is over.
const OUTCOME: &str = "Outcome";

fn made(view: &View<'_>) -> std::result::Result<Vec<u8>, XlsxError> {
    let mut workbook = Workbook::new();
    let created = ExcelDateTime::parse_from_str(view.manifest.created_at.trim_end_matches('Z'))?;
    workbook.set_properties(&DocProperties::new().set_title(TITLE).set_author("Yardstick").set_creation_datetime(&created));
    let mut names = BTreeSet::new();
    let mut sheet = |name: &str, head: &[&str], widths: &[f64], rows: Vec<Vec<Cell>>| -> std::result::Result<(), XlsxError> {
        let sheet = workbook.add_worksheet();
        sheet.set_name(unused(name, &mut names))?;
        fill(sheet, head, widths, &rows)
    };
    sheet("Read me", &["About", "Text"], &[20.0, 100.0], about(view))?;
    let head = [
        "Target",
        "Indicator",
        "Area",
        "Class",
        "Baseline year",
        "Baseline",
        "Latest year",
        "Latest",
        "Target year",
        "Target value",
        "Distance",
        "Unit",
        "Note",
        ASKED,
    ];
    let overview = view.targets.iter().map(|(id, (indicator, target))| {
        let rows = shown(view.of_target(id.0).filter(|row| row.area == target.area));
        let title = if target.title.is_empty() { &indicator.title } else { &target.title };
        let mut cells: Vec<Cell> = vec![id.0.into(), title.as_str().into(), view.area_name(&target.area).into()];
        cells.extend(match headline(&rows) {
            Some(row) => measured(view, row),
            None => [view.labels.class("insufficient_data").into()].into_iter().chain((0..9).map(|_| Cell::Empty)).collect(),
        });
        cells.extend(match headline(&rows) {
            // Of several parts the row is of one.
            Some(row) => {
                let part = view.labels.breakdown_or_total(&row.dimensions);
                let part = if rows.len() > 1 { format!("{part} (one of {} parts)", rows.len()) } else { part };
                [view.goal(row).as_str().into(), part.as_str().into(), row.estimate.into(), outcome(view, row)]
            }
            None => [Cell::Empty, Cell::Empty, Cell::Empty, Cell::Empty],
        });
        cells
    });
    let columns: Vec<&str> = head.into_iter().chain(["Part", "Estimate", OUTCOME]).collect();
    sheet("Overview", &columns, &[10.0, 50.0, 25.0, 20.0], overview.collect())?;
    let head: Vec<&str> = ["Area", "Name"]
        .into_iter()
        .chain(DIMENSIONS)
        .chain(["Part", "Estimate", "Shown first", "Class"])
        .chain(head[4..].iter().copied().filter(|name| *name != ASKED))
        .chain(["Status", ASKED, OUTCOME])
        .collect();
    for id in view.targets.keys() {
        let rows = view.of_target(id.0).map(|row| {
            let mut cells: Vec<Cell> = vec![row.area.into(), view.area_name(row.area).into()];
            cells.extend(row.dimensions.iter().map(|code| Cell::from(*code)));
            cells.push(view.labels.breakdown_or_total(&row.dimensions).as_str().into());
            cells.push(row.estimate.into());
            cells.push(if row.preferred { "yes" } else { "no" }.into());
            cells.extend(measured(view, row));
            let status = row.value_row.map_or("O", |at| view.values.status.value(at));
            cells.push(view.labels.status(status).into());
            cells.push(view.goal(row).as_str().into());
            cells.push(outcome(view, row));
            cells
        });
        sheet(id.0, &head, &[8.0, 30.0], rows.collect())?;
    }
    let codes =
        view.labels.lists().flat_map(|(list, codes)| codes.iter().map(move |(code, name)| [list, code, name].map(Cell::from).into()));
    let units = view.labels.units().map(|(code, unit)| vec![Cell::from("UNIT"), code.into(), unit.name.as_str().into()]);
    let areas = view.economies.iter().map(|(code, name)| vec![Cell::from("REF_AREA"), (*code).into(), (*name).into()]);
    let groups = view.groups.iter().map(|(code, (_, name))| vec![Cell::from("REF_AREA"), (*code).into(), (*name).into()]);
    sheet("Codes", &["List", "Code", "Name"], &[22.0, 22.0, 70.0], codes.chain(units).chain(areas).chain(groups).collect())?;
    workbook.save_to_buffer()
}

fn outcome(view: &View<'_>, row: &Progress<'_>) -> Cell {
    match row.not_known() {
        Some(doubt) => format!("{}, {doubt}", view.labels.name("CL_OUTCOME", row.outcome)).as_str().into(),
        None => view.labels.name("CL_OUTCOME", row.outcome).into(),
    }
}

/// What a row of progress measures: ten cells.
fn measured(view: &View<'_>, row: &Progress<'_>) -> Vec<Cell> {
    let decimals = view.labels.decimals(view.unit_of(row));
    let shown = |value: Option<f64>| match (value, decimals) {
        (Some(value), Some(decimals)) => Cell::Shown(value, decimals),
        (value, _) => value.into(),
    };
    vec![
        view.labels.class(row.standing()).into(),
        row.baseline_year.into(),
        shown(row.baseline),
        row.latest_year.into(),
        shown(row.latest),
        Cell::Number(row.target_year as f64),
        shown(row.goal),
        shown(row.distance),
        view.labels.unit(view.unit_of(row)).name.as_str().into(),
        row.note.unwrap_or_default().into(),
    ]
}

fn about(view: &View<'_>) -> Vec<Vec<Cell>> {
    let line = |name: &str, text: &str| vec![Cell::from(name), Cell::from(text)];
    let mut rows = vec![
        line("What", TITLE),
        line("", DESCRIPTION),
        line("Release", &view.manifest.release),
        line("Made", &view.manifest.created_at),
        line("Sheets", "Overview: one row a target. A sheet a target: every area and breakdown. Codes: what each code means."),
        line(
            "Several estimates",
            "Of one area and part there may be a row for each estimate: never add them up. To show one figure, filter `Shown first` by yes.",
        ),
        line("Empty cells", "There is no value; the class, the status and the note say why."),
        line("All values", "This workbook has the distance to each target; every value is in values.parquet and csv/ of the same release."),
    ];
    for input in &view.manifest.inputs {
        rows.push(line("Source", &format!("{}: {}", input.id(), input.licence)));
    }
    rows
}

/// Rows that a sheet has room for, but for its head and a last word: a spreadsheet ends at 1,048,576.
const ROWS: u32 = 1_000_000;

/// Decimals that a cell may show; the number in it has all.
const MOST: usize = 6;

fn fill(sheet: &mut Worksheet, head: &[&str], widths: &[f64], rows: &[Vec<Cell>]) -> std::result::Result<(), XlsxError> {
    let bold = Format::new().set_bold();
    let formats: Vec<Format> = (0..=MOST)
        .map(|decimals| Format::new().set_num_format(format!("#,##0{}{}", if decimals > 0 { "." } else { "" }, "0".repeat(decimals))))
        .collect();
    for (column, name) in (0u16..).zip(head) {
        sheet.write_string_with_format(0, column, *name, &bold)?;
        sheet.set_column_width(column, widths.get(usize::from(column)).copied().unwrap_or(14.0))?;
    }
    sheet.set_freeze_panes(1, 0)?;
    let most = ROWS as usize;
    if rows.len() > most {
        sheet.write_string(ROWS + 1, 0, format!("and {} more rows: progress.parquet has all", rows.len() - most))?;
    }
    for (at, cells) in (1u32..).zip(rows.iter().take(most)) {
        for (column, cell) in (0u16..).zip(cells) {
            match cell {
                Cell::Empty => {}
                Cell::Number(number) => drop(sheet.write_number(at, column, *number)?),
                Cell::Shown(number, decimals) => {
                    sheet.write_number_with_format(at, column, *number, &formats[(*decimals).min(MOST)])?;
                }
                Cell::Text(text) => drop(sheet.write_string(at, column, text)?),
            }
        }
    }
    Ok(())
}

/// A name that a sheet may have and that no other sheet has.
fn unused(wanted: &str, taken: &mut BTreeSet<String>) -> String {
    let allowed = |c: char| if c.is_control() || "[]:*?/\\'".contains(c) { '_' } else { c };
    let base: String = wanted.chars().map(allowed).take(24).collect();
    let base = if base.trim().is_empty() { "_".to_owned() } else { base };
    let names = std::iter::once(base.clone()).chain((2..).map(|number| format!("{base} ({number})")));
    let name = names.into_iter().find(|name| !taken.contains(&name.to_lowercase())).unwrap_or_default();
    taken.insert(name.to_lowercase());
    name
}
