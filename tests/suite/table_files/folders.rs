//! What people leave in the folder of a data set: two downloads, a folder, half a file.

use std::io::{Cursor, Write};

use super::sheets::book;
use super::{LONG, refused_in, told, values, workspace};
use crate::support::Workspace;

pub(super) fn zipped(members: &[(&str, &str)]) -> Vec<u8> {
    packed(&members.iter().map(|(name, content)| (*name, content.as_bytes())).collect::<Vec<_>>())
}

pub(super) fn packed(members: &[(&str, &[u8])]) -> Vec<u8> {
    let mut writer = zip::ZipWriter::new(Cursor::new(Vec::new()));
    for (name, content) in members {
        writer.start_file(*name, zip::write::SimpleFileOptions::default()).unwrap();
        writer.write_all(content).unwrap();
    }
    writer.finish().unwrap().into_inner()
}

/// Values of three economies up to a year; those of Kenya from 2019 on are raised.
fn download(last: i32, raised: f64) -> String {
    let value = |area: &str, year: i32| f64::from(year - 1990) + if area == "KEN" && year >= 2019 { raised } else { 0.0 };
    let rows = ["KEN", "PHL", "PER"].into_iter().flat_map(|area| (2010..=last).map(move |year| (area, year)));
    format!("Area,Year,Value\n{}", rows.map(|(area, year)| format!("{area},{year},{}\n", value(area, year))).collect::<String>())
}

/// Every revised figure contradicted the old one, so exactly the revised ones were set aside.
#[test]
fn an_old_download_beside_the_new_one() {
    let workspace = workspace("", LONG);
    workspace.write("in/example/t/data.csv", download(2022, 0.0));
    workspace.expect(0, &["pull", "--from", "in"]);
    let first = values(&workspace);
    workspace.write("in/example/t/data (1).csv", download(2022, 0.5));
    let later = ["pull", "--from", "in", "--now", "2026-12-01T00:00:00Z"];
    let run = workspace.expect(3, &later);
    told(
        &run,
        &[
            "example/t: E2032",
            "`data (1).csv` and `data.csv` contradict each other in 4 figures, such as s KEN 2019: 29.5 and 29",
            "`data (1).csv` is newer: first seen on 2026-12-01, the other on 2026-11-24",
            "leave `data (1).csv` alone in the folder",
        ],
    );
    assert_eq!(values(&workspace), first, "the last good data stay in use");
    std::fs::remove_file(workspace.path("in/example/t/data.csv")).unwrap();
    workspace.expect(0, &later);
    assert!(values(&workspace).contains(&"KEN 2022 32.5".to_owned()));
}

/// Both at once: the newer one is told by the years in it, or by the dates of the files.
#[test]
fn two_downloads_of_one_day() {
    let workspace = workspace("", LONG);
    workspace.write("in/example/t/data.csv", download(2022, 0.0));
    workspace.write("in/example/t/data (1).csv", download(2023, 0.5));
    refused_in(&workspace, &["E2032", "`data (1).csv` is newer: it reaches 2023, the other 2022"]);
    workspace.write("in/example/t/data (1).csv", download(2022, 0.5));
    let old = std::fs::File::options().write(true).open(workspace.path("in/example/t/data.csv")).unwrap();
    old.set_modified(std::time::UNIX_EPOCH + std::time::Duration::from_secs(1_700_000_000)).unwrap();
    refused_in(&workspace, &["`data (1).csv` is newer: its file is of 20", "the other of 2023-11-14"]);
}

/// No figure is revised, but one that the new download has no more would stay for ever.
#[test]
fn an_old_download_with_more_rows() {
    let workspace = workspace("", LONG);
    workspace.write("in/example/t/data.csv", download(2022, 0.0));
    workspace.write("in/example/t/data (1).csv", download(2022, 0.0).replace("PER,2010,20\n", ""));
    let run = workspace.expect(0, &["pull", "--from", "in"]);
    told(&run, &["`data (1).csv` and `data.csv` give the same 38 figures", "leave one of them in the folder"]);
    // Files that only share some figures are told of nothing.
    let workspace = super::workspace("", LONG);
    workspace.write("in/example/t/a.csv", "Area,Year,Value\nKEN,2020,1\nKEN,2021,2\nKEN,2022,3\n");
    workspace.write("in/example/t/b.csv", "Area,Year,Value\nPHL,2020,1\nPHL,2021,2\nKEN,2022,3\n");
    let run = workspace.expect(0, &["pull", "--from", "in"]);
    assert!(!run.stderr.contains("the same"), "{}", run.stderr);
}

