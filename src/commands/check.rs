//! `check`: every problem in pipelines, reference tables, corrections, SQL and test cases; no data, no network.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use serde::Serialize;

use crate::authored::unread;
use crate::engine::{Engine, tables};
use crate::error::{Code, Error, Problem, Result, SourceText, count};
use crate::exit::Exit;
use crate::indicator::methods::{OF_A_RELEASE, ROLLED, ROLLUP};
use crate::indicator::{Indicator, Rollup, header, lint};
use crate::job::load::{self, Loaded};
use crate::printer::{Answer, Printer, errors};
use crate::release::{check_inputs, check_tables, figures, goldens, numbers, shared, test_case};
use crate::settings::Settings;
use crate::sources::Served;
use crate::tables::schema;

/// What is wrong in the files of a workspace.
#[derive(Serialize)]
struct Checked {
    files: usize,
    errors: usize,
    warnings: usize,
    #[serde(skip)]
    problems: Vec<Problem>,
}

pub(super) async fn check(settings: &Settings, printer: &Printer, paths: &[PathBuf]) -> Result<Exit> {
    let root = fs_err::canonicalize(&settings.workspace.root)?;
    // Relative to where we stand, or else to the workspace, as reports show paths.
    let paths: Vec<PathBuf> = paths.iter().map(|path| if path.exists() { path.clone() } else { root.join(path) }).collect();
    if let Some(path) = paths.iter().find(|path| !path.exists()) {
        return Err(Error::usage(format!("{}: no such file or folder", settings.workspace.shown(path))));
    }
    let mut loaded = load::read(settings);
    for path in paths.iter().filter(|path| !fs_err::canonicalize(path).is_ok_and(|p| p.starts_with(&root))) {
        if path.extension().is_none_or(|extension| extension != "sql") {
            let hint = "outside, only the SQL file of a new indicator can be checked";
            return Err(Error::usage_hint(format!("{} is not in the workspace {}", path.display(), root.display()), hint));
        }
        add_draft(settings, &mut loaded, path)?;
    }
    let mut problems = loaded.problems.clone();
    problems.extend(loaded.catalogue.metadata_problems.iter().cloned());
    problems.extend(loaded.goldens.unknown.iter().cloned());
    problems.extend(loaded.reference.warnings.iter().cloned());
    let wanted = Wanted(
        paths.iter().map(|p| fs_err::canonicalize(p).map_or_else(|_| p.display().to_string(), |p| settings.workspace.shown(&p))).collect(),
    );
    check_sql(settings, &loaded, &wanted, &mut problems).await?;
    for indicator in &loaded.catalogue.indicators {
        let folder = format!("sql/tests/{}", indicator.id);
        for name in test_case::names(&settings.workspace, indicator).into_iter().filter(|name| wanted.reach(&format!("{folder}/{name}"))) {
            let case = test_case::load(&settings.workspace, indicator, &name, &mut problems);
            problems.extend(case.iter().flat_map(|case| missing_tables(settings, &loaded, indicator, case)));
        }
    }
    stray_cases(settings, &loaded, &mut problems);
    problems.extend(unread::warnings(&settings.workspace.root));
    problems.retain(|problem| wanted.has(&problem.source.path));
    problems.sort_by(|a, b| (&a.source.path, a.start, a.code).cmp(&(&b.source.path, b.start, b.code)));
    problems.dedup_by(|a, b| a.source.path == b.source.path && a.start == b.start && a.message == b.message);
    let files = loaded.sources.len()
        + loaded.catalogue.indicators.len()
        + usize::from(loaded.catalogue.defaults.text.is_some())
        + loaded.catalogue.shared.len()
        + loaded.catalogue.steps.len()
        + loaded.catalogue.rollups.values().map(|rollup| 1 + usize::from(rollup.parts.is_some())).sum::<usize>()
        + loaded.catalogue.derived.len()
        + loaded.catalogue.checks.len();
    let errors = errors(&problems);
    let exit = if errors > 0 { Exit::WrongUse } else { Exit::Done };
    Ok(printer.answer("check", exit, &Checked { files, errors, warnings: problems.len() - errors, problems }))
}

