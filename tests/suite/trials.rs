//! Situations that people who do this job have reported of other tools, each in its smallest input: what must come of
//! it through the real program, in figures, reasons, exit codes and words.

use crate::support::{Run, Workspace, parquet, project};
use yardstick::tables::cells::Table;

/// A body of `tests/suite/trials/`, as a data set reads it.
struct Trial {
    body: &'static str,
    settings: &'static str,
    columns: &'static str,
}

const LONG: &str = "ref_area = \"Area\"\ntime_period = \"Year\"\nvalue = \"Value\"\nunit = { constant = \"NUMBER\" }";
const WIDE: &str = "ref_area = \"Area\"\nunit = { constant = \"NUMBER\" }";

impl Trial {
    fn of(body: &'static str) -> Self {
        Self { body, settings: "", columns: LONG }
    }

    fn set(self, settings: &'static str) -> Self {
        Self { settings, ..self }
    }

    fn columns(self, columns: &'static str) -> Self {
        Self { columns, ..self }
    }

    fn workspace(&self) -> Workspace {
        let workspace = Workspace::of_method();
        workspace.without_people();
        let text = format!(
            "source = \"example\"\nlicence = \"CC BY 4.0\"\n[[dataset]]\nname = \"t\"\nformat = \"table\"\n{}\n[dataset.columns]\nseries = {{ constant = \"s\" }}\n{}\n",
            self.settings, self.columns
        );
        workspace.write("pipelines/example.toml", text);
        if !self.body.is_empty() {
            let bytes = std::fs::read(project().join("tests/suite/trials").join(self.body)).unwrap();
            workspace.write(&format!("in/example/t/{}", self.body), bytes);
        }
        workspace
    }

    fn pull(&self, code: i32) -> (Workspace, Run) {
        let workspace = self.workspace();
        let run = workspace.expect(code, &["pull", "--from", "in", "--only", "example"]);
        (workspace, run)
    }

    /// These figures, as `area year value`, and nothing else: no row is set aside.
    fn gives(&self, expected: &[&str]) -> Run {
        let (workspace, run) = self.pull(0);
        assert_eq!(values(&workspace), expected, "{}", self.body);
        assert!(set_aside(&workspace).is_empty(), "{}: {:?}", self.body, set_aside(&workspace));
        run
    }

    /// No data, and a line with all of these words.
    fn is_refused(&self, words: &[&str]) {
        let (_, run) = self.pull(1);
        assert!(run.stderr.lines().any(|line| words.iter().all(|word| line.contains(word))), "no {words:?}:\n{}", run.stderr);
        assert!(!run.stderr.contains('\u{1b}') && !run.stdout.contains('\u{1b}'), "escape sequences of {}", self.body);
    }
}

fn values(workspace: &Workspace) -> Vec<String> {
    let kept = parquet(&workspace.path("data/observations/example/t.parquet"));
    let cells = Table(&kept);
    let value = |row| cells.float("obs_value", row).map_or_else(|| "none".to_owned(), |value| value.to_string());
    (0..cells.len())
        .map(|row| format!("{} {} {}", cells.text("ref_area", row).unwrap(), cells.int("time_period", row).unwrap(), value(row)))
        .collect()
}

/// What was set aside, as `record reason detail`.
fn set_aside(workspace: &Workspace) -> Vec<String> {
    let kept = parquet(&workspace.path("data/quarantine/example/t.parquet"));
    let cells = Table(&kept);
    let text = |column: &str, row| cells.text(column, row).unwrap().to_owned();
    (0..cells.len()).map(|row| format!("{} {} {}", cells.int("record", row).unwrap(), text("reason", row), text("detail", row))).collect()
}

const TWO: &[&str] = &["KEN 2022 1", "PHL 2022 2"];
const FIVE_AND_SIX: &[&str] = &["KEN 2022 5", "PHL 2022 6"];

