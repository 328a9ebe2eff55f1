//! The command line: clap types only.

mod command;
mod workers;

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};

use crate::exit::Exit;
use crate::memory::{LEAST_MIB, MOST_MIB};
use crate::reference::MembershipMode;

pub use workers::{ConnectionArgs, EngineKind, SharedOut, WorkerArgs};

/// Measures how far the world is from its ICT targets.
#[derive(Debug, Parser)]
#[command(name = "yardstick", version, propagate_version = true, disable_help_subcommand = true, after_help = Exit::help())]
pub struct Cli {
    #[command(flatten)]
    pub global: Global,
    #[command(subcommand)]
    pub command: Command,
}

#[derive(Debug, Args)]
pub struct Global {
    /// Folder with pipelines/ and sql/ [default: the current folder]
    #[arg(long, global = true, value_name = "DIR", env = "YARDSTICK_WORKSPACE")]
    pub workspace: Option<PathBuf>,
    /// Folder for snapshots, observations and releases [default: <workspace>/data]
    #[arg(long, global = true, value_name = "DIR", env = "YARDSTICK_DATA")]
    pub data: Option<PathBuf>,
    /// How results are printed
    #[arg(long, global = true, value_enum, default_value_t = Format::Human)]
    pub format: Format,
    /// Print results and errors only
    #[arg(short, long, global = true)]
    pub quiet: bool,
    /// Log more; twice for everything
    #[arg(short, long, global = true, action = clap::ArgAction::Count)]
    pub verbose: u8,
    /// Colour on the terminal
    #[arg(long, global = true, value_enum, default_value_t = Color::Auto)]
    pub color: Color,
    /// How logs are printed [default: human on a terminal, json otherwise]
    #[arg(long, global = true, value_enum)]
    pub log_format: Option<Format>,
    /// Freeze the clock, such as 2026-11-24 or 2026-11-24T02:30:00Z
    #[arg(long, global = true, value_name = "TIME", env = "YARDSTICK_NOW")]
    pub now: Option<String>,
    /// Indicators computed side by side
    #[arg(long, global = true, value_name = "N", env = "YARDSTICK_THREADS", value_parser = |text: &str| whole(text, 1, 64), hide = true)]
    pub threads: Option<usize>,
    /// Partitions of one statement; results do not depend on it
    #[arg(long, global = true, value_name = "N", env = "YARDSTICK_PARTITIONS", value_parser = |text: &str| whole(text, 1, 1024), hide = true)]
    pub partitions: Option<usize>,
    /// Memory that the program may use, in MiB [default: half of the machine's]
    #[arg(long, global = true, value_name = "MIB", env = "YARDSTICK_MEMORY_MIB", value_parser = |text: &str| whole(text, LEAST_MIB as usize, MOST_MIB as usize), hide = true)]
    pub memory_mib: Option<usize>,
    /// How long one statement of an indicator or a check may take, in seconds
    #[arg(long, global = true, value_name = "SECONDS", env = "YARDSTICK_STATEMENT_SECONDS", default_value_t = STATEMENT_SECONDS, value_parser = clap::value_parser!(u64).range(1..), hide = true)]
    pub statement_seconds: u64,
    /// Whether today's groups hold for all years, or each year's own
    #[arg(long, global = true, value_enum, env = "YARDSTICK_MEMBERSHIP", default_value_t = MembershipMode::Current)]
    pub membership: MembershipMode,
}

/// How long a statement may take where nobody says otherwise.
pub const STATEMENT_SECONDS: u64 = 600;

