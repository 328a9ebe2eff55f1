//! `pipelines/reference/`: areas, dated group membership, population, units, code lists and crosswalks.

use std::collections::{BTreeMap, HashMap};
use std::path::Path;
use std::sync::Arc;

use datafusion::arrow::array::{ArrayRef, Float64Array, Int32Array, RecordBatch, StringArray};
use jiff::civil::Date;

use super::areas::AreaCodes;
use super::csv_table::CsvTable;
use super::schema;
use crate::engine::read::Table;
use crate::error::{Problem, SourceText, suggestion};
use crate::typed_csv;

/// Whether today's groups hold for all years, or each year's own.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub enum MembershipMode {
    /// Today's members for all years, as WDI and UNSD do.
    Current,
    /// The members on 1 July of each year.
    AsOf,
}

impl MembershipMode {
    pub fn name(self) -> &'static str {
        match self {
            Self::Current => "current",
            Self::AsOf => "as_of",
        }
    }

    /// The mode of a manifest.
    pub fn named(name: &str) -> Option<Self> {
        [Self::Current, Self::AsOf].into_iter().find(|mode| mode.name() == name)
    }
}

/// Everything in the reference folder, read once.
#[derive(Debug, Clone)]
pub struct Reference {
    pub areas: AreaCodes,
    /// Typed tables that SQL sees, by name.
    pub tables: BTreeMap<&'static str, RecordBatch>,
    pub itu_series: HashMap<String, ItuSeries>,
    /// blake3 of each file, by file name.
    pub hashes: BTreeMap<String, String>,
    names: HashMap<String, String>,
    group_schemes: HashMap<String, String>,
}

/// What a DataHub SeriesID is: our series, its dimensions and its unit.
#[derive(Debug, Clone, Default)]
pub struct ItuSeries {
    pub series: String,
    pub unit: String,
    pub sex: String,
    pub age: String,
    pub urbanisation: String,
    pub disability: String,
    pub education_level: String,
    pub breakdown: String,
}

impl Reference {
    /// Reads the folder. Problems are reported by file and line; a missing table counts as empty.
    pub fn load(workspace: &Path, mode: MembershipMode, today: Date, problems: &mut Vec<Problem>) -> Self {
        let folder = workspace.join("pipelines/reference");
        let mut hashes = BTreeMap::new();
        let mut open = |name: &str, problems: &mut Vec<Problem>| -> Option<SourceText> {
            let path = folder.join(name);
            match fs_err::read_to_string(&path) {
                Ok(text) => {
                    hashes.insert(name.to_owned(), blake3::hash(text.as_bytes()).to_hex().to_string());
                    Some(SourceText::new(crate::workspace::shown(workspace, &path), text))
                }
                Err(error) if error.kind() == std::io::ErrorKind::NotFound => None,
                Err(error) => {
                    problems.push(Problem::file("E0002", crate::workspace::shown(workspace, &path), error.to_string()));
                    None
                }
            }
        };
        let mut csv = |name: &str, columns: &[&str], more: &[&str], problems: &mut Vec<Problem>| -> CsvTable {
            let Some(text) = open(name, problems) else { return CsvTable::default() };
            let table = CsvTable::read(&text, columns, problems);
            table.only(columns, more, problems);
            table
        };
        let areas = csv("areas.csv", &["ref_area", "name", "iso2", "m49"], &["in_world", "note"], problems);
        let groups = csv("groups.csv", &["group_code", "group_scheme", "name"], &["members_expected"], problems);
        let crosswalk = csv("area_codes.csv", &["scheme", "code", "ref_area"], &["note"], problems);
        let membership =
            csv("membership.csv", &["group_scheme", "group_code", "ref_area", "valid_from", "valid_until"], &["evidence"], problems);
        let itu = csv(
            "itu_series.csv",
            &["series_id", "series", "unit"],
            &["code", "title", "sex", "age", "urbanisation", "disability", "education_level", "breakdown"],
            problems,
        );
        let population = open("population.csv", problems);
        let gni = open("gni_per_capita.csv", problems);
        let units = open("units.csv", problems);
        csv_hash_only(&folder, &mut hashes, "codelists.csv");

        areas.unique(&["ref_area"], problems);
        groups.unique(&["group_code"], problems);
        itu.unique(&["series_id"], problems);
        membership.unique(&["group_code", "ref_area", "valid_from"], problems);
        let codes = AreaCodes::new(&areas, &groups, Some(&crosswalk));
        let mut tables = BTreeMap::new();
        tables.insert("areas", areas_batch(&areas));
        tables.insert("groups", groups_batch(&groups));
        tables.insert("membership", membership_batch(&membership, &areas, &groups, mode, today, problems));
        tables.insert(
            "population",
            population.map_or_else(|| RecordBatch::new_empty(schema::population()), |text| population_batch(&text, &areas, problems)),
        );
        let typed = |text: Option<SourceText>, schema, problems: &mut Vec<Problem>| {
            text.and_then(|text| typed_csv::read(&text, &schema, &|_| None, problems))
                .map_or_else(|| RecordBatch::new_empty(schema.clone()), |table| table.batch)
        };
        tables.insert("gni_per_capita", typed(gni, schema::gni_per_capita(), problems));
        tables.insert("units", typed(units, schema::units(), problems));

        tables.insert("itu_series", itu_series_batch(&itu));

        let names = pairs(&areas, "ref_area", "name").chain(pairs(&groups, "group_code", "name")).collect();
        let group_schemes = pairs(&groups, "group_code", "group_scheme").collect();
        Self { areas: codes, tables, itu_series: itu_series(&itu), hashes, names, group_schemes }
    }

