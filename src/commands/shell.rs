//! `completions` and `man`: what a shell and a system want to know of the command line.

use std::path::Path;

use clap::CommandFactory;
use clap_complete::Shell;

use crate::cli::Cli;
use crate::error::Result;
use crate::exit::Exit;
use crate::files;
use crate::printer::Printer;

pub(super) fn completions(printer: &Printer, shell: Shell) -> Exit {
    let mut script = Vec::new();
    clap_complete::generate(shell, &mut Cli::command(), "yardstick", &mut script);
    printer.data(&script);
    Exit::Done
}

/// One page for the program and one for each verb; without a folder the first, to stdout.
pub(super) fn man(printer: &Printer, folder: Option<&Path>) -> Result<Exit> {
    let mut program = Cli::command();
    program.build();
    let Some(folder) = folder else {
        printer.data(&page(program)?);
        return Ok(Exit::Done);
    };
    write(&program, "yardstick", folder, printer)?;
    Ok(Exit::Done)
}

fn write(command: &clap::Command, name: &str, folder: &Path, printer: &Printer) -> Result<()> {
    let path = folder.join(format!("{name}.1"));
    files::write_atomically(&path, &page(command.clone().display_name(name.to_owned()))?)?;
    printer.line(&path.to_string_lossy());
    command
        .get_subcommands()
        .filter(|verb| !verb.is_hide_set())
        .try_for_each(|verb| write(verb, &format!("{name}-{}", verb.get_name()), folder, printer))
}

fn page(command: clap::Command) -> Result<Vec<u8>> {
    let mut bytes = Vec::new();
    let title = command.get_display_name().unwrap_or("yardstick").to_owned();
    clap_mangen::Man::new(command).title(title).render(&mut bytes)?;
    Ok(bytes)
}
