//! Real provider bodies, on machines that have them.

use std::collections::BTreeSet;

use yardstick::tables::cells::Table;

use crate::support::{Workspace, replay, rows, skipped, value};

/// One of each source and of each way to sum up, each of which has figures in these bodies: its file and its name.
const INDICATORS: [(&str, &str); 7] = [
    ("1.1_broadband_coverage.sql", "broadband_coverage"),
    ("2.1_internet_use.sql", "internet_use"),
    ("2.2b_mobile_ownership.sql", "mobile_ownership"),
    ("2.3_business_internet_use.sql", "business_internet_use"),
    ("2.4_schools_internet.sql", "schools_internet"),
    ("2.5_ict_skills.sql", "ict_skills"),
    ("2.7a_ewaste_recycling.sql", "ewaste_recycling"),
];

#[test]
fn real_bodies_of_all_four_sources_are_read() {
    let Some(folder) = replay() else {
        skipped("provider bodies");
        return;
    };
    let workspace = Workspace::of_project();
    workspace.keep_only("sql/indicators", &INDICATORS.map(|name| name.0));
    // The bodies that are shipped are published in every format.
    workspace.publish_little();
    let run = workspace.expect(0, &["run", "--quiet", "--from", &folder.to_string_lossy()]);
    assert!(!run.stderr.contains("panicked"));

    let manifest: serde_json::Value = serde_json::from_str(&workspace.read("data/current/manifest.json")).unwrap();
    let mut sources = BTreeSet::new();
    for input in manifest["inputs"].as_array().unwrap() {
        let count = |name: &str| input[name].as_u64().unwrap();
        assert_eq!(count("rows_in"), count("observations") + count("quarantined") + count("headings"));
        assert!(100 * count("quarantined") < count("rows_in"), "{} has more than 1 % in quarantine", input["dataset"]);
        assert_eq!(input["status"], "new");
        sources.insert(input["source"].as_str().unwrap().to_owned());
    }
    assert_eq!(sources.into_iter().collect::<Vec<_>>(), ["itu", "unctad", "unesco", "unsd"]);

    let values = workspace.release("values.parquet");
    let totals = [("indicator", "internet_use"), ("sex", "_T"), ("age", "_T"), ("urbanisation", "_T"), ("disability", "_T")];
    let of = |column: &str, area: &str, year: &str, estimate: &str| {
        value(&values, column, &[&totals[..], &[("ref_area", area), ("time_period", year), ("estimate", estimate)]].concat())
    };
    for estimate in ["available", "imputed"] {
        let (world, coverage) = (of("value", "WLD", "2023", estimate), of("coverage", "WLD", "2023", estimate));
        assert!((65.0..75.0).contains(&world), "{estimate}: {world}");
        assert!((0.9..=1.0).contains(&coverage), "{estimate}: {coverage}");
    }
    assert!(of("coverage", "WLD", "2023", "imputed") > of("coverage", "WLD", "2023", "available"));
    // The UN's own aggregate stands beside ours, in the years it has.
    assert!((49.0..50.5).contains(&of("value", "WLD", "2017", "published")));
    assert!((40.0..50.0).contains(&of("value", "WLD", "2017", "available")));

    let cells = Table(&values);
    let groups: BTreeSet<&str> = rows(&values, &[("indicator", "internet_use"), ("estimate", "imputed")])
        .into_iter()
        .filter_map(|row| cells.text("ref_area", row))
        .collect();
    for group in [
        "WLD",
        "LDC",
        "LLDC",
        "SIDS",
        "DEVELOPED",
        "DEVELOPING",
        "ITU_AFR",
        "ITU_AMS",
        "ITU_ARB",
        "ITU_ASP",
        "ITU_CIS",
        "ITU_EUR",
        "WB_HIC",
        "WB_UMC",
        "WB_LMC",
        "WB_LIC",
        "M49_034",
        "M49_202",
    ] {
        assert!(groups.contains(group), "{group}");
    }
    let indicators: BTreeSet<&str> = (0..cells.len()).filter_map(|row| cells.text("indicator", row)).collect();
    for (_, indicator) in INDICATORS {
        assert!(indicators.contains(indicator), "{indicator}");
    }
}