    /// Puts another table in the place of one, as a test case does.
    pub fn replace(&mut self, name: &str, batch: RecordBatch) {
        let Some(slot) = ["areas", "groups", "membership", "population", "gni_per_capita", "units"].into_iter().find(|n| *n == name) else {
            return;
        };
        let cells = Table(&batch);
        let code = |column: &str, row: usize| cells.text(column, row).unwrap_or_default().to_owned();
        for row in 0..cells.len() {
            match slot {
                "areas" => {
                    self.names.insert(code("ref_area", row), code("name", row));
                }
                "groups" => {
                    self.names.insert(code("group_code", row), code("name", row));
                    self.group_schemes.insert(code("group_code", row), code("group_scheme", row));
                }
                _ => {}
            }
        }
        self.tables.insert(slot, batch);
    }

    /// The name of an area or group; the code itself when unknown.
    pub fn area_name<'a>(&'a self, code: &'a str) -> &'a str {
        self.names.get(code).map_or(code, String::as_str)
    }

    /// The scheme of a group code; None for economies.
    pub fn group_scheme(&self, code: &str) -> Option<&str> {
        self.group_schemes.get(code).map(String::as_str)
    }

    pub fn is_area(&self, code: &str) -> bool {
        self.names.contains_key(code)
    }

    pub fn area_codes(&self) -> impl Iterator<Item = &str> {
        self.names.keys().map(String::as_str)
    }

    pub fn schemes(&self) -> Vec<String> {
        let mut schemes: Vec<String> = self.group_schemes.values().cloned().collect();
        schemes.sort();
        schemes.dedup();
        schemes
    }
}

fn csv_hash_only(folder: &Path, hashes: &mut BTreeMap<String, String>, name: &str) {
    if let Ok(bytes) = fs_err::read(folder.join(name)) {
        hashes.insert(name.to_owned(), blake3::hash(&bytes).to_hex().to_string());
    }
}

fn pairs<'a>(table: &'a CsvTable, key: &'a str, value: &'a str) -> impl Iterator<Item = (String, String)> + 'a {
    (0..table.len()).map(move |row| (table.get(row, key).to_owned(), table.get(row, value).to_owned()))
}

