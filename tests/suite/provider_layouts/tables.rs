//! Table data sets: breakdowns as columns, names over two rows, old Excel files, spans of years, codes of two agencies.

use super::workbook::xlsx;
use super::{pulled, rows};
use crate::support::Workspace;

#[test]
fn women_and_men_as_columns() {
    let body = "wb_code,year,female,male\nWLD,2023,66.4,72.0\nLIC,2023,20.1,..\nSSF,2023,1,2\n";
    let workspace = pulled("worldbank/internet_use_by_sex_groups", "x.csv", body);
    assert_eq!(
        rows(
            &workspace,
            "SELECT ref_area AS a, sex AS b, obs_value AS c, unit AS d, obs_status AS e FROM observations ORDER BY ref_area, sex"
        ),
        ["WB_LIC F 20.1 PT E", "WB_LIC M null PT O", "WLD F 66.4 PT E", "WLD M 72.0 PT E"]
    );
    assert_eq!(rows(&workspace, "SELECT reason AS a, count(*) AS b FROM quarantine GROUP BY reason"), ["area_not_covered 2"]);
}

/// The two rows of names of ITU's table, as XLSX and as the old Excel file.
#[test]
fn names_over_two_rows() {
    let sheet = [
        "\tIndividuals using the Internet",
        "\t\t\tLatest\tAll\t\tGender\t\t\tUrban\t\t\tRural",
        "\tEconomy name\t\tyear\tIndividuals\t\tMale\tFemale\t\tTotal\tMale\tFemale\tTotal\tMale\tFemale",
        "\tAlgeria\t\t2018\t49.0\t\t55.1\t42.9\t\t56.2\t61.7\t50.8\t34.1\t41.9\t25.9",
        "\tKorea (Rep. of)\t\t2017\t95.1\t\t...\t...\t\t...\t...\t...\t...\t...\t...",
        "",
        "\tSource:\tITU",
    ];
    let old = include_bytes!("two_rows_of_names.xls").to_vec();
    for (file, body) in [("x.xlsx", xlsx(&[("10. Individuals", &sheet)])), ("x.xls", old)] {
        let workspace = pulled("itu/internet_use_sex_location_2018", file, body);
        assert_eq!(
            rows(
                &workspace,
                "SELECT ref_area AS a, time_period AS b, sex AS c, urbanisation AS d, obs_value AS e FROM observations WHERE obs_value IS NOT NULL ORDER BY ref_area, sex, urbanisation"
            ),
            [
                "DZA 2018 F R 25.9",
                "DZA 2018 F U 50.8",
                "DZA 2018 F _T 42.9",
                "DZA 2018 M R 41.9",
                "DZA 2018 M U 61.7",
                "DZA 2018 M _T 55.1",
                "DZA 2018 _T R 34.1",
                "DZA 2018 _T U 56.2",
                "DZA 2018 _T _T 49.0",
                "KOR 2017 _T _T 95.1",
            ],
            "{file}"
        );
        assert_eq!(rows(&workspace, "SELECT count(*) AS a FROM observations WHERE obs_status = 'O'"), ["8"], "{file}");
        assert_eq!(rows(&workspace, "SELECT count(*) AS a FROM quarantine"), ["0"], "what stands below is a remark");
    }
}

/// A file that says that it is a workbook, and whose directory leads nowhere.
#[test]
fn an_old_workbook_that_is_damaged() {
    let workspace = Workspace::of_project();
    let good = include_bytes!("two_rows_of_names.xls");
    for (cut, what) in [(40, "cut in the header"), (700, "cut in the table"), (good.len() / 2, "cut in the middle")] {
        workspace.write("in/itu/internet_use_sex_location_2018/x.xls", &good[..cut]);
        let run = workspace.expect(1, &["pull", "--from", "in"]);
        assert!(run.stderr.contains("E2034") && !run.stderr.contains("panicked"), "{what}: {}", run.stderr);
    }
}