impl Answer for Checked {
    fn show(&self, printer: &Printer) {
        for problem in &self.problems {
            printer.line(&format!("{}\n", problem.render(false)));
        }
        let files = count(self.files, "file");
        printer.line(&match (self.errors, self.warnings) {
            (0, 0) => format!("{files}: no problem"),
            (errors, warnings) => format!("{files}: {}, {}", count(errors, "error"), count(warnings, "warning")),
        });
    }

    fn problems(&self) -> &[Problem] {
        &self.problems
    }
}

/// The files and folders that somebody asks for; none is all.
struct Wanted(Vec<String>);

impl Wanted {
    fn has(&self, path: &str) -> bool {
        let within =
            |wanted: &String| wanted.is_empty() || path == wanted || path.strip_prefix(wanted).is_some_and(|rest| rest.starts_with('/'));
        self.0.is_empty() || self.0.iter().any(within)
    }

    /// Whether something in a folder is asked for.
    fn reach(&self, folder: &str) -> bool {
        self.has(folder) || self.0.iter().any(|wanted| wanted.strip_prefix(folder).is_some_and(|rest| rest.starts_with('/')))
    }
}

/// Other indicators that the SELECT reads and the case does not give: they are empty there.
fn missing_tables(settings: &Settings, loaded: &Loaded, indicator: &Indicator, case: &test_case::TestCase) -> Vec<Problem> {
    let catalogue = &loaded.catalogue;
    let reads = catalogue.dependencies(indicator).into_iter().map(|other| &catalogue.indicators[other].name);
    let lacks = |name: &&String| !case.gives(&format!("indicators.{name}"));
    let problem = |name: &String| {
        let path = case.folder.join(format!("indicators.{name}.csv"));
        let message = format!("{} reads indicators.{name}, and the case does not give it: it is empty there", indicator.text.path);
        Problem::file(Code::UnknownTestTable, settings.workspace.shown(&path), message)
            .hint("write the file, with the columns of values.parquet that the SELECT reads")
            .warning()
    };
    reads.filter(lacks).map(problem).collect()
}

/// A file outside the workspace joins it for this command, in the place of the indicator of its name.
fn add_draft(settings: &Settings, loaded: &mut Loaded, path: &Path) -> Result<()> {
    let shown = settings.workspace.shown(&fs_err::canonicalize(path)?);
    let text = SourceText::new(shown.clone(), crate::files::read_text(path)?);
    let (reference, names) = (loaded.reference.clone(), load::dataset_names(&loaded.sources));
    let catalogue = Arc::make_mut(&mut loaded.catalogue);
    let parsed = header::parse(&text, &catalogue.defaults, &mut loaded.problems, &mut catalogue.metadata_problems);
    let Some(draft) = parsed else { return Ok(()) };
    catalogue.indicators.retain(|other| other.name != draft.name && other.id != draft.id);
    catalogue.indicators.push(draft);
    let mut found = Vec::new();
    catalogue.cite(&loaded.sources, &mut found);
    catalogue.check_names(&reference, &names, &mut found);
    loaded.problems.extend(found.into_iter().filter(|problem| *problem.source.path == *shown));
    Ok(())
}

