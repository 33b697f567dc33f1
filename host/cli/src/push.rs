//! `plugix push`.

use crate::kept::Home;
use crate::print;
use anyhow::{Context as _, Result, bail};
use plugix_store::{Fetcher, Reference, Source};
use std::path::PathBuf;
use std::process::ExitCode;

#[derive(clap::Args)]
#[command(after_help = "Examples:\n  \
    plugix push words.wasm oci://registry.example/tools/words:1.2     # with the signatures that are beside it\n  \
    plugix login registry.example                                    # before, if the registry asks who you are")]
pub(crate) struct Args {
    /// The module, in WebAssembly
    module: PathBuf,
    /// Where it goes: `oci://HOST/REPOSITORY:TAG`
    to: String,
    #[command(flatten)]
    home: Home,
}

pub(crate) fn run(args: &Args) -> Result<ExitCode> {
    let to = reference(&args.to)?;
    let fetcher = Fetcher::of_home(args.home.path())?;
    // As any other module is fetched: within the limits, with its signatures.
    let fetched = fetcher.fetch(&Source::file(&args.module)?, None, &mut |_| {})?;
    let signatures = fetched.signatures.texts();
    let digest = fetcher.push(&to, fetched.module, &signatures)?;
    let (repository, count) = (format!("{}/{}", to.registry(), to.repository()), signatures.len());
    print::line(format_args!("oci://{repository}@{digest}"))?;
    print::tell(format_args!("{} is there now, with {count} signatures", args.module.display()));
    Ok(ExitCode::SUCCESS)
}

/// A reference to a registry, with or without `oci://`.
pub(crate) fn reference(given: &str) -> Result<Reference> {
    let text = if given.contains("://") { given.to_owned() } else { format!("oci://{given}") };
    match text.parse().context("a registry is needed")? {
        Source::Oci(reference) => Ok(reference),
        other => bail!("{other} is no address in a registry, as `oci://HOST/REPOSITORY:TAG` is"),
    }
}
