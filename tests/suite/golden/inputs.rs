//! Groups and price baskets that the worked cases need beside the shipped tables.

use std::fmt::Write as _;

use crate::support::{Workspace, project};

/// Groups of our own beside those of the reference tables.
pub(super) fn groups(workspace: &Workspace) {
    let (mut groups, mut membership) =
        (workspace.read("pipelines/reference/groups.csv"), workspace.read("pipelines/reference/membership.csv"));
    let own: [(&str, &str, &[&str]); 5] = [
        ("wdi", "WDI_SAS", &["AFG", "BGD", "BTN", "IND", "LKA", "MDV", "NPL", "PAK"]),
        ("wdi", "WDI_ANZ", &["AUS", "NZL"]),
        ("cases", "FOUR", &["BGD", "DZA", "EGY", "MEX"]),
        ("cases", "THREE", &["AUT", "BEL", "CHE"]),
        ("special", "FIVE", &["ARG", "BOL", "BRA", "CHL", "COL"]),
    ];
    for (scheme, code, members) in own {
        writeln!(groups, "{code},{scheme},{code},{}", members.len()).unwrap();
        for member in members {
            writeln!(membership, "{scheme},{code},{member},,,test").unwrap();
        }
    }
    // The case of regions counts Taiwan in Asia-Pacific; our tables have it in no region.
    let region = "ITU_ASP,itu_region,Asia-Pacific (ITU region),";
    let counted = groups.replace(region, &format!("{region}42"));
    assert_ne!(groups, counted);
    membership.push_str("itu_region,ITU_ASP,TWN,,,test\n");
    workspace.write("pipelines/reference/groups.csv", counted);
    workspace.write("pipelines/reference/membership.csv", membership);
}

/// Five baskets in 2020; in 2025 a price in 205 (mobile) and 195 (fixed) economies, affordable in 130 and 88.
pub(super) fn baskets() -> String {
    let mut text = String::from("series,ref_area,time_period,value\n");
    for (area, price) in [("ARG", "0.5"), ("BOL", "1.4"), ("BRA", "2.00"), ("CHL", "2.1"), ("COL", "9")] {
        writeln!(text, "33331,{area},2020,{price}").unwrap();
    }
    let membership = std::fs::read_to_string(project().join("pipelines/reference/membership.csv")).unwrap();
    let world: Vec<&str> =
        membership.lines().filter_map(|line| line.strip_prefix("world,WLD,")).filter_map(|rest| rest.split(',').next()).collect();
    for (series, economies, affordable) in [("36056", 205, 130), ("33331", 195, 88)] {
        for (index, area) in world[..economies].iter().enumerate() {
            writeln!(text, "{series},{area},2025,{}", if index < affordable { "1.99" } else { "2.01" }).unwrap();
        }
    }
    text
}