/// Plans the statements of the wanted files, and those that they stand on, over empty typed tables.
async fn check_sql(settings: &Settings, loaded: &Loaded, wanted: &Wanted, problems: &mut Vec<Problem>) -> Result<()> {
    let base = Engine::new(settings.limits)?;
    tables::register_empty(&base)?;
    for name in loaded.catalogue.names() {
        base.register_indicator(name, schema::values(), vec![])?;
    }
    shared::register_empty(&base)?;
    for (name, text) in shared::in_order(&loaded.catalogue.shared) {
        let mut found = Vec::new();
        if let Some(plan) = lint::plan(text, &base, &mut found).await {
            lint::check_expressions(text, &plan.logical, &mut found);
            base.register_batches(name, plan.output, vec![])?;
        }
        problems.extend(found);
    }
    let known = known_series(loaded);
    for indicator in loaded.catalogue.indicators.iter().filter(|indicator| wanted.has(&indicator.text.path)) {
        let engine = base.sibling()?;
        let mut found = Vec::new();
        if problems.iter().any(|p| p.code == Code::CommentInHeader && p.source.path == indicator.text.path) {
            continue;
        }
        if let Some(plan) = lint::plan(&indicator.text, &engine, &mut found).await {
            lint::check_output(&indicator.text, &plan.output, &mut found);
            lint::check_rolled_up(indicator, &loaded.catalogue, &plan.names(), &mut found);
            lint::check_expressions(&indicator.text, &plan.logical, &mut found);
            lint::check_groups(&indicator.text, &plan.logical, &|code| loaded.reference.group_scheme(code).is_some(), &mut found);
        }
        lint::check_series(indicator, &known, &mut found);
        // A missing indicator is reported once, by name.
        found.retain(|p| !(p.code == Code::UnknownTable && p.message.contains("`indicators.")));
        problems.extend(found);
    }
    let catalogue = &loaded.catalogue;
    let steps = catalogue.steps.iter().map(|step| &step.text);
    let rollups = catalogue.rollups.values().flat_map(|rollup| [Some(&rollup.text), rollup.parts.as_ref()]).flatten();
    let mut methods = steps.chain(rollups).chain(catalogue.derived.values()).chain(catalogue.checks.values());
    if wanted.0.is_empty() || methods.any(|text| wanted.has(&text.path)) {
        method_files(&base, loaded, wanted, problems).await?;
    }
    Ok(())
}

/// What every roll-up gives, and its parts.
const ROLLED_COLUMNS: [&str; 4] = ["group_code", "estimate", "cell", "value"];
const PARTS_COLUMNS: [&str; 3] = ["ref_area", "share", "contribution"];

/// Method files in their order: each result, empty, is the table that the next one reads.
async fn method_files(base: &Engine, loaded: &Loaded, wanted: &Wanted, problems: &mut Vec<Problem>) -> Result<()> {
    let engine = base.sibling()?;
    engine.register_batches("parameters", schema::parameters(), vec![])?;
    engine.register_batches("silence", schema::silence(), vec![])?;
    for table in ["country_values", "published", "given", "gap_input"] {
        engine.register_batches(table, schema::country_values(), vec![])?;
    }
    engine.register_batches("members", schema::members(), vec![])?;
    let derived = &loaded.catalogue.derived;
    let any = !loaded.catalogue.indicators.is_empty();
    for name in OF_A_RELEASE.into_iter().filter(|name| any && !derived.contains_key(*name)) {
        problems.push(Problem::file(Code::MissingMethodFile, format!("sql/derived/{name}.sql"), "the method file is missing"));
    }
    if let (true, Err(Error::Workspace(missing))) = (any, loaded.catalogue.steps()) {
        problems.extend(missing);
    }
    if problems.iter().any(|p| p.code == Code::MissingMethodFile) {
        return Ok(());
    }
    for step in &loaded.catalogue.steps {
        if step.name == ROLLED {
            for rollup in loaded.catalogue.rollups.values() {
                check_rollup(&engine, rollup, problems).await?;
            }
        }
        plan_into(&engine, &step.text, &step.name, problems).await?;
    }
    let current = crate::tables::small::schema(&[("year", "int")]);
    engine.register_batches("current_year", current, vec![])?;
    engine.register_batches("targets", schema::targets(), vec![])?;
    for (name, table) in [
        ("numbered_values", schema::numbered_values()),
        ("shown_values", schema::shown_values()),
        ("fixed_rolled", schema::rolled()),
        ("told_gaps", schema::told_gaps()),
        ("fixed_gaps", schema::told_gaps()),
        (goldens::TABLE, goldens::schema()),
        ("progress", schema::progress()),
        ("revisions", schema::revisions()),
    ] {
        engine.register_batches(name, table, vec![])?;
    }
    check_tables::register(&engine, &[], &[], &[], &loaded.catalogue, jiff::civil::Date::default())?;
    check_inputs::register_empty(&engine)?;
    numbers::register_empty(&engine)?;
    figures::register_empty(&engine)?;
    for name in OF_A_RELEASE.into_iter().chain(derived.keys().map(String::as_str).filter(|name| !OF_A_RELEASE.contains(name))) {
        if let Some(text) = derived.get(name) {
            plan_into(&engine, text, name, problems).await?;
        }
    }
    engine.register_batches("progress", schema::progress(), vec![])?;
    for text in loaded.catalogue.checks.values().filter(|text| wanted.has(&text.path)) {
        let mut found = Vec::new();
        if let Some(plan) = lint::plan(text, &engine, &mut found).await {
            lint::check_expressions(text, &plan.logical, &mut found);
            for column in ["indicator", "detail"] {
                if plan.output.field_with_name(column).is_err() {
                    found.push(Problem::new(
                        Code::WrongColumns,
                        text,
                        crate::engine::problem::sql_start(text),
                        format!("a check gives a column `{column}`"),
                    ));
                }
            }
        }
        problems.extend(found);
    }
    Ok(())
}

