//! `explain` of weights that are not at hand as they are: households, made of people and persons per household.

use super::explain::adds_up;
use super::{explained, number, project_with, text};
use crate::support::Workspace;

const HEADER: &str = "\"seriesID\",\"seriesCode\",\"seriesName\",\"seriesParent\",\"seriesUnits\",\"entityID\",\"entityIso\",\"entityName\",\
    \"dataValue\",\"dataYear\",\"dataNote\",\"dataSource\",\"seriesDescription\"\n";

fn write(workspace: &Workspace, dataset: &str, series: &str, unit: &str, figures: &[(&str, f64)]) {
    let row =
        |(area, value): &(&str, f64)| format!("{series},\"x\",\"x\",,\"{unit}\",1,\"{area}\",\"{area}\",\"{value}\",2020,\"\",\"\",\"\"\n");
    let rows: String = figures.iter().map(row).collect();
    workspace.write(&format!("bodies/itu/{dataset}/a.csv"), format!("{HEADER}{rows}"));
}

#[test]
fn households_are_the_weight_once_persons_per_household_are_at_hand() {
    let workspace = project_with(&["1.3_households_internet.sql"]);
    // Twelve of the economies of ITU's Africa, which are most of its people.
    let figures = [
        ("NGA", 30.0),
        ("ETH", 16.0),
        ("COD", 10.0),
        ("TZA", 29.0),
        ("ZAF", 60.0),
        ("KEN", 18.0),
        ("UGA", 9.0),
        ("AGO", 35.0),
        ("GHA", 40.0),
        ("MDG", 5.0),
        ("CMR", 20.0),
        ("CIV", 25.0),
    ];
    write(&workspace, "households_internet", "12047", "%", &figures);
    let arguments = ["households_internet", "--area", "ITU_AFR", "--year", "2020"];
    workspace.expect(0, &["run", "--from", "bodies"]);
    let by_people = explained(&workspace, &arguments);
    adds_up(&by_people);
    let by_people = |area: &str| -> f64 {
        let members = by_people["members"].as_array().unwrap();
        number(&members.iter().find(|member| member["ref_area"] == area).unwrap()["base_share"])
    };
    assert!(!workspace.read("data/current/csv/households_internet.csv").contains("weighed by"));
    // Economies with too few values have none more with other weights.
    let said =
        workspace.json(0, &["sql", "SELECT note FROM progress WHERE note LIKE '%not loaded%' OR note LIKE '%persons_per_household%'"]);
    assert_eq!(said["data"]["rows"].as_array().map(Vec::len), Some(0), "{said}");

    // The unit is what ITU calls it.
    write(&workspace, "persons_per_household", "265", "persons", &[("NGA", 4.5), ("ETH", 5.0), ("KEN", 3.0), ("ZAF", 3.0)]);
    workspace.expect(0, &["run", "--from", "bodies"]);
    let by_households = explained(&workspace, &arguments);
    let (present, missing) = adds_up(&by_households);
    assert_eq!((present.len(), present.len() + missing.len()), (12, 44));
    assert!(text(&by_households["note"]).contains("weighed by the mean household size: 40 economies"), "{}", by_households["note"]);
    // With a value or without, those without a size have the same one: their shares move together, the others' apart.
    let share = |area: &str| {
        let member = present.iter().chain(&missing).find(|member| member["ref_area"] == area).unwrap();
        number(&member["base_share"]) / by_people(area)
    };
    for area in ["UGA", "BDI", "SEN"] {
        assert!((share(area) / share("COD") - 1.0).abs() < 1e-12, "{area}");
    }
    assert!((share("ZAF") / share("KEN") - 1.0).abs() < 1e-12);
    assert!((share("KEN") / share("ETH") - 5.0 / 3.0).abs() < 1e-12, "five persons in a household, and three");
}
