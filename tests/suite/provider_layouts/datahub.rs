//! The DataHub: several answers a row, breakdowns without their total, prices that are missing, areas of before.

use super::{pulled, rows};
use crate::support::Workspace;

const HEADER: &str = "\u{feff}\"seriesID\",\"seriesCode\",\"seriesName\",\"seriesParent\",\"seriesUnits\",\"entityID\",\"entityIso\",\"entityName\",\"dataValue\",\"dataYear\",\"dataNote\",\"dataSource\",\"seriesDescription\"";

/// One row of version 2.
fn row(id: u32, code: &str, name: &str, parent: &str, unit: &str, area: &str, value: &str) -> String {
    let quoted = |text: &str| if text.is_empty() { String::new() } else { format!("\"{text}\"") };
    format!("{id},\"{code}\",\"{name}\",{},{},6,\"{area}\",\"x\",{},2018,\"\",\"\",\"\"", quoted(parent), quoted(unit), quoted(value))
}

#[test]
fn several_answers_in_one_row() {
    let policy = |area: &str, value: &str| row(19268, "trFramework_ICT_accessibility", "ICT accessibility policies", "", "", area, value);
    let body = [
        format!("{HEADER},\"dataValue 1\",\"dataValue 2\",\"dataValue 3\""),
        format!("{},,,", policy("AFG", "There is no framework in place for the time being")),
        format!("{},,,", policy("BRA", "Web accessibility")),
        format!("{},\"Web accessibility\",\"Mobile communications, accessibility\",", policy("DEU", "")),
        format!("{},,,", policy("KEN", "")),
    ]
    .join("\n");
    let workspace = pulled("itu/ict_accessibility", "x.csv", body);
    assert_eq!(
        rows(
            &workspace,
            "SELECT ref_area AS a, obs_text AS b, obs_status AS c, unit AS d FROM observations WHERE series = '19268' ORDER BY ref_area"
        ),
        [
            "AFG There is no framework in place for the time being A ",
            "BRA Web accessibility A ",
            "DEU Web accessibility; Mobile communications, accessibility A ",
            "KEN null O ",
        ]
    );
}

/// Further answers under another spelling were no columns of theirs: exactly the economies with several had none.
#[test]
fn further_answers_however_they_are_headed() {
    let policy = |area: &str, value: &str| row(19268, "trFramework_ICT_accessibility", "ICT accessibility policies", "", "", area, value);
    let read = |headings: &str| {
        let body = format!("{HEADER},{headings}\n{},\"Web accessibility\",\"Mobile\"\n{},,\n", policy("DEU", ""), policy("KEN", ""));
        let workspace = Workspace::of_project();
        workspace.write("in/itu/ict_accessibility/x.csv", body);
        let run = workspace.run(&["pull", "--from", "in"]);
        (workspace, run)
    };
    for headings in ["dataValue1,dataValue2", "dataValue_1,dataValue_2", "DATAVALUE-1,dataValue  2"] {
        let (workspace, run) = read(headings);
        assert_eq!(run.code, 0, "{headings}: {}", run.stderr);
        let found = rows(&workspace, "SELECT ref_area AS a, obs_text AS b FROM observations ORDER BY ref_area");
        assert_eq!(found, ["DEU Web accessibility; Mobile", "KEN null"], "{headings}");
    }
    // One that may be an answer, and one that is certainly none.
    let (_, run) = read("dataValueOther,dataValue 2");
    assert!(run.code == 1 && run.stderr.contains("unknown column `dataValueOther`"), "{}", run.stderr);
    let (_, run) = read("lastChange,dataValue 2");
    assert!(run.code == 0 && run.stderr.contains("columns that nothing reads: `lastChange`"), "{}", run.stderr);
}

