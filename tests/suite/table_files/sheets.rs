//! Workbooks of several sheets.

use super::folders::zipped;
use super::{LONG, refused_in, set_aside, told, values, workspace};

/// A workbook; a cell that begins with `#` is a number, one with `@` the number of a day that is shown as its year,
/// one with `~` a number that is shown as a percentage, one with `=` a formula without a result. A sheet whose name
/// begins with `!` is hidden.
pub(super) fn book(sheets: &[(&str, &[&[&str]])]) -> Vec<u8> {
    merged_book(sheets, &[])
}

/// As `book`, with merged cells in each sheet.
fn merged_book(sheets: &[(&str, &[&[&str]])], ranges: &[&str]) -> Vec<u8> {
    const HEAD: &str = "<?xml version=\"1.0\"?>";
    const MAIN: &str = "http://schemas.openxmlformats.org/spreadsheetml/2006/main";
    const OFFICE: &str = "http://schemas.openxmlformats.org/officeDocument/2006/relationships";
    const PACKAGE: &str = "http://schemas.openxmlformats.org/package/2006";
    let cell = |column: usize, row: usize, text: &str| {
        let place = format!("{}{}", char::from(b"ABCDEFGHIJKLMNOPQRSTUVWXYZ"[column]), row + 1);
        match (text.strip_prefix('#'), text.strip_prefix('@')) {
            (Some(number), _) => format!("<c r=\"{place}\"><v>{number}</v></c>"),
            (_, Some(day)) => format!("<c r=\"{place}\" s=\"1\"><v>{day}</v></c>"),
            _ if text.starts_with('~') => format!("<c r=\"{place}\" s=\"2\"><v>{}</v></c>", &text[1..]),
            _ if text.starts_with('=') => format!("<c r=\"{place}\"><f>{}</f></c>", &text[1..]),
            _ if text.is_empty() => format!("<c r=\"{place}\"/>"),
            _ => format!("<c r=\"{place}\" t=\"inlineStr\"><is><t>{text}</t></is></c>"),
        }
    };
    let merges: String = ranges.iter().map(|range| format!("<mergeCell ref=\"{range}\"/>")).collect();
    let merges = if merges.is_empty() { merges } else { format!("<mergeCells>{merges}</mergeCells>") };
    let (mut names, mut links, mut members) = (String::new(), String::new(), Vec::new());
    for (index, (name, rows)) in sheets.iter().enumerate() {
        let id = index + 1;
        let (name, state) = name.strip_prefix('!').map_or((*name, ""), |name| (name, " state=\"hidden\""));
        names += &format!("<sheet name=\"{name}\" sheetId=\"{id}\"{state} r:id=\"rId{id}\"/>");
        links += &format!("<Relationship Id=\"rId{id}\" Type=\"{OFFICE}/worksheet\" Target=\"worksheets/sheet{id}.xml\"/>");
        let rows = rows.iter().enumerate().map(|(row, cells)| {
            let cells: String = cells.iter().enumerate().map(|(column, text)| cell(column, row, text)).collect();
            format!("<row r=\"{}\">{cells}</row>", row + 1)
        });
        let sheet = format!("{HEAD}<worksheet xmlns=\"{MAIN}\"><sheetData>{}</sheetData>{merges}</worksheet>", rows.collect::<String>());
        members.push((format!("xl/worksheets/sheet{id}.xml"), sheet));
    }
    let formats = "<numFmts count=\"1\"><numFmt numFmtId=\"164\" formatCode=\"yyyy\"/></numFmts>";
    let styles = format!(
        "{HEAD}<styleSheet xmlns=\"{MAIN}\">{formats}<cellXfs count=\"3\"><xf numFmtId=\"0\"/><xf numFmtId=\"164\"/><xf numFmtId=\"9\"/></cellXfs></styleSheet>"
    );
    members.push(("xl/styles.xml".into(), styles));
    let types = "<Default Extension=\"rels\" ContentType=\"application/vnd.openxmlformats-package.relationships+xml\"/><Default Extension=\"xml\" ContentType=\"application/xml\"/>";
    let root = format!("<Relationship Id=\"rId1\" Type=\"{OFFICE}/officeDocument\" Target=\"xl/workbook.xml\"/>");
    let related = |links: &str| format!("{HEAD}<Relationships xmlns=\"{PACKAGE}/relationships\">{links}</Relationships>");
    members.extend([
        ("[Content_Types].xml".into(), format!("{HEAD}<Types xmlns=\"{PACKAGE}/content-types\">{types}</Types>")),
        ("_rels/.rels".into(), related(&root)),
        ("xl/_rels/workbook.xml.rels".into(), related(&links)),
        ("xl/workbook.xml".into(), format!("{HEAD}<workbook xmlns=\"{MAIN}\" xmlns:r=\"{OFFICE}\"><sheets>{names}</sheets></workbook>")),
    ]);
    zipped(&members.iter().map(|(name, content)| (name.as_str(), content.as_str())).collect::<Vec<_>>())
}

