//! What lies in the folder of a data set: its bodies, and what is passed over with a reason.

use std::path::{Path, PathBuf};

use crate::error::{Code, Error, Result};

#[derive(Debug, Default)]
pub struct Folder {
    /// Name and path, sorted.
    pub bodies: Vec<(String, PathBuf)>,
    /// What a person may have taken for a body: the path, and why it is none.
    pub passed_over: Vec<(PathBuf, &'static str)>,
}

/// How browsers and download tools name a file that is not whole yet.
const UNFINISHED: [&str; 8] = ["part", "partial", "crdownload", "download", "opdownload", "filepart", "aria2", "tmp"];

/// Looks into a folder; one that does not exist is empty. Hidden files and notes (`*.md`) are nothing.
pub fn look_into(folder: &Path) -> Result<Folder> {
    let mut found = Folder::default();
    if !folder.is_dir() {
        return Ok(found);
    }
    let unreadable = |error: std::io::Error| Error::provider(Code::UnreadableBody, error.to_string());
    for entry in fs_err::read_dir(folder).map_err(unreadable)? {
        let entry = entry.map_err(unreadable)?;
        let (name, path) = (entry.file_name().to_string_lossy().into_owned(), entry.path());
        let extension = path.extension().map(|e| e.to_string_lossy().to_ascii_lowercase()).unwrap_or_default();
        if name.starts_with('.') || name == "__MACOSX" || extension == "md" {
            continue;
        }
        if UNFINISHED.contains(&extension.as_str()) {
            found.passed_over.push((path, "a download that has not ended; wait for it, or remove it"));
        } else if path.is_file() {
            found.bodies.push((name, path));
        } else if path.is_dir() {
            if fs_err::read_dir(&path).map_err(unreadable)?.next().is_some() {
                found.passed_over.push((path, "a folder; put what is in it, or the archive it came from, directly into the folder above"));
            }
        } else if entry.file_type().map_err(unreadable)?.is_symlink() {
            found.passed_over.push((path, "a link to nothing; correct it, or put the file itself there"));
        } else {
            found.passed_over.push((path, "no regular file"));
        }
    }
    found.bodies.sort();
    found.passed_over.sort();
    Ok(found)
}
