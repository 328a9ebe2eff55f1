//! Whole bodies that are no data, source by source.

use super::{fixture, gzipped, no_panic, refused, released, unzipped, workspace, zipped};

const PAGE: &[u8] = b"<!DOCTYPE html>\n<html><head><title>Just a moment</title></head><body>Checking your browser</body></html>\n";

/// Inflates to 80 MiB, from less than 100 kB.
fn zeros() -> Vec<u8> {
    vec![0; 80 << 20]
}

#[test]
fn itu() {
    let workspace = released();
    let good = fixture("itu/internet_use/individuals-using-the-internet.zip");
    let text = unzipped(&good);
    let refuse = |file: &str, body: &[u8], code: &str, text: &str| refused(&workspace, "itu/internet_use", file, body, code, text);
    refuse("a.zip", PAGE, "E2003", "a web page, not data");
    refuse("a.zip", b"", "E2002", "the body is empty");
    refuse("a.zip", b"\xef\xbb\xbf \n", "E2002", "the body is empty");
    refuse("a.zip", &good[..good.len() / 2], "E2004", "damaged or cut off");
    let mut broken = good.clone();
    broken[2000] ^= 0x55;
    refuse("a.zip", &broken, "E2004", "damaged or cut off");
    refuse("a.zip", b"PK\x03\x04 and no more", "E2004", "damaged or cut off");
    refuse("a.zip", &zipped(&[("data.csv", &zeros())]), "E2007", "a record of more than");
    refuse("a.zip", &zipped(&[("readme.txt", b"nothing")]), "E2009", "the archive holds no CSV");
    let column = String::from_utf8(text.clone()).unwrap().replacen("\"dataValue\"", "\"datavalu\"", 1);
    refuse("a.csv", column.as_bytes(), "E2010", "line 1: column `dataValue` is missing; the file has: seriesID, seriesCode");
    refuse("a.zip", &zipped(&[("data.csv", column.as_bytes())]), "E2010", "did you mean `datavalu`?");
    refuse("a.json", b"{\"error\": \"Throughput exceeds the limit\"}", "E2008", "not the documented JSON");
    refuse("a.json", b"[{\"codeID\": 11624, \"dataYear\": 20", "E2008", "not the documented JSON");
    refuse("a.json", b"[]", "E2021", "empty list");
    refuse("a.csv", b"Throughput exceeds the limit\n", "E2010", "line 1: column `seriesID` is missing");
    // Header only; and rows of which not one is of an area that is known.
    let header = text.split_inclusive(|b| *b == b'\n').next().unwrap();
    refuse("a.csv", header, "E2012", "no row became an observation, 0 rows in");
    let nowhere = String::from_utf8(text.clone())
        .unwrap()
        .lines()
        .enumerate()
        .map(|(n, line)| if n == 0 { line.to_owned() } else { area_replaced(line, "QQQ") })
        .collect::<Vec<_>>();
    refuse("a.csv", nowhere.join("\n").as_bytes(), "E2012", "unknown_area `QQQ` in record 1");
    let half: Vec<String> =
        nowhere.iter().take(360).cloned().chain(String::from_utf8(text).unwrap().lines().skip(360).map(str::to_owned)).collect();
    refuse("a.csv", half.join("\n").as_bytes(), "E2013", "357 unknown_area, such as `QQQ` in record 1");
}