fn itu_series(table: &CsvTable) -> HashMap<String, ItuSeries> {
    let total = |text: &str| if text.is_empty() { "_T".to_owned() } else { text.to_owned() };
    (0..table.len())
        .map(|row| {
            let series = ItuSeries {
                series: table.get(row, "series").to_owned(),
                unit: table.get(row, "unit").to_owned(),
                sex: total(table.get(row, "sex")),
                age: total(table.get(row, "age")),
                urbanisation: total(table.get(row, "urbanisation")),
                disability: total(table.get(row, "disability")),
                education_level: total(table.get(row, "education_level")),
                breakdown: total(table.get(row, "breakdown")),
            };
            (table.get(row, "series_id").to_owned(), series)
        })
        .collect()
}

fn strings<'a>(values: impl Iterator<Item = &'a str>) -> ArrayRef {
    Arc::new(values.map(Some).collect::<StringArray>())
}

fn made(schema: datafusion::arrow::datatypes::SchemaRef, columns: Vec<ArrayRef>) -> RecordBatch {
    RecordBatch::try_new(schema.clone(), columns).unwrap_or_else(|_| RecordBatch::new_empty(schema))
}

fn areas_batch(table: &CsvTable) -> RecordBatch {
    made(schema::areas(), ["ref_area", "name", "iso2", "m49"].map(|c| strings(table.column(c))).to_vec())
}

/// SeriesIDs with their titles: how a statistician finds what to read.
fn itu_series_batch(table: &CsvTable) -> RecordBatch {
    made(schema::itu_series(), ["series_id", "series", "code", "title", "unit"].map(|c| strings(table.column(c))).to_vec())
}

fn groups_batch(table: &CsvTable) -> RecordBatch {
    let mut columns = ["group_code", "group_scheme", "name"].map(|c| strings(table.column(c))).to_vec();
    let expected: datafusion::arrow::array::Int64Array =
        (0..table.len()).map(|row| table.get(row, "members_expected").parse::<i64>().ok()).collect();
    columns.push(Arc::new(expected));
    made(schema::groups(), columns)
}

/// Membership as years: `first_year..=last_year` of each economy in each group.
fn membership_batch(
    table: &CsvTable,
    areas: &CsvTable,
    groups: &CsvTable,
    mode: MembershipMode,
    today: Date,
    problems: &mut Vec<Problem>,
) -> RecordBatch {
    let known_areas: std::collections::HashSet<&str> = areas.column("ref_area").collect();
    let known_groups: std::collections::HashSet<&str> = groups.column("group_code").collect();
    let scheme_of: HashMap<&str, &str> = groups.column("group_code").zip(groups.column("group_scheme")).collect();
    let mut rows: Vec<(&str, &str, &str, i32, i32)> = Vec::new();
    for row in 0..table.len() {
        let (group, area) = (table.get(row, "group_code"), table.get(row, "ref_area"));
        for (kind, code, known) in [("area", area, &known_areas), ("group", group, &known_groups)] {
            if !known.contains(code) {
                let column = if kind == "area" { "ref_area" } else { "group_code" };
                problems.push(
                    table
                        .problem_at("E0306", row, column, format!("{kind} `{code}` is not in {kind}s.csv"))
                        .maybe_hint(suggestion(code, known.iter().copied()).filter(|s| s.starts_with("did"))),
                );
            }
        }
        let scheme = table.get(row, "group_scheme");
        if let Some(declared) = scheme_of.get(group).filter(|declared| **declared != scheme) {
            let message = format!("group `{group}` is of scheme `{declared}` in groups.csv, not `{scheme}`");
            problems.push(table.problem_at("E0307", row, "group_scheme", message));
        }
        let mut bound = |column: &str, open: Date| match table.get(row, column) {
            "" => open,
            text => text.parse::<Date>().unwrap_or_else(|_| {
                problems.push(
                    table
                        .problem_at("E0306", row, column, format!("`{column}` is not a date: `{text}`"))
                        .hint("write YYYY-MM-DD, or nothing"),
                );
                open
            }),
        };
        let (from, until) = (bound("valid_from", Date::MIN), bound("valid_until", Date::MAX));
        if from >= until {
            let message = format!("membership ends on {until}, not after it begins");
            problems.push(table.problem_at("E0307", row, "valid_until", message));
        }
        match mode {
            MembershipMode::Current if from <= today && today < until => rows.push((table.get(row, "group_scheme"), group, area, 0, 9999)),
            MembershipMode::Current => {}
            MembershipMode::AsOf => {
                // Member of year t when the membership holds on 1 July of t.
                let first = if from == Date::MIN {
                    0
                } else {
                    i32::from(from.year()) + i32::from(from.month() > 7 || (from.month() == 7 && from.day() > 1))
                };
                let last = if until == Date::MAX {
                    9999
                } else {
                    i32::from(until.year()) - i32::from(until.month() < 7 || (until.month() == 7 && until.day() <= 1))
                };
                if first <= last {
                    rows.push((table.get(row, "group_scheme"), group, area, first, last));
                }
            }
        }
    }
    rows.sort_unstable();
    rows.dedup();
    made(
        schema::membership(),
        vec![
            strings(rows.iter().map(|r| r.0)),
            strings(rows.iter().map(|r| r.1)),
            strings(rows.iter().map(|r| r.2)),
            Arc::new(rows.iter().map(|r| r.3).collect::<Int32Array>()),
            Arc::new(rows.iter().map(|r| r.4).collect::<Int32Array>()),
        ],
    )
}

