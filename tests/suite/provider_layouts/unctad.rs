//! UNCTADstat: headers with labels, and measures that are named in words.

use super::{pulled, rows};
use crate::support::Workspace;

const QUERY: &str =
    "SELECT series AS a, ref_area AS b, size_class AS c, obs_value AS d, unit AS e FROM observations ORDER BY series, ref_area, size_class";

#[test]
fn one_column_of_values_for_each_measure() {
    let body = "Year,Economy,Economy Label,EnterpriseSize,EnterpriseSize Label,Proportion of businesses using the Internet,Proportion of businesses with a website
2021,076,Brazil,0,All (persons employed),98.5,60.5
2021,076,Brazil,1,10-49 persons employed,97.5,
";
    let workspace = pulled("unctad/ict_use_by_size", "x.csv", body);
    assert_eq!(
        rows(&workspace, QUERY),
        [
            "Proportion of businesses using the Internet BRA 10-49 97.5 PT",
            "Proportion of businesses using the Internet BRA _T 98.5 PT",
            "Proportion of businesses with a website BRA 10-49 null PT",
            "Proportion of businesses with a website BRA _T 60.5 PT",
        ]
    );
}

#[test]
fn labels_without_codes() {
    let body =
        "Year,Economy,Economy Label,UseOfIct,UseOfIct Label,EnterpriseSize Label,Percentage,Percentage Footnote,Percentage Missing value
2021,076,Brazil,B3,Internet,All (persons employed),98.5,,
2021,076,Brazil,B3,Internet,250 and more,99.5,,
";
    let workspace = pulled("unctad/ict_use_by_size", "x.csv", body);
    assert_eq!(rows(&workspace, QUERY), ["B3 BRA 250+ 99.5 PT", "B3 BRA _T 98.5 PT"]);
}

/// One word may be a dimension: its breakdowns would pass for totals.
#[test]
fn a_column_of_one_word_is_no_measure() {
    let workspace = Workspace::of_project();
    let body = "Year,Economy,Economy Label,EnterpriseSize,EnterpriseSize Label,Activity,Proportion of businesses using the Internet\n2021,076,Brazil,0,All,2,98.5\n";
    workspace.write("in/unctad/ict_use_by_size/x.csv", body);
    let run = workspace.expect(1, &["pull", "--from", "in"]);
    assert!(run.stderr.contains("column `Activity` has no label or code beside it"), "{}", run.stderr);
}
