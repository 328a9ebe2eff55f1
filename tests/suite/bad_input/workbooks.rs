//! Workbooks that ask for more than there is: one far-away cell, texts without end, members that inflate.

use super::{no_panic, refused, released, zipped};

const HEAD: &str = "<?xml version=\"1.0\"?>";
const MAIN: &str = "http://schemas.openxmlformats.org/spreadsheetml/2006/main";
const OFFICE: &str = "http://schemas.openxmlformats.org/officeDocument/2006/relationships";

/// The members of a workbook with one sheet of the name that the data set reads.
fn members(rows: &str) -> Vec<(&'static str, String)> {
    let package = "http://schemas.openxmlformats.org/package/2006";
    vec![
        (
            "[Content_Types].xml",
            format!(
                "{HEAD}<Types xmlns=\"{package}/content-types\"><Default Extension=\"rels\" ContentType=\"application/vnd.openxmlformats-package.relationships+xml\"/><Default Extension=\"xml\" ContentType=\"application/xml\"/></Types>"
            ),
        ),
        (
            "_rels/.rels",
            format!(
                "{HEAD}<Relationships xmlns=\"{package}/relationships\"><Relationship Id=\"rId1\" Type=\"{OFFICE}/officeDocument\" Target=\"xl/workbook.xml\"/></Relationships>"
            ),
        ),
        (
            "xl/workbook.xml",
            format!(
                "{HEAD}<workbook xmlns=\"{MAIN}\" xmlns:r=\"{OFFICE}\"><sheets><sheet name=\"economies_2008-2025\" sheetId=\"1\" r:id=\"rId1\"/></sheets></workbook>"
            ),
        ),
        (
            "xl/_rels/workbook.xml.rels",
            format!(
                "{HEAD}<Relationships xmlns=\"{package}/relationships\"><Relationship Id=\"rId1\" Type=\"{OFFICE}/worksheet\" Target=\"worksheets/sheet1.xml\"/></Relationships>"
            ),
        ),
        ("xl/worksheets/sheet1.xml", format!("{HEAD}<worksheet xmlns=\"{MAIN}\"><sheetData>{rows}</sheetData></worksheet>")),
    ]
}

fn cell(place: &str, text: &str) -> String {
    format!("<c r=\"{place}\" t=\"inlineStr\"><is><t>{text}</t></is></c>")
}

/// A header and three economies.
fn good() -> String {
    let header: String = [("A1", "IsoCode"), ("B1", "Code"), ("C1", "Unit"), ("D1", "y_2019"), ("E1", "y_2020")]
        .map(|(place, text)| cell(place, text))
        .concat();
    let rows = ["BRA", "DEU", "NAM"].iter().enumerate().map(|(index, area)| {
        let row = index + 2;
        let cells =
            [("A", *area), ("B", "i154_FBB5_GNI"), ("C", "GNIpc")].map(|(column, text)| cell(&format!("{column}{row}"), text)).concat();
        format!("<row r=\"{row}\">{cells}<c r=\"D{row}\"><v>1.5</v></c><c r=\"E{row}\"><v>2.5</v></c></row>")
    });
    format!("<row r=\"1\">{header}</row>{}", rows.collect::<String>())
}

fn book(rows: &str) -> Vec<u8> {
    let members = members(rows);
    zipped(&members.iter().map(|(name, content)| (*name, content.as_bytes())).collect::<Vec<_>>())
}

#[test]
fn a_cell_far_away() {
    let workspace = released();
    let set = "itu/price_baskets";
    workspace.write("in/itu/price_baskets/a.xlsx", book(&good()));
    workspace.expect(0, &["run", "--from", "in"]);
    let far = format!("{}<row r=\"1048576\">{}</row>", good(), cell("XFD1048576", "x"));
    refused(&workspace, set, "a.xlsx", &book(&far), "E2004", "row 1048576 and column 16384: a cell lies far outside of any table");
    // A style without a value is no cell of the table.
    let styled = format!("{}<row r=\"1048576\"><c r=\"XFD1048576\" s=\"1\"/></row>", good());
    workspace.write("in/itu/price_baskets/a.xlsx", book(&styled));
    workspace.expect(0, &["pull", "--from", "in"]);
}

