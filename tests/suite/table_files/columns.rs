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
    let (_, _, values) = read(YEARS, WIDE, "Area,2020,2021 [YR2021],YR2022\nKEN,1,2,3\n");
    assert_eq!(values, ["KEN 2020 1.0", "KEN 2021 2.0", "KEN 2022 3.0"]);
}

#[test]
fn a_column_with_a_year_that_is_not_read_is_named() {
    let (_, run, values) = read(YEARS, WIDE, "Area,2020,2021-22,Change 2010-2020,Remark\nKEN,1,2,3,x\n");
    assert_eq!(values, ["KEN 2020 1.0"]);
    told(&run, &["`2021-22`, `Change 2010-2020`"]);
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
