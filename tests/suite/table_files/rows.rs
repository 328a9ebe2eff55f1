//! Rows that stray quotes, empty rows and delimiters at the end would lose.

use super::{LONG, read, refused, set_aside, told};

/// Between two stray quotes the rows vanished, and nothing was set aside.
#[test]
fn rows_between_two_stray_quotes() {
    let note = format!("{LONG}note = \"Note\"\n");
    let body = "Area,Year,Value,Note\nKEN,2022,5,\"open\nPHL,2022,6,y\nPER,2022,7,\"z\nBRA,2022,8,w\n";
    let words = &["E2011", "line 2: a quote opens here and its field holds whole records"];
    refused("", &note, body, words);
    refused("", &note, &body.replace('\n', "\r\n"), words);
    refused("", &note, &body.replace("\"z", "z\""), words);
    let later = "Area,Year,Value,Note\nKEN,2020,,x\nKEN,2021,4,x\n\"KEN,2022,5,y\nPHL\",2022,6,y\n";
    refused("", &note, later, &["E2011", "line 4"]);
    // Notes over several lines are notes.
    let notes = "Area,Year,Value,Note\nKEN,2022,5,\"one, two, three, four\nfive, six, seven, eight\"\n\"PHL\n\",2022,6,\"of 2019, 2020\nand 2021\"\n";
    let (_, _, values) = read("", &note, notes);
    assert_eq!(values, ["KEN 2022 5.0", "PHL 2022 6.0"]);
}

/// Rows of nothing but delimiters at the end of a table made a file look defective.
#[test]
fn rows_of_nothing() {
    let (workspace, _, values) = read("", LONG, &format!("Area,Year,Value\nKEN,2022,1\n{}PHL,2022,2\n , , \n,,,,\n", ",,\n".repeat(40)));
    assert_eq!(values, ["KEN 2022 1.0", "PHL 2022 2.0"]);
    assert!(set_aside(&workspace).is_empty());
    // They count as records all the same: the way back to the line stays.
    let record = "SELECT record FROM observations WHERE ref_area = 'PHL' AND dataset = 't'";
    assert_eq!(workspace.expect(0, &["sql", record, "--output", "csv"]).stdout, "record\n42\n");
}

#[test]
fn a_delimiter_at_the_end_of_each_line() {
    for body in [
        "Area,Year,Value\nKEN,2022,1,\nPHL,2022,2,\n",
        "Area,Year,Value,\nKEN,2022,1\nPHL,2022,2\n",
        "Area,Year,Value,,\nKEN,2022,1,,\nPHL,2022,2\n",
    ] {
        let (_, _, values) = read("", LONG, body);
        assert_eq!(values, ["KEN 2022 1.0", "PHL 2022 2.0"], "{body}");
    }
    let (workspace, ..) = read("", LONG, "Area,Year,Value\nKEN,2022,1\nPHL,2022,2,5\nPER,2022\nKEN,2021,1\nKEN,2020,1\n");
    assert_eq!(set_aside(&workspace), ["2 field_count 4 fields, the header has 3", "3 field_count 2 fields, the header has 3"]);
}

/// Titles above the table, however their lines end, and the line that tells spreadsheets the separator.
#[test]
fn what_stands_above_the_header() {
    for (settings, body) in [
        ("header_row = 2", "Title of the table\rArea,Year,Value\rKEN,2022,1\rPHL,2022,2\r"),
        ("header_row = 2", "\"Title over\ntwo lines\",,\nArea,Year,Value\nKEN,2022,1\nPHL,2022,2\n"),
        ("header_row = 3", "Title\r\n\r\nArea,Year,Value\r\nKEN,2022,1\r\nPHL,2022,2\r\n"),
        ("delimiter = \";\"", "sep=;\r\nArea;Year;Value\r\nKEN;2022;1\r\nPHL;2022;2\r\n"),
        ("delimiter = \";\"", "\u{feff}SEP=;\nArea;Year;Value\nKEN;2022;1\nPHL;2022;2\n"),
    ] {
        let (_, _, values) = read(settings, LONG, body);
        assert_eq!(values, ["KEN 2022 1.0", "PHL 2022 2.0"], "{settings} {}", body.escape_debug());
    }
}

/// Words for no value became answers with status A.
#[test]
fn words_for_no_value() {
    let words = ["None", "missing", "no data", "not available", "data not available", ":", "x", "(x)", "NaN", "null"];
    let rows: String = words.iter().enumerate().map(|(n, word)| format!("KEN,{},{word}\n", 2000 + n)).collect();
    let (workspace, ..) = read("", LONG, &format!("Area,Year,Value\n{rows}PHL,2000,yes\n"));
    let query = "SELECT obs_status, count(*) AS n, count(obs_value) AS v FROM observations WHERE dataset = 't' GROUP BY 1 ORDER BY 1";
    assert_eq!(workspace.expect(0, &["sql", query, "--output", "csv"]).stdout, "obs_status,n,v\nO,10,0\n");
    // Where the unit is one of numbers, another word is no answer.
    assert_eq!(set_aside(&workspace), ["11 unknown_word value `yes` is not in maps.value"]);
    // A map says what such a word means in this data set.
    let map = format!("{LONG}[dataset.maps]\nvalue = {{ \"None\" = \"0\" }}\n");
    let (_, _, values) = read("", &map, "Area,Year,Value\nKEN,2000,None\n");
    assert_eq!(values, ["KEN 2000 0.0"]);
}