/// The interface gives the answers of one economy as a list, of which only the first was read.
#[test]
fn several_answers_in_json() {
    let item = |area: &str, answers: &str| format!(r#"{{"codeID":19268,"isoCode":"{area}","dataYear":2018,"answer":[{answers}]}}"#);
    let items = [
        item("BRA", r#"{"value":"Web accessibility"}"#),
        item("DEU", r#"{"value":"Web accessibility"},{"value":" Mobile communications, accessibility "}"#),
        item("KEN", r#"{"value":""},{"value":null}"#),
        item("RWA", r#"{"value":""},{"value":"Web accessibility"}"#),
    ];
    let workspace = pulled("itu/ict_accessibility", "19268.json", format!("[{}]", items.join(",")));
    assert_eq!(
        rows(&workspace, "SELECT ref_area AS a, obs_text AS b, obs_status AS c FROM observations ORDER BY ref_area"),
        [
            "BRA Web accessibility A",
            "DEU Web accessibility; Mobile communications, accessibility A",
            "KEN null O",
            "RWA Web accessibility A"
        ]
    );
    // Of a series of numbers, two are one too many.
    let numbers = r#"[{"codeID":11624,"isoCode":"BRA","dataYear":2018,"answer":[{"value":"5"}]},{"codeID":11624,"isoCode":"BRA","dataYear":2019,"answer":[{"value":"5"},{"value":"6"}]}]"#;
    let workspace = Workspace::of_project();
    workspace.write("in/itu/internet_use_country/a.json", numbers);
    let run = workspace.expect(1, &["pull", "--from", "in"]);
    assert!(run.stderr.contains("1 bad_value, such as `5; 6` in record 2 of a.json"), "{}", run.stderr);
}

/// A note revised beside the same answer in words made a contradiction of it, of `NaN and NaN`.
#[test]
fn the_same_answer_with_another_note() {
    let row = |area: &str, value: &str, note: &str| {
        row(19268, "trFramework_ICT_accessibility", "ICT accessibility policies", "", "", area, value)
            .replace("2018,\"\"", &format!("2018,\"{note}\""))
    };
    let body = [HEADER.to_owned(), row("BRA", "Web", "one note"), row("BRA", "Web", "another"), row("KEN", "Web", "")].join("\n");
    let workspace = pulled("itu/ict_accessibility", "a.csv", body);
    assert_eq!(rows(&workspace, "SELECT ref_area AS a, obs_text AS b, note AS c FROM observations"), ["BRA Web one note", "KEN Web null"]);
    let older = [HEADER.to_owned(), row("BRA", "Web", "a third"), row("KEN", "Mobile", "")].join("\n");
    workspace.write("in/itu/ict_accessibility/b.csv", older);
    let run = workspace.expect(3, &["pull", "--from", "in"]);
    let told = "`a.csv` and `b.csv` contradict each other in 1 figure, such as 19268 KEN 2018: `Web` and `Mobile`";
    assert!(run.stderr.contains(told), "{}", run.stderr);
}

/// The name of a download says when it was made; the date of its file is that of a copy, and named the older one as newer.
#[test]
fn the_newer_of_two_downloads_is_the_later_one() {
    let body = |value: &str| [HEADER.to_owned(), row(11624, "i99H", "Internet use", "", "%", "KEN", value)].join("\n");
    let workspace = Workspace::of_project();
    let name = |moment: &str| format!("in/itu/internet_use/internet-use_{moment}.csv");
    let newer = workspace.write(&name("1779022735625"), body("50.5"));
    workspace.write(&name("1758627613877"), body("40.5"));
    let copied = std::fs::File::options().write(true).open(newer).unwrap();
    copied.set_modified(std::time::UNIX_EPOCH + std::time::Duration::from_secs(1_700_000_000)).unwrap();
    let run = workspace.expect(1, &["pull", "--from", "in"]);
    let told = "`internet-use_1779022735625.csv` is newer: it says downloaded 2026-05-17, the other downloaded 2025-09-23";
    assert!(run.stderr.contains(told), "{}", run.stderr);
}

/// The hint named a key that only tables have.
#[test]
fn an_unknown_area_of_a_provider_is_named_with_where_it_goes() {
    let good: Vec<String> = (0..20)
        .map(|year| row(11624, "i99H", "Internet use", "", "%", "KEN", "5").replace(",2018,", &format!(",{},", 2000 + year)))
        .collect();
    let body = [vec![HEADER.to_owned()], good, vec![row(11624, "i99H", "Internet use", "", "%", "LDCs", "5")]].concat().join("\n");
    let workspace = Workspace::of_project();
    workspace.write("in/itu/internet_use/x.csv", body);
    let run = workspace.expect(0, &["pull", "--from", "in"]);
    let told = "`LDCs` (is it LDC? then a line `any,LDCs,LDC` in pipelines/reference/area_codes.csv)";
    assert!(run.stderr.contains(told), "{}", run.stderr);
    let file = "pipelines/reference/area_codes.csv";
    workspace.write(file, format!("{}any,LDCs,LDC,\n", workspace.read(file)));
    let run = workspace.expect(0, &["pull", "--from", "in"]);
    assert!(!run.stderr.contains("LDCs"), "{}", run.stderr);
}

/// A question that is not in our table yet: the words are kept, and have no unit.
#[test]
fn a_question_that_is_new() {
    let body = format!("{HEADER},\"dataValue 1\"\n{},", row(99001, "trDigitalAgenda", "Digital agenda", "", "", "KEN", "Yes"));
    let workspace = pulled("itu/ewaste_mandates", "x.csv", body);
    assert_eq!(rows(&workspace, "SELECT series AS a, obs_text AS b, unit AS c FROM observations"), ["99001 Yes "]);
}

/// A policy whose number nobody has seen feeds its target out of its own data set; of two that may be it, none does.
#[test]
fn a_policy_is_found_by_the_name_of_its_question() {
    let answers = |id: u32, name: &str, all: [&str; 4]| {
        let areas = ["KEN", "DEU", "IND", "BRA"];
        areas.into_iter().zip(all).map(|(area, answer)| row(id, "tr", name, "", "", area, answer)).collect::<Vec<_>>()
    };
    let plan = answers(99061, "National emergency telecommunications plan adopted", ["Yes", "No", "Yes", "Yes"]);
    let treaty = answers(99062, "Tampere Convention ratified", ["No", "No", "No", "No"]);
    let law = answers(99063, "National e-waste legislation, policy", ["Yes", "No", "No", "Yes"]);
    let workspace = Workspace::of_project();
    workspace.keep_only("sql/indicators", &["T3.3_ewaste_policy.sql", "T3.5_emergency_telecom_plan.sql"]);
    let body = |parts: &[&[String]]| [&[HEADER.to_owned()][..], &parts.concat()].concat().join("\n");
    workspace.write("in/itu/emergency_telecommunications/x.csv", body(&[&plan, &treaty]));
    workspace.write("in/itu/ewaste_mandates/x.csv", body(&[&law]));
    let run = workspace.expect(0, &["run", "--from", "in"]);
    let by_name =
        "99061 (`National emergency telecommunications plan adopted`) is not in itu_series.csv and is taken for emergency_telecom_plan";
    assert!(run.stderr.contains(by_name), "{}", run.stderr);
    let reported = "SELECT indicator AS a, ref_area AS b, value AS c FROM indicator_values \
WHERE estimate = 'reported' AND breakdown = '_T' ORDER BY indicator, ref_area";
    let of = |name: &str, values: [&str; 4]| {
        ["BRA", "DEU", "IND", "KEN"].into_iter().zip(values).map(|(area, value)| format!("{name} {area} {value}")).collect::<Vec<_>>()
    };
    let yes_and_no = [of("emergency_telecom_plan", ["1.0", "0.0", "1.0", "1.0"]), of("ewaste_policy", ["1.0", "0.0", "0.0", "1.0"])];
    assert_eq!(rows(&workspace, reported), yes_and_no.concat());

    let workspace = Workspace::of_project();
    let other = answers(99064, "Emergency telecommunications: plan in preparation", ["No", "Yes", "No", "No"]);
    workspace.write("in/itu/emergency_telecommunications/x.csv", body(&[&plan, &other]));
    let run = workspace.expect(0, &["pull", "--from", "in"]);
    assert!(run.stderr.contains("more than one may be emergency_telecom_plan"), "{}", run.stderr);
    let series = "SELECT DISTINCT series AS a FROM observations WHERE dataset = 'emergency_telecommunications' ORDER BY a";
    assert_eq!(rows(&workspace, series), ["99061", "99064"]);
    // A line says which.
    let table = workspace.read("pipelines/reference/itu_series.csv");
    let line = "99061,emergency_telecom_plan,trX,Emergency telecommunication plan,,_T,_T,_T,_T,_T,_T,,\n";
    workspace.write(
        "pipelines/reference/itu_series.csv",
        table.replace("emergency_telecom_plan,emergency", &format!("{line}emergency_telecom_plan,emergency")),
    );
    workspace.expect(0, &["pull", "--from", "in", "--accept", "itu/emergency_telecommunications"]);
    assert_eq!(rows(&workspace, series), ["99064", "emergency_telecom_plan"]);
}

/// The code of the parent tells the total that our table has, with its unit; the name tells the breakdown.
#[test]
fn breakdowns_without_their_total_in_the_file() {
    let body = [
        HEADER.to_owned(),
        row(99011, "HHU271own_HHCFemale", "Female", "HHU271own_HHTotalIndividual", "%", "KEN", "70.5"),
        row(99012, "HHU271own_HHCRuralUsers", "Rural", "HHU271own_HHTotalIndividual", "%", "KEN", "60.5"),
        row(99013, "HHU4212acv_HHC15to24x_pop", "15 to 24 years", "HHU4212acv_HHTotalIndividual_%pop", "%", "KEN", "50.5"),
    ]
    .join("\n");
    let workspace = pulled("itu/mobile_ownership", "x.csv", body);
    assert_eq!(
        rows(
            &workspace,
            "SELECT series AS a, sex AS b, age AS c, urbanisation AS d, obs_value AS e, unit AS f FROM observations ORDER BY series, sex"
        ),
        ["28027 F _T _T 70.5 PT", "28027 _T _T R 60.5 PT", "37461 _T Y15T24 _T 50.5 PT"]
    );
}

/// Urban and rural households have numbers that nobody has seen: the stem of their codes is enough, in both versions.
#[test]
fn households_by_location() {
    let of_12047 = "SELECT series AS a, urbanisation AS b, breakdown AS c, obs_value AS d, unit AS e FROM observations ORDER BY obs_value";
    let body = [
        HEADER.to_owned(),
        row(12047, "xHH6_IDI", "Households with Internet access at home", "", "%", "KEN", "50"),
        row(99051, "HHA4213_HHTotalHousehold", "Households with Internet access at home", "", "%", "KEN", "51"),
        row(99052, "HHA4213_HHCUrban", "Urban", "HHA4213_HHTotalHousehold", "%", "KEN", "60"),
        row(99053, "HHA4213_HHCRural", "Rural", "xHH6_IDI", "%", "KEN", "40"),
    ];
    let workspace = pulled("itu/households_internet", "x.csv", body.join("\n"));
    assert_eq!(rows(&workspace, of_12047), ["12047 R _T 40.0 PT", "12047 _T _T 50.0 PT", "12047 U _T 60.0 PT"]);
    // The total of the other database is another revision of the same figure.
    assert_eq!(rows(&workspace, "SELECT reason AS a, detail AS b FROM quarantine"), ["series_not_asked 99051"]);
    let body = "SeriesID,SeriesCode,Series,Unit,Database,Year,AreaName,AreaCode,DisaggregationGroup,Disaggregation1,Disaggregation2,Value,Notes,Source,LastModifiedOn
99052,HHA4213-%_HH-URBAN-,HH06,% of households,d,2024,Thailand,THA,Location,Urban,,90.5,,,2026-07-07
99054,HHA4213-%_HH-NOCHILDREN-RURAL,HH06,% of households,d,2024,Thailand,THA,Location,No Children,Rural,70.5,,,2026-07-07
99055,HHA4213-%_HHNOINT-URBAN-,HH06,% of households,d,2024,Thailand,THA,Location,Urban,,1.5,,,2026-07-07
";
    let workspace = pulled("itu/households_internet", "x.csv", body);
    assert_eq!(rows(&workspace, of_12047), ["12047 R No Children 70.5 PT", "12047 U _T 90.5 PT"]);
    assert_eq!(rows(&workspace, "SELECT reason AS a, detail AS b FROM quarantine"), ["series_not_asked 99055"]);
}

/// A family that our table does not have stays together, whatever comes first; without its total it is told.
#[test]
fn breakdowns_before_their_total() {
    let family = [
        HEADER.to_owned(),
        row(99021, "HHU999z_HHCFemale", "Female", "HHU999z_HHTotalIndividual", "%", "KEN", "30"),
        row(99022, "HHU999z_HHTotalIndividual", "Doing something new", "", "%", "KEN", "31"),
        row(99023, "HHU999z_HHCMale", "Male", "HHU999z_HHTotalIndividual", "%", "KEN", "32"),
    ];
    let workspace = pulled("itu/ict_skills_safety", "x.csv", family.join("\n"));
    assert_eq!(
        rows(&workspace, "SELECT series AS a, sex AS b, obs_value AS c FROM observations ORDER BY obs_value"),
        ["99022 F 30.0", "99022 _T 31.0", "99022 M 32.0"]
    );
    let alone = [family[0].clone(), family[1].clone()].join("\n");
    let workspace = Workspace::of_project();
    workspace.write("in/itu/ict_skills_safety/x.csv", alone);
    let run = workspace.expect(0, &["pull", "--from", "in"]);
    assert!(run.stderr.contains("without their total") && run.stderr.contains("HHU999z_HHTotalIndividual"), "{}", run.stderr);
}

/// US dollars, GNI and purchasing power stand under one name and one unit; a price of 0 is a missing one.
#[test]
fn prices() {
    let price =
        |id: u32, code: &str, area: &str, value: &str| row(id, code, "Fixed-broadband Internet 5GB", "", "% GNI per capita", area, value);
    let body = [
        HEADER.to_owned(),
        price(33330, "i154_FBB5$", "KEN", "30.5"),
        price(33331, "i154_FBB5_GNI", "KEN", "9.5"),
        price(33332, "i154_FBB5_PPP", "KEN", "70.5"),
        price(33331, "i154_FBB5_GNI", "NER", "0.0"),
    ]
    .join("\n");
    let workspace = pulled("itu/price_baskets_datahub", "x.csv", body);
    assert_eq!(
        rows(
            &workspace,
            "SELECT series AS a, ref_area AS b, obs_value AS c, unit AS d, obs_status AS e, obs_text AS f, note AS g FROM observations ORDER BY series, ref_area"
        ),
        [
            "33330 KEN 30.5 USD A null null",
            "33331 KEN 9.5 PT_GNI A null null",
            "33331 NER null PT_GNI O 0.0 0 in the file, where it stands for a missing figure",
            "33332 KEN 70.5 PPP A null null"
        ]
    );
}

/// The day that stands for a year, as a program writes it that takes the column for dates; tables read it before.
#[test]
fn a_date_that_is_a_year() {
    let used = |date: &str| row(11624, "i99H", "Individuals using the Internet", "", "%", "KEN", "1.5").replace("2018", date);
    let body = std::iter::once(HEADER.to_owned()).chain(["2018-12-31", "2019-01-01T00:00:00", "2020.0"].map(used));
    let workspace = pulled("itu/internet_use", "x.csv", body.collect::<Vec<_>>().join("\n"));
    assert_eq!(rows(&workspace, "SELECT time_period AS a FROM observations ORDER BY time_period"), ["2018", "2019", "2020"]);
}

#[test]
fn areas_of_before() {
    let used = |area: &str| row(11624, "i99H", "Individuals using the Internet", "", "%", area, "1.5");
    let areas = ["ROM", "ZAR", "TMP", "WBG", "KSO", "CSK", "CHI", "ANT", "SCG", "YUG", "SUN", "KEN", "BRA", "DEU"];
    let body = std::iter::once(HEADER.to_owned()).chain(areas.map(used)).collect::<Vec<_>>().join("\n");
    let workspace = pulled("itu/internet_use", "x.csv", body);
    assert_eq!(
        rows(&workspace, "SELECT ref_area AS a FROM observations ORDER BY ref_area"),
        ["BRA", "COD", "DEU", "KEN", "PSE", "ROU", "TLS", "XKX"]
    );
    assert_eq!(
        rows(&workspace, "SELECT reason AS a, detail AS b FROM quarantine ORDER BY detail"),
        ["ANT", "CHI", "CSK", "SCG", "SUN", "YUG"].map(|area| format!("area_not_covered {area}"))
    );
}

/// An answer that is neither a text nor a number was taken for none.
#[test]
fn an_answer_of_another_type() {
    let item = |year: i32, answer: &str| format!(r#"{{"codeID":11624,"isoCode":"BRA","dataYear":{year},"answer":[{{"value":{answer}}}]}}"#);
    let items = (1990..2020).map(|year| item(year, "\"5\"")).chain([item(2020, "true"), item(2021, "null")]).collect::<Vec<_>>();
    let workspace = pulled("itu/internet_use_country", "a.json", format!("[{}]", items.join(",")));
    assert_eq!(rows(&workspace, "SELECT record AS a, reason AS b, detail AS c FROM quarantine"), ["31 bad_value true"]);
    let missing = "SELECT time_period AS a, obs_status AS b FROM observations WHERE obs_value IS NULL";
    assert_eq!(rows(&workspace, missing), ["2021 O"]);
}

/// Years as other programs write them, and nothing in the place of an answer: the whole body was refused.
#[test]
fn years_and_answers_in_json_as_others_write_them() {
    let item = |year: &str, answer: &str| format!(r#"{{"codeID":11624,"isoCode":"BRA","dataYear":{year},"answer":[{answer}]}}"#);
    let items = [
        item("2020.0", r#"{"value":"5"}"#),
        item("\"2021\"", r#"{"value":6.5}"#),
        item("2022", "null"),
        item("\"2023-12-31\"", "null, {\"value\":7}"),
    ];
    let workspace = pulled("itu/internet_use_country", "a.json", format!("[{}]", items.join(",")));
    let query = "SELECT time_period AS a, obs_value AS b, obs_status AS c FROM observations ORDER BY time_period";
    assert_eq!(rows(&workspace, query), ["2020 5.0 A", "2021 6.5 A", "2022 null O", "2023 7.0 A"]);
}

/// Bytes that are no letters became a sign without a word: in a note that is told, an answer is set aside.
#[test]
fn texts_that_are_not_utf_8() {
    let head = "\"seriesID\",\"seriesCode\",\"seriesName\",\"seriesParent\",\"seriesUnits\",\"entityID\",\"entityIso\",\"entityName\",\"dataValue\",\"dataYear\",\"dataNote\",\"dataSource\",\"seriesDescription\"\n";
    let row = |year: i32, answer: &str, note: &str| {
        format!("19268,\"c\",\"n\",,,1,\"BRA\",\"Brazil\",\"{answer}\",{year},\"{note}\",\"\",\"d\"\n")
    };
    let rows_of = (1990..2020).map(|year| row(year, "Yes", "")).chain([row(2020, "Yes", "Ag~ncia"), row(2021, "Pol~tica", "")]);
    let text = head.to_owned() + &rows_of.collect::<String>();
    let body: Vec<u8> = text.bytes().map(|byte| if byte == b'~' { 0xed } else { byte }).collect();
    let workspace = pulled("itu/ict_accessibility", "a.csv", body);
    assert_eq!(rows(&workspace, "SELECT record AS a, reason AS b FROM quarantine"), ["32 encoding"]);
    let told = workspace.expect(0, &["status"]).stdout.split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(told.contains("2 records with bytes that are not UTF-8, such as record 31"), "{told}");
}
