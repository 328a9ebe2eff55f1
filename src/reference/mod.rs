//! `pipelines/reference/`: areas, dated group membership, population, units, code lists and crosswalks.

pub mod areas;
mod batch;
mod limits;
mod lists;
mod membership;
mod names;
pub mod population;
mod series;
pub mod words;

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::path::Path;
use std::sync::{Arc, LazyLock};

use datafusion::arrow::array::{ArrayRef, AsArray, Int64Array, RecordBatch, StringArray};
use jiff::civil::Date;

use self::areas::AreaCodes;
use self::batch::{made, strings};
use self::lists::List;
pub use self::membership::MembershipMode;
pub use self::population::Population;
pub use self::series::ItuSeries;
use crate::authored::csv_table::CsvTable;
use crate::authored::typed_csv;
use crate::error::{Code, Error, Problem, Result, SourceText};
use crate::tables::cells::Table;
use crate::tables::schema;
use crate::tables::sort::joined;
use crate::tables::views::{Areas, Groups, Membership};

/// A table that is made when it is first asked for, or what was wrong.
type Made = std::result::Result<RecordBatch, String>;
type Later = Arc<LazyLock<Made, Box<dyn FnOnce() -> Made + Send>>>;

fn later(make: impl FnOnce() -> Made + Send + 'static) -> Later {
    Arc::new(LazyLock::new(Box::new(make)))
}

/// Everything in the reference folder, read once. A copy shares what [`Reference::replace`] does not touch.
#[derive(Debug, Clone)]
pub struct Reference {
    pub areas: Arc<AreaCodes>,
    /// Typed tables that SQL sees, by name; population stands apart.
    tables: BTreeMap<&'static str, RecordBatch>,
    /// By far the largest, and of no use where nothing is computed.
    population: Later,
    /// The same where it is so large that nobody is to hold it.
    large_population: Option<Arc<Population>>,
    pub itu_series: Arc<HashMap<String, ItuSeries>>,
    /// blake3 of each file, by file name.
    pub hashes: Arc<BTreeMap<String, String>>,
    names: Arc<HashMap<String, String>>,
    group_schemes: Arc<HashMap<String, String>>,
    /// The year whose members are those of now.
    year: i32,
    /// What stands in no way, and is told by `check`.
    pub warnings: Arc<Vec<Problem>>,
}