const HEADER: &[&str] = &["Area", "Year", "Value"];
const NOTES: &[&[&str]] = &[&["Notes"], &["Figures are provisional"]];

fn years() -> Vec<u8> {
    book(&[
        ("Notes", NOTES),
        ("2021", &[HEADER, &["KEN", "#2021", "#1"], &["PHL", "#2021", "#5"]]),
        ("2022", &[HEADER, &["KEN", "#2022", "#2"], &["PHL", "#2022", "x y 1"]]),
        ("Old 2020", &[HEADER, &["KEN", "#2020", "#3"]]),
    ])
}

/// Of one sheet a year, only the first was read.
#[test]
fn several_sheets_that_fit() {
    let workspace = workspace("", LONG);
    workspace.write("in/example/t/a.xlsx", years());
    refused_in(&workspace, &["E2031", "`2021`, `2022`, `Old 2020`", "sheet = \"2021\"", "sheets = \"all\""]);
}

#[test]
fn sheets_by_name_and_pattern() {
    for (settings, expected) in [
        ("sheet = \"2022\"", &["KEN 2022 2.0"][..]),
        ("sheets = \"20*\"", &["KEN 2021 1.0", "KEN 2022 2.0", "PHL 2021 5.0"]),
        ("sheets = \"all\"", &["KEN 2020 3.0", "KEN 2021 1.0", "KEN 2022 2.0", "PHL 2021 5.0"]),
    ] {
        let workspace = workspace(settings, LONG);
        workspace.write("in/example/t/a.xlsx", years());
        let run = workspace.expect(0, &["pull", "--from", "in"]);
        assert_eq!(values(&workspace), expected, "{settings}");
        if settings.ends_with("\"all\"") {
            told(&run, &["not read: `Notes`", "column `Area` is missing"]);
            // Records count on from sheet to sheet.
            assert_eq!(super::set_aside(&workspace), ["4 bad_value x y 1"]);
        }
    }
    let workspace = workspace("sheets = \"table*\"", LONG);
    workspace.write("in/example/t/a.xlsx", years());
    refused_in(&workspace, &["E2010", "no sheet has a name like `table*`", "`Notes`, `2021`, `2022`, `Old 2020`"]);
}

/// The table stands behind a sheet of notes.
#[test]
fn the_only_sheet_that_fits_need_not_be_the_first() {
    let workspace = workspace("", LONG);
    workspace.write("in/example/t/a.xlsx", book(&[("Notes", NOTES), ("Data", &[HEADER, &["KEN", "#2021", "#1"]])]));
    let run = workspace.expect(0, &["pull", "--from", "in"]);
    assert_eq!(values(&workspace), ["KEN 2021 1.0"]);
    told(&run, &["not read: `Notes`"]);
    workspace.write("in/example/t/a.xlsx", book(&[("Notes", NOTES), ("More", NOTES)]));
    refused_in(&workspace, &["E2010", "sheet `Notes`, line 1: column `Area` is missing; the file has: Notes"]);
}

