//! Parses the command line, runs the verb, and turns the outcome into the documented exit code.

use std::process::ExitCode;

use clap::Parser;
use yardstick::cli::Cli;
use yardstick::printer::Printer;
use yardstick::settings::Settings;

#[expect(clippy::disallowed_methods, reason = "the one place that asks for the time")]
fn main() -> ExitCode {
    let cli = match Cli::try_parse() {
        Ok(cli) => cli,
        Err(error) => {
            let code = if error.use_stderr() { 2 } else { 0 };
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
    let code = match yardstick::commands::dispatch(&cli.command, &settings, &printer) {
        Ok(code) => code,
        Err(error) => printer.fail(cli.command.name(), &error),
    };
    ExitCode::from(code)
}
