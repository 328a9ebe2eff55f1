//! A person's file, with all that people do to a table, is read by configuration alone; and what nobody configured is
//! refused or told with the setting to write.

use yardstick::tables::cells::Table;

use super::sheets::book;
use super::{LONG, read, refused, set_aside, told, workspace};
use crate::support::{Workspace, parquet};

const SETTINGS: &str = "delimiter = \";\"\nheader_rows = [3, 4]\nencoding = \"latin-1\"\ndecimal = \",\"\nthousands = \" \"\narea_scheme = \"name\"\ntotals = [\"Total*\"]\nfootnote_marks = { \"*\" = \"E\", \"(p)\" = \"P\" }";
const COLUMNS: &str = "series = { constant = \"s\" }\nref_area = \"Pays\"\ntime_period = \"Année\"\nunit = { constant = \"NUMBER\" }\nnote = 6\n[[dataset.value_columns]]\ncolumn = \"Abonnés Femmes\"\nsex = \"F\"\n[[dataset.value_columns]]\ncolumn = \"Abonnés Hommes\"\nsex = \"M\"\n[dataset.maps]\nref_area = { \"Corée du Sud\" = \"KOR\" }\n";
const TABLE: &str = "Abonnés au téléphone;;;;;\r\n;;;;;\r\nPays;Année;Abonnés;;Abonnés en tout;\r\n;;Femmes;Hommes;;Remarque\r\nCôte d'Ivoire;2021;12,3*;1 234,5;1 246,8;\r\nCorée du Sud;2021(p);n.d.;-3,25;;enquête de l'été\r\nViêt Nam*;2022;7;8;15;\r\nTotal général;2022;19;1 242;;\r\n;;;;;\r\nSource : agence;;;;;\r\n";

fn latin1(text: &str) -> Vec<u8> {
    text.chars().map(|c| u8::try_from(u32::from(c)).expect("a letter of Latin-1")).collect()
}

/// Decimal commas, names in French, marks, spaces between thousands, a row of totals, two rows of names, Latin-1.
#[test]
fn a_messy_file_by_configuration_alone() {
    let workspace = workspace(SETTINGS, COLUMNS);
    workspace.write("in/example/t/a.csv", latin1(TABLE));
    let run = workspace.expect(0, &["pull", "--from", "in"]);
    let query = "SELECT ref_area, time_period, sex, obs_value, obs_status, note FROM observations WHERE dataset = 't' ORDER BY 1, 2, 3";
    let lines = workspace.expect(0, &["sql", query, "--output", "csv"]).stdout;
    let lines: Vec<&str> = lines.lines().skip(1).collect();
    assert_eq!(
        lines,
        [
            "CIV,2021,F,12.3,E,\"12,3*\"",
            "CIV,2021,M,1234.5,A,",
            "KOR,2021,F,,O,\"enquête de l'été, 2021(p)\"",
            "KOR,2021,M,-3.25,P,\"enquête de l'été, 2021(p)\"",
            "VNM,2022,F,7.0,E,Viêt Nam*",
            "VNM,2022,M,8.0,E,Viêt Nam*",
        ]
    );
    assert!(set_aside(&workspace).is_empty(), "{:?}", set_aside(&workspace));
    assert!(!run.stderr.contains("no row has"), "{}", run.stderr);
    // The way back leads to the line of the file, and its text is legible.
    let explained =
        workspace.expect(0, &["sql", "SELECT record FROM observations WHERE ref_area = 'KOR' AND sex = 'M'", "--output", "csv"]);
    assert_eq!(explained.stdout, "record\n2\n");
}