#[test]
fn numbers_and_years() {
    let comma = Trial::of("decimal_comma_with_three_places.csv");
    comma.set("delimiter = \";\"").is_refused(&["E2012", "46,880", "decimal = \",\" or thousands = \",\""]);
    let marked = Trial::of("years_with_marks.csv").set("years_as_columns = true").columns(WIDE);
    let expected: Vec<String> = ["KEN", "PHL"].iter().flat_map(|area| (1..=5).map(move |n| format!("{area} {} {n}", 2019 + n))).collect();
    marked.gives(&expected.iter().map(String::as_str).collect::<Vec<_>>());
    let bank = Trial::of("years_as_the_world_bank_marks_them.csv").set("years_as_columns = true").columns(WIDE);
    bank.gives(&["KEN 2020 1", "KEN 2021 2", "KEN 2022 3"]);
    Trial::of("years_that_are_dates.xlsx").gives(FIVE_AND_SIX);
}

#[test]
fn names_of_columns() {
    Trial::of("two_columns_of_one_name.csv").is_refused(&["E2030", "2 columns are named `Value`", "columns 3 and 5"]);
    for (body, name) in [
        ("header_with_a_hard_space.csv", "Val ue"),
        ("header_with_a_space_of_no_width.csv", "Value"),
        ("header_over_two_lines.csv", "Val ue"),
    ] {
        let columns = LONG.replace("\"Value\"", &format!("\"{name}\""));
        Trial::of(body).columns(columns.leak()).gives(&["KEN 2022 5"]);
    }
}

#[test]
fn delimiters_and_rows_of_nothing() {
    Trial::of("tabs.csv").set("delimiter = \"tab\"").gives(&["KEN 2022 1"]);
    let (_, run) = Trial::of("two_semicolons.csv").set("delimiter = \";;\"").pull(2);
    assert!(run.stderr.contains("`;;` cannot separate columns") && run.stderr.contains("pipelines/example.toml:6:13"), "{}", run.stderr);
    for body in ["title_and_lines_that_end_with_cr.csv", "title_over_two_lines.csv"] {
        Trial::of(body).set("header_row = 2").gives(TWO);
    }
    Trial::of("line_that_names_the_separator.csv").set("delimiter = \";\"").gives(&["KEN 2022 1"]);
    for body in ["rows_of_commas_at_the_end.csv", "comma_at_the_end_of_rows.csv", "comma_at_the_end_of_the_header.csv"] {
        Trial::of(body).gives(TWO);
    }
    Trial::of("row_of_spaces.csv").gives(&["KEN 2022 1"]);
    let quotes = Trial::of("two_stray_quotes.csv").columns(format!("{LONG}\nnote = \"Note\"").leak());
    quotes.is_refused(&["E2011", "line 2: a quote opens here and its field holds whole records"]);
}

#[test]
fn archives() {
    Trial::of("zeros_behind_gzip.csv.gz").gives(FIVE_AND_SIX);
    let run = Trial::of("garbage_behind_gzip.csv.gz").gives(FIVE_AND_SIX);
    assert!(run.stderr.contains("bytes behind the end of the gzip were ignored"), "{}", run.stderr);
    for body in ["backslashes_in_names.zip", "text_member.zip"] {
        Trial::of(body).gives(FIVE_AND_SIX);
    }
    Trial::of("workbook_in_a_zip.zip").gives(&["KEN 2022 5"]);
    for body in
        ["packed_with_bzip2.7z", "packed_with_ppmd.7z", "packed_with_bzip2.zip", "packed_with_lzma.zip", "packed_with_deflate64.zip"]
    {
        Trial::of(body).is_refused(&["E2033", "is packed by a method that is not read"]);
    }
    Trial::of("with_a_password.7z").is_refused(&["E2033", "by a password"]);
    Trial::of("packed.rar").is_refused(&["E2034", "packed as RAR"]);
    Trial::of("packed.csv.xz").is_refused(&["E2034", "packed as xz"]);
}

