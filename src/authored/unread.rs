//! Files that somebody put into a folder of the workspace and that nothing reads: in a folder below, or with another
//! ending. An indicator in such a file is not there, and nothing else would say so.

use std::path::{Path, PathBuf};

use crate::error::{Code, Problem};

/// A folder, the ending of the files that are read in it, and the folders below that are something else. `sql` itself has
/// folders alone.
const FOLDERS: [(&str, Option<&str>, &[&str]); 10] = [
    ("sql", None, &["backtest", "checks", "derived", "indicators", "rollups", "shared", "steps", "template", "tests"]),
    ("sql/indicators", Some("sql"), &[]),
    ("sql/rollups", Some("sql"), &[]),
    ("sql/steps", Some("sql"), &[]),
    ("sql/derived", Some("sql"), &[]),
    ("sql/shared", Some("sql"), &[]),
    ("sql/checks", Some("sql"), &[]),
    ("pipelines", Some("toml"), &["corrections", "goldens", "reference", "schemas", "templates"]),
    ("pipelines/corrections", Some("toml"), &[]),
    ("pipelines/goldens", Some("csv"), &[]),
];

/// A warning for each of them.
pub fn warnings(workspace: &Path) -> Vec<Problem> {
    let mut problems = Vec::new();
    for (folder, ending, known) in FOLDERS {
        let like = ending.unwrap_or("sql");
        for path in entries(&workspace.join(folder)) {
            let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
            if path.is_dir() {
                let below = entries(&path).into_iter().filter(|path| !known.contains(&name.as_str()) && ends_like(path, like));
                problems.extend(below.map(|path| warning(workspace, &path, folder, ending)));
            } else if ends_like(&path, like) && path.extension().is_none_or(|own| ending.is_none_or(|ending| own != ending)) {
                problems.push(warning(workspace, &path, folder, ending));
            }
        }
    }
    problems
}

/// Whether the name ends so, in letters of either case.
fn ends_like(path: &Path, ending: &str) -> bool {
    path.is_file() && path.extension().is_some_and(|own| own.eq_ignore_ascii_case(ending))
}

fn entries(folder: &Path) -> Vec<PathBuf> {
    let mut paths: Vec<PathBuf> =
        fs_err::read_dir(folder).map(|entries| entries.filter_map(|entry| entry.ok().map(|e| e.path())).collect()).unwrap_or_default();
    paths.sort();
    paths
}

fn warning(workspace: &Path, path: &Path, folder: &str, ending: Option<&str>) -> Problem {
    let hint = match ending {
        Some(ending) => format!("files that end in .{ending}, in small letters, are read directly in {folder}/: move or rename it"),
        None => "an indicator belongs into sql/indicators/: move it".to_owned(),
    };
    Problem::file(Code::UnreadFile, crate::workspace::shown(workspace, path), "nothing reads this file").hint(hint).warning()
}
