//! Slips of an author that no single file shows: a series that no observation has, a unit that is another.

use crate::support::Workspace;

const PIPELINE: &str = "source = \"mine\"\ntitle = \"Mine\"\nlicence = \"CC BY 4.0\"\n[[dataset]]\nname = \"d\"\nformat = \"table\"\n\
[dataset.columns]\nseries = \"series\"\nref_area = \"area\"\ntime_period = \"year\"\nvalue = \"value\"\nunit = \"unit\"\n";

const BODY: &str = "series,area,year,value,unit\nshare,KEN,2022,40,PT\nshare,PER,2022,60,PT\nprice,KEN,2022,3,USD\nprice,PER,2022,4,USD\n\
ratio,NGA,2022,0.5,RATIO\n";

/// A workspace with one data set, two indicators in percent, `other` of the series `share` and `mine` of `series`, and one
/// check.
fn workspace(check: &str, series: &[&str], select: &str) -> Workspace {
    let workspace = Workspace::of_method().with_check(check);
    workspace.write("pipelines/mine.toml", PIPELINE);
    workspace.write("in/mine/d/d.csv", BODY);
    workspace.write("sql/indicators/other.sql", indicator("9.1", "other", &["share"], SELECT));
    workspace.write("sql/indicators/mine.sql", indicator("9.2", "mine", series, select));
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

/// What a run says of the check; it promotes the release.
fn rows(workspace: &Workspace, check: &str) -> String {
    workspace.expect(0, &["check"]);
    workspace.expect(0, &["run", "--from", "in"]);
    workspace.json(0, &["checks", check]).to_string()
}

/// A release without any value of it was published, and all checks passed.
#[test]
fn an_indicator_without_a_value() {
    let check = "indicators_without_values";
    let told = rows(&workspace(check, &["shar", "share2"], SELECT), check);
    assert!(
        told.contains("no value at all, of 5 observations in its data sets; listed series that no observation has: mine shar, mine share2"),
        "{told}"
    );
    let never = format!("{SELECT} WHERE c.time_period < 1900");
    let told = rows(&workspace(check, &["share"], &never), check);
    assert!(told.contains("mine") && told.contains("no value at all, of 5 observations") && !told.contains("listed"), "{told}");
    // A series that some providers do not have is a choice among several.
    let told = rows(&workspace(check, &["share", "share2"], SELECT), check);
    assert!(!told.contains("no value"), "{told}");
}

/// Dollars were published as percent, alone and in the median of the world.
#[test]
fn values_in_another_unit() {
    let check = "units_of_values";
    let told = rows(&workspace(check, &["share", "price"], SELECT), check);
    assert!(!told.contains(" values: "), "the first series has every figure: {told}");
    let told = rows(&workspace(check, &["price", "ratio"], SELECT), check);
    assert!(told.contains("2 values: figures of mine price in USD are published as PT, such as KEN 2022 3"), "{told}");
    assert!(told.contains("1 values: figures of mine ratio in RATIO are published as PT, such as NGA 2022 0.5"), "{told}");
    let with_unit = SELECT.replace("c.value,", "c.value, c.unit,");
    let told = rows(&workspace(check, &["price"], &with_unit), check);
    assert!(told.contains("2 values: given in USD and rolled up to PT, such as KEN 2022 3"), "{told}");
    // What the SELECT computes is in the unit that it says.
    let computed = SELECT.replace("c.value,", "100.0 * c.value AS value,");
    let told = rows(&workspace(check, &["ratio"], &computed), check);
    assert!(!told.contains(" values: "), "{told}");
}
