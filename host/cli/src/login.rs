//! `plugix login`.

use crate::kept::Home;
use crate::{print, secret};
use anyhow::{Context as _, Result};
use plugix_store::{Credentials, Fetcher, Login, Reference};
use std::process::ExitCode;

#[derive(clap::Args)]
#[command(after_help = "Examples:\n  \
    plugix login registry.example --user me                               # asks for the password\n  \
    echo \"$TOKEN\" | plugix login ghcr.io --user me --password-stdin       # in a script\n  \
    plugix login registry.example --forget\n\n\
    Credentials are in a file that you alone can read: in `credentials.toml` of `--home`, if it has one, or else in the\n\
    user's configuration. The registry is asked before they are kept.")]
pub(crate) struct Args {
    /// The registry: a host, with a port if it needs one
    registry: String,
    /// Your name there
    #[arg(long, required_unless_present_any = ["forget", "token"])]
    user: Option<String>,
    /// Give a token that the registry made, and no name
    #[arg(long, conflicts_with = "user")]
    token: bool,
    /// Read the password or the token from standard input
    #[arg(long)]
    password_stdin: bool,
    /// Keep them without asking the registry
    #[arg(long)]
    unchecked: bool,
    /// Forget who you are there
    #[arg(long, conflicts_with_all = ["user", "token", "password_stdin", "unchecked"])]
    forget: bool,
    #[command(flatten)]
    home: Home,
}

pub(crate) fn run(args: &Args) -> Result<ExitCode> {
    // The one way to write the registry's name.
    let reference: Reference = format!("{}/any", args.registry).parse().context("a registry is a host")?;
    let registry = reference.registry();
    let file = args.home.credentials().context("there is no place for credentials: `--home` names one")?;
    let mut credentials = Credentials::open(file)?;
    if args.forget {
        let was_there = credentials.login(registry).is_some();
        credentials.set(registry, None)?;
        let said = if was_there { "is forgotten" } else { "wasn't known" };
        return print::line(format_args!("who you are to {registry} {said}")).map(|()| ExitCode::SUCCESS);
    }
    let secret = secret::read(if args.token { "Token: " } else { "Password: " }, args.password_stdin)?;
    let login = match &args.user {
        Some(user) => Login::Password { user: user.clone(), password: secret },
        None => Login::Token { token: secret },
    };
    if !args.unchecked {
        check(&args.home, registry, &login)?;
    }
    credentials.set(registry, Some(login))?;
    print::line(format_args!("{registry} knows you; this is kept in {}", credentials.path().display()))?;
    Ok(ExitCode::SUCCESS)
}

/// Asks the registry, with credentials that are in no file.
fn check(home: &Home, registry: &str, login: &Login) -> Result<()> {
    let mut credentials = Credentials::default();
    credentials.hold(registry, login.clone());
    let fetcher = Fetcher::new(home.path().join("partial")).credentials(credentials);
    Ok(fetcher.check_login(registry)?)
}
