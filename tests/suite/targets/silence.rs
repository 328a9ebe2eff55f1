//! What a header says of economies that report nothing: beside denominators, and about what nobody reports.

use super::{checked, indicator, workspace};

/// Two economies with lines, one without a report: its people would stand beside the lines of the others.
#[test]
fn silence_is_no_denominator() {
    let of = |(rollup, base): (&str, &str)| {
        let silence = "unit = \"PT\"\nsilence = { means = \"zero\", reason = \"none\" }";
        format!("{silence}\nrollup = \"{rollup}\"\ncoverage = {{ base = \"{base}\" }}")
    };
    let refused = [("ratio_of_sums", "population"), ("ratio_of_sums", "economies"), ("weighted_mean", "economies")];
    let told = checked(&refused.map(of), 2);
    assert_eq!(told.matches("error[E0502]").count(), 3, "{told}");
    assert_eq!(told.matches("of an economy that reports nothing").count(), 3, "{told}");
    let right = [("ratio_of_sums", "weight"), ("weighted_mean", "population"), ("weighted_mean", "weight"), ("median", "economies")];
    checked(&right.map(of), 0);
}

/// Silence about a mistyped breakdown counted for nothing, and the mean was that of the reporters alone.
#[test]
fn silence_about_what_nobody_reports() {
    let workspace = workspace("a,KEN,2018,30,PT,,\na,UGA,2018,40,PT,,\n");
    let check = "sql/checks/silence_without_figures.sql";
    workspace.write(check, std::fs::read(crate::support::project().join(check)).unwrap());
    let write = |series: &str, silence: &str| {
        let keys = format!(
            "unit = \"PT\"\nrollup = \"median\"\nsilence = {{ means = \"zero\", breakdown = \"{silence}\", reason = \"none\" }}\n\
             series = [{{ source = \"mine\", series = \"a\"{series} }}]"
        );
        let select = "SELECT ref_area, time_period, breakdown, value FROM chosen";
        workspace.write("sql/indicators/index.sql", indicator("index", &keys, select));
    };
    write(", breakdown = \"5G\"", "6G");
    let told = workspace.expect(2, &["check"]).stdout;
    assert!(told.contains("`silence` means something for breakdown `6G`, and no series of this header is that: 5G"), "{told}");
    write(", breakdown = \"5G\"", "5G");
    workspace.expect(0, &["check"]);
    let run = workspace.expect(0, &["run", "--from", "in"]);
    assert!(!run.stdout.contains("silence_without_figures"), "{}", run.stdout);
    // A series that has the codes of its provider is seen by its figures.
    write("", "6G");
    workspace.expect(0, &["check"]);
    let run = workspace.expect(0, &["run", "--from", "in", "--accept", "coverage_lost", "--now", "2026-11-25"]);
    assert!(run.stdout.contains("silence_without_figures (1 row)"), "{}", run.stdout);
}