/// The library that reads workbooks overflows on this one. Whatever happens to it, the other data sets go on.
#[test]
fn a_row_beyond_all_numbers() {
    let workspace = released();
    let before = std::fs::read_link(workspace.path("data/current")).unwrap();
    workspace.write("in/itu/price_baskets/a.xlsx", book(&good().replace("r=\"A2\"", "r=\"A99999999999\"")));
    workspace.write("in/unsd/sdg_global/a.csv", "<html>");
    let run = workspace.expect(3, &["run", "--from", "in"]);
    for wanted in ["itu/price_baskets: E20", "unsd/sdg_global: E2003"] {
        assert!(run.stderr.contains(wanted), "no `{wanted}` in\n{}", run.stderr);
    }
    assert_eq!(std::fs::read_link(workspace.path("data/current")).unwrap(), before);
}

#[test]
fn texts_and_members_without_end() {
    let workspace = released();
    let long = good().replace("BRA", &"B".repeat(200_000));
    refused(&workspace, "itu/price_baskets", "a.xlsx", &book(&long), "E2007", "no spreadsheet keeps so long a text in one cell");
    let mut members = members(&good());
    let strings = format!("{HEAD}<sst xmlns=\"{MAIN}\"><si><t>{}</t></si></sst>", "a".repeat(80 << 20));
    members.push(("xl/sharedStrings.xml", strings));
    let body = zipped(&members.iter().map(|(name, content)| (*name, content.as_bytes())).collect::<Vec<_>>());
    refused(&workspace, "itu/price_baskets", "a.xlsx", &body, "E2007", "decompression bomb");
    workspace.write("in/itu/price_baskets/a.xlsx", book(""));
    no_panic(&workspace.expect(3, &["pull", "--from", "in"]));
}

/// The library makes room for as many texts and cells as a workbook says that it has: the program ended without a word.
#[test]
fn a_workbook_that_says_it_has_more_than_there_is() {
    let workspace = released();
    let mut members = members(&good());
    let related = format!("<Relationship Id=\"rId2\" Type=\"{OFFICE}/sharedStrings\" Target=\"sharedStrings.xml\"/></Relationships>");
    members[3].1 = members[3].1.replace("</Relationships>", &related);
    members.push(("xl/sharedStrings.xml", format!("{HEAD}<sst xmlns=\"{MAIN}\" uniqueCount=\"90000000000000\"><si><t>a</t></si></sst>")));
    let body = zipped(&members.iter().map(|(name, content)| (*name, content.as_bytes())).collect::<Vec<_>>());
    refused(&workspace, "itu/price_baskets", "a.xlsx", &body, "E2004", "it says that it has more texts than it has bytes");

    let name = "internet_use_sex_location_2018/ITU_by_gender_urban_rural_2021.xls";
    let mut old = std::fs::read(crate::support::project().join("fixtures/itu").join(name)).unwrap();
    // The record of how far the cells of the sheet reach: its first two words, then the first row and the last.
    let record = [0x00, 0x02, 0x0e, 0x00];
    let at = old.windows(4).position(|window| window == record).unwrap();
    old[at + 8..at + 12].copy_from_slice(&[0xff; 4]);
    let set = "itu/internet_use_sex_location_2018";
    refused(&workspace, set, "ITU_by_gender_urban_rural_2021.xls", &old, "E2004", "more cells than a sheet can have");
}

/// The library looked for as many merged cells as a sheet says, and panicked behind the last.
#[test]
fn an_old_workbook_with_a_record_cut_short() {
    let workspace = released();
    let name = "internet_use_sex_location_2018/ITU_by_gender_urban_rural_2021.xls";
    let mut old = std::fs::read(crate::support::project().join("fixtures/itu").join(name)).unwrap();
    // 1,026 bytes of 128 merged cells, which become 129.
    let record = [0xe5, 0x00, 0x02, 0x04];
    let at = old.windows(4).position(|window| window == record).unwrap();
    old[at + 4] += 1;
    let set = "itu/internet_use_sex_location_2018";
    refused(&workspace, set, "ITU_by_gender_urban_rural_2021.xls", &old, "E2004", "more merged cells than there are");
}