/// Half of the figures passed for all of them, on a first pull too.
#[test]
fn a_text_that_ends_within_a_record() {
    let workspace = released();
    let text = unzipped(&fixture("itu/internet_use/individuals-using-the-internet.zip"));
    assert!(!text.ends_with(b"\n"), "ITU ends its files without a line break: that alone is no sign");
    let half = text.len() / 2;
    let line = half + text[half..].iter().position(|b| *b == b'\n').unwrap() + 1;
    let refuse = |end: usize, told: &str| {
        refused(&workspace, "itu/internet_use", "a.csv", &text[..end], "E2004", "the body is cut off in its last record");
        refused(&workspace, "itu/internet_use", "a.csv", &text[..end], "E2004", told);
        refused(&workspace, "itu/internet_use", "a.zip", &zipped(&[("a.csv", &text[..end])]), "E2004", told);
    };
    assert!(text[line..].starts_with(b"11624,\"i99H\",\""));
    refuse(line + 30, "a quote is open there");
    refuse(line + 5, "it has 1 of 13 fields");
    refuse(line + 13, "it has 3 of 13 fields");
    refuse(text.len() - 1, "a quote is open there");
    // A first pull has nothing to compare with.
    let first = super::workspace();
    first.write("in/itu/internet_use/a.csv", &text[..line + 30]);
    assert!(first.expect(1, &["run", "--from", "in"]).stderr.contains("cut off in its last record"));
    let unsd = fixture("unsd/sdg_global/IT_USE_ii99.csv");
    let line = unsd.iter().rposition(|b| *b == b'[').unwrap();
    let line = line + unsd[line..].iter().position(|b| *b == b'\n').unwrap() + 1;
    refused(&workspace, "unsd/sdg_global", "IT_USE_ii99.csv", &unsd[..line + 400], "E2004", "the body is cut off in its last record");
}

/// The entityIso of a v2 line, its seventh cell, replaced.
fn area_replaced(line: &str, area: &str) -> String {
    let cells: Vec<&str> = line.splitn(8, ',').collect();
    if cells.len() < 8 || cells[5].contains('"') {
        return line.to_owned();
    }
    [&cells[..6], &[area], &cells[7..]].concat().join(",")
}

#[test]
fn hostile_archives() {
    let workspace = released();
    let good = unzipped(&fixture("itu/internet_use/individuals-using-the-internet.zip"));
    for name in ["../../evil.csv", "/etc/evil.csv", "a/../../evil.csv", "..\\evil.csv", "C:\\evil.csv"] {
        let body = zipped(&[("data.csv", &good), (name, &good)]);
        refused(&workspace, "itu/internet_use", "a.zip", &body, "E2005", "unsafe name");
    }
    let many: Vec<(String, &[u8])> = (0..1001).map(|n| (format!("{n}.csv"), &b"x"[..])).collect();
    let many: Vec<(&str, &[u8])> = many.iter().map(|(name, content)| (name.as_str(), *content)).collect();
    refused(&workspace, "itu/internet_use", "a.zip", &zipped(&many), "E2006", "1001 members");
    assert!(!workspace.path("evil.csv").exists() && !workspace.path("../evil.csv").exists());
}

#[test]
fn unesco() {
    let workspace = released();
    let good = fixture("unesco/sdg_bulk/SDG.zip");
    let refuse = |file: &str, body: &[u8], code: &str, text: &str| refused(&workspace, "unesco/sdg_bulk", file, body, code, text);
    refuse("SDG.zip", PAGE, "E2003", "a web page, not data");
    refuse("SDG.zip", b"", "E2002", "the body is empty");
    refuse("SDG.zip", &good[..good.len() - 400], "E2004", "damaged or cut off");
    refuse("SDG.zip", &good[..300], "E2004", "damaged or cut off");
    refuse("SDG.zip", &zipped(&[("SDG_DATA_NATIONAL.csv", &zeros())]), "E2007", "a record of more than");
    refuse("SDG.zip", &zipped(&[("SDG_LABEL.csv", b"INDICATOR_ID,INDICATOR_LABEL_EN\n")]), "E2009", "the archive has no data file");
    let columns = b"INDICATOR_ID,COUNTRY_ID,YEAR,VALU,MAGNITUDE,QUALIFIER\nSCHBSP.1.WINTERN,BRA,2020,1,,\n";
    refuse("SDG.zip", &zipped(&[("SDG_DATA_NATIONAL.csv", columns)]), "E2010", "line 1: column `VALUE` is missing");
    refuse("a.json", b"{\"hints\": [], \"records\": [{\"indicatorId\": \"SCHBSP", "E2008", "not the documented JSON");
    refuse("a.json", b"{\"message\": \"Endpoint request timed out\"}", "E2008", "not the documented JSON");
    refuse(
        "a.json",
        b"{\"hints\": [{\"code\": \"UIS::001\", \"message\": \"unknown indicator X\"}], \"records\": []}",
        "E2020",
        "unknown indicator X",
    );
}

