//! `reference`: tables in Markdown for README and CONTRIBUTING, and the schemas of TOML files, generated so that they
//! cannot go stale.

use serde_json::Value;

use crate::authored::schema as schema_of_file;
use crate::cli::Reference;
use crate::dataset_id::listed;
use crate::error::{Code, Result, SourceText};
use crate::exit::Exit;
use crate::indicator::defaults;
use crate::job::{config, load};
use crate::observe::corrections;
use crate::pipelines;
use crate::printer::{Printer, number};
use crate::release::headline::{headlines, title};
use crate::release::promote;
use crate::settings::Settings;
use crate::sources;
use crate::tables::{parquet, schema};

pub(super) fn reference(settings: &Settings, printer: &Printer, what: Reference) -> Result<Exit> {
    let text = match what {
        Reference::Codes => codes(),
        Reference::ExitCodes => Exit::table(),
        Reference::Tables => tables(),
        Reference::Targets => targets(settings)?,
        Reference::SchemaOfSource => {
            text_of(&schema_of_file::of("A source of Yardstick", "format", &sources::format_names().collect::<Vec<_>>(), |text| {
                drop(pipelines::parse(text, &mut Vec::new()));
            }))?
        }
        Reference::SchemaOfJob => simple("The job of Yardstick", |text| drop(config::parse(text, &mut Vec::new())))?,
        Reference::SchemaOfCorrections => simple("Corrections of Yardstick", |text| drop(corrections::parse(text, &mut Vec::new())))?,
        Reference::SchemaOfDefaults => simple("The defaults of Yardstick", |text| drop(defaults::parse(text, &mut Vec::new())))?,
    };
    printer.data(text.as_bytes());
    Ok(Exit::Done)
}

/// The schema of a file whose tables are of one kind each.
fn simple(title: &str, read: impl Fn(&SourceText)) -> Result<String> {
    text_of(&schema_of_file::of(title, "", &[""], read))
}

fn text_of(schema: &Value) -> Result<String> {
    Ok(serde_json::to_string_pretty(schema)? + "\n")
}

fn codes() -> String {
    let row = |code: &Code| format!("| {code} | {} | {} | {} |\n", code.meaning(), code.actor().name(), code.action());
    format!("| code | what happened | who acts | what to do |\n|---|---|---|---|\n{}", Code::ALL.iter().map(row).collect::<String>())
}

fn tables() -> String {
    let mut text = String::from("| table | columns |\n|---|---|\n");
    for (name, schema) in schema::statistician_tables().into_iter().chain([("indicators.<name>", schema::values())]) {
        let columns: Vec<&str> = schema.fields().iter().map(|f| f.name().as_str()).collect();
        text.push_str(&format!("| {name} | {} |\n", columns.join(", ")));
    }
    text
}

/// What is known, a row a target, and then what is missing; by the rows of progress that a run shows too.
fn targets(settings: &Settings) -> Result<String> {
    let loaded = load::load(settings)?;
    let release = promote::find(&settings.workspace, "current")?;
    let progress = parquet::read(&release.join("progress.parquet"), &schema::progress())?;
    let shown = headlines(&progress, &loaded.catalogue.indicators)?;
    let mut rows: Vec<_> = loaded.catalogue.indicators.iter().flat_map(|i| i.targets.iter().map(move |target| (target, i))).collect();
    rows.sort_by(|(a, _), (b, _)| a.id.cmp(&b.id));
    let (mut known, mut missing) = (String::new(), String::new());
    for (target, indicator) in rows {
        let title = title(indicator, target);
        let Some(one) = shown.iter().find(|one| one.target == target.id) else {
            missing.push_str(&format!("| {} | {title} | no row |\n", target.id));
            continue;
        };
        let why = one.note.iter().find_map(|note| note.split("; ").next()).unwrap_or_default();
        let Some(year) = one.latest_year else {
            let breakdown = Some(&one.breakdown).filter(|part| !part.is_empty()).map_or_else(String::new, |part| format!("{part}: "));
            missing.push_str(&format!("| {} | {title} | {breakdown}{why} |\n", target.id));
            continue;
        };
        // A target whose year is over may have been missed, or met, by values that give no pace.
        let class = match one.standing() {
            class if class == "insufficient_data" => format!("{class} ({why})"),
            standing => one.not_known().map_or(standing.clone(), |doubt| format!("{standing} ({doubt})")),
        };
        let of: Vec<&str> = one.estimate.iter().chain([&one.breakdown]).map(String::as_str).filter(|part| !part.is_empty()).collect();
        let area = one.members.as_ref().map_or(one.ref_area.clone(), |list| format!("{}, members: {list}", one.ref_area));
        let cells = [target.id.as_str(), title, &area, &number(one.latest_value), &year.to_string(), &class, &of.join(", ")];
        known.push_str(&format!("| {} | {} |\n", cells.join(" | "), listed(&indicator.datasets)));
    }
    Ok(format!(
        "## What is known\n\n| target | what it says | area | value | year | class | estimate | data sets |\n|---|---|---|---|---|---|---|---|\n\
         {known}\n## What is missing, and how to get it\n\n| target | what it says | why there is no value |\n|---|---|---|\n{missing}"
    ))
}
