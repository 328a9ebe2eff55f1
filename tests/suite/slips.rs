//! Slips of an author that no single file shows: a series that no observation has, a unit that is another.

use yardstick::tables::cells::Table;

use crate::support::{Workspace, rows};

const PIPELINE: &str = "source = \"mine\"\ntitle = \"Mine\"\nlicence = \"CC BY 4.0\"\n[[dataset]]\nname = \"d\"\nformat = \"table\"\n\
[dataset.columns]\nseries = \"series\"\nref_area = \"area\"\ntime_period = \"year\"\nvalue = \"value\"\nunit = \"unit\"\n";

const BODY: &str = "series,area,year,value,unit\nshare,KEN,2022,40,PT\nshare,PER,2022,60,PT\nprice,KEN,2022,3,USD\nprice,PER,2022,4,USD\n\
ratio,NGA,2022,0.5,RATIO\n";

/// A workspace with one data set, indicators in percent, `other` of the series `share` and `mine0` and so on of these series,
/// and one check.
fn workspace(check: &str, mine: &[(&[&str], &str)]) -> Workspace {
    let workspace = Workspace::of_method().with_check(check);
    workspace.write("pipelines/mine.toml", PIPELINE);
    workspace.write("in/mine/d/d.csv", BODY);
    workspace.write("sql/indicators/other.sql", indicator("9.9", "other", &["share"], SELECT));
    for (at, (series, select)) in mine.iter().enumerate() {
        let name = format!("mine{at}");
        workspace.write(&format!("sql/indicators/{name}.sql"), indicator(&format!("9.{at}"), &name, series, select));
    }
    workspace
}

const SELECT: &str = "SELECT c.ref_area, c.time_period, c.value, c.obs_status, c.source FROM chosen AS c";

fn indicator(id: &str, name: &str, series: &[&str], select: &str) -> String {
    let series: Vec<String> = series.iter().map(|code| format!("{{ source = \"mine\", series = \"{code}\" }}")).collect();
    format!(
        "/*---\nid = \"{id}\"\nname = \"{name}\"\ntitle = \"An example\"\nunit = \"PT\"\nrollup = \"median\"\ngroups = [\"world\"]\n\
coverage = {{ publish = 0.001, flag = 0.001, base = \"economies\" }}\ndatasets = [\"mine/d\"]\nseries = [{}]\nwindow = 0\n\
definition = \"An example\"\nmethod = \"Median\"\ncaveats = \"None\"\nowner = \"Nobody\"\nsources = [\"mine\"]\n---*/\n{select}\n",
        series.join(", ")
    )
}

/// What a run says of the check, of each of these indicators; it promotes the release.
fn told(check: &str, mine: &[(&[&str], &str)]) -> Vec<String> {
    let workspace = workspace(check, mine);
    workspace.expect(0, &["check"]);
    workspace.expect(0, &["run", "--from", "in"]);
    let failures = workspace.release(&format!("failures/{check}.parquet"));
    let cells = Table(&failures);
    assert!(rows(&failures, &[("indicator", "other")]).is_empty());
    let of = |name: String| rows(&failures, &[("indicator", &name)]).into_iter().map(|row| cells.text("detail", row).unwrap().to_owned());
    (0..mine.len()).map(|at| of(format!("mine{at}")).collect::<Vec<_>>().join("\n")).collect()
}

/// A release without any value of it was published, and all checks passed.
#[test]
fn an_indicator_without_a_value() {
    let never = format!("{SELECT} WHERE c.time_period < 1900");
    let told = told(
        "indicators_without_values",
        &[
            (&["shar", "share2"], SELECT),
            (&["share"], &never),
            // A series that some providers do not have is a choice among several.
            (&["share", "share2"], SELECT),
        ],
    );
    assert!(
        told[0]
            .contains("no value at all, of 5 observations in its data sets; listed series that no observation has: mine shar, mine share2"),
        "{told:?}"
    );
    assert!(told[1].contains("no value at all, of 5 observations") && !told[1].contains("listed"), "{told:?}");
    assert!(!told[2].contains("no value"), "{told:?}");
}

/// Dollars were published as percent, alone and in the median of the world.
#[test]
fn values_in_another_unit() {
    let with_unit = SELECT.replace("c.value,", "c.value, c.unit,");
    // What the SELECT computes is in the unit that it says.
    let computed = SELECT.replace("c.value,", "100.0 * c.value AS value,");
    let told = told(
        "units_of_values",
        &[(&["share", "price"], SELECT), (&["price", "ratio"], SELECT), (&["price"], &with_unit), (&["ratio"], &computed)],
    );
    assert!(!told[0].contains(" values: "), "the first series has every figure: {told:?}");
    assert!(told[1].contains("2 values: figures of mine price in USD are published as PT, such as KEN 2022 3"), "{told:?}");
    assert!(told[1].contains("1 values: figures of mine ratio in RATIO are published as PT, such as NGA 2022 0.5"), "{told:?}");
    assert!(told[2].contains("2 values: given in USD and rolled up to PT, such as KEN 2022 3"), "{told:?}");
    assert!(!told[3].contains(" values: "), "{told:?}");
}
