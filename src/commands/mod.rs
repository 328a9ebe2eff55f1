//! One file per verb; each takes plain arguments and gives the exit status.

mod check;
mod checks;
mod diff;
mod drawn;
mod explain;
mod headlines;
mod mcp;
mod new;
mod nightly;
mod open;
mod plan;
mod preview;
mod publish;
mod reference;
mod release;
mod report;
mod schedule;
mod serve;
mod shell;
mod sql;
mod status;
pub mod stop;
mod test;
mod worker;

use crate::cli::Command;
use crate::error::Result;
use crate::exit::Exit;
use crate::printer::Printer;
use crate::settings::Settings;

pub fn dispatch(command: &Command, settings: &Settings, printer: &Printer) -> Result<Exit> {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(settings.threads.max(settings.limits.partitions).max(2))
        .enable_all()
        .build()?;
    let result = runtime.block_on(async {
        match command {
            Command::Run(args) => nightly::run(settings, printer, args).await,
            Command::Pull(args) => nightly::pull(settings, printer, args).await,
            Command::Compute { accept, shared_out } => nightly::compute(settings, printer, accept, shared_out).await,
            Command::Plan(args) => plan::plan(settings, printer, args),
            Command::Check { paths } => check::check(settings, printer, paths).await,
            Command::Test { ids, update, record, area, year } => {
                test::test(settings, printer, ids, *update, record.as_deref(), area, year).await
            }
            Command::New { id, name, like } => new::new(settings, printer, id, name, like.as_deref()),
            Command::Preview { indicator, area, year, estimate, limit } => {
                Box::pin(preview::preview(settings, printer, indicator, area, year, estimate, *limit)).await
            }
            Command::Sql { query, output, file, timeout, indicator, release } => {
                let (file, indicator, release) = (file.as_deref(), indicator.as_deref(), release.as_deref());
                sql::sql(settings, printer, query.as_deref(), *output, file, *timeout, indicator, release).await
            }
            Command::Checks { ids, release, failed, limit } => checks::checks(settings, printer, ids, release.as_deref(), *failed, *limit),
            Command::Explain(args) => explain::explain(settings, printer, args).await,
            Command::Diff { old, new, limit, parquet } => {
                diff::diff(settings, printer, old.as_deref(), new.as_deref(), *limit, parquet.as_deref())
            }
            Command::Release { action } => release::release(settings, printer, action),
            Command::Publish { to, release, keep } => publish::publish(settings, printer, to, release, *keep).await,
            Command::Serve { port } => serve::serve(settings, printer, *port).await,
            Command::Worker(args) => worker::worker(settings, printer, args).await,
            Command::Mcp => mcp::mcp(settings).await,
            Command::Open => open::open(settings, printer),
            Command::Status => status::status(settings, printer),
            Command::Completions { shell } => Ok(shell::completions(printer, *shell)),
            Command::Man { folder } => shell::man(printer, folder.as_deref()),
            Command::Schedule { crontab, systemd } => schedule::schedule(settings, printer, *crontab, *systemd),
            Command::Reference { what } => reference::reference(settings, printer, *what),
        }
    });
    // A query that was stopped may still be at work: nobody waits for it.
    runtime.shutdown_background();
    result
}
