//! Finds every SQL file of a workspace, reads the headers, and orders the indicators by what they read.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use crate::dataset_id::DatasetId;
use crate::engine::tokens;
use crate::error::{Code, Error, Problem, Result, SourceText, suggestion};
use crate::indicator::Rollup;
use crate::indicator::defaults::{self, Defaults};
use crate::indicator::header::{self, Indicator, ROLLUP_NONE, Unread};
use crate::indicator::{reach, series, silence, source_note};
use crate::pipelines::Source;
use crate::reference::Reference;

/// All SQL of a workspace.
#[derive(Debug, Clone, Default)]
pub struct Catalogue {
    pub indicators: Vec<Indicator>,
    /// Those whose header has an error.
    pub unread: Vec<Unread>,
    /// `sql/steps/` in order of name.
    pub steps: Vec<Step>,
    /// `sql/rollups/`, by file stem: what a header may name.
    pub rollups: BTreeMap<String, Rollup>,
    /// File stem -> text.
    pub derived: BTreeMap<String, SourceText>,
    pub checks: BTreeMap<String, SourceText>,
    /// Views that every SELECT may read, of `sql/shared/`.
    pub shared: BTreeMap<String, SourceText>,
    /// What headers need not say.
    pub defaults: Defaults,
    /// Problems of metadata: they fail `check`, and nothing else.
    pub metadata_problems: Vec<Problem>,
}

/// A step from the economies' values to those of an indicator; its result is the table `name`.
#[derive(Debug, Clone)]
pub struct Step {
    pub name: String,
    /// Computed within each statement that reads it, and never held: for a result much larger than what it is made of.
    pub view: bool,
    pub text: SourceText,
}

/// The files of `sql/derived/` that a release runs itself, each behind those that it reads: no header names one of them.
pub const OF_A_RELEASE: [&str; 14] = [
    "group_population",
    "classes",
    "preferred",
    "newest",
    "ends",
    "fixed_members",
    "fixed_ends",
    "gap_members",
    "gap_membership",
    "gap_parts",
    "gap_ends",
    "paces",
    "standings",
    "progress",
];

/// The step that the roll-up named in the header runs before, and the table that it reads.
pub const ROLLED: &str = "rolled";
pub const ROLLUP: &str = "rollup";

impl Catalogue {
    /// Reads the whole of `sql/`.
    pub fn load(workspace: &Path, problems: &mut Vec<Problem>) -> Self {
        let mut catalogue = Self {
            steps: steps(folder(workspace, "sql/steps", problems), problems),
            rollups: rollups(folder(workspace, "sql/rollups", problems), problems),
            derived: folder(workspace, "sql/derived", problems),
            checks: folder(workspace, "sql/checks", problems),
            shared: folder(workspace, "sql/shared", problems),
            defaults: defaults::load(workspace, problems),
            ..Self::default()
        };
        for text in folder(workspace, "sql/indicators", problems).into_values() {
            if let Some(indicator) = header::parse(&text, &catalogue.defaults, problems, &mut catalogue.metadata_problems) {
                catalogue.add(indicator, problems);
            } else {
                catalogue.unread.push(Unread::of(&text));
            }
        }
        catalogue
    }

    fn add(&mut self, indicator: Indicator, problems: &mut Vec<Problem>) {
        for other in &self.indicators {
            for (key, same, value) in
                [("id", other.id == indicator.id, &indicator.id), ("name", other.name == indicator.name, &indicator.name)]
            {
                if same {
                    problems.push(Problem::new(
                        Code::UsedTwice,
                        &indicator.text,
                        indicator.span_of(key),
                        format!("the {key} `{value}` is already used by {}", other.text.path),
                    ));
                }
            }
        }
        self.indicators.push(indicator);
    }

    /// Puts in what headers say of sources by name alone: licences, citations, and how notes call a provider.
    pub fn cite(&mut self, sources: &[Source], problems: &mut Vec<Problem>) {
        for indicator in &mut self.indicators {
            source_note::cite(&mut indicator.sources, &indicator.text, sources, &self.defaults.sources, problems);
            series::cite(&mut indicator.series, &indicator.datasets, &indicator.text, sources, problems);
        }
    }

    /// The roll-ups that a header may name.
    pub fn rollup_names(&self) -> Vec<&str> {
        let mut names: Vec<&str> = self.rollups.keys().map(String::as_str).collect();
        names.push(ROLLUP_NONE);
        names
    }

