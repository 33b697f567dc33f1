//! `cargo xtask book`: checks the book, runs each command in it, and makes its web pages.
//!
//! The book lies in `docs`. Each block of Rust in it is a part of a file that the tests compile. Each `console` block is
//! run, and what the book says that a command prints is compared with what the command prints.

mod blocks;
mod check;
mod console;
mod expected;
mod limits;
mod links;
mod mdbook;
mod page;
mod session;

use crate::engine_linked::{self, PROGRAMS};
use crate::workspace;
use anyhow::{Context as _, Result, ensure};
pub(crate) use check::check;
use console::Console;
use page::Page;
use plugix_toolchain::{Progress, Toolchain};
use session::Session;
use std::fs;
use std::path::{Path, PathBuf};

#[derive(clap::Args)]
#[command(after_help = "Examples:\n  \
    cargo xtask book                 # check all, and make target/book/html\n  \
    cargo xtask book threads         # the pages with this in their name\n  \
    cargo xtask book --update        # write into the pages what commands print now\n\n\
    In a console block, `…` stands for any text within a line, and a line of nothing but `…` for any lines. A page's\n\
    commands begin in an empty home folder, with the checkout in `~/plugix`. `PLUGIX_PROGRAMS=<folder>` takes the built\n\
    programs from a folder such as `target/release`, and builds none.")]
pub(crate) struct Args {
    /// Only the pages whose name contains this; then no web pages are made
    filter: Option<String>,
    /// Write what commands print into the pages, where it differs
    #[arg(long)]
    update: bool,
}

pub(crate) fn run(args: &Args) -> Result<()> {
    let mut problems = check()?;
    let mut pages = page::all()?;
    pages.retain(|page| args.filter.as_ref().is_none_or(|filter| page.name.contains(filter)));
    ensure!(!pages.is_empty(), "no page has such a name");
    let (blocks, differences) = run_commands(&mut pages, args.update)?;
    problems.extend(differences);
    problems.iter().for_each(|problem| println!("{problem}"));
    ensure!(problems.is_empty(), "{} to do; `cargo xtask book --update` writes what commands print", problems.len());
    println!("{} pages, {blocks} console blocks: all is as the book says", pages.len());
    if args.filter.is_none() {
        println!("The book is {}", mdbook::build()?.display());
    }
    Ok(())
}

/// Runs all commands of the book: how many blocks are right, and what differs. `cargo xtask test` calls this.
pub(crate) fn test() -> Result<(usize, Vec<String>)> {
    run_commands(&mut page::all()?, false)
}

fn run_commands(pages: &mut [Page], update: bool) -> Result<(usize, Vec<String>)> {
    // What commands would make by the way takes minutes, and prints much.
    Toolchain::ensure(Progress::stderr())?;
    let session = Session::new(&programs()?)?;
    let (mut right, mut problems) = (0, Vec::new());
    for page in pages {
        eprintln!("{}", page.name);
        let mut session = session.begin(&page.name)?;
        let mut text = page.text.clone();
        for console in Console::all(page)? {
            let printed = console.run(&mut session)?;
            match console.difference(&printed) {
                None => right += 1,
                Some(_) if update => text = console.updated(&text, &printed),
                Some(difference) => problems.push(format!("{}:{}: {difference}", page.name, console.line)),
            }
        }
        if text != page.text {
            fs::write(&page.path, text).with_context(|| page.name.clone())?;
            println!("{} is written anew: look at the difference", page.name);
        }
    }
    Ok((right, problems))
}

/// The folder of the programs that commands name. What is there already is not built.
fn programs() -> Result<PathBuf> {
    if let Some(folder) = std::env::var_os(PROGRAMS) {
        return Ok(std::path::absolute(folder)?);
    }
    let programs = engine_linked::build(&["--all-targets"])?;
    let plugix = engine_linked::find(&programs, "plugix")?;
    Ok(plugix.parent().context("a program lies in a folder")?.to_owned())
}

/// Where the book's own things are made.
fn folder() -> Result<PathBuf> {
    Ok(workspace::target_folder()?.join("book"))
}

/// The folder of the pages.
fn source() -> PathBuf {
    engine_linked::root().join("docs/src")
}

/// A path in the repository, as people write it.
fn shown(path: &Path) -> String {
    path.strip_prefix(engine_linked::root()).unwrap_or(path).display().to_string()
}