/// Without the settings each such file is refused, with the setting to write.
#[test]
fn what_is_not_declared_is_said() {
    let body = "Area,Year,Value\nKEN,2022,12.3*\nPHL,2022,4²\nPER,2022,(5)\nBRA,2022,1 234\nNGA,2022,5%\n";
    let (workspace, ..) = read("", LONG, &format!("{body}CHL,2022,7\n"));
    assert_eq!(
        set_aside(&workspace),
        [
            "1 bad_value 12.3*: say that `*` is a mark: footnote_marks = [\"*\"] of the data set",
            "2 bad_value 4²: say that `²` is a mark: footnote_marks = [\"²\"] of the data set",
            "3 bad_value (5): say what the parentheses mean: parentheses_are_negative = true of the data set",
            "4 bad_value 1 234: say that it stands between thousands: thousands = \" \" of the data set",
            "5 bad_value 5%: a percent sign, but the unit of the series is no percentage",
        ]
    );
    let settings = "footnote_marks = [\"*\", \"²\"]\nparentheses_are_negative = true\nthousands = \" \"";
    let (_, _, values) = read(settings, &LONG.replace("NUMBER", "PT"), body);
    assert_eq!(values, ["BRA 2022 1234.0", "KEN 2022 12.3", "NGA 2022 5.0", "PER 2022 -5.0", "PHL 2022 4.0"]);
    refused("", &LONG.replace("Area", "Région"), "R\u{fffd}gion,Year,Value\nKEN,2022,1\n", &["encoding = \"windows-1252\""]);
    refused("", LONG, ",,\nArea,Year,Value\nKEN,2022,1\n", &["E2010", "header_row = 2"]);
    // What stands above the names, and what separates them.
    refused("", LONG, ",,\nArea,Jahr,Value\nKEN,2022,1\n", &["there are no names in this row", "`header_row`"]);
    refused("", LONG, "# made by a program\nArea,Year,Value\nKEN,2022,1\n", &["E2010", "header_row = 2"]);
    refused("", LONG, "Use of the Internet\n\n\"in percent\"\nArea,Year,Value\nKEN,2022,1\n", &["E2010", "header_row = 4"]);
    refused("", LONG, "Area\tYear\tValue\nKEN\t2022\t1\n", &["E2010", "separated by tabs", "`delimiter`"]);
    refused("", LONG, "A\0r\0e\0a\0,\0Y\0\n\0", &["E2011", "the body is no text", "encoding = \"utf-16le\""]);
}

/// A word of a closed list passed for a code: `Hommes` was a sex, `percent` a unit, `provisional` a status.
#[test]
fn words_that_are_no_codes() {
    let columns = "series = { constant = \"s\" }\nref_area = \"Area\"\ntime_period = \"Year\"\nvalue = \"Value\"\nunit = \"Unit\"\nsex = \"Sex\"\nobs_status = \"Flag\"\n";
    let body = "Area,Year,Sex,Unit,Flag,Value\nKEN,2022,Women,PT,e,1\nKEN,2022,Hommes,PT,,2\nPHL,2022,,percent,,3\nPER,2022,,PT,provisional,4\nNGA,2022,_T,,,5\n";
    let (workspace, _, values) = read("", columns, body);
    assert_eq!(values, ["KEN 2022 1.0", "NGA 2022 5.0"]);
    assert_eq!(
        set_aside(&workspace),
        [
            "2 unknown_word sex `Hommes` is no code: say what it means in maps.sex",
            "3 unknown_word unit `percent` is not in units.csv: say what it means in maps.unit",
            "4 unknown_word obs_status `provisional` is no code of CL_OBS_STATUS: say what it means in maps.obs_status",
        ]
    );
    let codes =
        workspace.expect(0, &["sql", "SELECT sex, unit, obs_status FROM observations WHERE dataset = 't' ORDER BY 1", "--output", "csv"]);
    assert_eq!(codes.stdout, "sex,unit,obs_status\nF,PT,E\n_T,_U,A\n");
    let maps = "[dataset.maps]\nsex = { \"Women\" = \"F\", \"Hommes\" = \"M\", \"_T\" = \"_T\" }\nunit = { \"percent\" = \"PT\" }\nobs_status = { \"provisional\" = \"P\" }\n";
    let (_, _, values) = read("", &format!("{columns}{maps}"), body);
    assert_eq!(values.len(), 5);
}