#[test]
fn unctad() {
    let workspace = released();
    let good = fixture("unctad/ict_use_by_size/US_IctUseEnterprSize.csv.7z");
    let refuse = |file: &str, body: &[u8], code: &str, text: &str| refused(&workspace, "unctad/ict_use_by_size", file, body, code, text);
    refuse("a.7z", PAGE, "E2003", "a web page, not data");
    refuse("a.7z", b"", "E2002", "the body is empty");
    refuse("a.7z", &good[..good.len() / 2], "E2004", "damaged or cut off");
    refuse("a.7z", &good[..40], "E2004", "damaged or cut off");
    let mut broken = good.clone();
    broken[1000] ^= 0x55;
    refuse("a.7z", &broken, "E2004", "damaged or cut off");
    let rows = b"Economy_Code,UseOfIct_Code,EnterpriseSize_Code,Year,M5060_Value,M5060_Footnote_Text,M5060_MissingValue_Label\n020,B3,0,2018,86.59,,\n";
    let whole = gzipped(rows);
    refuse("a.csv.gz", &whole[..whole.len() - 12], "E2004", "damaged or cut off");
    refuse("a.csv.gz", &gzipped(&zeros()), "E2007", "a record of more than");
    refuse("a.csv", b"Economi,UseOfIct_Code,Year,M5060_Value\n020,B3,2018,86.59\n", "E2010", "line 1: column `Economy` is missing");
    refuse("a.csv", b"Economy_Code,UseOfIct_Code,Year,Share\n020,B3,2018,86.59\n", "E2010", "line 1: no measure column");
    refuse("a.zip", &zipped(&[("readme.txt", b"nothing")]), "E2009", "the archive holds no CSV");
}

#[test]
fn unsd() {
    let workspace = released();
    let good = String::from_utf8(fixture("unsd/sdg_global/IT_USE_ii99.csv")).unwrap();
    let refuse = |file: &str, body: &[u8], code: &str, text: &str| refused(&workspace, "unsd/sdg_global", file, body, code, text);
    refuse("a.csv", PAGE, "E2003", "a web page, not data");
    refuse("a.csv", b"", "E2002", "the body is empty");
    refuse("a.csv", good.replacen("\"GeoAreaCode\"", "\"GeoAreaCod\"", 1).as_bytes(), "E2010", "line 1: column `GeoAreaCode` is missing");
    refuse("a.csv", b"{\"size\": 0, \"data\": []}", "E2010", "line 1: column `SeriesCode` is missing");
    let whole = zipped(&[("a.csv", good.as_bytes())]);
    refuse("a.zip", &whole[..whole.len() / 2], "E2004", "damaged or cut off");
    refuse("a.zip", &zipped(&[("a.csv", &zeros())]), "E2007", "decompression bomb");
}

#[test]
fn tables_of_our_own() {
    let workspace = released();
    let refuse = |file: &str, body: &[u8], code: &str, text: &str| refused(&workspace, "itu/facts_and_figures", file, body, code, text);
    refuse("a.csv", PAGE, "E2003", "a web page, not data");
    refuse("a.csv", b"", "E2002", "the body is empty");
    refuse(
        "a.csv",
        b"edition,indicator,breakdown,aera,year,value,source\n2025,x,total,World,2025,74,x\n",
        "E2010",
        "line 1: column `area` is missing",
    );
    let book = fixture("itu/price_baskets/ITU_ICTPriceBaskets_2008-2025.xlsx");
    refused(&workspace, "itu/price_baskets", "a.xlsx", &book[..book.len() / 2], "E2004", "damaged or cut off");
    refused(
        &workspace,
        "itu/price_baskets",
        "a.xlsx",
        &zipped(&[("xl/workbook.xml", b"<workbook"), ("[Content_Types].xml", b"<")]),
        "E2004",
        "the workbook cannot be read",
    );
    workspace.write(
        "pipelines/itu_prices.toml",
        workspace.read("pipelines/itu_prices.toml").replace("sheet = \"economies_2008-2025\"", "sheet = \"economies_2008-2026\""),
    );
    refused(&workspace, "itu/price_baskets", "a.xlsx", &book, "E2010", "has no sheet `economies_2008-2026`");
}