/// A year that the spreadsheet keeps as its first or last day was the number of that day.
#[test]
fn a_date_that_is_a_year() {
    let workspace = workspace("", LONG);
    let rows: &[&[&str]] = &[HEADER, &["KEN", "@44562", "#5"], &["PHL", "@44926", "#6"], &["PER", "#2022", "#7"], &["NGA", "@44652", "#8"]];
    workspace.write("in/example/t/a.xlsx", book(&[("Data", rows)]));
    workspace.expect(0, &["pull", "--from", "in"]);
    assert_eq!(values(&workspace), ["KEN 2022 5.0", "PER 2022 7.0", "PHL 2022 6.0"]);
    // Any other day may be of a month or a quarter.
    assert_eq!(super::set_aside(&workspace), ["4 bad_year 2022-04-01"]);
    let wide = super::workspace("years_as_columns = true", super::WIDE);
    wide.write("in/example/t/a.xlsx", book(&[("Data", &[&["Area", "@44197", "@44562"], &["KEN", "#1", "#2"]])]));
    wide.expect(0, &["pull", "--from", "in"]);
    assert_eq!(values(&wide), ["KEN 2021 1.0", "KEN 2022 2.0"]);
}

/// A code that is a number in the workbook is the code that one sees, whatever sign the figures have.
#[test]
fn codes_that_are_numbers_where_decimals_have_a_comma() {
    let columns = LONG.replace("{ constant = \"s\" }", "\"Code\"");
    let workspace = workspace("decimal = \",\"", &columns);
    let rows: &[&[&str]] = &[&["Area", "Code", "Year", "Value"], &["KEN", "#2.1", "#2020", "#1.5"], &["PHL", "2.1", "#2020", "2,5"]];
    workspace.write("in/example/t/a.xlsx", book(&[("Data", rows)]));
    workspace.expect(0, &["pull", "--from", "in"]);
    let query = "SELECT DISTINCT series FROM observations WHERE dataset = 't'";
    assert_eq!(workspace.expect(0, &["sql", query, "--output", "csv"]).stdout, "series\n2.1\n");
    assert_eq!(values(&workspace), ["KEN 2020 1.5", "PHL 2020 2.5"]);
}

/// Only the first of merged cells has the text: the rows below it were of no area.
#[test]
fn merged_cells() {
    let workspace = workspace("", LONG);
    let rows: &[&[&str]] = &[
        &["Area", "", ""],
        &["", "Year", "Value"],
        &["KEN", "#2020", "#1"],
        &["", "#2021", "#2"],
        &["PHL", "#2020", "#3"],
        &["", "#2021", "#4"],
        &["", "#2022", ""],
        &["PER", "#2020", "#6"],
    ];
    workspace.write("in/example/t/a.xlsx", merged_book(&[("Data", rows)], &["A1:A2", "A3:A4", "A5:A7", "C6:C7"]));
    workspace.write(
        "pipelines/example.toml",
        workspace.read("pipelines/example.toml").replacen("format = \"table\"", "format = \"table\"\nheader_row = 2", 1),
    );
    let run = workspace.expect(0, &["pull", "--from", "in"]);
    assert_eq!(values(&workspace), ["KEN 2020 1.0", "KEN 2021 2.0", "PER 2020 6.0", "PHL 2020 3.0"]);
    // Whose the figure is, nobody can tell: it is lost to both, and that counts.
    told(&run, &["2 numbers set aside, such as `4`: one figure stands in several merged cells", "in record 4"]);
    let aside = set_aside(&workspace);
    assert!(aside.len() == 2 && aside.iter().all(|row| row.contains("bad_value 4: one figure stands in several")), "{aside:?}");
}

