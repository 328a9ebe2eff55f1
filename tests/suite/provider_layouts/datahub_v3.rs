//! The third version of the DataHub's CSV: words of a breakdown beside the code, aggregates among the economies.

use super::{pulled, rows};

/// Version 3 names no parent: the code has the stem, and what the percentage is of.
#[test]
fn breakdowns_of_version_3() {
    let body = "SeriesID,SeriesCode,Series,Unit,Database,Year,AreaName,AreaCode,DisaggregationGroup,Disaggregation1,Disaggregation2,Value,Notes,Source,LastModifiedOn
99031,HHU271own-%_POP-FEMALE-,HH10,% of individuals,d,2024,Thailand,THA,Gender,Female,,90.5,,,2026-07-07
99032,HHU4212ab-%_NOINT-FEMALE-,HH09,% of individuals,d,2024,Thailand,THA,Gender,Female,,1.5,,,2026-07-07
";
    let workspace = pulled("itu/ict_skills_safety", "x.csv", body);
    // Of people without Internet use: another percentage, which is not that of our total.
    assert_eq!(
        rows(&workspace, "SELECT series AS a, sex AS b, unit AS c FROM observations ORDER BY obs_value DESC"),
        ["28027 F PT", "99032 F _U"]
    );
    // A collection does not name its members; a data set that names its series has breakdowns of known ones only.
    let workspace = pulled("itu/mobile_ownership", "x.csv", body);
    assert_eq!(rows(&workspace, "SELECT series AS a, sex AS b, unit AS c FROM observations"), ["28027 F PT"]);
    assert_eq!(rows(&workspace, "SELECT reason AS a, detail AS b FROM quarantine"), ["series_not_asked 99032"]);
}

/// A row with the code of a total and the words of a part was read as the total; the same words on a code that our table
/// lacks were those of its first row.
#[test]
fn words_of_version_3_against_their_code() {
    let body = "SeriesID,SeriesCode,Series,Unit,Database,Year,AreaName,AreaCode,DisaggregationGroup,Disaggregation1,Disaggregation2,Value,Notes,Source,LastModifiedOn
11624,i99H,Internet users (%),%,d,2024,Kenya,KEN,,,,40.5,,,2026-02-04
11624,i99H,Internet users (%),%,d,2024,Thailand,THA,Gender,Female,,90.5,,,2026-02-04
11624,i99H,Internet users (%),%,d,2024,Viet Nam,VNM,Gender,Total,,80.5,,,2026-02-04
9074,HHU271-%_POP-FEMALE-,Internet users (%),%,d,2024,Kenya,KEN,Gender,Female,,39.5,,,2026-02-04
9074,HHU271-%_POP-FEMALE-,Internet users (%),%,d,2024,Thailand,THA,Gender,Rural,Female,70.5,,,2026-02-04
";
    // A small share of the rows.
    let before: String =
        (2000..2020).map(|year| format!("11624,i99H,Internet users (%),%,d,{year},Kenya,KEN,,,,10.5,,,2026-02-04\n")).collect();
    let workspace = pulled("itu/internet_use", "x.csv", &(body.to_owned() + &before));
    assert_eq!(
        rows(
            &workspace,
            "SELECT ref_area AS a, sex AS b, obs_value AS c FROM observations WHERE time_period > 2019 ORDER BY ref_area, sex"
        ),
        ["KEN F 39.5", "KEN _T 40.5", "VNM _T 80.5"]
    );
    assert_eq!(
        rows(&workspace, "SELECT reason AS a, detail AS b FROM quarantine ORDER BY detail"),
        [
            "other_breakdown 11624 of `Female`, our table has sex, age, urbanisation, education _T, _T, _T, _T",
            "other_breakdown 9074 of `Rural`, our table has sex, age, urbanisation, education F, _T, _T, _T",
        ]
    );
}

/// Each edition estimates the past anew: an aggregate was published without the day of its edition, and as an ordinary figure.
#[test]
fn aggregates_of_version_3_have_their_edition() {
    let body = "SeriesID,SeriesCode,Series,Unit,Database,Year,AreaName,AreaCode,DisaggregationGroup,Disaggregation1,Disaggregation2,Value,Notes,Source,LastModifiedOn
11624,i99H,Internet users (%),%,d,2024,World,WLD,,,,67.5,,ITU,2026-02-04
11624,i99H,Internet users (%),%,d,2023,World,WLD,,,,65.5,,ITU,2025-11-17T00:00:00
11624,i99H,Internet users (%),%,d,2022,World,WLD,,,,63.5,,ITU,
11624,i99H,Internet users (%),%,d,2024,Kenya,KEN,,,,40.5,,ITU,2026-02-04
";
    let workspace = pulled("itu/internet_use", "x.csv", body);
    assert_eq!(
        rows(
            &workspace,
            "SELECT ref_area AS a, time_period AS b, obs_status AS c, note AS d FROM observations ORDER BY ref_area, time_period"
        ),
        [
            "KEN 2024 A ITU",
            "WLD 2022 E ITU aggregate, updated unknown",
            "WLD 2023 E ITU aggregate, updated 2025-11-17",
            "WLD 2024 E ITU aggregate, updated 2026-02-04",
        ]
    );
}
