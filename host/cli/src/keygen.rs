//! `plugix keygen`.

use crate::{print, secret};
use anyhow::{Context as _, Result, anyhow, ensure};
use minisign::KeyPair;
use std::fs::OpenOptions;
use std::io::Write as _;
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

#[derive(clap::Args)]
#[command(after_help = "Examples:\n  \
    plugix keygen                      # plugix.key, which is yours alone, and plugix.pub, which is for others\n  \
    plugix keygen release              # release.key and release.pub\n  \
    plugix keygen ci --no-password     # for a machine that signs by itself\n\n\
    The keys are minisign's: its programs sign and verify with them, too.")]
pub(crate) struct Args {
    /// The beginning of the files' names
    #[arg(default_value = "plugix")]
    name: PathBuf,
    /// Don't protect the secret key with a password
    #[arg(long)]
    no_password: bool,
    /// Read the password from standard input
    #[arg(long, conflicts_with = "no_password")]
    password_stdin: bool,
}

pub(crate) fn run(args: &Args) -> Result<ExitCode> {
    let (secret, public) = (with_end(&args.name, "key"), with_end(&args.name, "pub"));
    for file in [&secret, &public] {
        ensure!(!file.exists(), "{} is there already: no key is written over", file.display());
    }
    let pair = match args.no_password {
        true => KeyPair::generate_unencrypted_keypair(),
        false => KeyPair::generate_encrypted_keypair(Some(secret::read_new(args.password_stdin)?)),
    };
    let pair = pair.map_err(|error| anyhow!("no keys can be made: {error}"))?;
    let text = |made: minisign::Result<String>| made.map_err(|error| anyhow!("no keys can be made: {error}"));
    write(&secret, &text(pair.sk.to_box(None).map(minisign::SecretKeyBox::into_string))?, 0o600)?;
    write(&public, &text(pair.pk.to_box().map(minisign::PublicKeyBox::into_string))?, 0o644)?;
    print::line(pair.pk.to_base64())?;
    print::tell(format_args!("{} is yours alone; {} is for others", secret.display(), public.display()));
    Ok(ExitCode::SUCCESS)
}

fn with_end(name: &Path, end: &str) -> PathBuf {
    PathBuf::from(format!("{}.{end}", name.display()))
}

fn write(path: &Path, text: &str, mode: u32) -> Result<()> {
    let mut options = OpenOptions::new();
    let file = options.write(true).create_new(true).mode(mode).open(path);
    file.and_then(|mut file| file.write_all(text.as_bytes())).with_context(|| format!("can't write {}", path.display()))
}