impl Reference {
    /// Reads the folder. Problems are reported by file and line; a missing table counts as empty. Files of the hashes in
    /// `proven` have no problems: a release was made of them.
    pub fn load(
        workspace: &Path,
        mode: MembershipMode,
        today: Date,
        proven: &BTreeMap<String, String>,
        problems: &mut Vec<Problem>,
    ) -> Self {
        let folder = workspace.join("pipelines/reference");
        let mut hashes = BTreeMap::new();
        let mut open = |name: &str, problems: &mut Vec<Problem>| -> Option<SourceText> {
            let path = folder.join(name);
            match crate::files::read_text(&path) {
                Ok(text) => {
                    hashes.insert(name.to_owned(), blake3::hash(text.as_bytes()).to_hex().to_string());
                    Some(SourceText::new(crate::workspace::shown(workspace, &path), text))
                }
                Err(error) if error.kind() == std::io::ErrorKind::NotFound => None,
                Err(error) => {
                    problems.push(Problem::file(Code::UnreadableFile, crate::workspace::shown(workspace, &path), error.to_string()));
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
        let lists =
            csv("group_lists.csv", &["group_code", "valid_from", "members_expected", "vintage", "next_due"], &["evidence"], problems);
        let crosswalk = csv("area_codes.csv", &["scheme", "code", "ref_area"], &["note"], problems);
        let membership =
            csv("membership.csv", &["group_scheme", "group_code", "ref_area", "valid_from", "valid_until"], &["evidence"], problems);
        let itu = csv(
            "itu_series.csv",
            &["series_id", "series", "unit"],
            &["code", "title", "sex", "age", "urbanisation", "disability", "education_level", "breakdown", "zero", "file_unit"],
            problems,
        );
        let population = open("population.csv", problems);
        let gni = open("gni_per_capita.csv", problems);
        let units = open("units.csv", problems);
        csv_hash_only(&folder, &mut hashes, "codelists.csv");

        areas.unique(&["ref_area"], problems);
        groups.unique(&["group_code"], problems);
        lists.unique(&["group_code", "valid_from"], problems);
        let mut in_force = lists::in_force(&lists, mode.day(today), problems);
        itu.unique(&["series_id"], problems);
        membership.unique(&["group_code", "ref_area", "valid_from"], problems);
        let mut warnings = lists::of_no_group(&lists, &groups);
        warnings.extend(lists::follow(&mut in_force, &lists, &membership, mode.day(today)));
        let codes = AreaCodes::new(&areas, &groups, &crosswalk, problems, &mut warnings);
        limits::counts(&groups, "members_expected", problems);
        limits::counts(&lists, "members_expected", problems);
        let mut tables = BTreeMap::new();
        tables.insert("areas", areas_batch(&areas));
        tables.insert("groups", groups_batch(&groups, &in_force, mode));
        tables.insert("membership", membership::batch(&membership, &areas, &groups, mode, today, problems));
        let is_proven =
            ["population.csv", "areas.csv"].iter().all(|name| hashes.contains_key(*name) && hashes.get(*name) == proven.get(*name));
        let known = areas.column("ref_area").map(str::to_owned).collect();
        let population = population.map(|text| Arc::new(Population::new(text, known)));
        let large_population = population.clone().filter(|population| population.is_large());
        let population = match population {
            None => later(|| Ok(RecordBatch::new_empty(schema::population()))),
            Some(population) if is_proven => later(move || whole(&population, &mut Vec::new())),
            Some(population) if population.is_large() => {
                // Read for what is wrong with it, and once more by whoever needs it.
                let _ = population.read(problems, &mut |_| Ok(()));
                later(move || whole(&population, &mut Vec::new()))
            }
            Some(population) => {
                let batch = whole(&population, problems);
                later(move || batch)
            }
        };
        limits::gni_per_capita(gni.as_ref(), problems);
        limits::units(units.as_ref(), problems);
        let typed = |text: Option<SourceText>, schema, problems: &mut Vec<Problem>| {
            text.and_then(|text| typed_csv::read(&text, &schema, &|_| None, problems))
                .map_or_else(|| RecordBatch::new_empty(schema.clone()), |table| table.batch)
        };
        tables.insert("gni_per_capita", typed(gni, schema::gni_per_capita(), problems));
        tables.insert("units", typed(units, schema::units(), problems));

        tables.insert("itu_series", series::batch(&itu));

        let names = pairs(&areas, "ref_area", "name").chain(pairs(&groups, "group_code", "name")).collect();
        let group_schemes = pairs(&groups, "group_code", "group_scheme").collect();
        let itu_series = series::by_id(&itu, problems);
        Self {
            areas: Arc::new(codes),
            tables,
            population,
            large_population,
            itu_series: Arc::new(itu_series),
            hashes: Arc::new(hashes),
            names: Arc::new(names),
            group_schemes: Arc::new(group_schemes),
            year: i32::from(today.year()),
            warnings: Arc::new(warnings),
        }
    }

    /// Puts another table in the place of one, as a test case does.
    pub fn replace(&mut self, name: &str, batch: RecordBatch) -> Result<()> {
        let Some(slot) = ["areas", "groups", "membership", "population", "gni_per_capita", "units"].into_iter().find(|n| *n == name) else {
            return Ok(());
        };
        match slot {
            "areas" => {
                let (areas, names) = (Areas::of(&batch)?, Arc::make_mut(&mut self.names));
                names.extend((0..areas.len()).map(|row| (areas.ref_area.value(row).to_owned(), areas.name.value(row).to_owned())));
            }
            "groups" => {
                let groups = Groups::of(&batch)?;
                let code = |row: usize| groups.group_code.value(row).to_owned();
                let rows = 0..groups.len();
                Arc::make_mut(&mut self.names).extend(rows.clone().map(|row| (code(row), groups.name.value(row).to_owned())));
                let schemes = rows.map(|row| (code(row), groups.group_scheme.value(row).to_owned()));
                Arc::make_mut(&mut self.group_schemes).extend(schemes);
            }
            "population" => {
                (self.population, self.large_population) = (later(move || Ok(batch)), None);
                return Ok(());
            }
            _ => {}
        }
        self.tables.insert(slot, batch);
        Ok(())
    }

    /// A table by its name.
    pub fn table(&self, name: &str) -> Result<&RecordBatch> {
        if name == "population" {
            return self.population.as_ref().as_ref().map_err(|error| Error::Internal(format!("the population: {error}")));
        }
        self.tables.get(name).ok_or_else(|| Error::Internal(format!("no reference table `{name}`")))
    }

    /// The codes of units; none where there is no list of them.
    pub fn units(&self) -> Vec<String> {
        let codes = |batch: &RecordBatch| batch.column(0).as_string::<i32>().iter().flatten().map(str::to_owned).collect();
        self.tables.get("units").map(codes).unwrap_or_default()
    }

    /// The least and the greatest value of a unit, where it has one.
    pub fn limits(&self, unit: &str) -> (Option<f64>, Option<f64>) {
        let Some(units) = self.tables.get("units") else { return (None, None) };
        let cells = Table(units);
        let row = (0..cells.len()).find(|row| cells.text("unit", *row) == Some(unit));
        row.map_or((None, None), |row| (cells.float("minimum", row), cells.float("maximum", row)))
    }

    /// All tables that SQL sees but population, by name.
    pub fn tables(&self) -> impl Iterator<Item = (&'static str, &RecordBatch)> {
        self.tables.iter().map(|(name, batch)| (*name, batch))
    }

    /// The population where it is so large that it is to be read batch by batch.
    pub fn large_population(&self) -> Option<&Population> {
        self.large_population.as_deref()
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

    /// Group -> economies that are its members now.
    pub fn members_now(&self) -> Result<BTreeMap<String, BTreeSet<String>>> {
        let membership = Membership::of(self.table("membership")?)?;
        let mut members: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
        for row in 0..membership.len() {
            if (membership.first_year.value(row)..=membership.last_year.value(row)).contains(&self.year) {
                let (group, area) = (membership.group_code.value(row), membership.ref_area.value(row));
                members.entry(group.to_owned()).or_default().insert(area.to_owned());
            }
        }
        Ok(members)
    }

    /// Group -> economies, whatever the year.
    pub fn members(&self) -> Result<HashMap<String, BTreeSet<String>>> {
        let membership = Membership::of(self.table("membership")?)?;
        let mut members: HashMap<String, BTreeSet<String>> = HashMap::new();
        for row in 0..membership.len() {
            let (group, area) = (membership.group_code.value(row), membership.ref_area.value(row));
            members.entry(group.to_owned()).or_default().insert(area.to_owned());
        }
        Ok(members)
    }

    pub fn schemes(&self) -> Vec<String> {
        let mut schemes: Vec<String> = self.group_schemes.values().cloned().collect();
        schemes.sort();
        schemes.dedup();
        schemes
    }
}

/// The population as one table.
fn whole(population: &Population, problems: &mut Vec<Problem>) -> Made {
    let mut batches = Vec::new();
    let read = population.read(problems, &mut |batch| {
        batches.push(batch.clone());
        Ok(())
    });
    read.and_then(|()| joined(&schema::population(), batches)).map_err(|error| error.to_string())
}

fn csv_hash_only(folder: &Path, hashes: &mut BTreeMap<String, String>, name: &str) {
    if let Ok(text) = crate::files::read_text(&folder.join(name)) {
        hashes.insert(name.to_owned(), blake3::hash(text.as_bytes()).to_hex().to_string());
    }
}

fn pairs<'a>(table: &'a CsvTable, key: &'a str, value: &'a str) -> impl Iterator<Item = (String, String)> + 'a {
    (0..table.len()).map(move |row| (table.get(row, key).to_owned(), table.get(row, value).to_owned()))
}

fn areas_batch(table: &CsvTable) -> RecordBatch {
    made(schema::areas(), ["ref_area", "name", "iso2", "m49"].map(|c| strings(table.column(c))).to_vec())
}

/// What stands for the name of a list where each year has its own.
const LIST_OF_THE_YEAR: &str = "those of 1 July of the year";

/// A group whose list is dated has its number of members from there.
fn groups_batch(table: &CsvTable, in_force: &BTreeMap<String, List>, mode: MembershipMode) -> RecordBatch {
    let mut columns = ["group_code", "group_scheme", "name"].map(|c| strings(table.column(c))).to_vec();
    let lists: Vec<Option<&List>> = table.column("group_code").map(|group| in_force.get(group)).collect();
    let undated = (0..table.len()).map(|row| table.get(row, "members_expected").parse::<i64>().ok());
    let expected: Int64Array =
        lists.iter().zip(undated).map(|(list, undated)| undated.or_else(|| list.and_then(|list| list.members_expected))).collect();
    let text =
        |of: fn(&List) -> Option<&String>| -> ArrayRef { Arc::new(lists.iter().map(|list| list.and_then(of)).collect::<StringArray>()) };
    let vintage = match mode {
        MembershipMode::Current => text(|list| list.vintage.as_ref()),
        MembershipMode::AsOf => Arc::new(lists.iter().map(|list| list.map(|_| LIST_OF_THE_YEAR)).collect::<StringArray>()),
    };
    columns.extend([Arc::new(expected) as ArrayRef, vintage, text(|list| list.next_due.as_ref())]);
    made(schema::groups(), columns)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Each test case copied the crosswalk and every name.
    #[test]
    fn a_copy_shares_what_is_not_replaced() {
        let today = Date::constant(2026, 11, 1);
        let original =
            Reference::load(Path::new(env!("CARGO_MANIFEST_DIR")), MembershipMode::Current, today, &BTreeMap::new(), &mut Vec::new());
        let mut copy = original.clone();
        let gone = RecordBatch::new_empty(schema::membership());
        copy.replace("membership", gone).unwrap();
        assert!(copy.members().unwrap().is_empty() && !original.members().unwrap().is_empty());
        assert!(Arc::ptr_eq(&copy.areas, &original.areas) && Arc::ptr_eq(&copy.itu_series, &original.itu_series));
        assert!(Arc::ptr_eq(&copy.names, &original.names) && Arc::ptr_eq(&copy.group_schemes, &original.group_schemes));
        assert!(copy.replace("areas", RecordBatch::new_empty(schema::units())).unwrap_err().to_string().contains("`ref_area`"));
    }
}
