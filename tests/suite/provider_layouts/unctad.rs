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
            "B3 BRA 10-49 97.5 PT",
            "B3 BRA _T 98.5 PT",
            "Proportion of businesses with a website BRA 10-49 null PT",
            "Proportion of businesses with a website BRA _T 60.5 PT",
        ]
    );
}

/// Indicators read the codes of the core list, and nobody knows which ones the reports have: other codes beside the words
/// of the list, and words alone, gave series that none of them found.
#[test]
fn the_core_indicators_by_their_words() {
    let head = "Year,Economy,Economy Label,UseOfIct,UseOfIct Label,EnterpriseSize,EnterpriseSize Label,Percentage,Percentage Footnote,Percentage Missing value\n";
    let words = "Proportion of businesses using the Internet";
    let rows_of = [
        format!("2020,076,Brazil,03,{words},0,All (persons employed),5,,\n"),
        format!("2021,076,Brazil,b3,{words},0,All (persons employed),6,,\n"),
        "2022,076,Brazil,B12.IDEL,Delivering products online,0,All (persons employed),7,,\n".to_owned(),
        "2023,076,Brazil,77,Something new,0,All (persons employed),8,,\n".to_owned(),
    ];
    let workspace = pulled("unctad/ict_use_by_size", "x.csv", format!("{head}{}", rows_of.concat()));
    assert_eq!(rows(&workspace, QUERY), ["77 BRA _T 8.0 PT", "B12.IDEL BRA _T 7.0 PT", "B3 BRA _T 5.0 PT", "B3 BRA _T 6.0 PT"]);
    let labels = head.replace("UseOfIct,", "") + &format!("2020,076,Brazil,{words},0,All (persons employed),5,,\n");
    assert_eq!(rows(&pulled("unctad/ict_use_by_size", "x.csv", labels), QUERY), ["B3 BRA _T 5.0 PT"]);
}

/// A further column in words was taken for a measure, and the series of the one that there is got another name.
#[test]
fn a_column_in_words_beside_a_measure_with_its_twins() {
    let workspace = Workspace::of_project();
    let body = "Year,Economy,Economy Label,UseOfIct,UseOfIct Label,EnterpriseSize,EnterpriseSize Label,Percentage,Percentage Footnote,Percentage Missing value,Row number\n2021,076,Brazil,B3,Internet,0,All,98.5,,,1\n";
    workspace.write("in/unctad/ict_use_by_size/x.csv", body);
    let run = workspace.expect(1, &["pull", "--from", "in"]);
    assert!(run.stderr.contains("column `Row number` has no label or code beside it"), "{}", run.stderr);
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

/// An empty cell of a dimension passed for its total, and a row without its indicator for a series of the measure's name.
#[test]
fn a_dimension_that_is_empty_is_no_total() {
    let row = |area: &str, rest: &str| format!("2021,{area},x,{rest}\n");
    let head = "Year,Economy,Economy Label,UseOfIct,UseOfIct Label,EnterpriseSize,EnterpriseSize Label,Percentage,Percentage Footnote,Percentage Missing value\n";
    let good: String = (1990..2020).map(|year| format!("{year},076,Brazil,B3,Internet,0,All (persons employed),5,,\n")).collect();
    let odd = [
        row("404", "B3,Internet,,,5,,"),
        row("404", ",Internet,0,All (persons employed),6,,"),
        row("404", "B3,Internet,7,Allied trades,7,,"),
    ];
    let workspace = pulled("unctad/ict_use_by_size", "x.csv", format!("{head}{}{good}", odd.concat()));
    assert!(rows(&workspace, "SELECT series AS a FROM observations WHERE ref_area = 'KEN'").is_empty());
    let aside = "SELECT record AS a, reason AS b, detail AS c FROM quarantine ORDER BY record";
    let expected = ["1 missing_code no enterprisesize", "2 missing_code no useofict", "3 unknown_word enterprisesize `Allied trades`"];
    assert_eq!(rows(&workspace, aside), expected);

    let places =
        [row("076", "B3,Internet,1,Rural areas,5,,"), row("076", "B3,Internet,2,Urban areas,6,,"), row("076", "B3,Internet,0,All,7,,")];
    let workspace = pulled("unctad/ict_use_by_location", "x.csv", head.replace("EnterpriseSize", "LocationType") + &places.concat());
    let query = "SELECT urbanisation AS a, breakdown AS b, obs_value AS c FROM observations ORDER BY 1";
    assert_eq!(rows(&workspace, query), ["R _T 5.0", "U _T 6.0", "_T _T 7.0"]);
}