/// The wide population file: one column `sex:age:urbanisation` per breakdown, whole persons.
fn population_batch(text: &SourceText, areas: &CsvTable, problems: &mut Vec<Problem>) -> RecordBatch {
    let table = CsvTable::read(text, &["ref_area", "time_period"], problems);
    table.unique(&["ref_area", "time_period"], problems);
    let known: std::collections::HashSet<&str> = areas.column("ref_area").collect();
    for row in (0..table.len()).filter(|row| !known.contains(table.get(*row, "ref_area"))) {
        let code = table.get(row, "ref_area");
        problems.push(
            table
                .problem_at("E0306", row, "ref_area", format!("area `{code}` is not in areas.csv"))
                .maybe_hint(suggestion(code, known.iter().copied()).filter(|s| s.starts_with("did"))),
        );
    }
    let mut columns: Vec<(usize, [&str; 3])> = Vec::new();
    for (index, name) in table.header.iter().enumerate().filter(|(_, n)| *n != "ref_area" && *n != "time_period") {
        match name.split(':').collect::<Vec<_>>()[..] {
            [sex, age, urbanisation] => columns.push((index, [sex, age, urbanisation])),
            _ => problems.push(
                Problem::new("E0302", text, 0..1, format!("population column `{name}` is not sex:age:urbanisation"))
                    .hint("such as F:Y15T24:_T"),
            ),
        }
    }
    columns.sort_by_key(|(_, codes)| *codes);
    let size = table.len() * columns.len();
    let (mut areas, mut years, mut persons) = (Vec::with_capacity(size), Vec::with_capacity(size), Vec::with_capacity(size));
    let mut codes: [Vec<&str>; 3] = Default::default();
    for row in 0..table.len() {
        let Ok(year) = table.get(row, "time_period").parse::<i32>() else {
            problems.push(table.problem_at("E0305", row, "time_period", "time_period must be a year"));
            continue;
        };
        for (index, breakdown) in &columns {
            let cell = table.cell(row, *index);
            if cell.is_empty() {
                continue;
            }
            let Some(value) = cell.parse::<f64>().ok().filter(|persons| persons.is_finite() && *persons >= 0.0) else {
                problems.push(table.problem_at("E0305", row, &table.header[*index], format!("`{cell}` is not a number of persons")));
                continue;
            };
            areas.push(table.get(row, "ref_area"));
            years.push(year);
            for (list, code) in codes.iter_mut().zip(breakdown) {
                list.push(code);
            }
            persons.push(value);
        }
    }
    let [sex, age, urbanisation] = codes;
    made(
        schema::population(),
        vec![
            strings(areas.into_iter()),
            Arc::new(Int32Array::from(years)),
            strings(sex.into_iter()),
            strings(age.into_iter()),
            strings(urbanisation.into_iter()),
            Arc::new(Float64Array::from(persons)),
        ],
    )
}
