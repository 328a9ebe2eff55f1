//! Numbers whose comma or point can mean two things.

use super::sheets::book;
use super::{LONG, read, refused, set_aside, told, values, workspace};

const THREE_PLACES: &str = "Area;Year;Value\nKEN;2022;46,880\nPHL;2022;3,125\nNGA;2022;17,330\nPER;2022;1,234\n";

/// Three decimals after a comma were read as thousands: 46.88 percent became 46880.
#[test]
fn a_comma_is_read_as_declared_or_not_at_all() {
    let semicolon = "delimiter = \";\"";
    refused(semicolon, LONG, THREE_PLACES, &["E2012", "46,880", "decimal = \",\" or thousands = \",\" of the data set"]);
    let (_, _, values) = read(&format!("{semicolon}\ndecimal = \",\""), LONG, THREE_PLACES);
    assert_eq!(values, ["KEN 2022 46.88", "NGA 2022 17.33", "PER 2022 1.234", "PHL 2022 3.125"]);
    let (_, _, values) = read(&format!("{semicolon}\nthousands = \",\""), LONG, THREE_PLACES);
    assert_eq!(values, ["KEN 2022 46880.0", "NGA 2022 17330.0", "PER 2022 1234.0", "PHL 2022 3125.0"]);
}

/// A few such numbers among others are set aside, and told.
#[test]
fn some_numbers_with_a_comma() {
    let body = "Area,Year,Value\nKEN,2021,5\nKEN,2022,\"46,880\"\nPHL,2021,6\nPHL,2022,7.5\n";
    let (workspace, run, values) = read("", LONG, body);
    assert_eq!(values, ["KEN 2021 5.0", "PHL 2021 6.0", "PHL 2022 7.5"]);
    assert!(set_aside(&workspace)[0].starts_with("2 bad_value 46,880: say what the comma means"), "{:?}", set_aside(&workspace));
    told(&run, &["1 number set aside", "46,880", "in record 2"]);
    let (workspace, ..) = read("decimal = \",\"", LONG, "Area,Year,Value\nKEN,2021,\"5,5\"\nKEN,2022,46.880\nPHL,2021,6\n");
    assert!(set_aside(&workspace)[0].starts_with("2 bad_value 46.880: say what the point means"));
}

#[test]
fn declared_signs() {
    let body = "Area;Year;Value\nKEN;2020;1.234.567,5\nKEN;2021;-3,5\nKEN;2022;1,5e-3\nPHL;2020;12.34,5\n";
    let (workspace, _, values) = read("delimiter = \"semicolon\"\ndecimal = \",\"\nthousands = \".\"", LONG, body);
    assert_eq!(values, ["KEN 2020 1234567.5", "KEN 2021 -3.5", "KEN 2022 0.0015"]);
    assert_eq!(set_aside(&workspace), ["4 bad_value 12.34,5: `.` does not stand between groups of three digits"]);
    let spaces = "Area;Year;Value\nKEN;2020;1 234,5\nKEN;2021;1\u{a0}234\u{202f}567\n";
    let (_, _, values) = read("delimiter = \";\"\ndecimal = \",\"\nthousands = \" \"", LONG, spaces);
    assert_eq!(values, ["KEN 2020 1234.5", "KEN 2021 1234567.0"]);
}

/// An English number in a German list was read as thousands: 0.123 became 123.
#[test]
fn numbers_of_another_notation_among_others() {
    let body = "Area;Year;Value\nKEN;2020;0.123\nKEN;2021;-0.500\nKEN;2022;0.123,5\nPHL;2020;1.234e5\nPHL;2021;0,123\nPHL;2022;1.234\n";
    let (workspace, run, values) = read("delimiter = \";\"\ndecimal = \",\"\nthousands = \".\"", LONG, body);
    assert_eq!(values, ["PHL 2021 0.123", "PHL 2022 1234.0"]);
    let why = "no number is written so where `.` stands between thousands: it may be the decimal sign here";
    let expected =
        ["0.123", "-0.500", "0.123,5", "1.234e5"].iter().zip(1..).map(|(cell, record)| format!("{record} bad_value {cell}: {why}"));
    assert_eq!(set_aside(&workspace), expected.collect::<Vec<_>>());
    told(&run, &["4 numbers set aside", "0.123", "in record 1"]);
}

/// What a map of values gives is in our notation; cells of a workbook that are numbers have none.
#[test]
fn numbers_that_are_not_written_by_the_file() {
    let map = format!("{LONG}[dataset.maps]\nvalue = {{ \"half\" = \"0.5\" }}\n");
    let (_, _, mapped) = read("delimiter = \";\"\ndecimal = \",\"", &map, "Area;Year;Value\nKEN;2020;half\nKEN;2021;0,5\n");
    assert_eq!(mapped, ["KEN 2020 0.5", "KEN 2021 0.5"]);
    let workspace = workspace("decimal = \",\"", LONG);
    let rows = [&["Area", "Year", "Value"][..], &["KEN", "#2020", "#1.5"], &["KEN", "#2021", "2,5"]];
    workspace.write("in/example/t/a.xlsx", book(&[("Data", &rows)]));
    workspace.expect(0, &["pull", "--from", "in"]);
    assert_eq!(values(&workspace), ["KEN 2020 1.5", "KEN 2021 2.5"]);
}
