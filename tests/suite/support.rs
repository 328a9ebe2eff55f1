//! Temporary workspaces, runs of the real program with a frozen clock, and tables read back.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::sync::{Arc, LazyLock, Mutex, OnceLock};

use datafusion::arrow::array::RecordBatch;
use datafusion::parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;
use yardstick::tables::cells::Table;

/// The settings of the job.
const JOB: &str = "pipelines/job.toml";

/// The moment of every test.
pub(crate) const NOW: &str = "2026-11-24T02:30:00Z";

/// The project itself: its pipelines, SQL and fixtures.
pub(crate) fn project() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

/// Bodies of few economies, each of which proves a format or a behaviour: what most tests run on. The bodies that are
/// shipped for users, `fixtures`, hold the world.
pub(crate) fn small_bodies() -> PathBuf {
    project().join("tests/suite/small_bodies")
}

/// A folder of real data beside the project, on machines that have it. Where `CI` is set, it must be there.
fn beside(name: &str) -> Option<PathBuf> {
    let path = project().join("../shared/data").join(name);
    assert!(path.is_dir() || std::env::var_os("CI").is_none(), "{} is missing", path.display());
    path.is_dir().then_some(path)
}

/// Real provider bodies.
pub(crate) fn replay() -> Option<PathBuf> {
    beside("replay")
}

/// The golden tables.
pub(crate) fn golden() -> Option<PathBuf> {
    beside("golden")
}

/// The fullest set of real bodies.
pub(crate) fn world() -> Option<PathBuf> {
    beside("world")
}

/// Of the checks, those that fail wherever a release is lost, and cost little.
const CHECKS: [&str; 3] = ["one_row_per_key.sql", "columns_changed.sql", "coverage_lost.sql"];

pub(crate) struct Workspace {
    pub root: tempfile::TempDir,
}

/// What a run gave.
pub(crate) struct Run {
    pub code: i32,
    pub stdout: String,
    pub stderr: String,
}

impl Workspace {
    /// A copy of the project's pipelines and SQL, with its own data folder; without the cases of its indicators, which are
    /// most of the files and which `test` alone reads.
    pub(crate) fn of_project() -> Self {
        let workspace = Self::empty();
        copy(&project().join("pipelines"), &workspace.path("pipelines"));
        for entry in std::fs::read_dir(project().join("sql")).expect("sql/") {
            let path = entry.expect("an entry").path();
            let to = workspace.path("sql").join(path.file_name().expect("a name"));
            if path.is_file() {
                std::fs::copy(&path, &to).expect("a copied file");
            } else if !path.ends_with("tests") {
                copy(&path, &to);
            }
        }
        workspace
    }

    /// The method files and reference tables only: no source, no indicator, few checks, few files in a release.
    pub(crate) fn of_method() -> Self {
        let workspace = Self::of_method_and_checks();
        workspace.keep_only("sql/checks", &CHECKS);
        workspace.publish_little();
        workspace
    }

    /// The same with every check and every format.
    pub(crate) fn of_method_and_checks() -> Self {
        let workspace = Self::empty();
        copy(&project().join("pipelines/reference"), &workspace.path("pipelines/reference"));
        for folder in ["shared", "steps", "rollups", "derived", "checks"] {
            copy(&project().join("sql").join(folder), &workspace.path("sql").join(folder));
        }
        workspace
    }

    pub(crate) fn empty() -> Self {
        let root = tempfile::tempdir().expect("a temporary folder");
        std::fs::create_dir_all(root.path().join("pipelines")).expect("pipelines/");
        std::fs::create_dir_all(root.path().join("sql/indicators")).expect("sql/indicators/");
        Self { root }
    }