/// The sheet of economies among others; marks of experimental years; prices of nothing.
#[test]
fn the_price_workbook_of_2025() {
    let economies = [
        "IsoCode\tEconomy\tCode\tBasket name\tUnit\tITURegion\tLDC\tIncome_2025\t2022\t2024\t2025",
        "BRA\tBrazil\ti271mb_5GB_GNI\tx\tGNIpc\tAMS\t0\tUMI\t1.5\t1.25\t1.0",
        "BRA\tBrazil\ti271mb_2GB$\tx\tUSD\tAMS\t0\tUMI\t7.5\t7.25\t7.125",
        "WBG\tPalestine\ti154_FBB5_GNI\tx\tGNIpc\tARB\t0\tLMI\t0\tNA\t6.5",
    ];
    let body = xlsx(&[("Overview", &["ICT price baskets"]), ("economies_2008-2025", &economies), ("medians", &["Unit\tWorld", "USD\t1"])]);
    let workspace = pulled("itu/price_baskets", "x.xlsx", body);
    assert_eq!(
        rows(
            &workspace,
            "SELECT series AS a, ref_area AS b, time_period AS c, obs_value AS d, unit AS e, obs_status AS f, note AS g FROM observations ORDER BY series, time_period"
        ),
        [
            "i154_FBB5_GNI PSE 2022 null PT_GNI O null",
            "i154_FBB5_GNI PSE 2024 null PT_GNI O null",
            "i154_FBB5_GNI PSE 2025 6.5 PT_GNI A null",
            "i271mb_2GB$ BRA 2022 7.5 USD A null",
            "i271mb_2GB$ BRA 2024 7.25 USD A null",
            "i271mb_2GB$ BRA 2025 7.125 USD G experimental",
            "i271mb_5GB_GNI BRA 2022 1.5 PT_GNI G experimental",
            "i271mb_5GB_GNI BRA 2024 1.25 PT_GNI G experimental",
            "i271mb_5GB_GNI BRA 2025 1.0 PT_GNI A null",
        ]
    );
    // The same basket under the code of other editions, and in the DataHub.
    let workspace = Workspace::of_project();
    let body = xlsx(&[("economies_2008-2025", &["IsoCode\tCode\tUnit\t2024\t2025", "BRA\tDOMB5_GNI\tGNIpc\t1.25\t1.0"])]);
    workspace.write("in/itu/price_baskets/x.xlsx", body);
    let datahub = |year: u16, value: f64| format!("36056,i271mb_5GB_GNI,x,,\"% GNI per capita\",6,BRA,x,{value},{year},,,");
    let columns = "seriesID,seriesCode,seriesName,seriesParent,seriesUnits,entityID,entityIso,entityName,dataValue,dataYear,dataNote,dataSource,seriesDescription";
    workspace.write("in/itu/price_baskets_datahub/x.csv", [columns.to_owned(), datahub(2023, 1.5), datahub(2025, 1.0)].join("\n"));
    workspace.expect(0, &["pull", "--from", "in"]);
    assert_eq!(
        rows(&workspace, "SELECT series AS a, time_period AS b, obs_status AS c, note AS d FROM observations ORDER BY series, time_period"),
        [
            "36056 2023 G flagged (mobile-5gb-before-2025): experimental before 2025",
            "36056 2025 A null",
            "DOMB5_GNI 2024 G experimental",
            "DOMB5_GNI 2025 A null",
        ]
    );
}

/// One row of the workbook of 2022 goes on through a change of basket.
#[test]
fn the_price_workbook_of_2022() {
    let body = "IsoCode,Economy,basket_combined_simplified,basket_current,Unit,LDC,2017,2018
WBG,Palestine,Fixed-broadband basket,Fixed-broadband basket (5GB),GNIpc,NA,2.81,2.91
WBG,Palestine,Data-only mobile-broadband basket,x,USD,NA,7.5,NA
";
    let workspace = pulled("itu/price_baskets_2008_2021", "x.csv", body);
    assert_eq!(
        rows(
            &workspace,
            "SELECT series AS a, ref_area AS b, time_period AS c, obs_value AS d, unit AS e FROM observations ORDER BY series"
        ),
        [
            "data_only_mobile_to_2017$ PSE 2017 7.5 USD",
            "i154_FBB5_GNI PSE 2018 2.91 PT_GNI",
            "i154_FBB_GNI PSE 2017 2.81 PT_GNI",
            "i271mb_1GB5$ PSE 2018 null USD",
        ]
    );
}

/// Nothing costs nothing, however the file writes it: `0.000` passed for a price, and the economy for one that can afford it.
#[test]
fn a_price_of_zero_in_any_notation() {
    let body = "IsoCode,Economy,basket_combined_simplified,Unit,2015,2016,2017,2018,2019,2020,2021
KEN,Kenya,Fixed-broadband basket,GNIpc,0,0.000,-0,0e0,00,1e1,0.001
";
    let workspace = pulled("itu/price_baskets_2008_2021", "x.csv", body);
    let query = "SELECT time_period AS a, obs_value AS b, obs_status AS c, obs_text AS d FROM observations ORDER BY time_period";
    assert_eq!(
        rows(&workspace, query),
        [
            "2015 null O null",
            "2016 null O null",
            "2017 null O null",
            "2018 null O null",
            "2019 null O null",
            "2020 10.0 A null",
            "2021 0.001 A null",
        ]
    );
}

