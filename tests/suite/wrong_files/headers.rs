//! Wrong headers of indicator files.

use super::{Case, check, indicator, reported, statement, workspace};

/// A case that edits the good indicator; its id and name are those of the case.
fn edited(name: &'static str, edits: &[(&str, &str)]) -> Case {
    Case::new(name, format!("sql/indicators/h_{name}.sql"), indicator(&format!("H.{name}").replace('_', "-"), name, edits))
}

#[test]
fn keys_and_types() {
    let cases = [
        edited("unknown_key", &[("window = 5", "⟦E0102⟧windwo = 5")]),
        edited("unknown_key_far", &[("window = 5", "⟦E0102⟧colour = \"red\"")]),
        edited("unknown_key_in_coverage", &[("flag = 0.5", "⟦E0102⟧flags = 0.5")]),
        edited("unknown_key_in_target", &[("baseline_year", "⟦E0102⟧base_line_year")]),
        edited("unknown_key_in_sources", &[("licence =", "licence = \"CC BY\", ⟦E0102⟧license =")]),
        edited("text_for_number", &[("window = 5", "window = ⟦E0103⟧\"five\"")]),
        edited("number_for_text", &[("owner = \"Statistics\"", "owner = ⟦E0103⟧7")]),
        edited("text_for_list", &[("groups = [\"world\", \"special\"]", "groups = ⟦E0103⟧\"world\"")]),
        edited("list_for_table", &[("coverage = { publish = 0.667, flag = 0.5 }", "coverage = ⟦E0103⟧[0.667, 0.5]")]),
        edited("fraction_for_year", &[("year = 2030", "year = ⟦E0103⟧2030.5")]),
        edited("window_too_long", &[("window = 5", "window = ⟦E0502⟧99")]),
        edited("thresholds_crossed", &[("coverage = { publish = 0.667, flag = 0.5 }", "coverage = ⟦E0502⟧{ publish = 0.4, flag = 0.5 }")]),
        edited("unknown_base", &[("flag = 0.5", "flag = 0.5, base = ⟦E0502⟧\"populaton\"")]),
        edited("metadata_missing", &[("/*---", "⟦E0503⟧/*---"), ("owner = \"Statistics\"\n", "")]),
        edited("metadata_empty", &[("\"Surveys are years apart\"", "⟦E0503⟧\" \"")]),
        edited(
            "sources_missing",
            &[("/*---", "⟦E0503⟧/*---"), ("sources = [{ title = \"DataHub\", licence = \"CC BY\", citation = \"ITU\" }]\n", "")],
        ),
        edited("needed_key_missing", &[("/*---", "/*---⟦E0104⟧"), ("unit = \"PT\"\n", "")]),
        edited("source_without_licence", &[("{ title = \"DataHub\", licence = \"CC BY\"", "⟦E0104⟧{ title = \"DataHub\"")]),
        edited("key_twice", &[("window = 5", "window = 5\n⟦E0101⟧window = 6")]),
        Case::new(
            "header_missing",
            "sql/indicators/h_header_missing.sql",
            "⟦E0501⟧SELECT ref_area, time_period, obs_value AS value FROM observations\n",
        ),
        Case::new("header_not_closed", "sql/indicators/h_header_not_closed.sql", "⟦E0501⟧/*---\nid = \"9.9\"\n*/\nSELECT 1\n"),
        edited("broken_toml", &[("title = \"Individuals using the Internet\"", "title = \"Individuals using the Internet⟦E0101⟧")]),
        edited("bare_word", &[("unit = \"PT\"", "unit = ⟦E0101⟧PT")]),
    ];
    check("keys_and_types", &workspace(), &cases);
}

#[test]
fn names_that_nothing_has() {
    let cases = [
        edited("unknown_rollup", &[("\"weighted_mean\"", "⟦E0508⟧\"weigthed_mean\"")]),
        edited("step_as_rollup", &[("\"weighted_mean\"", "⟦E0508⟧\"coverage\"")]),
        edited("unknown_derived", &[("window = 5", "window = 5\nderived = ⟦E0508⟧\"gap\"")]),
        edited("unknown_unit", &[("\"PT\"", "⟦E0508⟧\"PC\"")]),
        edited(
            "unknown_indicator",
            &[("JOIN observations AS o", "JOIN indicators.⟦E0509⟧internet_usage AS i ON i.ref_area = p.ref_area\nJOIN observations AS o")],
        ),
        Case::new(
            "same_id",
            "sql/indicators/i_same_id.sql",
            indicator("3.1", "same_id", &[("id = \"3.1\"\nname", "id = ⟦E0506⟧\"2.1\"\nname")]),
        ),
        Case::new(
            "same_name",
            "sql/indicators/i_same_name.sql",
            indicator("3.2", "internet_use", &[("\"internet_use\"\ntitle", "⟦E0506⟧\"internet_use\"\ntitle")]),
        ),
        Case::new(
            "same_target",
            "sql/indicators/i_same_target.sql",
            indicator("3.3", "same_target", &[("[[target]]\nid = \"3.3\"", "⟦E0506⟧[[target]]\nid = \"2.1\"")]),
        ),
        Case::new(
            "name_with_capitals",
            "sql/indicators/i_capitals.sql",
            indicator("3.4", "Internet-Use", &[("\"Internet-Use\"", "⟦E0201⟧\"Internet-Use\"")]),
        ),
        circle("circle_one", "circle_two"),
        circle("circle_two", "circle_three"),
        circle("circle_three", "circle_one"),
        circle("itself", "itself"),
    ];
    check("names_that_nothing_has", &workspace(), &cases);
}