    /// A copy of what several tests begin with: the first of them makes it, most often by a run.
    pub(crate) fn as_prepared(name: &'static str, make: impl FnOnce() -> Self) -> Self {
        static PREPARED: Mutex<BTreeMap<&str, Arc<OnceLock<PathBuf>>>> = Mutex::new(BTreeMap::new());
        let prepared = Arc::clone(PREPARED.lock().unwrap_or_else(std::sync::PoisonError::into_inner).entry(name).or_default());
        let prepared = prepared.get_or_init(|| {
            let kept = KEPT.join(name);
            copy_as_it_is(make().root.path(), &kept);
            kept
        });
        let root = tempfile::tempdir().expect("a temporary folder");
        copy_as_it_is(prepared, root.path());
        Self { root }
    }

    /// Adds a check of the project.
    pub(crate) fn with_check(self, name: &str) -> Self {
        let file = format!("sql/checks/{name}.sql");
        self.write(&file, std::fs::read(project().join(&file)).expect("a check of the project"));
        self
    }

    /// What tests share that only read, as a static: it is never dropped, so it lies where the next start cleans up.
    pub(crate) fn lasting(self) -> Self {
        let root = tempfile::Builder::new().disable_cleanup(true).tempdir_in(&*KEPT).expect("a temporary folder");
        copy_as_it_is(self.root.path(), root.path());
        Self { root }
    }

    /// For tests that read bodies and no figure of the people: the table of them is most of what a start of the program reads.
    pub(crate) fn without_people(&self) {
        let file = "pipelines/reference/population.csv";
        let head = self.read(file).lines().next().expect("a header").to_owned();
        self.write(file, head + "\n");
    }

    /// For tests that read no page: drawing the pages is most of what a small release costs.
    pub(crate) fn publish_little(&self) {
        self.write(JOB, "[publication]\nformats = [\"csv\"]\n");
    }

    /// Every format, as where nothing is set.
    pub(crate) fn publish_all(&self) {
        let _ = std::fs::remove_file(self.path(JOB));
    }

    /// Removes every file of a folder but those of these names.
    pub(crate) fn keep_only(&self, folder: &str, names: &[&str]) {
        for entry in std::fs::read_dir(self.path(folder)).expect("a folder") {
            let path = entry.expect("an entry").path();
            if !names.iter().any(|name| path.ends_with(name)) {
                std::fs::remove_file(path).expect("a removed file");
            }
        }
    }

    pub(crate) fn path(&self, relative: impl AsRef<Path>) -> PathBuf {
        self.root.path().join(relative)
    }

    /// Writes a file, making its folders.
    pub(crate) fn write(&self, relative: &str, content: impl AsRef<[u8]>) -> PathBuf {
        let path = self.path(relative);
        std::fs::create_dir_all(path.parent().expect("a folder")).expect("folders");
        std::fs::write(&path, content).expect("a written file");
        path
    }

    pub(crate) fn read(&self, relative: &str) -> String {
        std::fs::read_to_string(self.path(relative)).unwrap_or_else(|e| panic!("{relative}: {e}"))
    }

    /// The real program, in this workspace, with a frozen clock.
    pub(crate) fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_yardstick"));
        command
            .args(arguments)
            .current_dir(self.root.path())
            .env("YARDSTICK_NOW", NOW)
            .env("NO_COLOR", "1")
            .env_remove("COLUMNS")
            .env_remove("YARDSTICK_WORKSPACE")
            .env_remove("YARDSTICK_DATA")
            .env_remove("YARDSTICK_LOG");
        command
    }

    pub(crate) fn run(&self, arguments: &[&str]) -> Run {
        Run::of(&self.command(arguments).output().expect("the program starts"))
    }

    /// Runs and expects an exit code; the output is shown when it differs.
    pub(crate) fn expect(&self, code: i32, arguments: &[&str]) -> Run {
        let run = self.run(arguments);
        assert_eq!(run.code, code, "yardstick {}\n--- stdout\n{}\n--- stderr\n{}", arguments.join(" "), run.stdout, run.stderr);
        run
    }

    /// A file of the current release.
    pub(crate) fn release(&self, file: &str) -> RecordBatch {
        parquet(&self.path("data/current").join(file))
    }

    /// The JSON of a command run with `--format json`.
    pub(crate) fn json(&self, code: i32, arguments: &[&str]) -> serde_json::Value {
        let mut all = vec!["--format", "json"];
        all.extend(arguments);
        let run = self.expect(code, &all);
        serde_json::from_str(&run.stdout).unwrap_or_else(|e| panic!("{e}: {}", run.stdout))
    }
}