/// A zero byte inside a number is damage, and no invisible letter.
#[test]
fn zero_bytes() {
    let (workspace, _, values) = read("", LONG, "Area,Year,Value\nKEN,2022,1\u{0}2\nPHL,2022,4\nP\0ER,2022,5\n");
    assert_eq!(values, ["PHL 2022 4.0"]);
    let damaged = "encoding a zero byte among its letters: the file is damaged here";
    assert_eq!(set_aside(&workspace), [format!("1 {damaged}"), format!("3 {damaged}")]);
}

#[test]
fn encodings() {
    let text = "Area,Year,Value,Note\nKEN,2022,5,Îles\nPHL,2022,6,x\n";
    let columns = format!("{LONG}note = \"Note\"\n");
    let utf16 = |units: fn(u16) -> [u8; 2]| text.encode_utf16().flat_map(units).collect::<Vec<u8>>();
    let marked = |mark: &[u8], bytes: Vec<u8>| [mark, &bytes].concat();
    let cases = [
        ("", text.as_bytes().to_vec()),
        ("", marked(b"\xef\xbb\xbf", text.as_bytes().to_vec())),
        ("", marked(b"\xff\xfe", utf16(u16::to_le_bytes))),
        ("", marked(b"\xfe\xff", utf16(u16::to_be_bytes))),
        ("encoding = \"utf-16le\"", utf16(u16::to_le_bytes)),
        ("encoding = \"utf-16le\"", marked(b"\xff\xfe", utf16(u16::to_le_bytes))),
        ("encoding = \"UTF-8\"", text.as_bytes().to_vec()),
        ("encoding = \"latin-1\"", latin1(text)),
        ("encoding = \"ISO 8859-1\"", latin1(text)),
        ("encoding = \"cp1252\"", latin1(text)),
        ("encoding = \"windows-1252\"", marked(b"\xef\xbb\xbf", text.as_bytes().to_vec())),
        ("encoding = \"mac roman\"", text.bytes().filter(u8::is_ascii).collect::<Vec<_>>().into_iter().collect()),
    ];
    // Each as it is and in an archive, and each as a data set of its own.
    let of_cases = Workspace::of_method();
    of_cases.without_people();
    let mut pipeline = "source = \"example\"\nlicence = \"CC BY\"\n".to_owned();
    for (at, (encoding, bytes)) in cases.iter().enumerate() {
        for (kind, body) in [("csv", bytes.clone()), ("zip", super::folders::packed(&[("a.csv", bytes)]))] {
            let name = format!("{kind}{at}");
            pipeline += &format!("[[dataset]]\nname = \"{name}\"\nformat = \"table\"\n{encoding}\n[dataset.columns]\n{columns}\n");
            of_cases.write(&format!("in/example/{name}/a.{kind}"), body);
        }
    }
    of_cases.write("pipelines/example.toml", pipeline);
    of_cases.expect(0, &["pull", "--from", "in"]);
    for (at, (encoding, _)) in cases.iter().enumerate() {
        for kind in ["csv", "zip"] {
            let read = parquet(&of_cases.path(format!("data/observations/example/{kind}{at}.parquet")));
            let cells = Table(&read);
            let row =
                |row| (cells.text("ref_area", row), cells.int("time_period", row), cells.float("obs_value", row), cells.text("note", row));
            let note = if encoding.contains("mac") { "les" } else { "Îles" };
            assert_eq!(cells.len(), 2, "{encoding} {kind}");
            let expected = [(Some("KEN"), Some(2022), Some(5.0), Some(note)), (Some("PHL"), Some(2022), Some(6.0), Some("x"))];
            assert_eq!([row(0), row(1)], expected, "{encoding} {kind}");
        }
    }
    let workspace = workspace("encoding = \"latin-12\"", LONG);
    let run = workspace.expect(2, &["check"]);
    let said = run.stdout + &run.stderr;
    assert!(said.contains("`latin-12` is no encoding that is known") && said.contains("latin-1"), "{said}");
}

