//! Workers: real processes of the program that compute parts of statements for a run. The bytes are those of a run alone;
//! strangers, other programs and open doors are refused; a worker that dies or freezes costs time, never a figure.

mod failing;
mod refused;
mod same_bytes;

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader};
use std::process::{Child, Stdio};

use serde_json::Value;

use crate::support::Workspace;

/// Two indicators over the small bodies, released by a run alone.
fn released() -> Workspace {
    Workspace::as_prepared("cluster", || {
        let workspace = Workspace::of_project();
        workspace.keep_only("sql/indicators", &["2.1_internet_use.sql", "2.2_internet_use_gaps.sql"]);
        workspace.publish_little();
        let bodies = crate::support::small_bodies();
        workspace.expect(0, &["run", "--quiet", "--from", &bodies.to_string_lossy()]);
        // Of bodies that are not new, the manifest says so.
        forget(&workspace);
        workspace.expect(0, &["compute", "--quiet"]);
        workspace
    })
}

/// The files of the current release, by name.
fn files(workspace: &Workspace) -> BTreeMap<String, Vec<u8>> {
    crate::nightly::files(&workspace.path("data/current"))
}

/// Takes the releases away, so that the next run computes everything again from the same observations.
fn forget(workspace: &Workspace) {
    std::fs::remove_file(workspace.path("data/current")).unwrap();
    std::fs::remove_dir_all(workspace.path("data/releases")).unwrap();
}

/// Computes everything again on these workers; gives what they did.
fn compute(workspace: &Workspace, urls: &[&str], more: &[&str]) -> Value {
    forget(workspace);
    let workers = urls.join(",");
    let mut arguments = vec!["compute", "--engine", "cluster", "--workers", &workers];
    arguments.extend(more);
    workspace.json(0, &arguments)["data"]["workers"].clone()
}

/// A worker at work in the data folder of a workspace.
struct Worker {
    child: Child,
    address: String,
}

impl Worker {
    fn of(workspace: &Workspace) -> Self {
        Self::start(workspace, &["--listen", "127.0.0.1:0"])
    }

    fn start(workspace: &Workspace, arguments: &[&str]) -> Self {
        let mut command = workspace.command(&[&["worker"], arguments].concat());
        let mut child = command.stdout(Stdio::piped()).stderr(Stdio::null()).spawn().expect("the program starts");
        let mut line = String::new();
        BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
        let address = line.split(' ').next().unwrap().to_owned();
        assert!(address.starts_with("http"), "the worker listens: {line}");
        Self { child, address }
    }

    fn signal(process: u32, name: &str) {
        let sent = std::process::Command::new("kill").args([format!("-{name}"), process.to_string()]).status();
        assert!(sent.expect("kill").success());
    }
}

impl Drop for Worker {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
