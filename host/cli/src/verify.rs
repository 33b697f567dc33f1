//! `plugix verify`.

use crate::print;
use anyhow::{Context as _, Result, bail};
use plugix_store::{Fetcher, Key, Source, Verdict};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

#[derive(clap::Args)]
#[command(after_help = "Examples:\n  \
    plugix verify words.wasm --key plugix.pub                            # was it signed with this key?\n  \
    plugix verify words.wasm --key RWTH/yXL…                             # the key itself\n  \
    plugix verify words.wasm --key a.pub --key b.pub --at-least 1        # with one of these?")]
pub(crate) struct Args {
    /// The module; its signatures are beside it
    module: PathBuf,
    /// A public key: the file, or the key itself
    #[arg(long = "key", value_name = "KEY", required = true)]
    keys: Vec<String>,
    /// How many of the keys must have signed; the default is all of them
    #[arg(long, value_name = "COUNT")]
    at_least: Option<usize>,
}

pub(crate) fn run(args: &Args) -> Result<ExitCode> {
    let mut keys: Vec<Key> = Vec::new();
    for given in &args.keys {
        let key = key(given)?;
        if !keys.contains(&key) {
            keys.push(key);
        }
    }
    let need = args.at_least.unwrap_or(keys.len());
    if need == 0 || need > keys.len() {
        bail!("`--at-least {need}` asks for none, or for more than the {} different keys", keys.len());
    }
    let fetched = Fetcher::new("").fetch(&Source::file(&args.module)?, None, &mut |_| {})?;
    let mut signed = 0;
    let mut lines = Vec::new();
    for key in &keys {
        let verdict = match fetched.signatures.by(key, &fetched.module) {
            Verdict::Signed => {
                signed += 1;
                "signed it"
            }
            Verdict::OtherFile => "signed another file, or the signature names it wrongly",
            Verdict::Legacy => "signed it in an old form that isn't taken: sign it anew",
            _ => "hasn't signed it",
        };
        lines.push(format!("{key} {verdict}"));
    }
    match signed >= need {
        true => lines.iter().try_for_each(print::line).map(|()| ExitCode::SUCCESS),
        false => bail!("{}: {signed} of {need} signatures\n  {}", args.module.display(), lines.join("\n  ")),
    }
}

/// A key that is given, or the file that it is in.
pub(crate) fn key(given: &str) -> Result<Key> {
    match given.parse() {
        Ok(key) => Ok(key),
        Err(error) if !Path::new(given).exists() => Err(error.into()),
        Err(_) => {
            let text = fs::read_to_string(given).with_context(|| format!("can't read {given}"))?;
            text.parse().with_context(|| given.to_owned())
        }
    }
}
