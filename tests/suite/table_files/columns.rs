//! Headers: years with marks, columns twice, characters that cannot be seen.

use super::{LONG, WIDE, read, refused, told};

const YEARS: &str = "years_as_columns = true";

/// Columns whose year has a mark were left out as if they were not there.
#[test]
fn years_with_a_mark() {
    let (workspace, run, values) = read(YEARS, WIDE, "Area,2020,2021,2022*,2023 (est.),2024p\nKEN,1,2,3,4,5\nPHL,1,2,3,4,5\n");
    let expected: Vec<String> =
        ["KEN", "PHL"].iter().flat_map(|area| (2020..2025).map(move |year| format!("{area} {year} {}.0", year - 2019))).collect();
    assert_eq!(values, expected);
    assert!(!run.stderr.contains("not read"), "{}", run.stderr);
    let notes = "SELECT time_period, note FROM observations WHERE ref_area = 'KEN' AND dataset = 't' ORDER BY 1";
    let notes = workspace.expect(0, &["sql", notes, "--output", "csv"]).stdout;
    assert_eq!(notes, "time_period,note\n2020,\n2021,\n2022,2022*\n2023,2023 (est.)\n2024,2024p\n", "the mark is kept");
    let (_, _, values) = read(YEARS, WIDE, "Area,２０２０,2021（p）,2022²\nKEN,1,2,3\n");
    assert_eq!(values, ["KEN 2020 1.0", "KEN 2021 2.0", "KEN 2022 3.0"]);
    let (_, _, values) = read(YEARS, WIDE, "Area,2020,2021 [YR2021],YR2022\nKEN,1,2,3\n");
    assert_eq!(values, ["KEN 2020 1.0", "KEN 2021 2.0", "KEN 2022 3.0"]);
}

const DECLARED: &str = "footnote_marks = { \"*\" = \"E\", \"p\" = \"p\", \"P\" = \"F\", \"(1)\" = \"B\", \"±\" = \"E\", \"¹\" = \"D\", \"[note]\" = \"U\", \"m\" = \"G\", \"z\" = \"\" }";

/// A declared mark gave a status beside a number, and none beside a year; of one that is not usual, the year was not read.
#[test]
fn declared_marks_of_years() {
    let marked =
        ["2010p", "2011P", "2012*", "2013 (p)", "2014 (1)", "2015±", "2016¹", "2017 [note]", "±2018", "2019 m", "2020z", "2021r", "2022"];
    let statuses = ["P", "F", "E", "P", "B", "E", "D", "U", "E", "G", "A", "A", "A"];
    let expected: Vec<String> = (2010..2023)
        .zip(statuses)
        .zip(marked)
        .map(|((year, status), marked)| format!("{year} {status} {}", if marked.len() == 4 { "" } else { marked }))
        .collect();
    let found = |settings: &str, columns: &str, body: &str| {
        let (workspace, run, _) = read(&format!("{settings}\n{DECLARED}"), columns, body);
        assert!(!run.stderr.contains("not read"), "{}", run.stderr);
        let query = "SELECT time_period, obs_status, note FROM observations WHERE dataset = 't' AND ref_area = 'KEN' ORDER BY 1";
        let found = workspace.expect(0, &["sql", query, "--output", "csv"]).stdout;
        found.lines().skip(1).map(|line| line.replace(',', " ")).collect::<Vec<_>>()
    };
    assert_eq!(found(YEARS, WIDE, &format!("Area,{}\nKEN{}\n", marked.join(","), ",5".repeat(13))), expected);
    let rows: String = marked.iter().map(|year| format!("KEN,{year},5\n")).collect();
    assert_eq!(found("", LONG, &format!("Area,Year,Value\n{rows}")), expected);
    // A mark of the figure says more than one of its year, and that more than one of its area; so does a column of statuses.
    assert_eq!(found(YEARS, WIDE, "Area,2020p,2021\nKEN*,5P,6\n"), ["2020 F \"KEN*  2020p  5P\"", "2021 E KEN*"]);
    let columns = format!("{LONG}obs_status = \"Flag\"\n");
    assert_eq!(found("", &columns, "Area,Year,Value,Flag\nKEN,2020p,5,B\nKEN,2021p,5,\n"), ["2020 B 2020p", "2021 P 2021p"]);
}

