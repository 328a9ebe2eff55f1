//! Files as agencies publish them and people put them into a folder, read by a table data set: whatever is unusual is
//! understood, refused or told; nothing is read wrongly or left out in silence.

mod columns;
mod folders;
mod json;
mod messy;
mod numbers;
mod rows;
mod sheets;

use yardstick::tables::cells::Table;

use crate::support::{Run, Workspace, parquet};

pub(crate) const LONG: &str =
    "series = { constant = \"s\" }\nref_area = \"Area\"\ntime_period = \"Year\"\nvalue = \"Value\"\nunit = { constant = \"NUMBER\" }\n";
const WIDE: &str = "series = { constant = \"s\" }\nref_area = \"Area\"\nunit = { constant = \"NUMBER\" }\n";

/// A workspace with one table data set, `example/t`, and another one that has a body.
fn workspace(settings: &str, columns: &str) -> Workspace {
    let workspace = Workspace::of_method();
    workspace.without_people();
    // Of a few rows, one that is set aside is more than a tenth.
    let set = |name: &str, settings: &str, columns: &str| {
        format!(
            "[[dataset]]\nname = \"{name}\"\nformat = \"table\"\nmaximum_share_set_aside = 1.0\n{settings}\n[dataset.columns]\n{columns}\n"
        )
    };
    let text = format!("source = \"example\"\nlicence = \"CC BY\"\n{}{}", set("t", settings, columns), set("other", "", LONG));
    workspace.write("pipelines/example.toml", text);
    workspace.write("in/example/other/a.csv", "Area,Year,Value\nKEN,2000,1\n");
    workspace
}

/// Pulls one body; every value of the data set as `area year value`.
pub(crate) fn read(settings: &str, columns: &str, body: &str) -> (Workspace, Run, Vec<String>) {
    let workspace = workspace(settings, columns);
    workspace.write("in/example/t/a.csv", body);
    let run = workspace.expect(0, &["pull", "--from", "in"]);
    let values = values(&workspace);
    (workspace, run, values)
}

/// Pulls one body that must be refused, with these words.
fn refused(settings: &str, columns: &str, body: &str, words: &[&str]) {
    let workspace = workspace(settings, columns);
    workspace.write("in/example/t/a.csv", body);
    refused_in(&workspace, words);
}

fn refused_in(workspace: &Workspace, words: &[&str]) {
    let run = workspace.expect(3, &["pull", "--from", "in"]);
    let line = run.stderr.lines().find(|line| line.starts_with("example/t: E")).unwrap_or_else(|| panic!("{}", run.stderr));
    for word in words {
        assert!(line.contains(word), "no `{word}` in: {line}");
    }
}

fn values(workspace: &Workspace) -> Vec<String> {
    let query = "SELECT ref_area, time_period, coalesce(obs_value, 'none') AS v FROM (SELECT ref_area, time_period, CAST(obs_value AS text) AS obs_value FROM observations WHERE dataset = 't') ORDER BY 1, 2, 3";
    let answer = workspace.expect(0, &["sql", query, "--output", "csv"]);
    answer.stdout.lines().skip(1).map(|line| line.replace(',', " ")).collect()
}

/// What was set aside, as `record reason detail`.
fn set_aside(workspace: &Workspace) -> Vec<String> {
    let kept = parquet(&workspace.path("data/quarantine/example/t.parquet"));
    let cells = Table(&kept);
    let text = |column: &str, row| cells.text(column, row).unwrap().to_owned();
    (0..cells.len()).map(|row| format!("{} {} {}", cells.int("record", row).unwrap(), text("reason", row), text("detail", row))).collect()
}

/// One line of stderr has all of these words.
fn told(run: &Run, words: &[&str]) {
    assert!(run.stderr.lines().any(|line| words.iter().all(|word| line.contains(word))), "no line has {words:?}:\n{}", run.stderr);
}