    /// The last step, which alone runs where nothing is rolled up, and those before it.
    pub fn steps(&self) -> Result<(&Step, &[Step])> {
        self.steps.split_last().ok_or_else(|| {
            Error::Workspace(vec![Problem::file(Code::MissingMethodFile, "sql/steps", "there is no step: no method file is in the folder")])
        })
    }

    /// What a header names must exist: roll-up, derived method, groups, target areas, unit, data sets, dependencies.
    pub fn check_names(&self, reference: &Reference, datasets: &[DatasetId], problems: &mut Vec<Problem>) {
        for indicator in &self.indicators {
            check_names(self, indicator, reference, datasets, problems);
        }
        self.check_default_groups(reference, problems);
        let units = reference.units();
        for rollup in self.rollups.values() {
            let unknown = rollup.unit.as_ref().filter(|unit| !units.is_empty() && !units.contains(unit));
            problems.extend(unknown.map(|unit| {
                Problem::file(Code::UnknownNameInHeader, rollup.text.path.to_string(), format!("unknown unit `{unit}`"))
                    .maybe_hint(suggestion(unit, units.iter().map(String::as_str)))
            }));
        }
        self.check_targets_unique(problems);
        self.check_met_with(problems);
        self.order(problems);
    }

    /// Where a header names no groups those of the defaults hold: said once, where they stand.
    fn check_default_groups(&self, reference: &Reference, problems: &mut Vec<Problem>) {
        let Some(text) = self.defaults.text.as_ref().filter(|_| self.indicators.iter().any(|indicator| !indicator.groups_named)) else {
            return;
        };
        let schemes = reference.schemes();
        for group in self.defaults.groups.iter().filter(|group| !schemes.contains(*group)) {
            problems.push(
                Problem::new(
                    Code::UnknownNameInHeader,
                    text,
                    item(text, 0..text.text.len(), group),
                    format!("unknown group scheme `{group}`, which holds for every indicator whose header names no groups"),
                )
                .maybe_hint(suggestion(group, schemes.iter().map(String::as_str))),
            );
        }
    }

    fn check_targets_unique(&self, problems: &mut Vec<Problem>) {
        let mut seen: BTreeMap<&str, &str> = BTreeMap::new();
        for indicator in &self.indicators {
            for target in &indicator.targets {
                if let Some(other) = seen.insert(&target.id, &indicator.text.path) {
                    problems.push(
                        Problem::new(
                            Code::UsedTwice,
                            &indicator.text,
                            target.span.clone(),
                            format!("target `{}` is already defined in {other}", target.id),
                        )
                        .hint("give a dotted suffix where one row of the plan needs several targets"),
                    );
                }
            }
        }
    }

    /// What a target must be met with is a target, and another one.
    fn check_met_with(&self, problems: &mut Vec<Problem>) {
        let targets: Vec<_> = self.indicators.iter().flat_map(|i| i.targets.iter().map(move |t| (i, t))).collect();
        for (indicator, target) in &targets {
            let Some(with) = target.met_with.as_deref() else { continue };
            let known = targets.iter().map(|(_, other)| other.id.as_str()).filter(|id| *id != target.id);
            let unread = self.unread.iter().any(|unread| unread.text.text.contains(&format!("\"{with}\"")));
            if !unread && known.clone().all(|id| id != with) {
                problems.push(
                    Problem::new(
                        Code::UnknownNameInHeader,
                        &indicator.text,
                        target.span.clone(),
                        format!("`met_with` names no other target: `{with}`"),
                    )
                    .maybe_hint(suggestion(with, known)),
                );
            }
        }
    }

    /// An indicator, and those whose targets must be met with its own.
    pub fn measured_with<'c>(&'c self, indicator: &'c Indicator) -> Vec<&'c Indicator> {
        let wanted: Vec<&str> = indicator.targets.iter().filter_map(|target| target.met_with.as_deref()).collect();
        let others = self.indicators.iter().filter(|other| other.name != indicator.name);
        let with = others.filter(|other| other.targets.iter().any(|target| wanted.contains(&target.id.as_str())));
        std::iter::once(indicator).chain(with).collect()
    }

    /// The names of all indicators, also of those whose header has an error elsewhere.
    pub fn names(&self) -> Vec<&str> {
        let unread = self.unread.iter().filter_map(|unread| unread.name.as_deref());
        self.indicators.iter().map(|indicator| indicator.name.as_str()).chain(unread).collect()
    }

