//! `plugix pull`.

use crate::kept::{self, Bar, Home};
use crate::{print, push};
use anyhow::{Context as _, Result, bail, ensure};
use plugix_store::{ContentHash, Fetcher, Module, Source};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

#[derive(clap::Args)]
#[command(after_help = "Examples:\n  \
    plugix pull oci://registry.example/tools/words:1.2               # words.wasm, and its signatures beside it\n  \
    plugix pull registry.example/tools/words -o new.wasm             # the tag `latest`, to another file\n  \
    plugix pull https://a.example/words.wasm#blake3:HASH\n\n\
    Nothing is installed, and nobody has checked a signature: `plugix verify` does, and `plugix add` as well.")]
pub(crate) struct Args {
    /// Where it is: `oci://…`, or `https://…#blake3:…`
    from: String,
    /// The file to write; the default is the plugin's name with `.wasm`
    #[arg(short, long, value_name = "FILE")]
    output: Option<PathBuf>,
    /// Write over a file that is there
    #[arg(long)]
    force: bool,
    #[command(flatten)]
    home: Home,
}

pub(crate) fn run(args: &Args) -> Result<ExitCode> {
    let source = match kept::source(&args.from) {
        Ok(source @ (Source::Url { .. } | Source::Oci(_))) => source,
        Err(_) if !args.from.contains("://") => Source::Oci(push::reference(&args.from)?),
        Err(error) => return Err(error),
        Ok(other) => bail!("{other} is on this machine already"),
    };
    if let Some(output) = &args.output {
        check_free(output, args.force)?;
    }
    let fetcher = Fetcher::of_home(args.home.path())?;
    let bar = Bar::new(&source.to_string());
    let fetched = fetcher.fetch(&source, None, &mut |progress| bar.set(progress))?;
    drop(bar);
    let output = match &args.output {
        Some(output) => output.clone(),
        None => {
            let name = Module::of(&fetched.module)?.name(None).context("name a file with `--output`")?;
            let output = PathBuf::from(format!("{name}.wasm"));
            check_free(&output, args.force)?;
            output
        }
    };
    write(&output, &fetched.module)?;
    let signatures = fetched.signatures.texts();
    if !signatures.is_empty() {
        write(Path::new(&format!("{}.minisig", output.display())), signatures.concat().as_bytes())?;
    }
    print::line(format_args!("{}: {}", output.display(), ContentHash::of(&fetched.module)))?;
    Ok(ExitCode::SUCCESS)
}

fn check_free(output: &Path, force: bool) -> Result<()> {
    ensure!(force || !output.exists(), "{} is there already: `--force` writes over it", output.display());
    Ok(())
}

/// Writes a file as a whole or not at all.
fn write(path: &Path, bytes: &[u8]) -> Result<()> {
    let unfinished = PathBuf::from(format!("{}.{}.tmp", path.display(), std::process::id()));
    let written = fs::write(&unfinished, bytes).and_then(|()| fs::rename(&unfinished, path));
    if written.is_err() {
        let _ = fs::remove_file(&unfinished);
    }
    written.with_context(|| format!("can't write {}", path.display()))
}
