//! Workbooks of several sheets.

use super::folders::zipped;
use super::{LONG, refused_in, told, values, workspace};

/// A workbook; a cell that begins with `#` is a number.
pub(super) fn book(sheets: &[(&str, &[&[&str]])]) -> Vec<u8> {
    const HEAD: &str = "<?xml version=\"1.0\"?>";
    const MAIN: &str = "http://schemas.openxmlformats.org/spreadsheetml/2006/main";
    const OFFICE: &str = "http://schemas.openxmlformats.org/officeDocument/2006/relationships";
    const PACKAGE: &str = "http://schemas.openxmlformats.org/package/2006";
    let cell = |column: usize, row: usize, text: &str| {
        let place = format!("{}{}", char::from(b'A' + column as u8), row + 1);
        match text.strip_prefix('#') {
            Some(number) => format!("<c r=\"{place}\"><v>{number}</v></c>"),
            None => format!("<c r=\"{place}\" t=\"inlineStr\"><is><t>{text}</t></is></c>"),
        }
    };
    let (mut names, mut links, mut members) = (String::new(), String::new(), Vec::new());
    for (index, (name, rows)) in sheets.iter().enumerate() {
        let id = index + 1;
        names += &format!("<sheet name=\"{name}\" sheetId=\"{id}\" r:id=\"rId{id}\"/>");
        links += &format!("<Relationship Id=\"rId{id}\" Type=\"{OFFICE}/worksheet\" Target=\"worksheets/sheet{id}.xml\"/>");
        let rows = rows.iter().enumerate().map(|(row, cells)| {
            let cells: String = cells.iter().enumerate().map(|(column, text)| cell(column, row, text)).collect();
            format!("<row r=\"{}\">{cells}</row>", row + 1)
        });
        let sheet = format!("{HEAD}<worksheet xmlns=\"{MAIN}\"><sheetData>{}</sheetData></worksheet>", rows.collect::<String>());
        members.push((format!("xl/worksheets/sheet{id}.xml"), sheet));
    }
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
