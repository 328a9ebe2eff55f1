//! ITU's published medians of prices, 2008 to 2021, which are of a balanced panel, from the workbook that has them.

use yardstick::tables::cells::Table;

use crate::support::{Workspace, close, copy, golden, project, row, skipped, value, world};

/// Baskets of the table, and groups as ITU names them.
const BASKETS: [(&str, &str, i64); 2] =
    [("Fixed broadband basket", "FIXED_PANEL", 133), ("Data-only mobile broadband", "MOBILE_PANEL", 137)];
const GROUPS: [(&str, &str); 6] =
    [("World", "WLD"), ("Africa", "ITU_AFR"), ("LDC", "LDC"), ("LLDC", "LLDC"), ("SIDS", "SIDS"), ("Low income", "WB_LIC")];

#[test]
fn published_medians_are_of_the_same_economies() {
    let (Some(golden), Some(world)) = (golden(), world()) else { return skipped("the published medians and the workbook of 2008 to 2021") };
    let workspace = Workspace::of_method();
    for file in [
        "pipelines/itu.toml",
        "pipelines/itu_prices.toml",
        "pipelines/itu_reports.toml",
        "sql/defaults.toml",
        // Each group has the members of that day, and no more.
        "sql/checks/membership_counts.sql",
        "sql/indicators/1.2_broadband_affordability.sql",
        "sql/indicators/1.2b_broadband_affordability_share.sql",
        "sql/indicators/1.2d_affordability_panel.sql",
    ] {
        workspace.write(file, std::fs::read(project().join(file)).unwrap());
    }
    // Of some groups a panel has few members: here all are shown.
    let file = "sql/indicators/1.2d_affordability_panel.sql";
    workspace.write(file, workspace.read(file).replace("min_members = 3, publish = 0.5, flag = 0.25", "publish = 0.0, flag = 0.0"));
    copy(&world.join("itu/price_baskets_2008_2021"), &workspace.path("in/itu/price_baskets_2008_2021"));
    // The groups of the edition: those of its day, for all years.
    workspace.expect(0, &["run", "--from", "in", "--now", "2022-04-01T00:00:00Z"]);
    let values = workspace.release("values.parquet");
    let mut compared = 0;
    let mut reader = csv::Reader::from_path(golden.join("price_medians_2008_2021.csv")).unwrap();
    let header = reader.headers().unwrap().clone();
    for record in reader.records() {
        let record = record.unwrap();
        let Some((_, breakdown, economies)) = BASKETS.iter().find(|(basket, ..)| record.get(1) == Some(basket)) else { continue };
        let (_, group) = GROUPS.iter().find(|(group, _)| record.get(5) == Some(group)).unwrap();
        for (year, printed) in header.iter().zip(&record).skip(6) {
            let Ok(printed) = printed.parse::<f64>() else { continue };
            let key = [
                ("indicator", "affordability_panel"),
                ("ref_area", *group),
                ("time_period", year),
                ("breakdown", breakdown),
                ("estimate", "available"),
            ];
            if year < "2010" {
                continue;
            }
            // The workbook prints two decimals of each economy.
            close(value(&values, "value", &key), printed, 0.005 + 1e-9);
            if *group == "WLD" {
                assert_eq!(Table(&values).int("members_observed", row(&values, &key)), Some(*economies));
            }
            compared += 1;
        }
    }
    assert_eq!(compared, 6 * 12 + 6 * 9);
    // Every member of the panel, those left out, and the middle of them.
    let explain = ["explain", "1.2d", "--area", "WLD", "--year", "2017", "--breakdown", "FIXED_PANEL", "--estimate", "available"];
    let told = workspace.expect(0, &explain).stdout;
    for part in [
        "available: 2.51 PT_GNI",
        "133 of 237 economies have a value in every year",
        "left out, with a value but not in every year: 43 members",
        ": equal",
    ] {
        assert!(told.contains(part), "no `{part}` in\n{told}");
    }
    // The panel goes through the baskets in records of its own: no single basket is what it was made from.
    assert!(!told.contains("made from") && !told.contains("FIXED_1GB"), "{told}");
}
