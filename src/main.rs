//! Parses the command line, runs the verb, and turns the outcome into the documented exit status.

use std::ffi::OsString;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::process::ExitCode;

use clap::Parser;
use yardstick::cli::{Cli, Color, Format};
use yardstick::commands::stop;
use yardstick::error::Error;
use yardstick::exit::Exit;
use yardstick::printer::Printer;
use yardstick::settings::Settings;

#[expect(clippy::disallowed_methods, reason = "the one place that asks for the time")]
fn main() -> ExitCode {
    yardstick::heap::one_for_each_processor();
    let cli = match Cli::try_parse() {
        Ok(cli) => cli,
        Err(error) => {
            let exit = if error.use_stderr() { Exit::WrongUse } else { Exit::Done };
            if exit != Exit::Done && wants_json(std::env::args_os()) {
                let error = Error::usage(error.to_string().trim_end().to_owned());
                return Printer::new(Format::Json, false, Color::Never).fail("", &error).into();
            }
            let _ = error.print();
            return exit.into();
        }
    };
    let now = jiff::Timestamp::now();
    let settings = match Settings::resolve(&cli.global, now) {
        Ok(settings) => settings,
        Err(error) => {
            let printer = Printer::new(cli.global.format, cli.global.quiet, cli.global.color);
            return printer.fail(cli.command.name(), &error).into();
        }
    };
    settings.start_logging();
    let printer = Printer::new(cli.global.format, cli.global.quiet, cli.global.color);
    let takes_the_lock = cli.command.takes_the_lock();
    let stopped = settings.clone();
    let work = move || {
        // A library that panics on a damaged file must not end in an exit code that nobody knows.
        let run = AssertUnwindSafe(|| yardstick::commands::dispatch(&cli.command, &settings, &printer));
        let result = catch_unwind(run).unwrap_or_else(|_| Err(Error::Internal("the program panicked; see above".into())));
        let exit = result.unwrap_or_else(|error| printer.fail(cli.command.name(), &error));
        if cli.command.is_answer() { printer.answered(exit) } else { exit }
    };
    if takes_the_lock {
        stop::until_signal(work, |record| yardstick::job::load::read(&stopped).config.notify.tell(&stopped, &record)).into()
    } else {
        work().into()
    }
}

/// Whether a command line that cannot be parsed asked for JSON all the same.
fn wants_json(arguments: impl Iterator<Item = OsString>) -> bool {
    let arguments: Vec<String> = arguments.map(|a| a.to_string_lossy().into_owned()).collect();
    arguments.iter().any(|a| a == "--format=json") || arguments.windows(2).any(|pair| pair[0] == "--format" && pair[1] == "json")
}