/// Pulls a folder with one good body beside something else; it is named with the reason, and the body is read.
fn passed_over(workspace: &Workspace, words: &[&str]) {
    workspace.write("in/example/t/a.csv", "Area,Year,Value\nKEN,2022,5\nPHL,2022,6\n");
    let run = workspace.expect(0, &["pull", "--from", "in"]);
    told(&run, words);
    assert_eq!(values(workspace), ["KEN 2022 5.0", "PHL 2022 6.0"]);
}

#[test]
fn what_is_not_read_is_named() {
    let one = |path: &str| {
        let workspace = workspace("", LONG);
        workspace.write(path, "Area,Year,Value\nPER,2022,9\n");
        workspace
    };
    passed_over(&one("in/example/t/unpacked/b.csv"), &["in/example/t/unpacked", "a folder"]);
    for name in ["b.csv.part", "Unconfirmed 12.crdownload", "b.zip.download"] {
        passed_over(&one(&format!("in/example/t/{name}")), &[name, "a download that has not ended"]);
    }
    passed_over(&one("in/example/b.csv"), &["in/example/b.csv: not read", "DIR/<source>/<data set>/"]);
    passed_over(&one("in/b.csv"), &["in/b.csv: not read"]);
    #[cfg(unix)]
    {
        let workspace = workspace("", LONG);
        std::fs::create_dir_all(workspace.path("in/example/t")).unwrap();
        std::os::unix::fs::symlink("gone.csv", workspace.path("in/example/t/b.csv")).unwrap();
        passed_over(&workspace, &["in/example/t/b.csv", "a link to nothing"]);
    }
}

/// An archive that was unpacked into a folder of its own: nothing is left to read, and that is said.
#[test]
fn an_unpacked_archive() {
    let workspace = workspace("", LONG);
    workspace.write("in/example/t/SDG/data.csv", "Area,Year,Value\nPER,2022,9\n");
    let run = workspace.expect(0, &["pull", "--from", "in"]);
    told(&run, &["in/example/t/SDG", "not read, since it is a folder"]);
}

/// Names inside an archive are never paths, so the separator of another system is no danger.
#[test]
fn an_archive_packed_with_backslashes() {
    let workspace = workspace("", LONG);
    workspace.write("in/example/t/a.zip", zipped(&[("dir\\data.csv", "Area,Year,Value\nKEN,2022,5\n")]));
    workspace.expect(0, &["pull", "--from", "in"]);
    assert_eq!(values(&workspace), ["KEN 2022 5.0"]);
}