#[test]
fn a_column_with_a_year_that_is_not_read_is_named() {
    let (_, run, values) = read(YEARS, WIDE, "Area,2020,2021-22,Change 2010-2020,Remark\nKEN,1,2,3,x\n");
    assert_eq!(values, ["KEN 2020 1.0"]);
    told(&run, &["`2021-22`, `Change 2010-2020`"]);
    // A year further inside too, where the column has figures: a last column that is called otherwise was a year lost.
    let (_, run, _) = read(YEARS, WIDE, "Area,2018,2019,Total 2020,Persons (2021),Income_2025\nKEN,1,2,3,,LMC\nPER,1,2,3,4,UMC\n");
    told(&run, &["not read", "no `value_columns` has it: `Total 2020`, `Persons (2021)`; rename"]);
    refused(YEARS, WIDE, "Area;2020;2021\nKEN;1;2\n", &["E2010", "Area;2020;2021"]);
    refused(YEARS, WIDE, "Area,2020,2021,2021p\nKEN,1,2,3\n", &["E2030", "`2021` and `2021p` are both the year 2021", "columns 3 and 4"]);
}

/// Of two columns of one name the first was taken, also when it was empty.
#[test]
fn two_columns_of_one_name() {
    let body = "Area,Year,Value,Note,Value\nKEN,2022,1,x,10\nPHL,2022,2,x,20\n";
    refused("", LONG, body, &["E2030", "line 1: 2 columns are named `Value`: columns 3 and 5"]);
    refused("", LONG, "Area,Year,Value,value\nKEN,2022,,10\n", &["E2030", "`Value`"]);
    // Columns that the data set does not read may have any name.
    let (_, _, values) = read("", LONG, "Area,Year,Value,Note,Note\nKEN,2022,1,x,y\n");
    assert_eq!(values, ["KEN 2022 1.0"]);
    // A file of an archive beside others is refused too, not passed over.
    let workspace = super::workspace("", LONG);
    let good = "Area,Year,Value\nKEN,2021,1\n";
    workspace.write("in/example/t/a.zip", super::folders::zipped(&[("a.csv", good), ("b.csv", body)]));
    super::refused_in(&workspace, &["E2030", "`Value`"]);
}

#[test]
fn characters_that_cannot_be_seen() {
    for header in ["Area,Year,\u{200b}Value", "Area,Year,\"Value\u{a0}\"", "Area,Year,\"Va\u{ad}lue\n\""] {
        let (_, _, values) = read("", LONG, &format!("{header}\nKEN,2022,5\n"));
        assert_eq!(values, ["KEN 2022 5.0"], "{}", header.escape_debug());
    }
    let spaced = LONG.replace("\"Value\"", "\"Val ue\"");
    for header in ["Val\u{a0}ue", "\"Val\nue\"", "Val  ue"] {
        let (_, _, values) = read("", &spaced, &format!("Area,Year,{header}\nKEN,2022,5\n"));
        assert_eq!(values, ["KEN 2022 5.0"], "{}", header.escape_debug());
    }
}

const BY_SEX: &str = "[[dataset.value_columns]]\ncolumn = \"{year} Female\"\nsex = \"F\"\n[[dataset.value_columns]]\ncolumn = \"{year} Male\"\nsex = \"M\"\n[[dataset.value_columns]]\ncolumn = \"{year}\"\n";

/// What a file gave: `area year sex value`.
fn by_sex(columns: &str, body: &str) -> (crate::support::Run, Vec<String>) {
    let (workspace, run, _) = read("", &format!("{WIDE}{columns}"), body);
    let query = "SELECT ref_area, time_period, sex, obs_value FROM observations WHERE dataset = 't' ORDER BY 1, 2, 3";
    let found = workspace.expect(0, &["sql", query, "--output", "csv"]).stdout;
    (run, found.lines().skip(1).map(|line| line.replace(',', " ")).collect())
}

