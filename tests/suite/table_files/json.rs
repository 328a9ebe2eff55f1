//! JSON lists: their keys are columns, their objects rows.

use super::{LONG, WIDE, read, refused, set_aside, workspace};

#[test]
fn a_list_of_objects_is_a_table() {
    let body = r#"[
        {"Area": "KEN", "Year": 2000, "Value": 1.5, "Remark": "x"},
        {"Year": "2001", "value": "2.5", "Area": "KEN"},
        {"Area": "PER", "Year": 2000.0, "Value": null},
        {"Area": "PER", "Year": 2001},
        {"Area": "PHL", "Value": 3},
        {"Area": "PHL", "Year": null, "Value": 3},
        {"Area": "PHL", "Year": 2000, "Value": {"number": 3}},
        {"Area": "PHL", "Year": 2001, "Value": true},
        {"Area": "PHL", "Year": 2002, "Value": "46,880"}
    ]"#;
    let (workspace, _, values) = read("", LONG, &body.replace("\"value\"", "\"Value\""));
    assert_eq!(values, ["KEN 2000 1.5", "KEN 2001 2.5", "PER 2000 none", "PER 2001 none"]);
    let set_aside = set_aside(&workspace);
    let begins = [
        "5 field_count item 5 has no `Year`",
        "6 field_count item 6 has no `Year`",
        "7 bad_value {\"number\":3}",
        "8 unknown_word value `true`",
        "9 bad_value 46,880",
    ];
    assert_eq!(set_aside.len(), begins.len(), "{set_aside:?}");
    assert!(set_aside.iter().zip(begins).all(|(row, begin)| row.starts_with(begin)), "{set_aside:?}");
    // One key in two ways of writing it.
    refused("", LONG, body, &["E2030", "the keys of its objects: 2 columns are named `Value`"]);
    // Numbers of JSON have a point, whatever the sign in texts is.
    let (_, _, values) = read(
        "decimal = \",\"\nthousands = \".\"",
        LONG,
        r#"[{"Area":"KEN","Year":2000,"Value":1.234},{"Area":"KEN","Year":2001,"Value":"1.234,5"}]"#,
    );
    assert_eq!(values, ["KEN 2000 1.234", "KEN 2001 1234.5"]);
    // A year that only the second object has is a column too.
    let (_, _, values) = read("years_as_columns = true", WIDE, r#"[{"Area":"KEN","2000":1},{"Area":"PER","2000":2,"2001":3}]"#);
    assert_eq!(values, ["KEN 2000 1.0", "KEN 2001 none", "PER 2000 2.0", "PER 2001 3.0"]);
}

/// The first name of a header may begin as JSON does.
#[test]
fn a_column_in_brackets_is_no_list() {
    for (area, columns) in [("[Area]", LONG.replace("\"Area\"", "\"[Area]\"")), ("{Área}", LONG.replace("\"Area\"", "\"{Área}\""))] {
        let (_, _, values) = read("", &columns, &format!("{area},Year,Value\nKEN,2000,1\n"));
        assert_eq!(values, ["KEN 2000 1.0"]);
    }
}

#[test]
fn other_json_is_refused() {
    for (body, words) in [
        (r#"{"data": []}"#, ["E2008", "expected a list of objects, there is an object with the keys `data`"]),
        (r#"[["KEN", 2000, 1]]"#, ["E2008", "item 1: expected an object, there is a list"]),
        (r#"[{"Area":"KEN","Year":2000,"Value":1,"Value":2}]"#, ["E2008", "an object has the key `Value` twice"]),
        (r#"[{"Area":"KEN","Year":2000,"Value":1},"#, ["E2008", "EOF"]),
        (r#"[{"Area":"KEN","Year":2000}]"#, ["E2010", "the keys of its objects: column `Value` is missing; the file has: Area, Year"]),
        ("[]", ["E2021", "an empty list"]),
    ] {
        refused("", LONG, body, &words);
    }
    refused(
        "lists = [\"a\"]",
        LONG,
        r#"[{"Year":2000,"a":[{"Area":"KEN","Value":1,"Year":2001}]}]"#,
        &["E2030", "2 columns are named `Year`"],
    );
}

#[test]
fn an_address_with_a_year_needs_years() {
    for (settings, words) in [
        ("url = \"https://example.org/a.csv?year={year}\"", "the address asks for a year, but `years` names none"),
        ("url = \"https://example.org/a.csv\"\nyears = [2020]", "`url` has no place for a year"),
    ] {
        let workspace = workspace(settings, LONG);
        let checked = workspace.expect(2, &["check"]);
        assert!(format!("{}{}", checked.stdout, checked.stderr).contains(words), "{}{}", checked.stdout, checked.stderr);
    }
}