/// UTF-16, as spreadsheets save it, is read; Latin-1 loses no row.
#[test]
fn other_encodings() {
    let workspace = released();
    let text = "edition,indicator,breakdown,area,year,value,source\n2025,individuals_using_internet_pct,total,World,2025,74,x\n2025,individuals_using_internet_pct,total,Africa,2025,36,x\n";
    workspace.write(
        "pipelines/itu_reports.toml",
        workspace.read("pipelines/itu_reports.toml").replace(
            "name = \"facts_and_figures\"",
            "name = \"facts_and_figures\"\nminimum_share_of_last = 0.0\nmaximum_share_set_aside = 0.5",
        ),
    );
    let little: Vec<u8> = [0xfeff_u16].into_iter().chain(text.encode_utf16()).flat_map(u16::to_le_bytes).collect();
    let big: Vec<u8> = [0xfeff_u16].into_iter().chain(text.encode_utf16()).flat_map(u16::to_be_bytes).collect();
    for body in [little, big] {
        workspace.write("in/itu/facts_and_figures/a.csv", body);
        let pull = workspace.json(0, &["pull", "--from", "in"]);
        let set =
            &pull["data"]["data_sets"].as_array().unwrap().iter().find(|d| d["data_set"] == "itu/facts_and_figures").unwrap()["counts"];
        assert_eq!((set["observations"].as_u64(), set["quarantined"].as_u64()), (Some(2), Some(0)));
    }
    // The formats of the providers too, whose readers look at the first piece of a body.
    let text = String::from_utf8(fixture("itu/network_coverage/mobile-network-coverage.csv")).unwrap();
    let marked = [0xfeff_u16].into_iter().chain(text.encode_utf16());
    workspace.write("in/itu/network_coverage/mobile-network-coverage.csv", marked.flat_map(u16::to_le_bytes).collect::<Vec<u8>>());
    let pull = workspace.expect(0, &["pull", "--from", "in", "--only", "itu/network_coverage"]);
    assert!(!pull.stderr.contains("itu/network_coverage: E"), "{}", pull.stderr);
    std::fs::remove_dir_all(workspace.path("in/itu/network_coverage")).unwrap();
    let text = "edition,indicator,breakdown,area,year,value,source\n2025,individuals_using_internet_pct,total,World,2025,74,x\n2025,individuals_using_internet_pct,total,Africa,2025,36,x\n";
    let mut latin = text.as_bytes().to_vec();
    latin.extend(b"2025,individuals_using_internet_pct,total,C\xf4te d'Ivoire,2025,1,x\n");
    workspace.write("in/itu/facts_and_figures/a.csv", latin);
    let run = workspace.expect(0, &["pull", "--from", "in"]);
    no_panic(&run);
    let kept = crate::support::parquet(&workspace.path("data/quarantine/itu/facts_and_figures.parquet"));
    assert_eq!(crate::support::value(&kept, "record", &[("reason", "encoding")]), 3.0);
}

#[test]
fn a_first_run_with_nothing_but_bad_bodies_fails() {
    let workspace = workspace();
    workspace.write("in/itu/internet_use/a.zip", PAGE);
    workspace.write("in/unsd/sdg_global/a.csv", "");
    let run = workspace.expect(1, &["run", "--from", "in"]);
    no_panic(&run);
    for wanted in [
        "E1000",
        "no data set could be read",
        "itu/internet_use: E2003: itu/internet_use/a.zip:",
        "unsd/sdg_global: E2002: unsd/sdg_global/a.csv:",
    ] {
        assert!(run.stderr.contains(wanted), "no `{wanted}` in\n{}", run.stderr);
    }
    assert!(!workspace.path("data/current").exists() && !workspace.path("data/observations").exists());
    // So does one without any body at all.
    std::fs::remove_dir_all(workspace.path("in")).unwrap();
    std::fs::create_dir_all(workspace.path("in/itu/internet_use")).unwrap();
    let run = workspace.expect(1, &["run", "--from", "in"]);
    assert!(run.stderr.contains("E1000"), "{}", run.stderr);
}
