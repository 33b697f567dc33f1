//! `plugix sign`.

use crate::{print, secret};
use anyhow::{Context as _, Result, anyhow};
use minisign::{SecretKey, SecretKeyBox, SignatureBox};
use plugix_store::{Fetcher, Source};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

#[derive(clap::Args)]
#[command(after_help = "Examples:\n  \
    plugix sign words.wasm                          # words.wasm.minisig, with plugix.key\n  \
    plugix sign words.wasm --key second.key         # beside it, words.wasm.KEY.minisig\n\n\
    What is signed is the portable module, before it is compiled.")]
pub(crate) struct Args {
    /// The module, in WebAssembly
    module: PathBuf,
    /// The secret key, as `plugix keygen` writes it
    #[arg(long, value_name = "FILE", default_value = "plugix.key")]
    key: PathBuf,
    /// Read the key's password from standard input
    #[arg(long)]
    password_stdin: bool,
}

pub(crate) fn run(args: &Args) -> Result<ExitCode> {
    let source = Source::file(&args.module)?;
    // The store's own way to read: within its limit, and nothing that isn't a regular file.
    let module = Fetcher::new("").fetch(&source, None, &mut |_| {})?.module;
    let name = args.module.file_name().unwrap_or_default().to_string_lossy();
    let signature = signature(&args.key, args.password_stdin, &module, &name)?;
    let file = free(&args.module, &signature);
    fs::write(&file, signature.to_string()).with_context(|| format!("can't write {}", file.display()))?;
    print::line(file.display())?;
    Ok(ExitCode::SUCCESS)
}

/// Signs bytes that have this name, and returns the text of the signature.
pub(crate) fn bytes(key: &Path, password_stdin: bool, bytes: &[u8], name: &str) -> Result<String> {
    Ok(signature(key, password_stdin, bytes, name)?.into_string())
}

fn signature(file: &Path, password_stdin: bool, bytes: &[u8], name: &str) -> Result<SignatureBox> {
    let comment = format!("file:{}", crate::text::printable(name));
    let signed = minisign::sign(None, &key(file, password_stdin)?, bytes, Some(&comment), None);
    signed.map_err(|error| anyhow!("{name}: it can't be signed: {error}"))
}

fn key(path: &Path, password_stdin: bool) -> Result<SecretKey> {
    let file = path.display();
    let text = fs::read_to_string(path)
        .with_context(|| format!("can't read the key {file}: `plugix keygen` makes one, and `--key` names another"))?;
    let wrong = |error: minisign::PError| anyhow!("{file} is no secret key that can be used: {error}");
    let parse = || SecretKeyBox::from_string(&text).map_err(wrong);
    // One without a password is told apart by trying.
    if let Ok(key) = SecretKey::from_unencrypted_box(parse()?) {
        return Ok(key);
    }
    let password = secret::read(&format!("Password of {file}: "), password_stdin)?;
    SecretKey::from_box(parse()?, Some(password)).map_err(wrong)
}

/// The file for a signature: the first one, unless that has others than one by this key.
fn free(module: &Path, signature: &SignatureBox) -> PathBuf {
    let first = PathBuf::from(format!("{}.minisig", module.display()));
    let is_own = |text: String| {
        let there = SignatureBox::from_string(&text);
        text.trim().lines().count() == 4 && there.is_ok_and(|there| there.keynum() == signature.keynum())
    };
    if !first.exists() || fs::read_to_string(&first).is_ok_and(is_own) {
        return first;
    }
    let id: String = signature.keynum().iter().rev().map(|byte| format!("{byte:02X}")).collect();
    PathBuf::from(format!("{}.{id}.minisig", module.display()))
}