#[test]
fn tabs_and_codes_of_agencies() {
    let gender = "INDICATOR_LABEL\tREF_AREA\tTIME_PERIOD\tSEX\tAGE_DESC\tOBS_VALUE\tUNIT_MEASURE\tNATURE\nI.17\t4\t2012\tF\t5 years and over\t5.5\tPT\tC\n";
    let workspace = pulled("unsd_gender/internet_by_sex", "x.tsv", gender);
    assert_eq!(
        rows(&workspace, "SELECT ref_area AS a, sex AS b, obs_value AS c, obs_status AS d, note AS e FROM observations"),
        ["AFG F 5.5 A 5 years and over"]
    );
    let eurostat = "geo,year,indic_is,value\nEL,2021,I_IUGOV1,69.5\nUK,2019,I_IGOVANYS,63\nDE,2021,I_IUGOV1,50.5\n";
    let workspace = pulled("eurostat/government_online", "x.csv", eurostat);
    assert_eq!(
        rows(&workspace, "SELECT series AS a, ref_area AS b, obs_value AS c FROM observations ORDER BY ref_area"),
        ["I_IUGOV1 DEU 50.5", "I_IGOVANYS GBR 63.0", "I_IUGOV1 GRC 69.5"]
    );
}

/// More e-waste than the region, or than people can have, stops a release until a correction says what it is.
#[test]
fn ewaste_that_cannot_be() {
    let workspace = Workspace::of_project();
    workspace.write("in/unsd/ewaste_regions/x.csv", "m49,area,year,tonnes\n2,Africa,2022,3550994.92\n");
    let header = "\"SeriesCode\",\"GeoAreaCode\",\"TimePeriod\",\"Value\",\"[Nature]\",\"[Units]\",\"[Reporting Type]\"";
    let row = |area: u16, tonnes: f64| format!("\"EN_EWT_GENV\",\"{area}\",\"2022\",\"{tonnes}\",\"E\",\"TONNES\",\"G\"");
    // South Africa is withdrawn by a correction. Kenya and Ghana are not: above the region, and above 40 kg a head.
    let body = [header.to_owned(), row(710, 67e6), row(404, 3.6e6), row(288, 1.5e6), row(76, 2.4e6)].join("\n");
    workspace.write("in/unsd/sdg_global/x.csv", body);
    workspace.keep_only("sql/indicators", &["2.7a_ewaste_recycling.sql"]);
    let run = workspace.expect(4, &["run", "--from", "in"]);
    assert!(run.stderr.contains("ewaste_plausible") && run.stderr.contains("(2 rows)"), "{}", run.stderr);
    assert_eq!(rows(&workspace, "SELECT reason AS a FROM quarantine"), ["correction_dropped"]);
}

/// Regions lack the years that economies have: the next year of the region holds, after the last one that.
#[test]
fn ewaste_of_years_that_regions_lack() {
    let workspace = Workspace::of_project();
    let regions = "m49,area,year,tonnes\n1,World,2020,57638637.54\n142,Asia,2010,13259154.57\n142,Asia,2021,28621879.37\n";
    workspace.write("in/unsd/ewaste_regions/x.csv", regions);
    let header = "\"SeriesCode\",\"GeoAreaCode\",\"TimePeriod\",\"Value\",\"[Nature]\",\"[Units]\",\"[Reporting Type]\"";
    let row = |area: u16, year: u16, tonnes: f64| format!("\"EN_EWT_GENV\",\"{area}\",\"{year}\",\"{tonnes}\",\"E\",\"TONNES\",\"G\"");
    // China above Asia, the world and 40 kg a head; India above Asia alone, before and behind its last year.
    let wrong = [row(156, 2019, 58e6), row(356, 2019, 29e6), row(356, 2022, 30e6)];
    let right = [row(156, 2015, 28e6), row(156, 2010, 13e6), row(840, 2019, 7e6), row(356, 2024, 28e6)];
    workspace.write("in/unsd/sdg_global/x.csv", [vec![header.to_owned()], wrong.to_vec(), right.to_vec()].concat().join("\n"));
    workspace.keep_only("sql/indicators", &["2.7a_ewaste_recycling.sql"]);
    let run = workspace.expect(4, &["run", "--from", "in"]);
    assert!(run.stderr.contains("ewaste_plausible") && run.stderr.contains("(3 rows)"), "{}", run.stderr);
    let shown = workspace.expect(0, &["checks", "--failed"]).stdout;
    for told in [
        "58000000 tonnes, M49_142 has 28621879 in 2021, WLD has 57638638 in 2020, 40.7 kg a head",
        "29000000 tonnes, M49_142 has 28621879 in 2021",
        "30000000 tonnes, M49_142 has 28621879 in 2021",
    ] {
        assert!(shown.contains(told), "{told}: {shown}");
    }
}