/// A spreadsheet that shows 45 % stores 0.45: what people read is what counts, in a series of percent and of ratios.
#[test]
fn cells_that_are_shown_as_percentages() {
    let rows: &[&[&str]] = &[HEADER, &["KEN", "#2022", "~0.45"], &["PHL", "#2022", "~0.07"], &["PER", "#2022", "#45"]];
    let read = |unit: &str, settings: &str| {
        let workspace = workspace(settings, &LONG.replace("NUMBER", unit));
        workspace.write("in/example/t/a.xlsx", book(&[("Data", rows)]));
        (workspace.expect(0, &["pull", "--from", "in"]), values(&workspace), super::set_aside(&workspace))
    };
    assert_eq!(read("PT", "").1, ["KEN 2022 45.0", "PER 2022 45.0", "PHL 2022 7.0"]);
    assert_eq!(read("PT", "decimal = \",\"").1, ["KEN 2022 45.0", "PER 2022 45.0", "PHL 2022 7.0"]);
    assert_eq!(read("RATIO", "").1, ["KEN 2022 0.45", "PER 2022 45.0", "PHL 2022 0.07"]);
    let (run, kept, aside) = read("NUMBER", "");
    assert_eq!(kept, ["PER 2022 45.0"]);
    assert_eq!(aside[0], "1 bad_value 45%: a percent sign, but the unit of the series is no percentage");
    told(&run, &["2 numbers set aside, such as `45%`"]);
}

/// Programs that do not reckon write a formula without its result: the value was missing, and nobody was told.
#[test]
fn formulas_without_a_result() {
    let workspace = workspace("", LONG);
    let rows: &[&[&str]] = &[HEADER, &["KEN", "#2022", "=B2+1"], &["PHL", "#2022", "#7"], &["PER", "#2022", ""], &["=A2", "#2022", "#8"]];
    workspace.write("in/example/t/a.xlsx", book(&[("Data", rows)]));
    let run = workspace.expect(0, &["pull", "--from", "in"]);
    assert_eq!(values(&workspace), ["PER 2022 none", "PHL 2022 7.0"]);
    let aside = super::set_aside(&workspace);
    assert!(aside[0].starts_with("1 bad_value =B2+1: a formula whose result the file does not hold"), "{aside:?}");
    assert_eq!(aside[1], "4 unknown_area =A2");
    told(&run, &["1 number set aside, such as `=B2+1`", "save it"]);
}

/// A hidden sheet is most often last year's table: it made the pull fail, or its figures came in beside those of today.
#[test]
fn hidden_sheets() {
    let old: &[&[&str]] = &[HEADER, &["KEN", "#2020", "#9"]];
    let new: &[&[&str]] = &[HEADER, &["KEN", "#2021", "#1"]];
    for (settings, sheets, expected, words) in [
        ("", [("!Old", old), ("New", new)], "KEN 2021 1.0", "not read, since the workbook hides it: `Old`"),
        ("sheets = \"all\"", [("!Old", old), ("New", new)], "KEN 2021 1.0", "not read, since the workbook hides it: `Old`"),
        ("sheet = \"Old\"", [("!Old", old), ("New", new)], "KEN 2020 9.0", ""),
        ("", [("!Old", old), ("Notes", NOTES)], "KEN 2020 9.0", "read, although the workbook hides it: `Old`"),
    ] {
        let workspace = workspace(settings, LONG);
        workspace.write("in/example/t/a.xlsx", book(&sheets));
        let run = workspace.expect(0, &["pull", "--from", "in"]);
        assert_eq!(values(&workspace), [expected], "{settings}");
        told(&run, &[words]);
    }
}

/// Old Excel files say in another place how a cell is shown: 45 % was read as 0.45.
#[test]
fn percentages_of_an_old_workbook() {
    let workspace = workspace("", &LONG.replace("NUMBER", "PT"));
    workspace.write("in/example/t/a.xls", include_bytes!("percentages.xls"));
    let run = workspace.expect(0, &["pull", "--from", "in"]);
    assert_eq!(values(&workspace), ["BRA 2022 7.0", "KEN 2022 45.0", "NGA 2022 12.5", "PER 2022 45.0", "PHL 2022 45.6", "TCD 2022 0.5"]);
    told(&run, &["not read, since the workbook hides it: `Old`"]);
}