#[test]
fn workbooks() {
    Trial::of("damaged_old_workbook.xls").is_refused(&["E2034", "save it as .xlsx"]);
    Trial::of("open_document.ods").is_refused(&["OpenDocument file (.ods): save it as .xlsx"]);
    Trial::of("binary_workbook.xlsb").is_refused(&["binary workbook (.xlsb): save it as .xlsx"]);
    Trial::of("one_sheet_a_year.xlsx").is_refused(&["E2031", "`2021`, `2022`", "sheets = \"all\""]);
    let merged = ["KEN 2020 1", "KEN 2021 11", "KEN 2022 21", "PHL 2020 1", "PHL 2021 11", "PHL 2022 21"];
    Trial::of("merged_areas.xlsx").gives(&merged);
    let nigeria: Vec<String> = (2000..2010).map(|year| format!("NGA {year} 1.5")).collect();
    let all: Vec<&str> = merged[..3].iter().copied().chain(nigeria.iter().map(String::as_str)).chain(merged[3..].iter().copied()).collect();
    Trial::of("merged_areas_and_years.xlsx").gives(&all);
}

/// Of the values in many notations, each is a number, no value, or set aside with a reason; none is an answer.
#[test]
fn notations_of_values() {
    let trial = Trial::of("values_in_many_notations.csv").set("maximum_share_set_aside = 1.0");
    let (workspace, _) = trial.pull(0);
    let kept = parquet(&workspace.path("data/observations/example/t.parquet"));
    let cells = Table(&kept);
    let rows = (0..cells.len()).filter(|row| cells.text("ref_area", *row) == Some("PHL"));
    let of =
        |row| (cells.int("time_period", row).unwrap(), cells.float("obs_value", row), cells.text("obs_status", row).unwrap().to_owned());
    let found: Vec<(i64, Option<f64>, String)> = rows.map(of).collect();
    let status = |year: i64| found.iter().find(|(y, ..)| *y == year).map(|(_, value, status)| (*value, status.as_str()));
    for year in (1920..=1924).chain(1927..=1944).chain(1946..=1946).chain(1949..=1952) {
        // A star that stands alone is no word for no value.
        if year != 1944 {
            assert_eq!(status(year), Some((None, "O")), "{year}");
        }
    }
    for (year, value) in
        [(1901, 0.0), (1904, 1e5), (1906, 1e5), (1907, 0.0015), (1909, 0.5), (1911, 5.0), (1955, 12.5), (1982, 9_007_199_254_740_993.0)]
    {
        assert_eq!(status(year), Some((Some(value), "A")), "{year}");
    }
    for year in [1957, 1959, 1961] {
        assert_eq!(status(year), Some((None, "N")), "a bound, {year}");
    }
    assert!(found.iter().all(|(_, value, status)| value.is_some() || status != "A"), "{found:?}");
    let aside = set_aside(&workspace);
    let has = |words: &str| assert!(aside.iter().any(|row| row.contains(words)), "no `{words}` in {aside:#?}");
    for words in [
        "1e400",
        "0x1F",
        "1_000",
        "inf",
        "value `nil` is not in maps.value",
        "12.5%: a percent sign",
        "1,234: say what the comma means",
        "5-10",
        "½",
    ] {
        has(words);
    }
}

/// Names as agencies write them; a map is for what is left.
#[test]
fn names_of_areas() {
    let trial = Trial::of("names_of_areas.csv").set("area_scheme = \"name\"\nmaximum_share_set_aside = 1.0");
    let (workspace, _) = trial.pull(0);
    let unknown: Vec<String> = set_aside(&workspace).into_iter().filter(|row| row.contains("unknown_area")).collect();
    let names: Vec<&str> = unknown.iter().filter_map(|row| row.split("unknown_area ").nth(1)).collect();
    assert_eq!(names, ["France¹", "Africa", "Sudan (former)"], "of a mark, of two groups of that name, of a state that is no more");
    assert!(workspace.read("pipelines/reference/areas.csv").contains("CIV,Côte d'Ivoire,"));
}