/// An indicator that reads another, which in the end reads this one.
fn circle(name: &'static str, other: &str) -> Case {
    edited(
        name,
        &[("JOIN observations AS o", &format!("JOIN indicators.⟦E0507⟧{other} AS i ON i.ref_area = p.ref_area\nJOIN observations AS o"))],
    )
}

#[test]
fn targets() {
    let cases = [
        edited("target_without_value", &[("[[target]]", "⟦E0504⟧[[target]]"), ("value = 100.0\nmet_at = 95.0\n", "")]),
        edited("target_with_two_kinds", &[("[[target]]", "⟦E0504⟧[[target]]"), ("met_at = 95.0", "change = 0.1")]),
        edited("target_without_year", &[("[[target]]", "⟦E0104⟧[[target]]"), ("year = 2030\nvalue", "value")]),
        edited(
            "band_upside_down",
            &[("value = 100.0\nmet_at = 95.0\ndirection = \"up\"", "low = ⟦E0505⟧1.02\nhigh = 0.98\ndirection = \"band\"")],
        ),
        edited("met_at_beyond", &[("met_at = 95.0", "met_at = ⟦E0505⟧105.0")]),
        edited(
            "met_at_beyond_downwards",
            &[("value = 100.0\nmet_at = 95.0\ndirection = \"up\"", "value = 2.0\nmet_at = ⟦E0505⟧1.5\ndirection = \"down\"")],
        ),
        edited(
            "change_against_direction",
            &[("value = 100.0\nmet_at = 95.0\ndirection = \"up\"", "change = ⟦E0505⟧-0.25\ndirection = \"up\"")],
        ),
        edited(
            "change_against_direction_down",
            &[("value = 100.0\nmet_at = 95.0\ndirection = \"up\"", "change = ⟦E0505⟧0.25\ndirection = \"down\"")],
        ),
        edited(
            "band_without_direction_band",
            &[("value = 100.0\nmet_at = 95.0", "low = 0.98\nhigh = 1.02"), ("direction = \"up\"", "direction = ⟦E0505⟧\"up\"")],
        ),
        edited("level_with_band", &[("met_at = 95.0\n", ""), ("direction = \"up\"", "direction = ⟦E0505⟧\"band\"")]),
        edited("unknown_direction", &[("direction = \"up\"", "direction = ⟦E0505⟧\"upwards\"")]),
        edited("value_that_is_no_number", &[("value = 100.0\nmet_at = 95.0", "value = ⟦E0103⟧nan"), ("[[target]]", "⟦E0504⟧[[target]]")]),
        edited("value_without_end", &[("met_at = 95.0", "met_at = ⟦E0103⟧inf")]),
        edited("year_far_away", &[("year = 2030\nvalue", "year = ⟦E0505⟧20300\nvalue")]),
        edited("baseline_year_of_two_digits", &[("baseline_year = 2020", "baseline_year = ⟦E0505⟧20")]),
        edited("change_in_percent", &[("value = 100.0\nmet_at = 95.0", "change = ⟦E0505⟧25.0")]),
        edited(
            "change_without_baseline",
            &[("[[target]]", "⟦E0505⟧[[target]]"), ("value = 100.0\nmet_at = 95.0", "change = 0.25"), ("baseline_year = 2020\n", "")],
        ),
        edited("baseline_after_target", &[("baseline_year = 2020", "baseline_year = ⟦E0505⟧2031")]),
        edited("unknown_word_in_also", &[("direction = \"up\"", "direction = \"up\"\nalso = [\"groups\", ⟦E0505⟧\"country\"]")]),
        // An economy has a yes (1), which was measured against 100 percent.
        edited(
            "yes_or_no_in_percent",
            &[
                ("rollup = \"weighted_mean\"", "rollup = \"share_of_economies\""),
                ("direction = \"up\"", "direction = \"up\"\nalso = [\"groups\", ⟦E0505⟧\"countries\"]"),
            ],
        ),
        edited("unknown_estimate", &[("direction = \"up\"", "direction = \"up\"\nestimates = [⟦E0505⟧\"availble\"]")]),
    ];
    check("targets", &workspace(), &cases);
}