/// Columns by their number: without names, of one name, beside names.
#[test]
fn columns_by_their_number() {
    let columns = "series = { constant = \"s\" }\nref_area = 1\ntime_period = 2\nvalue = 4\nunit = { constant = \"NUMBER\" }\n";
    let (_, _, values) = read("header_row = 0", columns, "KEN,2022,x,5\nPHL,2022,y,6\n");
    assert_eq!(values, ["KEN 2022 5.0", "PHL 2022 6.0"]);
    let (_, _, values) = read("", columns, "Area,Year,Value,Value\nKEN,2022,1,5\n");
    assert_eq!(values, ["KEN 2022 5.0"]);
    refused("header_row = 0", columns, "KEN,2022,5\n", &["E2010", "there is no column 4; the file has 3"]);
    let workspace = workspace("header_row = 0", columns);
    workspace.write("in/example/t/a.xlsx", book(&[("Data", &[&["KEN", "#2022", "x", "#5"], &["PHL", "#2022", "y", "#6"]])]));
    workspace.expect(0, &["pull", "--from", "in"]);
    assert_eq!(super::values(&workspace), ["KEN 2022 5.0", "PHL 2022 6.0"]);
}

/// What a map or `totals` names and no row has is told: a warning where the column has other words.
#[test]
fn words_that_nothing_has() {
    let columns = format!(
        "{LONG}sex = \"Sex\"\nobs_status = \"Flag\"\n[dataset.maps]\nsex = {{ \"Women\" = \"F\", \"Mn\" = \"M\" }}\nobs_status = {{ \"est\" = \"E\" }}\n"
    );
    let body = "Area,Year,Value,Sex,Flag\nKEN,2022,1,Women,E\nWorld,2022,2,Women,A\n";
    let (_, run, values) = read("totals = [\"World\", \"Tottal\"]", &columns, body);
    assert_eq!(values, ["KEN 2022 1.0"]);
    told(&run, &["WARN", "totals: no row has `Tottal` (pipelines/example.toml:7)"]);
    told(&run, &["WARN", "maps.obs_status: no row has `est` (pipelines/example.toml:18)"]);
    told(&run, &["INFO", "maps.sex: no row has `Mn` (pipelines/example.toml:17)"]);
}

/// An area on none of our lists is told with the one that was probably meant, and how to write it.
#[test]
fn areas_that_are_nearly_known() {
    let (_, run, _) = read("area_scheme = \"name\"", LONG, "Area,Year,Value\nKenia,2022,1\nPeru,2022,2\nAtlantis,2022,3\n");
    told(&run, &["unknown areas", "`Kenia` (is it Kenya? then maps.ref_area = {", "`Atlantis`"]);
}

/// Names that were on no list; a sign of its own in the place of an apostrophe, which made two words of one; and states of
/// before, by name and by number.
#[test]
fn areas_by_further_names() {
    let body =
        "Area,Year,Value\nFalkland Islands,2022,1\nC\u{f4}te d\u{b4}Ivoire,2022,2\nUSSR,2022,3\nKosovo (under UNSCR 1244/99),2022,4\n";
    let (workspace, _, values) = read("area_scheme = \"name\"", LONG, body);
    assert_eq!(values, ["CIV 2022 2.0", "FLK 2022 1.0", "XKX 2022 4.0"]);
    assert!(workspace.expect(0, &["sql", "SELECT reason, detail FROM quarantine"]).stdout.contains("area_not_covered"));
    let (workspace, _, values) = read("area_scheme = \"m49\"", LONG, "Area,Year,Value\n404,2022,1\n278,2022,2\n");
    assert_eq!(values, ["KEN 2022 1.0"]);
    assert!(workspace.expect(0, &["sql", "SELECT reason, detail FROM quarantine"]).stdout.contains("area_not_covered"));
}

