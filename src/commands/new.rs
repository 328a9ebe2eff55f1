//! `new`: an indicator file with every header key explained, and a test case beside it, from `sql/template/`; both pass
//! as they are.

use std::path::Path;

use serde::Serialize;

use crate::error::{Error, Result};
use crate::exit::Exit;
use crate::job::load;
use crate::printer::{Answer, Printer};
use crate::release::test_case::expectation::PROGRESS;
use crate::settings::Settings;

#[derive(Serialize)]
struct Written {
    indicator: String,
    file: String,
    test_case: String,
}

pub(super) fn new(settings: &Settings, printer: &Printer, id: &str, name: &str, like: Option<&str>) -> Result<Exit> {
    refuse(settings, id, name)?;
    let file = settings.workspace.sql().join("indicators").join(format!("{id}_{name}.sql"));
    let case = settings.workspace.sql().join("tests").join(id).join("first");
    let (shown, shown_case) = (settings.workspace.shown(&file), settings.workspace.shown(&case));
    if file.exists() || case.exists() {
        return Err(Error::usage(format!("{} exists already", if file.exists() { shown } else { shown_case })));
    }
    let (text, case_text) = match like {
        Some(like) => of_indicator(settings, id, name, like)?,
        None => of_template(settings, id, name)?,
    };
    crate::files::write_atomically(&file, text.as_bytes())?;
    for (name, content) in case_text {
        crate::files::write_atomically(&case.join(name), content.as_bytes())?;
    }
    Ok(printer.answer("new", Exit::Done, &Written { indicator: id.to_owned(), file: shown, test_case: shown_case }))
}

/// The text of the indicator, and the files of its case.
type Texts = (String, Vec<(String, String)>);

fn of_template(settings: &Settings, id: &str, name: &str) -> Result<Texts> {
    let template = settings.workspace.sql().join("template");
    if !template.join("indicator.sql").is_file() || !template.join("case").is_dir() {
        return Err(Error::usage_hint(
            format!("{} has no indicator.sql and case/", settings.workspace.shown(&template)),
            "`new` writes what stands there: copy the folder sql/template from the project",
        ));
    }
    let filled = |text: String| text.replace("@ID@", id).replace("@NAME@", name);
    let case = case_files(&template.join("case"))?.into_iter().map(|(name, content)| (name, filled(content)));
    Ok((filled(fs_err::read_to_string(template.join("indicator.sql"))?), case.collect()))
}

/// A copy of an indicator under its own id and name. A target belongs to one indicator, so those stay behind.
fn of_indicator(settings: &Settings, id: &str, name: &str, like: &str) -> Result<Texts> {
    let loaded = load::read(settings);
    let model = loaded.catalogue.find(like)?;
    let (header, rest) = model.text.text.split_once("---*/").unwrap_or((&model.text.text, ""));
    let mut kept = Vec::new();
    let mut in_target = false;
    for line in header.lines() {
        let begins = line.trim_start();
        in_target = if begins.starts_with('[') { begins.starts_with("[[target]]") || begins.starts_with("[target") } else { in_target };
        match line.split_once('=').map(|(key, _)| key.trim()) {
            _ if in_target => {}
            Some("id") => kept.push(format!("id = \"{id}\"")),
            Some("name") => kept.push(format!("name = \"{name}\"")),
            _ => kept.push(line.to_owned()),
        }
    }
    let text = format!("{}\n---*/{rest}", kept.join("\n").trim_end());
    let folder = crate::release::test_case::folder(&settings.workspace, model);
    let case = match crate::release::test_case::names(&settings.workspace, model).first() {
        Some(first) => case_files(&folder.join(first))?,
        None => Vec::new(),
    };
    Ok((text, case))
}

impl Answer for Written {
    fn show(&self, printer: &Printer) {
        let id = &self.indicator;
        printer.line(&format!("wrote {}", self.file));
        printer.line(&format!("wrote {}/: observations, a tiny world, and what is expected of it", self.test_case));
        printer.note(&format!("next: edit it, then `yardstick check`, `yardstick test {id}`, `yardstick preview {id}`"));
    }
}

/// An id or name that cannot be, or is taken.
fn refuse(settings: &Settings, id: &str, name: &str) -> Result<()> {
    let good_id = !id.is_empty()
        && id.chars().all(|c| c.is_ascii_alphanumeric() || c == '.' || c == '-')
        && !id.starts_with('.')
        && !id.ends_with('.');
    if !good_id {
        return Err(Error::usage_hint(format!("`{id}` is not an id"), "letters, digits and dots, such as 2.8"));
    }
    let good_name = name.starts_with(|c: char| c.is_ascii_lowercase())
        && name.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_');
    if !good_name {
        return Err(Error::usage_hint(
            format!("`{name}` is not a name"),
            "lower case letters, digits and underscores, such as mobile_subscriptions",
        ));
    }
    let loaded = load::read(settings);
    if let Some(other) = loaded.catalogue.indicators.iter().find(|i| i.id == id || i.name == name) {
        let what = if other.id == id { format!("id `{id}`") } else { format!("name `{name}`") };
        return Err(Error::usage(format!("the {what} is already used by {}", other.text.path)));
    }
    if let Some(other) = loaded.catalogue.indicators.iter().find(|i| i.name == id || i.id == name) {
        return Err(Error::usage(format!("`{id}` or `{name}` already names {}", other.text.path)));
    }
    let mut targets = loaded.catalogue.indicators.iter().flat_map(|i| i.targets.iter().map(move |t| (i, t)));
    if let Some((other, _)) = targets.find(|(_, target)| target.id == id) {
        let hint = "the template's target has the indicator's id: choose another one, such as the next free number";
        return Err(Error::usage_hint(format!("`{id}` is already a target of {}", other.text.path), hint));
    }
    if !settings.workspace.sql().is_dir() {
        return Err(Error::usage_hint(
            format!("{} is no workspace", settings.workspace.root.display()),
            "a workspace has pipelines/ and sql/",
        ));
    }
    Ok(())
}

/// The files of a folder of the template, by name.
fn case_files(folder: &Path) -> Result<Vec<(String, String)>> {
    let mut files = Vec::new();
    for entry in fs_err::read_dir(folder)? {
        let path = entry?.path();
        let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
        // The targets stay with the other indicator, and so does what is expected of them.
        if name == format!("{}.csv", PROGRESS.file) {
            continue;
        }
        files.push((name, fs_err::read_to_string(&path)?));
    }
    files.sort();
    Ok(files)
}