/// A number within limits: one beyond them is refused, not quietly made to fit.
fn whole(text: &str, least: usize, most: usize) -> Result<usize, String> {
    let number = text.trim().parse().ok().filter(|number| (least..=most).contains(number));
    number.ok_or_else(|| format!("it is a whole number from {least} to {most}"))
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Format {
    Human,
    Json,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Color {
    Auto,
    Always,
    Never,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum TableFormat {
    Table,
    Csv,
    Json,
    Parquet,
}

#[derive(Debug, Subcommand)]
pub enum Command {
    /// Pull, normalise, compute, check, publish: the nightly job
    Run(NightArgs),
    /// The first half of run: pull and normalise
    Pull(PullArgs),
    /// The second half of run: compute, check, publish
    Compute {
        /// Let these failed checks pass this time, and what differs from the last pull of these data sets; the manifest says so
        #[arg(long, value_delimiter = ',', value_name = "CHECK|SOURCE/DATASET")]
        accept: Vec<String>,
        #[command(flatten)]
        shared_out: SharedOut,
    },
    /// What run would do now, and for each step why
    Plan(RunArgs),
    /// Every problem in pipelines and SQL, without data and without network
    Check {
        /// Files to report on; everything is still read [default: all]
        paths: Vec<PathBuf>,
    },
    /// Run the indicators' own test cases
    Test {
        /// Indicator ids or names [default: all]
        ids: Vec<String>,
        /// Show the difference, then write the result as the new expectation
        #[arg(long)]
        update: bool,
        /// Make a new case of this name from the current release (needs one id, --area and --year)
        #[arg(long, value_name = "CASE", requires_all = ["area", "year"])]
        record: Option<String>,
        /// Areas of the new case
        #[arg(long, value_delimiter = ',')]
        area: Vec<String>,
        /// Years of the new case
        #[arg(long, value_delimiter = ',')]
        year: Vec<i32>,
    },
    /// A new indicator file with a test case beside it, ready to edit
    New {
        /// Id of the indicator, such as 2.8
        id: String,
        /// Its name, such as mobile_subscriptions
        #[arg(long)]
        name: String,
        /// Begin with this indicator and its first test case, without its targets [default: the template]
        #[arg(long, value_name = "ID")]
        like: Option<String>,
    },
    /// One indicator on current data, printed, nothing published
    Preview {
        /// Id, name or file of the indicator
        indicator: String,
        /// Only these areas: ISO 3166-1 alpha-3 codes or groups
        #[arg(long, value_delimiter = ',')]
        area: Vec<String>,
        /// Only these years
        #[arg(long, value_delimiter = ',')]
        year: Vec<i32>,
        /// Only these: reported, published, available, imputed
        #[arg(long, value_delimiter = ',')]
        estimate: Vec<String>,
        /// Rows printed
        #[arg(long, default_value_t = 60)]
        limit: usize,
    },
    /// Read-only query over observations, reference tables and the current release; a prompt without one
    Sql {
        /// One SELECT; without it a prompt begins
        query: Option<String>,
        /// How rows are printed
        #[arg(long, value_enum, default_value_t = TableFormat::Table)]
        output: TableFormat,
        /// Write to a file instead of stdout
        #[arg(short = 'o', long, value_name = "FILE")]
        file: Option<PathBuf>,
        /// Seconds after which the query is stopped
        #[arg(long, default_value_t = 60)]
        timeout: u64,
        /// See the tables as this indicator does: its data sets, its groups, `chosen` and the other views of sql/shared/
        #[arg(long = "as", value_name = "ID")]
        indicator: Option<String>,
        /// See this release instead of the current one, also one that a gate refused
        #[arg(long, value_name = "RELEASE")]
        release: Option<String>,
    },
    /// What the checks of a release found, also of one that a gate refused
    Checks {
        /// Checks whose failed rows are shown [default: the list of all]
        ids: Vec<String>,
        /// The release [default: with --failed the newest refused one, else the current]
        #[arg(long, value_name = "RELEASE")]
        release: Option<String>,
        /// Only those that did not pass, with the rows that stop the release
        #[arg(long)]
        failed: bool,
        /// Rows shown of each check
        #[arg(long, default_value_t = 20)]
        limit: usize,
    },
    /// Why a number is what it is
    Explain(ExplainArgs),
    /// What changed between two releases and why
    Diff {
        /// The older release [default: the one before the current]
        old: Option<String>,
        /// The newer release [default: current]
        new: Option<String>,
        /// Rows printed per indicator
        #[arg(long, default_value_t = 20)]
        limit: usize,
        /// Write all rows to this Parquet file
        #[arg(long, value_name = "FILE")]
        parquet: Option<PathBuf>,
    },
    /// Releases kept, and the way back
    Release {
        #[command(subcommand)]
        action: ReleaseAction,
    },
    /// The pages of the current release: prints where they are, and opens them on a desktop
    Open,
    /// Copy a release to where others read it: a folder, S3, Google Cloud Storage or Azure Blob Storage
    Publish {
        /// A folder, s3://BUCKET/PREFIX, gs://BUCKET/PREFIX or az://CONTAINER/PREFIX; the environment has the keys (REFERENCE.md)
        #[arg(long, value_name = "URL")]
        to: String,
        /// Release to publish
        #[arg(long, default_value = "current")]
        release: String,
        /// How many releases stay there
        #[arg(long, default_value_t = 30, value_parser = |text: &str| whole(text, 1, 100_000))]
        keep: usize,
    },
    /// The files of the current release at http://localhost, read-only, for a look
    Serve {
        /// Port; 0 takes a free one
        #[arg(long, default_value_t = 8000)]
        port: u16,
    },
    /// Answer programs over stdin and stdout by the Model Context Protocol, from the current release, read-only
    Mcp,
    /// Compute statements for runs on other machines, until it is stopped (needs the cargo feature `cluster`)
    Worker(WorkerArgs),
    /// Per source: last success, age, vintage, next due; per indicator: last release
    Status,
    /// Print the lines to install for the nightly run
    Schedule {
        /// As lines of a crontab [default]
        #[arg(long, conflicts_with = "systemd")]
        crontab: bool,
        /// As a service and a timer of systemd
        #[arg(long)]
        systemd: bool,
    },
    /// Print the completions for a shell
    Completions {
        /// The shell
        #[arg(value_enum)]
        shell: clap_complete::Shell,
    },
    /// Write the manual pages into a folder, or print the first
    Man {
        /// Where the pages are written
        folder: Option<PathBuf>,
    },
    /// Print a generated table in Markdown: targets (from the current release), codes, exit codes, tables
    #[command(hide = true)]
    Reference {
        /// Which table
        what: Reference,
    },
}

#[derive(Debug, Args)]
pub struct RunArgs {
    /// Take bodies from DIR/<source>/<dataset>/ instead of the network
    #[arg(long, value_name = "DIR")]
    pub from: Option<PathBuf>,
    /// Only these sources or source/dataset pairs
    #[arg(long, value_delimiter = ',', value_name = "SOURCE")]
    pub only: Vec<String>,
    /// Only what its schedule says is due
    #[arg(long)]
    pub due: bool,
    /// Let these failed checks pass this time, and what differs from the last pull of these data sets; the manifest says so
    #[arg(long, value_delimiter = ',', value_name = "CHECK|SOURCE/DATASET")]
    pub accept: Vec<String>,
}

#[derive(Debug, Args)]
pub struct NightArgs {
    #[command(flatten)]
    pub run: RunArgs,
    #[command(flatten)]
    pub shared_out: SharedOut,
}

#[derive(Debug, Args)]
pub struct PullArgs {
    #[command(flatten)]
    pub run: RunArgs,
    /// Never use this snapshot again; its data sets go back to the bodies of a kept release
    #[arg(long, value_name = "HASH")]
    pub refuse: Option<String>,
    /// Take a refusal back
    #[arg(long, value_name = "HASH", conflicts_with = "refuse")]
    pub admit: Option<String>,
}

#[derive(Debug, Clone, Args)]
pub struct ExplainArgs {
    /// Id or name of the indicator (with --target, the progress row of a target), or a value_id alone
    pub indicator: String,
    /// Economy or group, such as KEN, WLD or LDC
    #[arg(long)]
    pub area: Option<String>,
    /// Year of the value
    #[arg(long)]
    pub year: Option<i32>,
    /// The value in every release kept, what those gone had changed of it, and since when it is what it is
    #[arg(long)]
    pub history: bool,
    /// Sex: _T, F or M
    #[arg(long, default_value = "_T")]
    pub sex: String,
    /// Age group, such as Y15T24
    #[arg(long, default_value = "_T")]
    pub age: String,
    /// Urbanisation: _T, U or R
    #[arg(long, default_value = "_T")]
    pub urbanisation: String,
    /// Disability status
    #[arg(long, default_value = "_T")]
    pub disability: String,
    /// Level of education
    #[arg(long, default_value = "_T")]
    pub education_level: String,
    /// Size class of enterprises, such as 10-49
    #[arg(long, default_value = "_T")]
    pub size_class: String,
    /// Any other breakdown, such as FIXED_5GB
    #[arg(long, default_value = "_T")]
    pub breakdown: String,
    /// reported, published, available or imputed [default: what there is, ours first]
    #[arg(long)]
    pub estimate: Option<String>,
    /// Explain the distance to this target instead of a value
    #[arg(long)]
    pub target: Option<String>,
    /// Members printed
    #[arg(long, default_value_t = 30)]
    pub limit: usize,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Reference {
    Targets,
    Codes,
    ExitCodes,
    Tables,
    /// The JSON Schema of `pipelines/<source>.toml`
    SchemaOfSource,
    /// That of `pipelines/job.toml`
    SchemaOfJob,
    /// That of `pipelines/corrections/*.toml`
    SchemaOfCorrections,
    /// That of `sql/defaults.toml`
    SchemaOfDefaults,
}

#[derive(Debug, Subcommand)]
pub enum ReleaseAction {
    /// All releases kept
    List,
    /// One release: what went in, what came out
    Show {
        /// The release, also one that a gate refused [default: current]
        id: Option<String>,
    },
    /// Point `current` to an older release
    Rollback {
        /// The release [default: the one before the current]
        id: Option<String>,
    },
    /// Point `current` to a release and hold it there: runs publish nothing until it is let go
    Pin {
        /// The release [default: current]
        id: Option<String>,
    },
    /// Let a pinned release go
    Unpin,
    /// Remove old releases, and the observation files and snapshots that only they used
    Prune {
        /// How many of the newest to keep [default: retention.releases of pipelines/job.toml, 30]
        #[arg(long, value_name = "NUMBER")]
        keep: Option<usize>,
    },
}