/// Ages as files write them are our codes: kept as they stand, no indicator found them.
#[test]
fn ages_in_words() {
    let columns = format!("{LONG}\nage = \"Age\"");
    let ages = ["15-24 years", "Aged 15 to 24", "75 and over", "Under 15", "0-14", "elders"];
    let body: String = (2000..).zip(ages).map(|(year, age)| format!("KEN,{year},1,{age}\n")).collect();
    let (workspace, ..) = read("", &columns, &format!("Area,Year,Value,Age\n{body}"));
    let found =
        workspace.expect(0, &["sql", "SELECT age FROM observations WHERE dataset = 't' ORDER BY time_period", "--output", "csv"]).stdout;
    assert_eq!(found.lines().skip(1).collect::<Vec<_>>(), ["Y15T24", "Y15T24", "Y_GE75", "Y_LT15", "Y_LT15", "elders"]);
}

/// A code of ours in a map is understood whatever codes the file has.
#[test]
fn maps_of_areas_give_our_codes() {
    for scheme in ["iso3", "m49", "name", "unctad", "eurostat", "worldbank"] {
        let columns =
            format!("{LONG}[dataset.maps]\nref_area = {{ \"Korea du Sud\" = \"KOR\", \"Monde\" = \"WLD\", \"PER\" = \"PER\" }}\n");
        let (_, _, values) =
            read(&format!("area_scheme = \"{scheme}\""), &columns, "Area,Year,Value\nKorea du Sud,2022,1\nMonde,2022,2\nPER,2022,3\n");
        assert_eq!(values, ["KOR 2022 1.0", "PER 2022 3.0", "WLD 2022 2.0"], "{scheme}");
    }
}

/// Control characters in a key would be a series of its own, which nobody can tell from another.
#[test]
fn keys_that_cannot_be_read() {
    let columns = LONG.replace("{ constant = \"s\" }", "\"S\"");
    let body = "Area,Year,Value,S\nKEN,2022,5,a\nPHL,2022,6,a\u{1b}[31m\nPER,2022,7,a\u{200b}\nBRA,2022,8,\u{202e}a\n";
    let (workspace, _, values) = read("", &columns, body);
    assert_eq!(values, ["KEN 2022 5.0"]);
    assert!(
        set_aside(&workspace).iter().all(|row| row.contains("bad_code a\\u{") || row.contains("bad_code \\u{202e}a")),
        "{:?}",
        set_aside(&workspace)
    );
    // Of an area, a year and a value, what cannot be seen is no part.
    let (_, _, values) = read("", LONG, "Area,Year,Value\n\u{feff}KEN,2022,5\nPHL\u{200b},2022\u{a0},6\0\nbra,2022,7\n");
    assert_eq!(values, ["BRA 2022 7.0", "KEN 2022 5.0", "PHL 2022 6.0"]);
}

/// Rows of a name that two districts have went to the one that stood last.
#[test]
fn a_name_that_several_areas_have() {
    let workspace = super::workspace("area_scheme = \"name\"", LONG);
    let areas = workspace.read("pipelines/reference/areas.csv");
    workspace.write("pipelines/reference/areas.csv", areas + "QQA,Kenya,,,yes,\n");
    workspace.write("in/example/t/a.csv", "Area,Year,Value\nKenya,2022,1\nPeru,2022,2\n");
    let checked = workspace.expect(0, &["check"]).stdout;
    assert!(checked.contains("warning[E0307]") && checked.contains("KEN has the name `Kenya` too"), "{checked}");
    let run = workspace.expect(0, &["pull", "--from", "in"]);
    assert_eq!(super::values(&workspace), ["PER 2022 2.0"]);
    super::told(&run, &["unknown areas", "`Kenya` (several areas have this name; maps.ref_area says which is meant)"]);
    // One line says which of them the name means.
    let codes = workspace.read("pipelines/reference/area_codes.csv");
    workspace.write("pipelines/reference/area_codes.csv", codes + "name,KENYA,QQA,\n");
    workspace.expect(0, &["pull", "--from", "in"]);
    assert_eq!(super::values(&workspace), ["PER 2022 2.0", "QQA 2022 1.0"]);
}