    /// The same of their ids.
    pub fn ids(&self) -> Vec<&str> {
        let unread = self.unread.iter().filter_map(|unread| unread.id.as_deref());
        self.indicators.iter().map(|indicator| indicator.id.as_str()).chain(unread).collect()
    }

    /// The indicator with this id or name.
    pub fn find(&self, wanted: &str) -> Result<&Indicator> {
        self.indicators.iter().find(|i| i.id == wanted || i.name == wanted).ok_or_else(|| {
            let known = self.indicators.iter().flat_map(|i| [i.id.as_str(), i.name.as_str()]);
            Error::Usage { message: format!("no indicator `{wanted}`"), hint: suggestion(wanted, known) }
        })
    }
}

fn check_names(catalogue: &Catalogue, indicator: &Indicator, reference: &Reference, datasets: &[DatasetId], problems: &mut Vec<Problem>) {
    let text = &indicator.text;
    let mut unknown = |code: Code, span: std::ops::Range<usize>, what: &str, name: &str, known: Vec<&str>| {
        problems.push(Problem::new(code, text, span, format!("unknown {what} `{name}`")).maybe_hint(suggestion(name, known)));
    };
    let rollups = catalogue.rollup_names();
    if !rollups.contains(&indicator.rollup.as_str()) {
        unknown(Code::UnknownNameInHeader, indicator.span_of("rollup"), "roll-up", &indicator.rollup, rollups);
    }
    let methods: Vec<&str> = catalogue.derived.keys().map(String::as_str).filter(|name| !OF_A_RELEASE.contains(name)).collect();
    if let Some(derived) = indicator.derived.as_ref().filter(|derived| !methods.contains(&derived.as_str())) {
        unknown(Code::UnknownNameInHeader, indicator.span_of("derived"), "derived method", derived, methods);
    }
    let schemes = reference.schemes();
    for group in indicator.groups.iter().filter(|_| indicator.groups_named) {
        if !schemes.contains(group) {
            unknown(
                Code::UnknownNameInHeader,
                item(text, indicator.span_of("groups"), group),
                "group scheme",
                group,
                schemes.iter().map(String::as_str).collect(),
            );
        }
    }
    for dataset in indicator.datasets.iter().filter(|id| !datasets.contains(id)) {
        let (name, known) = (dataset.to_string(), datasets.iter().map(DatasetId::to_string).collect::<Vec<_>>());
        unknown(
            Code::UnknownNameInHeader,
            item(text, indicator.span_of("datasets"), &name),
            "data set",
            &name,
            known.iter().map(String::as_str).collect(),
        );
    }
    let units = reference.units();
    if !units.is_empty() && !units.contains(&indicator.unit) {
        unknown(Code::UnknownNameInHeader, indicator.span_of("unit"), "unit", &indicator.unit, units.iter().map(String::as_str).collect());
    }
    for target in &indicator.targets {
        if !reference.is_area(&target.area) {
            let rest = target.span.start..text.text.len();
            unknown(
                Code::UnknownNameInHeader,
                item(text, rest, &target.area),
                "area in a target",
                &target.area,
                reference.area_codes().collect(),
            );
        }
    }
    for name in tokens::indicator_references(&indicator.text) {
        let known = catalogue.names();
        if !known.contains(&name.as_str()) {
            let span = reference_span(indicator, &[name]);
            unknown(Code::UnknownIndicator, span, "indicator", name, known);
        }
    }
    reach::check(indicator, reference, problems);
    reach::check_codes(indicator, problems);
    silence::check_series(indicator, problems);
    silence::check(indicator, catalogue.rollups.get(&indicator.rollup), problems);
    // What a member has is a yes, of which the group has a share: one level cannot be asked of both.
    let of_members = catalogue.rollups.get(&indicator.rollup).and_then(|rollup| rollup.unit.as_ref());
    let also = indicator.targets.iter().find(|target| target.also_countries);
    if let (Some(unit), Some(target)) = (of_members.filter(|unit| **unit != indicator.unit), also) {
        let span = item(text, target.span.start..text.text.len(), "countries");
        let message = format!("economies have {unit} here, and the target is in {}", indicator.unit);
        problems.push(Problem::new(Code::TargetContradictsItself, text, span, message).hint("take \"countries\" out of `also`"));
    }
}

