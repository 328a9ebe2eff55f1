//! The order of the rooms: `src/lib.rs` declares it, and every `use` runs down it; no two files use each other in a circle.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use crate::support::project;

/// Every file of `src/` by the module that it is, without its unit tests and comments.
fn modules() -> BTreeMap<Vec<String>, String> {
    let root = project().join("src");
    let (mut found, mut folders) = (BTreeMap::new(), vec![root.clone()]);
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
                continue;
            }
            let mut module = names(path.strip_prefix(&root).unwrap());
            if module.last().is_some_and(|name| name == "mod") {
                module.pop();
            }
            let text = std::fs::read_to_string(&path).unwrap();
            let code = text.split("#[cfg(test)]").next().unwrap_or_default();
            let lines = code.lines().filter(|line| !line.trim_start().starts_with("//"));
            found.insert(module, lines.collect::<Vec<_>>().join("\n"));
        }
    }
    found
}

fn names(path: &Path) -> Vec<String> {
    path.with_extension("").iter().map(|part| part.to_string_lossy().into_owned()).collect()
}

/// The rooms in the order of `lib.rs`, from the top floor down.
fn rooms(modules: &BTreeMap<Vec<String>, String>) -> Vec<String> {
    let lib = &modules[&vec!["lib".to_owned()]];
    lib.lines().filter_map(|line| line.strip_prefix("pub mod ")?.strip_suffix(';')).map(str::to_owned).collect()
}

/// Paths that a module names, as modules from the root: of `use` trees and of code.
fn uses(module: &[String], text: &str) -> BTreeSet<Vec<String>> {
    let mut found = BTreeSet::new();
    for (start, word) in ["crate::", "super::", "self::"].iter().flat_map(|word| text.match_indices(word)) {
        // The middle of a longer path is read with its beginning.
        if text[..start].ends_with("::") || text[..start].ends_with(|c: char| c.is_alphanumeric() || c == '_') {
            continue;
        }
        let mut base: Vec<String> = match word {
            "crate::" => Vec::new(),
            "self::" => module.to_vec(),
            _ => module[..module.len().saturating_sub(1)].to_vec(),
        };
        let mut rest = &text[start + word.len()..];
        while let Some(after) = rest.strip_prefix("super::") {
            base.pop();
            rest = after;
        }
        tree(&base, rest, &mut found);
    }
    found
}

/// Reads one tree of a path, such as `a::{b, c::D}`; gives what follows it.
fn tree<'t>(base: &[String], text: &'t str, found: &mut BTreeSet<Vec<String>>) -> &'t str {
    let mut path = base.to_vec();
    let mut rest = text.trim_start();
    loop {
        if let Some(inside) = rest.strip_prefix('{') {
            rest = inside;
            loop {
                rest = tree(&path, rest, found).trim_start();
                if let Some(more) = rest.strip_prefix(',') {
                    rest = more.trim_start();
                }
                if rest.is_empty() || rest.starts_with('}') {
                    return rest.strip_prefix('}').unwrap_or(rest);
                }
            }
        }
        let end = rest.find(|c: char| !(c.is_alphanumeric() || c == '_')).unwrap_or(rest.len());
        if end == 0 {
            return rest.get(1..).unwrap_or_default();
        }
        path.push(rest[..end].to_owned());
        found.insert(path.clone());
        match rest[end..].strip_prefix("::") {
            Some(more) => rest = more,
            None => return &rest[end..],
        }
    }
}

/// The module of a path: the longest beginning that is a file.
fn module_of(path: &[String], modules: &BTreeMap<Vec<String>, String>) -> Option<Vec<String>> {
    (1..=path.len()).rev().map(|length| path[..length].to_vec()).find(|path| modules.contains_key(path))
}

#[test]
fn every_arrow_runs_down() {
    let modules = modules();
    let rooms = rooms(&modules);
    assert!(rooms.len() > 15, "lib.rs declares the rooms: {rooms:?}");
    let floor = |module: &[String]| rooms.iter().position(|room| *room == module[0]);
    let mut up = Vec::new();
    for (module, text) in modules.iter().filter(|(module, _)| module[0] != "lib" && module[0] != "main") {
        let own = floor(module).unwrap_or_else(|| panic!("{module:?} is in no room of lib.rs"));
        for used in uses(module, text) {
            if floor(&used).is_some_and(|other| other < own) {
                up.push(format!("{} uses {}", module.join("::"), used.join("::")));
            }
        }
    }
    assert_eq!(up, Vec::<String>::new(), "arrows that run up");
}

#[test]
fn no_files_use_each_other_in_a_circle() {
    let modules = modules();
    let mut arrows: BTreeMap<Vec<String>, BTreeSet<Vec<String>>> = BTreeMap::new();
    for (module, text) in &modules {
        let targets = uses(module, text).into_iter().filter_map(|path| module_of(&path, &modules)).filter(|other| other != module);
        arrows.insert(module.clone(), targets.collect());
    }
    // A file that nothing is left to use for is in no circle.
    loop {
        let free: Vec<Vec<String>> =
            arrows.iter().filter(|(_, targets)| targets.iter().all(|t| !arrows.contains_key(t))).map(|(m, _)| m.clone()).collect();
        if free.is_empty() {
            break;
        }
        for module in &free {
            arrows.remove(module);
        }
    }
    let left: Vec<String> =
        arrows.iter().map(|(m, t)| format!("{} -> {:?}", m.join("::"), t.iter().map(|t| t.join("::")).collect::<Vec<_>>())).collect();
    assert_eq!(left, Vec::<String>::new(), "files in or above a circle");
}

/// Whoever types `--help` reads what each argument is for, and each variable of the environment is in REFERENCE.md.
#[test]
fn every_argument_is_explained() {
    use clap::CommandFactory;
    let reference = std::fs::read_to_string(crate::support::project().join("REFERENCE.md")).unwrap();
    let mut unsaid = Vec::new();
    let mut left = vec![yardstick::cli::Cli::command()];
    while let Some(command) = left.pop() {
        if command.get_about().is_none() {
            unsaid.push(command.get_name().to_owned());
        }
        for argument in command.get_arguments().filter(|argument| !["help", "version"].contains(&argument.get_id().as_str())) {
            if argument.get_help().is_none() {
                unsaid.push(format!("{} {}", command.get_name(), argument.get_id()));
            }
            let variable = argument.get_env().map(|name| format!("`{}`", name.to_string_lossy()));
            unsaid.extend(variable.filter(|name| !reference.contains(name)));
        }
        left.extend(command.get_subcommands().cloned());
    }
    assert_eq!(unsaid, Vec::<String>::new(), "without a word of help, or not in REFERENCE.md");
}

/// What is longer has several jobs.
#[test]
fn no_file_is_over_400_lines() {
    let mut long = Vec::new();
    let mut folders: Vec<_> = ["src", "sql", "tests", "pipelines", "benches"].map(|name| crate::support::project().join(name)).into();
    while let Some(folder) = folders.pop() {
        for path in std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()) {
            let is_code = path.extension().is_some_and(|ending| ["rs", "sql", "py", "toml", "mjs"].iter().any(|code| ending == *code));
            if path.is_dir() {
                folders.push(path);
            } else if is_code && std::fs::read_to_string(&path).unwrap().lines().count() > 400 {
                long.push(path);
            }
        }
    }
    assert_eq!(long, Vec::<std::path::PathBuf>::new());
}