/// A sound file of another kind is not damaged: it is said what it is, and what to save it as.
#[test]
fn files_that_are_not_read_are_named() {
    let table = "Area,Year,Value\nKEN,2022,5\n";
    let mut packed = zipped(&[("data.csv", table)]);
    // The method of the one member, in its own header and in the directory.
    let directory = packed.windows(4).position(|w| w == b"PK\x01\x02").unwrap();
    (packed[8], packed[directory + 10]) = (9, 9);
    let cases: [(&str, Vec<u8>, &[&str]); 10] = [
        ("a.zip", packed, &["E2033", "the ZIP is packed by a method that is not read"]),
        ("a.xls", [&b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"[..], &[0; 600]].concat(), &["E2034", "an old Excel file", "save it as .xlsx"]),
        ("a.rar", b"Rar!\x1a\x07\x01\x00".to_vec(), &["E2034", "packed as RAR"]),
        ("a.csv.xz", b"\xfd7zXZ\x00\x00\x04".to_vec(), &["E2034", "packed as xz"]),
        ("a.pdf", b"%PDF-1.7\n".to_vec(), &["E2034", "a PDF, not data"]),
        ("a.ods", zipped(&[("mimetype", "x"), ("content.xml", "<x/>")]), &["E2009", "(.ods): save it as .xlsx"]),
        ("a.xlsb", zipped(&[("xl/workbook.bin", "x")]), &["E2009", "(.xlsb): save it as .xlsx"]),
        ("a.zip", zipped(&[("data.xlsx", "x")]), &["E2004", "data.xlsx"]),
        ("a.zip", zipped(&[("data.xls", "x")]), &["E2009", "it has `data.xls`", "save the workbook as .xlsx"]),
        ("a.zip", zipped(&[("notes.txt", "Nothing")]), &["E2009", "it has `notes.txt`", "column `Area` is missing"]),
    ];
    for (name, body, words) in cases {
        let workspace = workspace("", LONG);
        workspace.write(&format!("in/example/t/{name}"), body);
        refused_in(&workspace, words);
    }
}

/// An archive without a CSV: its texts and workbooks are read.
#[test]
fn what_else_an_archive_holds() {
    let table = "Area,Year,Value\nKEN,2022,5\n";
    let rows: &[&[&str]] = &[&["Area", "Year", "Value"], &["KEN", "#2022", "#5"]];
    let (one, more) = (book(&[("Data", rows)]), book(&[("Data", &[rows[0], &["PHL", "#2022", "#6"]])]));
    let workspace = workspace("", LONG);
    workspace.write("in/example/t/a.zip", zipped(&[("notes/README.md", "x"), ("data.txt", table)]));
    workspace.expect(0, &["pull", "--from", "in"]);
    assert_eq!(values(&workspace), ["KEN 2022 5.0"]);
    // A text beside a CSV is its description.
    workspace.write("in/example/t/a.zip", zipped(&[("data.csv", table), ("data.txt", "Area,Year,Value\nPER,2022,9\n")]));
    workspace.expect(0, &["pull", "--from", "in"]);
    assert_eq!(values(&workspace), ["KEN 2022 5.0"]);
    // Whatever else may be a part of the data is told.
    let table = table.as_bytes();
    let files: &[(&str, &[u8])] = &[("a.csv", table), ("b.csv.gz", b"x"), ("c.tsv", table), ("d/e.xlsx", &one), ("notes.pdf", b"x")];
    workspace.write("in/example/t/a.zip", packed(files));
    let run = workspace.expect(0, &["pull", "--from", "in"]);
    told(&run, &["not read, since the archive has CSV files: `b.csv.gz`, `c.tsv`, `d/e.xlsx`; unpack it"]);
    workspace.write("in/example/t/a.zip", packed(&[("a.xlsx", &one), ("b.xlsx", &more), ("c.xls", b"x")]));
    let run = workspace.expect(0, &["pull", "--from", "in"]);
    told(&run, &["not read, since the archive has workbooks: `c.xls`"]);
    assert_eq!(values(&workspace), ["KEN 2022 5.0", "PHL 2022 6.0"]);
}

/// Zeros fill up a block; anything else is told with the data set, each time its report is shown.
#[test]
fn bytes_behind_a_gzip() {
    let mut writer = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
    writer.write_all(b"Area,Year,Value\nKEN,2022,5\n").unwrap();
    let whole = writer.finish().unwrap();
    for (behind, words) in [(&[0; 512][..], None), (&b"left over"[..], Some("bytes behind the end of the gzip were ignored"))] {
        let workspace = workspace("", LONG);
        workspace.write("in/example/t/a.csv.gz", [&whole, behind].concat());
        workspace.expect(0, &["pull", "--from", "in"]);
        assert_eq!(values(&workspace), ["KEN 2022 5.0"]);
        let report = std::fs::read_to_string(workspace.path("data/observations/example/t.json")).unwrap();
        let report: serde_json::Value = serde_json::from_str(&report).unwrap();
        let warnings = report["warnings"].as_array().unwrap();
        match words {
            None => assert!(warnings.is_empty(), "{warnings:?}"),
            Some(words) => assert!(warnings[0].as_str().unwrap().starts_with(words), "{warnings:?}"),
        }
    }
}