/// A roll-up, and the parts beside it.
async fn check_rollup(engine: &Engine, rollup: &Rollup, problems: &mut Vec<Problem>) -> Result<()> {
    lint::check_needs(rollup, problems);
    let files = [
        (Some(&rollup.text), ROLLUP, &ROLLED_COLUMNS[..], "a roll-up gives"),
        (rollup.parts.as_ref(), "parts", &PARTS_COLUMNS[..], "the parts of a roll-up have"),
    ];
    for (text, table, columns, gives) in files {
        let Some(text) = text else { continue };
        let before = problems.len();
        plan_into(engine, text, table, problems).await?;
        let given = engine.columns_of(table);
        let missing: Vec<&str> = columns.iter().copied().filter(|c| !given.iter().any(|g| g == c)).collect();
        if problems.len() == before && !missing.is_empty() {
            let what = format!("{gives} the columns {}; missing: {}", columns.join(", "), missing.join(", "));
            problems.push(Problem::new(Code::WrongColumns, text, crate::engine::problem::sql_start(text), what));
        }
    }
    Ok(())
}

async fn plan_into(engine: &Engine, text: &crate::error::SourceText, table: &str, problems: &mut Vec<Problem>) -> Result<()> {
    if let Some(plan) = lint::plan(text, engine, problems).await {
        lint::check_expressions(text, &plan.logical, problems);
        engine.register_batches(table, plan.output, vec![])?;
    }
    Ok(())
}

/// What the configured data sets are known to serve.
fn known_series(loaded: &Loaded) -> Vec<Served> {
    let datasets = loaded.sources.iter().flat_map(|source| &source.datasets);
    datasets.map(|dataset| dataset.own().format.series(&loaded.reference)).collect()
}

/// Test case folders whose id no indicator has.
fn stray_cases(settings: &Settings, loaded: &Loaded, problems: &mut Vec<Problem>) {
    let Ok(entries) = fs_err::read_dir(settings.workspace.sql().join("tests")) else { return };
    for path in entries.filter_map(|e| e.ok().map(|e| e.path())).filter(|p| p.is_dir()) {
        let id = path.file_name().map(|n| n.to_string_lossy().into_owned()).unwrap_or_default();
        let known = loaded.catalogue.ids();
        if !known.contains(&id.as_str()) {
            problems.push(
                Problem::file(
                    Code::StrayTestCases,
                    settings.workspace.shown(&path),
                    format!("test cases of `{id}`, but no indicator has this id"),
                )
                .maybe_hint(crate::error::suggestion(&id, known)),
            );
        }
    }
}