impl Run {
    pub(crate) fn of(output: &Output) -> Self {
        Self {
            code: output.status.code().unwrap_or(-1),
            stdout: String::from_utf8_lossy(&output.stdout).into_owned(),
            stderr: String::from_utf8_lossy(&output.stderr).into_owned(),
        }
    }
}

pub(crate) fn parquet(path: &Path) -> RecordBatch {
    let file = std::fs::File::open(path).unwrap_or_else(|e| panic!("{}: {e}", path.display()));
    let reader = ParquetRecordBatchReaderBuilder::try_new(file).expect("a Parquet file").build().expect("a reader");
    let schema = datafusion::arrow::array::RecordBatchReader::schema(&reader);
    let batches: Vec<RecordBatch> = reader.map(|b| b.expect("a batch")).collect();
    datafusion::arrow::compute::concat_batches(&schema, &batches).expect("one batch")
}

/// The rows whose columns have these texts (years as text).
pub(crate) fn rows(batch: &RecordBatch, wanted: &[(&str, &str)]) -> Vec<usize> {
    let cells = Table(batch);
    (0..batch.num_rows())
        .filter(|row| {
            wanted.iter().all(|(column, value)| match cells.text(column, *row) {
                Some(text) => text == *value,
                None => cells.int(column, *row).is_some_and(|v| v.to_string() == *value),
            })
        })
        .collect()
}

/// The single row that matches.
pub(crate) fn row(batch: &RecordBatch, wanted: &[(&str, &str)]) -> usize {
    let found = rows(batch, wanted);
    assert_eq!(found.len(), 1, "{wanted:?} matches {} rows", found.len());
    found[0]
}

/// The number in the single row that matches.
pub(crate) fn value(batch: &RecordBatch, column: &str, wanted: &[(&str, &str)]) -> f64 {
    let row = row(batch, wanted);
    Table(batch).float(column, row).unwrap_or_else(|| panic!("{column} of {wanted:?} is null"))
}

pub(crate) fn close(actual: f64, expected: f64, tolerance: f64) {
    assert!((actual - expected).abs() <= tolerance, "{actual} is not within {tolerance} of {expected}");
}

pub(crate) fn copy(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).expect("a folder");
    for entry in std::fs::read_dir(from).unwrap_or_else(|e| panic!("{}: {e}", from.display())) {
        let path = entry.expect("an entry").path();
        let target = to.join(path.file_name().expect("a name"));
        if path.is_dir() {
            copy(&path, &target);
        } else {
            std::fs::copy(&path, &target).expect("a copied file");
        }
    }
}

/// Where the prepared workspaces of this process are. Nothing runs at the end of all tests, so each start removes what
/// earlier ones have left.
static KEPT: LazyLock<PathBuf> = LazyLock::new(|| {
    let all = Path::new(env!("CARGO_TARGET_TMPDIR")).join("prepared");
    for left in std::fs::read_dir(&all).into_iter().flatten().flatten() {
        if !Path::new("/proc").join(left.file_name()).exists() {
            let _ = std::fs::remove_dir_all(left.path());
        }
    }
    let kept = all.join(std::process::id().to_string());
    std::fs::create_dir_all(&kept).expect("a folder");
    kept
});

/// Copies a folder with its links and the times of its files.
fn copy_as_it_is(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).expect("a folder");
    let copied = Command::new("cp").arg("-a").arg(from.join(".")).arg(to).status().expect("cp starts");
    assert!(copied.success(), "{} was not copied", from.display());
}

/// Says that a test had nothing to read on this machine.
#[expect(clippy::print_stdout, reason = "the test runner shows it on request")]
pub(crate) fn skipped(missing: &str) {
    println!("skipped: {missing} are not beside the project");
}