/// A column for each year of each breakdown could not be read at all.
#[test]
fn years_crossed_with_a_breakdown() {
    let expected = ["KEN 2022 F 1.0", "KEN 2022 M 2.0", "KEN 2022 _T 1.5", "KEN 2023 F 3.0", "KEN 2023 M 4.0", "KEN 2023 _T 3.5"];
    let (run, found) = by_sex(BY_SEX, "Area,2022 Female,2022 male,2022,2023 Female,2023 Male,2023\nKEN,1,2,1.5,3,4,3.5\n");
    assert_eq!(found, expected);
    assert!(!run.stderr.contains("not read"), "{}", run.stderr);
    // The year behind, joined, marked; a name that begins like another.
    for (written, header) in [
        ("Women {year}|Men {year}|Both {year}", "Women 2022,Men 2022,Both 2022,Women 2023p,Men 2023,Both 2023"),
        ("F_{year}|M_{year}|T_{year}", "f_2022,m_2022,t_2022,f_2023,m_2023,t_2023"),
        ("{year} F|{year} M|{year} T", "2022 F,2022 M,2022 T,2023 F,2023 M,2023 (p) T"),
        ("{year} F|{year} T|{year}", "2022 F,2022 T,2022,2023 F,2023 T,2023"),
    ] {
        let names: Vec<&str> = written.split('|').collect();
        let columns =
            BY_SEX.replace("{year}\"", &format!("{}\"", names[2])).replace("{year} Female", names[0]).replace("{year} Male", names[1]);
        let (_, found) = by_sex(&columns, &format!("Area,{header}\nKEN,1,2,1.5,3,4,3.5\n"));
        assert_eq!(found, expected, "{written}");
    }
    // Two rows of names.
    let rows = "header_rows = [1, 2]";
    let (_, _, values) =
        read(rows, &format!("{WIDE}{}", BY_SEX.replace("{year}\"", "{year} Both\"")), "Area,2022,,\n,Female,Male,Both\nKEN,1,2,3\n");
    assert_eq!(values, ["KEN 2022 1.0", "KEN 2022 2.0", "KEN 2022 3.0"]);
    // What no value column names is told; one that no column is, two of one year, and half of it are refused.
    let (run, found) = by_sex(BY_SEX, "Area,2022 Female,2022 Male,2022,2022 Other\nKEN,1,2,3,4\n");
    assert_eq!(found.len(), 3);
    told(&run, &["not read", "`2022 Other`"]);
    let columns = format!("{WIDE}{BY_SEX}");
    refused("", &columns, "Area,2022 Female,2022\nKEN,1,2\n", &["E2010", "no column is `{year} Male` with a year in its place"]);
    refused("", &columns, "Area,2022 Female,2022p Female,2022 Male,2022\nKEN,1,2,3,4\n", &["E2030", "are both the year 2022"]);
    let mixed = super::workspace("", &columns.replace("{year} Male", "Male"));
    let checked = mixed.expect(2, &["check", "pipelines"]).stdout;
    assert!(checked.contains("have `{year}` in the name and some have not"), "{checked}");
}

/// Sentences of several columns were joined by a dot, also where a cell is empty, and a sentence that stands twice was said twice.
#[test]
fn a_note_of_several_columns() {
    let columns = format!("{LONG}note = [\"Remark\", \"Method\", \"Source\"]\n");
    let body = "Area,Year,Value,Remark,Method,Source\nKEN,2020,1,Half a year.,Survey,Census\nPER,2020,2,,Survey,\nPHL,2020,3,Survey,Survey,Census\nUGA,2020,4,,,\n";
    let (workspace, ..) = read("", &columns, body);
    let query = "SELECT ref_area, note FROM observations WHERE dataset = 't' ORDER BY 1";
    let notes = workspace.expect(0, &["sql", query, "--output", "csv"]).stdout;
    assert_eq!(notes, "ref_area,note\nKEN,Half a year.; Survey; Census\nPER,Survey\nPHL,Survey; Census\nUGA,\n");
}
