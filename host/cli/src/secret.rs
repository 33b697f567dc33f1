//! Passwords: typed without being shown, or from standard input.

use anyhow::{Context as _, Result, ensure};
use std::io::{self, BufRead as _};

/// Reads a password.
pub(crate) fn read(prompt: &str, from_stdin: bool) -> Result<String> {
    let secret = match from_stdin {
        true => {
            let mut line = String::new();
            io::stdin().lock().read_line(&mut line).context("can't read standard input")?;
            line.trim_end_matches(['\r', '\n']).to_owned()
        }
        false => rpassword::prompt_password(prompt)
            .context("there is no terminal to type on: `--password-stdin` reads standard input")?,
    };
    ensure!(!secret.is_empty(), "it is empty");
    Ok(secret)
}

/// Reads a new password, twice if it is typed.
pub(crate) fn read_new(from_stdin: bool) -> Result<String> {
    let first = read("Password for the secret key: ", from_stdin)?;
    if !from_stdin {
        ensure!(first == read("The same again: ", false)?, "the two are not the same");
    }
    Ok(first)
}
