//! Workbooks for tests: sheets of cells, where a number is a number and anything else a text.

use std::io::{Cursor, Write};

const MAIN: &str = "http://schemas.openxmlformats.org/spreadsheetml/2006/main";
const OFFICE: &str = "http://schemas.openxmlformats.org/officeDocument/2006/relationships";
const PACKAGE: &str = "http://schemas.openxmlformats.org/package/2006";

/// An XLSX of these sheets, each a name and rows of cells that tabs part.
pub(super) fn xlsx(sheets: &[(&str, &[&str])]) -> Vec<u8> {
    let all = |text: &dyn Fn(usize, &str) -> String| {
        sheets.iter().enumerate().map(|(index, (name, _))| text(index + 1, name)).collect::<String>()
    };
    let mut members = vec![
        (
            "[Content_Types].xml".to_owned(),
            format!(
                "<Types xmlns=\"{PACKAGE}/content-types\"><Default Extension=\"rels\" ContentType=\"application/vnd.openxmlformats-package.relationships+xml\"/><Default Extension=\"xml\" ContentType=\"application/xml\"/></Types>"
            ),
        ),
        (
            "_rels/.rels".to_owned(),
            format!(
                "<Relationships xmlns=\"{PACKAGE}/relationships\"><Relationship Id=\"rId1\" Type=\"{OFFICE}/officeDocument\" Target=\"xl/workbook.xml\"/></Relationships>"
            ),
        ),
        (
            "xl/workbook.xml".to_owned(),
            format!(
                "<workbook xmlns=\"{MAIN}\" xmlns:r=\"{OFFICE}\"><sheets>{}</sheets></workbook>",
                all(&|number, name| format!("<sheet name=\"{name}\" sheetId=\"{number}\" r:id=\"rId{number}\"/>"))
            ),
        ),
        (
            "xl/_rels/workbook.xml.rels".to_owned(),
            format!(
                "<Relationships xmlns=\"{PACKAGE}/relationships\">{}</Relationships>",
                all(&|number, _| format!(
                    "<Relationship Id=\"rId{number}\" Type=\"{OFFICE}/worksheet\" Target=\"worksheets/sheet{number}.xml\"/>"
                ))
            ),
        ),
    ];
    for (index, (_, rows)) in sheets.iter().enumerate() {
        let rows: String = rows.iter().enumerate().map(|(at, row)| format!("<row r=\"{}\">{}</row>", at + 1, cells(at + 1, row))).collect();
        members.push((
            format!("xl/worksheets/sheet{}.xml", index + 1),
            format!("<worksheet xmlns=\"{MAIN}\"><sheetData>{rows}</sheetData></worksheet>"),
        ));
    }
    let mut writer = zip::ZipWriter::new(Cursor::new(Vec::new()));
    for (name, content) in members {
        writer.start_file(name, zip::write::SimpleFileOptions::default()).unwrap();
        writer.write_all(b"<?xml version=\"1.0\"?>").unwrap();
        writer.write_all(content.as_bytes()).unwrap();
    }
    writer.finish().unwrap().into_inner()
}

fn cells(row: usize, texts: &str) -> String {
    let cell = |(column, text): (u8, &str)| {
        let place = format!("{}{row}", char::from(b'A' + column));
        match text {
            "" => String::new(),
            number if number.parse::<f64>().is_ok() => format!("<c r=\"{place}\"><v>{number}</v></c>"),
            text => format!("<c r=\"{place}\" t=\"inlineStr\"><is><t>{text}</t></is></c>"),
        }
    };
    (0..).zip(texts.split('\t')).map(cell).collect()
}