/// The series, defaults and readings that a header may give.
#[test]
fn series_sources_and_readings() {
    let with_series = |name, series: &str| {
        let list = format!("datasets = [\"itu/internet_use\"]\nseries = {series}");
        edited(name, &[("datasets = [\"itu/internet_use\"]", &list)])
    };
    let cases = [
        with_series("series_that_nobody_serves", "[{ source = \"itu\", series = ⟦E3014⟧\"11625\" }]"),
        with_series("series_of_no_source", "[{ source = ⟦E0508⟧\"itx\", series = \"11624\" }]"),
        with_series("series_of_no_data_set", "[{ source = \"itu\", series = \"11624\", dataset = ⟦E0508⟧\"internet_usage\" }]"),
        with_series(
            "series_twice",
            "[{ source = \"itu\", series = \"11624\", breakdown = \"A\" }, { source = \"itu\", series = ⟦E0506⟧\"11624\", breakdown = \"B\" }]",
        ),
        with_series("series_renamed_to_nothing", "[{ source = \"itu\", series = \"11624\", provider_breakdown = ⟦E0502⟧\"ANY\" }]"),
        with_series("series_without_code", "[⟦E0104⟧{ source = \"itu\" }]"),
        with_series("unknown_key_in_series", "[{ source = \"itu\", series = \"11624\", ⟦E0102⟧publicaton = \"Facts\" }]"),
        with_series("series_as_text", "[⟦E0103⟧\"11624\"]"),
        edited(
            "source_by_unknown_name",
            &[("[{ title = \"DataHub\", licence = \"CC BY\", citation = \"ITU\" }]", "[\"itu\", ⟦E0508⟧\"itu/internet_usage\"]")],
        ),
        edited("source_by_number", &[("[{ title = \"DataHub\", licence = \"CC BY\", citation = \"ITU\" }]", "[\"itu\", ⟦E0103⟧7]")]),
        edited("share_in_words", &[("publish = 0.667", "publish = ⟦E0103⟧\"two thirds\"")]),
        edited("share_of_nothing", &[("publish = 0.667", "publish = ⟦E0103⟧\"2/0\"")]),
        edited("share_above_one", &[("{ publish = 0.667", "⟦E0502⟧{ publish = \"3/2\"")]),
        edited("silence_without_reason", &[("window = 5", "window = 5\nsilence = ⟦E0104⟧{ means = \"zero\" }")]),
        edited("silence_without_a_word", &[("window = 5", "window = 5\nsilence = { means = \"zero\", reason = ⟦E0502⟧\" \" }")]),
        edited("silence_that_means_more", &[("window = 5", "window = 5\nsilence = { means = ⟦E0502⟧\"half\", reason = \"known\" }")]),
        edited("silence_as_text", &[("window = 5", "window = 5\nsilence = ⟦E0103⟧\"zero\"")]),
        edited(
            "met_with_nobody",
            &[("[[target]]", "⟦E0508⟧[[target]]"), ("baseline_year = 2020", "baseline_year = 2020\nmet_with = \"2.1.all\"")],
        ),
        edited("level_twice", &[("[[target]]", "⟦E0504⟧[[target]]"), ("met_at = 95.0", "more_than = 50.0")]),
        edited("passed_and_met_at", &[("value = 100.0\nmet_at = 95.0", "more_than = 50.0\nmet_at = ⟦E0505⟧50.0")]),
        edited(
            "passed_downwards",
            &[("value = 100.0\nmet_at = 95.0\ndirection = \"up\"", "more_than = ⟦E0505⟧50.0\ndirection = \"down\"")],
        ),
        edited("reading_of_nobody", &[("baseline_year = 2020", "baseline_year = 2020\nread_for = { ⟦E0505⟧urban = {} }")]),
        edited(
            "unknown_key_in_reading",
            &[("baseline_year = 2020", "baseline_year = 2020\nread_for = { urban = { urbanisation = \"U\", ⟦E0102⟧sexx = \"F\" } }")],
        ),
        edited("reading_as_text", &[("baseline_year = 2020", "baseline_year = 2020\nread_for = { urban = ⟦E0103⟧\"U\" }")]),
        edited(
            "reading_with_the_id_of_a_target",
            &[(
                "baseline_year = 2020",
                "baseline_year = 2020\nread_for = { urban = { urbanisation = \"U\" } }\n⟦E0506⟧[[target]]\nid = \"H.reading-with-the-id-of-a-target.urban\"\narea = \"WLD\"\nyear = 2030\nvalue = 90.0",
            )],
        ),
    ];
    check("series_sources_and_readings", &workspace(), &cases);
}