/// Where `indicators.<one of names>` stands in the file.
pub fn reference_span(indicator: &Indicator, names: &[&str]) -> std::ops::Range<usize> {
    for token in tokens::tokens(indicator.sql()) {
        let word = token.token.to_string();
        if names.contains(&word.as_str()) {
            let start = indicator.text.offset(token.span.start.line, token.span.start.column);
            return start..start + word.len();
        }
    }
    indicator.sql_start..indicator.sql_start + 1
}

/// Where a quoted word stands inside a part of the header; the part itself when it is not found.
fn item(text: &SourceText, part: std::ops::Range<usize>, name: &str) -> std::ops::Range<usize> {
    let quoted = format!("\"{name}\"");
    match text.text.get(part.clone()).and_then(|t| t.find(&quoted)) {
        Some(at) => part.start + at..part.start + at + quoted.len(),
        None => part,
    }
}

/// The files of `sql/steps/`: a number that gives the order, `_`, and the name. `06b_` stands between `06_` and `07_`. The
/// step of a file `<number>_<name>.view.sql` is a view.
fn steps(files: BTreeMap<String, SourceText>, problems: &mut Vec<Problem>) -> Vec<Step> {
    let mut steps: Vec<Step> = Vec::new();
    for (stem, text) in files {
        let numbered = stem.split_once('_').filter(|(place, _)| place.starts_with(|c: char| c.is_ascii_digit()));
        let name = numbered.map_or(stem.as_str(), |(_, name)| name);
        let (name, view) = name.strip_suffix(VIEW).map_or((name, false), |name| (name, true));
        if let Some(other) = steps.iter().find(|other| other.name == name) {
            let what = format!("the step `{name}` is already there: {}", other.text.path);
            problems.push(Problem::file(Code::UsedTwice, text.path.to_string(), what));
        }
        steps.push(Step { name: name.to_owned(), view, text });
    }
    steps
}

/// The files of `sql/rollups/`: `<name>.sql`, and `<name>.parts.sql` beside it.
fn rollups(mut files: BTreeMap<String, SourceText>, problems: &mut Vec<Problem>) -> BTreeMap<String, Rollup> {
    let names: Vec<String> = files.keys().filter(|stem| !stem.ends_with(PARTS)).cloned().collect();
    let mut rollups = BTreeMap::new();
    for name in names {
        let parts = files.remove(&format!("{name}{PARTS}"));
        if let Some(text) = files.remove(&name) {
            rollups.insert(name, Rollup::parse(text, parts, problems));
        }
    }
    for (stem, text) in files {
        let whole = format!("sql/rollups/{}.sql", stem.trim_end_matches(PARTS));
        let what = format!("{} tells the parts of a roll-up that is not there", text.path);
        problems.push(Problem::file(Code::MissingMethodFile, whole, what));
    }
    rollups
}

/// Ends the stem of a step that is a view.
const VIEW: &str = ".view";

/// Ends the stem of the file that tells the parts of a roll-up.
const PARTS: &str = ".parts";

/// Every `*.sql` of a folder, by file stem, in order of name.
fn folder(workspace: &Path, relative: &str, problems: &mut Vec<Problem>) -> BTreeMap<String, SourceText> {
    let mut paths: Vec<PathBuf> = fs_err::read_dir(workspace.join(relative))
        .map(|entries| entries.filter_map(|e| e.ok().map(|e| e.path())).filter(|p| p.extension().is_some_and(|e| e == "sql")).collect())
        .unwrap_or_default();
    paths.sort();
    let mut texts = BTreeMap::new();
    for path in paths {
        let shown = crate::workspace::shown(workspace, &path);
        match crate::files::read_text(&path) {
            Ok(text) => {
                let stem = path.file_stem().map(|s| s.to_string_lossy().into_owned()).unwrap_or_default();
                let text = text.strip_prefix('\u{feff}').map(str::to_owned).unwrap_or(text);
                texts.insert(stem, SourceText::new(shown, text));
            }
            Err(error) if error.kind() == std::io::ErrorKind::InvalidData => {
                problems.push(Problem::file(Code::NotUtf8, shown, "the file is not UTF-8").hint("save it as UTF-8"));
            }
            Err(error) => problems.push(Problem::file(Code::UnreadableFile, shown, error.to_string())),
        }
    }
    texts
}
