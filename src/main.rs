//! Parses the command line, runs the verb, and turns the outcome into the documented exit code.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::process::ExitCode;

use clap::Parser;
use yardstick::cli::{Cli, Color, Format};
use yardstick::error::Error;
use yardstick::printer::Printer;
use yardstick::settings::Settings;

#[expect(clippy::disallowed_methods, reason = "the one place that asks for the time")]
fn main() -> ExitCode {
    let cli = match Cli::try_parse() {
        Ok(cli) => cli,
        Err(error) => {
            let code = if error.use_stderr() { 2 } else { 0 };
            if code != 0 && yardstick::cli::wants_json(std::env::args_os()) {
                let error = Error::usage(error.to_string().trim_end().to_owned());
                return ExitCode::from(Printer::new(Format::Json, false, Color::Never).fail("", &error));
            }
            let _ = error.print();
            return ExitCode::from(code);
        }
    };
    let now = jiff::Timestamp::now();
    let settings = match Settings::resolve(&cli.global, now) {
        Ok(settings) => settings,
        Err(error) => {
            let printer = Printer::new(cli.global.format, cli.global.quiet, cli.global.color);
            return ExitCode::from(printer.fail(cli.command.name(), &error));
        }
    };
    settings.start_logging();
    let printer = Printer::new(cli.global.format, cli.global.quiet, cli.global.color);
    // A library that panics on a damaged file must not end in an exit code that nobody knows.
    let run = AssertUnwindSafe(|| yardstick::commands::dispatch(&cli.command, &settings, &printer));
    let result = catch_unwind(run).unwrap_or_else(|_| Err(Error::Internal("the program panicked; see above".into())));
    let code = result.unwrap_or_else(|error| printer.fail(cli.command.name(), &error));
    ExitCode::from(if cli.command.is_answer() { printer.answer_code(code) } else { code })
}