/// What lies beside a download.
#[test]
fn old_and_new_downloads() {
    let workspace = Trial::of("").workspace();
    let body = |name: &str| std::fs::read(project().join("tests/suite/trials").join(name)).unwrap();
    workspace.write("in/example/t/data.csv", body("older_download.csv"));
    workspace.write("in/example/t/data (1).csv", body("newer_download.csv"));
    let run = workspace.expect(1, &["pull", "--from", "in", "--only", "example"]);
    for words in ["E2032", "`data (1).csv` and `data.csv` contradict each other", "`data (1).csv` is newer"] {
        assert!(run.stderr.contains(words), "no `{words}`:\n{}", run.stderr);
    }
    std::fs::remove_file(workspace.path("in/example/t/data (1).csv")).unwrap();
    workspace.write("in/example/t/unpacked/b.csv", "Area,Year,Value\nPER,2022,9\n");
    workspace.write("in/example/t/c.csv.part", "Area,Year");
    let run = workspace.expect(0, &["pull", "--from", "in", "--only", "example"]);
    for words in
        ["in/example/t/unpacked: not read, since it is a folder", "c.csv.part: not read, since it is a download that has not ended"]
    {
        assert!(run.stderr.contains(words), "no `{words}`:\n{}", run.stderr);
    }
    assert_eq!(values(&workspace).len(), 39);
}

/// An archive that was unpacked into a folder of its own: what is in use stays, and the folder is named.
#[test]
fn an_archive_unpacked_beside_its_place() {
    let workspace = Trial::of("tabs.csv").set("delimiter = \"tab\"").workspace();
    workspace.expect(0, &["run", "--from", "in"]);
    std::fs::remove_file(workspace.path("in/example/t/tabs.csv")).unwrap();
    workspace.write("in/example/t/unpacked/b.csv", "Area\tYear\tValue\nKEN\t2022\t9\n");
    let run = workspace.expect(0, &["run", "--from", "in"]);
    assert!(run.stderr.contains("in/example/t/unpacked: not read, since it is a folder"), "{}", run.stderr);
    assert_eq!(values(&workspace), ["KEN 2022 1"]);
}

/// Notes that a spreadsheet would run as formulas are texts in what people open with one.
#[test]
fn notes_that_begin_like_formulas() {
    let trial = Trial::of("").columns(format!("{LONG}\nnote = \"Note\"").leak());
    let workspace = trial.workspace();
    std::fs::copy(project().join("sql/defaults.toml"), workspace.path("sql/defaults.toml")).unwrap();
    let notes = ["=HYPERLINK(\"\"http://x\"\",\"\"see\"\")", "+1+1", "-2+3", "@SUM(1)"];
    let rows: String = notes.iter().zip(2020..).map(|(note, year)| format!("KEN,{year},5,\"{note}\"\n")).collect();
    workspace.write("in/example/t/a.csv", format!("Area,Year,Value,Note\n{rows}"));
    workspace.write(
        "sql/indicators/9.1_noted.sql",
        "/*---\nid = \"9.1\"\nname = \"noted\"\ntitle = \"Noted\"\nunit = \"NUMBER\"\nrollup = \"none\"\ndatasets = [\"example/t\"]\ndefinition = \"d\"\nmethod = \"m\"\ncaveats = \"c\"\nsources = [\"example\"]\n---*/\nSELECT ref_area, time_period, obs_value AS value, note FROM observations\n",
    );
    workspace.expect(0, &["run", "--from", "in"]);
    let csv = workspace.read("data/current/csv/noted.csv");
    for note in notes {
        assert!(csv.contains(&format!("'{note}")), "no '{note} in\n{csv}");
    }
}