#[test]
fn defaults_and_views() {
    let cases = [
        Case::new(
            "defaults",
            "sql/defaults.toml",
            "⟦E0102⟧windwo = 5\nwindow = ⟦E0502⟧99\ngroups = ⟦E0103⟧\"world\"\ncoverage = ⟦E0502⟧{ publish = 0.4, flag = 0.5 }\n[target]\nestimates = [⟦E0505⟧\"availble\"]\n⟦E0104⟧[[source]]\nname = \"print\"\ntitle = \"Print\"\ncitation = \"Print, 2024\"\n",
        ),
        Case::new("view_of_no_column", "sql/shared/a_view.sql", "SELECT ⟦E3003⟧o.obs_valu AS value FROM observations AS o\n"),
        Case::new("views_in_a_circle", "sql/shared/b_view.sql", "SELECT x.ref_area FROM ⟦E3002⟧c_view AS x\n"),
        Case::new("views_in_a_circle_too", "sql/shared/c_view.sql", "SELECT x.ref_area FROM ⟦E3002⟧b_view AS x\n"),
    ];
    check("defaults_and_views", &workspace(), &cases);
}

/// The caret stands under the name that is wrong.
#[test]
fn the_item_of_a_list() {
    let cases = [
        edited("unknown_group_scheme", &[("[\"world\", \"special\"]", "[\"world\", ⟦E0508⟧\"itu_regions\"]")]),
        edited("unknown_data_set", &[("[\"itu/internet_use\"]", "[⟦E0508⟧\"itu/internet_usage\"]")]),
        edited("unknown_target_area", &[("\"WLD\"", "⟦E0508⟧\"WORLD\"")]),
    ];
    reported(&workspace(), &cases, &[]);
}

/// As above, wherever the place is.
#[test]
fn names_in_lists() {
    let workspace = workspace();
    for (case, hint) in [
        (edited("unknown_group_scheme", &[("[\"world\", \"special\"]", "[\"world\", \"itu_regions\"]")]), "did you mean `itu_region`?"),
        (edited("unknown_data_set", &[("[\"itu/internet_use\"]", "[\"itu/internet_usage\"]")]), "did you mean `itu/internet_use`?"),
        (edited("unknown_target_area", &[("\"WLD\"", "\"WLDD\"")]), "did you mean `WLD`?"),
    ] {
        workspace.write(&case.file, &case.content);
        let answer = workspace.json(2, &["check", &case.file]);
        let problems = answer["problems"].as_array().unwrap();
        assert_eq!(problems.len(), 1, "{answer}");
        assert_eq!((&problems[0]["code"], &problems[0]["hint"]), (&"E0508".into(), &hint.into()), "{answer}");
    }
}

/// One mistake, one report: what follows from it is not another.
#[test]
fn comment_in_comment() {
    let cases = [edited("comment_in_comment", &[("\"Weighted by population\"", "\"Weighted ⟦E0511⟧/* by population\"")])];
    reported(&workspace(), &cases, &[]);
}

/// An indicator whose header has an error is still one: whoever reads it, or writes down its figures, names nothing unknown.
#[test]
fn an_error_in_a_header_brings_no_others() {
    let workspace = workspace();
    let wrong = "sql/indicators/2.1_internet_use.sql";
    workspace.write(wrong, indicator("2.1", "internet_use", &[("unit = \"PT\"", "unitt = \"PT\"")]));
    let reads = "SELECT i.ref_area, i.time_period, i.value FROM indicators.internet_use AS i WHERE i.value IS NOT NULL";
    workspace.write("sql/indicators/2.2_of_it.sql", statement("2.2", "of_it", reads));
    let golden = "indicator,ref_area,time_period,estimate,value,tolerance,since,note\ninternet_use,KEN,2020,reported,1,0.5,2026-11-24,\n";
    workspace.write("pipelines/goldens/a.csv", golden);
    workspace.write("sql/tests/2.1/readme.txt", "cases");
    let found = workspace.json(2, &["check"]);
    let places: Vec<&str> = found["problems"].as_array().unwrap().iter().map(|problem| problem["path"].as_str().unwrap()).collect();
    assert_eq!(places, [wrong, wrong], "{}", found["problems"]);
    // What cannot be computed without it says so in its place.
    let run = workspace.expect(2, &["preview", "2.2"]);
    assert!(run.stderr.contains("2.1_internet_use.sql:") && !run.stderr.contains("E3002"), "{}", run.stderr);
}
