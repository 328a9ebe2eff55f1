//! `plan`: what `run` would do now, and for each step which input changed.

use serde_json::json;

use crate::cli::RunArgs;
use crate::error::Result;
use crate::fetch::Pull;
use crate::job::due::{is_due, next_due};
use crate::job::load;
use crate::observe::{NormaliseReport, normalise};
use crate::pipelines::{self, Dataset, Source};
use crate::printer::Printer;
use crate::release::{Manifest, fingerprint, promote};
use crate::settings::Settings;

struct Step {
    step: &'static str,
    name: String,
    action: &'static str,
    why: Vec<String>,
}

pub fn plan(settings: &Settings, printer: &Printer, args: &RunArgs) -> Result<u8> {
    let loaded = load::load(settings)?;
    let chosen = pipelines::select(&loaded.sources, &args.only)?;
    let mut steps = Vec::new();
    let mut reports = loaded.reports(settings);
    let mut redone = Vec::new();
    for source in &loaded.sources {
        for dataset in &source.datasets {
            let name = format!("{}/{}", source.name, dataset.name);
            let previous = loaded.pull_of(settings, &source.name, &dataset.name);
            let selected = chosen.iter().any(|(s, d)| s.name == source.name && d.name == dataset.name);
            let pull = pull_step(settings, args, source, dataset, previous.as_ref(), selected);
            let new_body = pull.as_ref().is_some_and(|s| s.action == "read");
            steps.extend(pull);
            let why = match &previous {
                _ if new_body => vec!["the bodies changed".to_owned()],
                Some(pull) => {
                    let corrections = normalise::relevant(
                        &loaded.corrections,
                        &source.name,
                        &dataset.name,
                        reports.get(&name).map(|r| r.series.as_slice()),
                    );
                    let wanted = normalise::inputs(source, dataset, pull, &loaded.reference, &corrections);
                    match NormaliseReport::load(&settings.workspace, &source.name, &dataset.name) {
                        Some(report) => fingerprint::changed(&report.inputs, &wanted),
                        None => vec!["no observations yet".to_owned()],
                    }
                }
                None => continue,
            };
            if !why.is_empty() {
                redone.push(name.clone());
                steps.push(Step { step: "normalise", name, action: "normalise", why });
            }
        }
    }
    // Observations that will be made anew stand for "changed" in what reads them.
    for name in &redone {
        if let Some(report) = reports.get_mut(name) {
            report.hash = "to be made anew".into();
        }
    }
    let current = promote::current(&settings.workspace).and_then(|path| Manifest::load(&path).ok());
    let fixed = loaded.settings_inputs(settings);
    let mut recomputed = false;
    for indicator in &loaded.catalogue.indicators {
        let wanted = fingerprint::of_indicator(indicator, &loaded.catalogue, &loaded.reference, &reports, &fixed);
        let why = match current.as_ref().and_then(|m| m.indicators.get(&indicator.name)) {
            Some(entry) => {
                let held = (entry.status == "held").then(|| "held at its last good values: tried again".to_owned());
                fingerprint::changed(&entry.inputs, &wanted).into_iter().chain(held).collect()
            }
            None => vec!["not in the current release".to_owned()],
        };
        let action = if why.is_empty() { "keep" } else { "compute" };
        recomputed |= !why.is_empty();
        steps.push(Step { step: "indicator", name: indicator.name.clone(), action, why });
    }
    let wanted = fingerprint::of_release(&loaded.catalogue, &loaded.reference, &reports, &fixed);
    let why = match &current {
        Some(manifest) => fingerprint::changed(&manifest.workspace, &wanted),
        None => vec!["no release yet".to_owned()],
    };
    let publish = !why.is_empty() || recomputed;
    steps.push(Step { step: "release", name: "current".into(), action: if publish { "publish" } else { "keep" }, why });
    print(printer, &steps, publish);
    Ok(0)
}

/// What pulling would do: a folder is compared by content, the network by schedule.
fn pull_step(
    settings: &Settings,
    args: &RunArgs,
    source: &Source,
    dataset: &Dataset,
    previous: Option<&Pull>,
    selected: bool,
) -> Option<Step> {
    let name = format!("{}/{}", source.name, dataset.name);
    let step = |action, why: &str| Some(Step { step: "pull", name: name.clone(), action, why: vec![why.to_owned()] });
    if !selected {
        return None;
    }
    if let Some(from) = &args.from {
        let folder = from.join(&source.name).join(&dataset.name);
        if !folder.is_dir() {
            return None;
        }
        let mut bodies = Vec::new();
        for (file, path) in crate::pull::look_into(&folder).ok()?.bodies {
            bodies.push((file, crate::files::hash_file(&path).ok()?));
        }
        let same = previous.is_some_and(|p| {
            p.bodies.len() == bodies.len() && p.bodies.iter().zip(&bodies).all(|(b, (n, h))| b.name == *n && b.hash == *h)
        });
        return if same { step("keep", "the bodies in the folder are those at hand") } else { step("read", "the folder has new bodies") };
    }
    if dataset.format.nothing_to_ask(&|name| std::env::var(name).ok()).is_some() {
        return None;
    }
    match previous {
        None => step("ask", "never pulled"),
        Some(_) if !args.due => step("ask", "asked every time; nothing is fetched when the provider says it is unchanged"),
        Some(_) if is_due(settings, source, dataset) => step("ask", "its schedule says it is due"),
        Some(pull) => {
            let next = next_due(source, dataset, pull).map_or("never".to_owned(), |t| t.to_string());
            step("wait", &format!("due at {next}"))
        }
    }
}

fn print(printer: &Printer, steps: &[Step], publish: bool) {
    if printer.json() {
        let list: Vec<_> = steps.iter().map(|s| json!({ "step": s.step, "name": s.name, "action": s.action, "why": s.why })).collect();
        printer.envelope("plan", 0, &json!({ "steps": list, "would_publish": publish }), &[]);
        return;
    }
    let rows: Vec<Vec<String>> = steps
        .iter()
        .map(|s| {
            let mut why = s.why.iter().take(3).cloned().collect::<Vec<_>>().join("; ");
            if s.why.len() > 3 {
                why = format!("{why}; and {} more", s.why.len() - 3);
            }
            vec![s.step.to_owned(), s.name.clone(), s.action.to_owned(), why]
        })
        .collect();
    printer.line(&printer.table(&["step", "name", "action", "why"], &rows));
    if !publish {
        printer.line("nothing would be published: no input has changed");
    }
}