/// A file that was copied in part passed; a remark below a table is none of its records.
#[test]
fn the_last_line_is_not_whole() {
    let note = format!("{LONG}note = \"Note\"\n");
    let whole = "Area,Year,Value,Note\nKEN,2020,1,x\nKEN,2021,2,\"over\ntwo\"\nPHL,2022,3,\"so, \"\"said\"\"\"";
    let (_, _, values) = read("", &note, whole);
    assert_eq!(values, ["KEN 2020 1.0", "KEN 2021 2.0", "PHL 2022 3.0"]);
    refused("", &note, &whole[..whole.len() - 9], &["E2004", "line 5: the body is cut off in its last record: a quote is open there"]);
    refused(
        "",
        &note,
        whole.strip_suffix(",\"so, \"\"said\"\"\"").unwrap(),
        &["E2004", "it has 3 of 4 fields", "put a line break behind it"],
    );
    refused("header_row = 2", &note, &format!("Title\n{}", &whole[..whole.len() - 3]), &["E2004", "line 6"]);
    for remark in ["Source: ITU, 2025", "Source: ITU", "Updated 2025,1\n", "\"Source: ITU, \"\"all\"\"\"", " ", "\u{1a}"] {
        let (workspace, _, values) = read("", &note, &format!("{whole}\n{remark}"));
        assert_eq!(values.len(), 3, "{remark}");
        assert_eq!(set_aside(&workspace).len(), usize::from(!remark.trim().is_empty()), "{remark}");
    }
}

/// Why there is no value was lost where the file says it: all became O, and an economy that is not asked counted as missing.
#[test]
fn the_status_of_a_row_without_a_value() {
    let columns = format!("{LONG}obs_status = \"Flag\"\n");
    let body = "Area,Year,Value,Flag\nKEN,2020,,M\nFRA,2020,n/a,q\nDEU,2020,..,L\nPER,2020,,H\nBRA,2020,-,K\nCHL,2020,,E\nNGA,2020,,\nPHL,2020,..c,A\nIND,2020,<5,M\nIDN,2020,5,E\n";
    let (workspace, ..) = read("footnote_marks = { \"c\" = \"Q\" }", &columns, body);
    let query = "SELECT ref_area, obs_status FROM observations WHERE dataset = 't' ORDER BY 1";
    let found = workspace.expect(0, &["sql", query, "--output", "csv"]).stdout;
    assert_eq!(found, "ref_area,obs_status\nBRA,K\nCHL,O\nDEU,L\nFRA,Q\nIDN,E\nIND,N\nKEN,M\nNGA,O\nPER,H\nPHL,Q\n");
    // Such a row contradicts no row with a value, whatever word it has.
    let (workspace, _, values) = read("", &columns, "Area,Year,Value,Flag\nKEN,2020,..,L\nKEN,2020,5,\nPHL,2020,1,\n");
    assert_eq!(values, ["KEN 2020 5.0", "PHL 2020 1.0"]);
    assert_eq!(set_aside(&workspace).len(), 1);
}

/// A word of `only` that was written with another kind of space, case or accent hid the row.
#[test]
fn rows_that_count_by_a_word() {
    let body = "Area,Year,Value,Sex\nKEN,2022,1,Les deux réunis\nPHL,2022,2,Les\u{a0}deux réunis\nPER,2022,3,LES DEUX RE\u{301}UNIS\u{200b}\nBRA,2022,4,Femmes\n";
    let (_, run, values) = read("only = { Sex = \"Les deux réunis|Totla\" }", LONG, body);
    assert_eq!(values, ["KEN 2022 1.0", "PER 2022 3.0", "PHL 2022 2.0"]);
    // A word that no row has may be misspelt: its rows would be passed over.
    told(&run, &["only.Sex: no row has `Totla`"]);
}

/// A status that says that there is no value denies the one beside it.
#[test]
fn a_status_of_no_value_beside_a_value() {
    let columns = format!("{LONG}obs_status = \"Status\"\n");
    let body = "Area,Year,Value,Status\nKEN,2022,0,M\nPHL,2022,5,Q\nPER,2022,0,A\nBRA,2022,6,K\n";
    let (workspace, _, values) = read("", &columns, body);
    assert_eq!(values, ["BRA 2022 6.0", "KEN 2022 none", "PER 2022 0.0"]);
    assert_eq!(set_aside(&workspace), ["2 bad_value 5 with obs_status Q"]);
}
