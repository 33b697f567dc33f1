//! `plugix coredump`.

mod dump;
mod functions;
mod memory;

use crate::{print, text};
use anyhow::{Context as _, Result};
use dump::Dump;
use functions::Functions;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

#[derive(clap::Args)]
#[command(after_help = "Examples:\n  \
    plugix coredump words.1.coredump words.wasm                     # where its threads were\n  \
    plugix coredump words.1.coredump --memory 0x100000 --bytes 256  # what was in its memory\n\n\
    Lines are shown if the module has debug information, or NAME.debug.wasm beside it.")]
pub(crate) struct Args {
    /// The core dump, as `plugix run --dump` and hosts write it
    dump: PathBuf,
    /// The module that it is of, as it was built: its functions' names and lines are shown
    module: Option<PathBuf>,
    /// Show the memory from this address on
    #[arg(long, value_name = "ADDRESS", value_parser = memory::address)]
    memory: Option<u64>,
    /// How much of the memory to show
    #[arg(long, value_name = "COUNT", default_value_t = 128, requires = "memory")]
    bytes: u64,
}

pub(crate) fn run(args: &Args) -> Result<ExitCode> {
    let bytes = read(&args.dump)?;
    let dump = Dump::read(&bytes).with_context(|| args.dump.display().to_string())?;
    if let Some(address) = args.memory {
        print::text(memory::lines(&dump, address, args.bytes)?)?;
        return Ok(ExitCode::SUCCESS);
    }
    let module = args.module.as_deref().map(|module| Ok::<_, anyhow::Error>((module, read(module)?))).transpose()?;
    let debug = args.module.as_deref().and_then(beside);
    let functions = match &module {
        None => Functions::default(),
        Some((path, wasm)) => Functions::read(wasm, debug.as_deref()).with_context(|| path.display().to_string())?,
    };
    print::text(describe(&dump, &functions))?;
    Ok(ExitCode::SUCCESS)
}

fn read(file: &Path) -> Result<Vec<u8>> {
    std::fs::read(file).with_context(|| format!("can't read {}", file.display()))
}

/// The debug information that is kept apart, if there is any.
fn beside(module: &Path) -> Option<Vec<u8>> {
    std::fs::read(module.with_extension("debug.wasm")).ok()
}

/// All names are those of a plugin.
fn describe(dump: &Dump<'_>, functions: &Functions<'_>) -> String {
    let mut page = String::new();
    let kept = dump.segments.iter().map(|(_, bytes)| bytes.len() as u64).sum();
    let _ = writeln!(
        page,
        "{}: {} of memory, {} of it in the dump",
        text::printable(dump.plugin),
        text::size(dump.memory),
        text::size(kept)
    );
    for thread in &dump.threads {
        let _ = writeln!(page, "\nthread {}", text::printable(thread.name));
        if thread.frames.is_empty() {
            let _ = writeln!(page, "  no functions are known: it ran none, or its stack was full");
        }
        for line in functions.lines(&thread.frames) {
            let _ = writeln!(page, "  {}", text::printable(&line));
        }
        let globals = dump.globals_of(thread);
        if !globals.is_empty() {
            let _ = writeln!(page, "  globals: {}", globals.join(", "));
        }
    }
    page
}
