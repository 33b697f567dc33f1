//! `plugix man`: manual pages, made of the same words as `--help`.

use crate::print;
use anyhow::{Context as _, Result, bail};
use clap::CommandFactory;
use clap_mangen::Man;
use std::fs;
use std::path::PathBuf;
use std::process::ExitCode;

#[derive(clap::Args)]
#[command(after_help = "Examples:\n  \
    plugix man | man -l -                          # this program's page\n  \
    plugix man run | man -l -                      # that of a command\n  \
    plugix man --out ~/.local/share/man/man1       # all of them: then `man plugix-run` works")]
pub(crate) struct Args {
    /// The command whose page is printed
    #[arg(conflicts_with = "out")]
    command: Option<String>,
    /// Write the pages of all commands into this folder
    #[arg(long, value_name = "FOLDER")]
    out: Option<PathBuf>,
}

pub(crate) fn run<C: CommandFactory>(args: &Args) -> Result<ExitCode> {
    let mut all = C::command().disable_help_subcommand(true);
    all.build();
    if let Some(folder) = &args.out {
        fs::create_dir_all(folder).with_context(|| format!("can't create {}", folder.display()))?;
        let pages = pages(&all);
        for page in &pages {
            let path = folder.join(page.get_filename());
            fs::write(&path, text(page)?).with_context(|| format!("can't write {}", path.display()))?;
        }
        print::line(format_args!("{}: {} pages", folder.display(), pages.len()))?;
        return Ok(ExitCode::SUCCESS);
    }
    let command = match &args.command {
        None => all,
        Some(name) => match all.find_subcommand(name) {
            Some(command) => command.clone(),
            None => bail!("there is no command `{name}`: `plugix --help` lists them"),
        },
    };
    print::text(String::from_utf8_lossy(&text(&Man::new(command))?)).map(|()| ExitCode::SUCCESS)
}

/// The page of a command, and those of the commands below it.
fn pages(command: &clap::Command) -> Vec<Man> {
    let below = command.get_subcommands().filter(|command| !command.is_hide_set()).flat_map(pages);
    [Man::new(command.clone())].into_iter().chain(below).collect()
}

fn text(page: &Man) -> Result<Vec<u8>> {
    let mut text = Vec::new();
    page.render(&mut text)?;
    Ok(text)
}
