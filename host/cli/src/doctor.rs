//! `plugix doctor`.

mod crates;
mod machine;

use crate::print;
use anyhow::Result;
use serde_json::json;
use std::path::PathBuf;
use std::process::ExitCode;

#[derive(clap::Args)]
#[command(after_help = "Examples:\n  \
    plugix doctor           # the machine, and the crate in the current folder\n  \
    plugix doctor --json    # for programs\n\n\
    It changes nothing and uses no network. The exit code is 1 if something keeps plugins from being built or tested.")]
pub(crate) struct Args {
    /// The crate; by default the `Cargo.toml` in the current folder or above, if there is one
    #[arg(long, value_name = "FILE")]
    manifest_path: Option<PathBuf>,
    /// Print JSON, for programs
    #[arg(long)]
    json: bool,
}

/// How bad something is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    Good,
    /// It works, and could be better.
    Note,
    /// It keeps plugins from being built or tested.
    Bad,
}

/// What was looked at, what was seen, and what to do about it.
#[derive(Debug, PartialEq, Eq)]
struct Finding {
    what: &'static str,
    state: State,
    seen: String,
    advice: Option<String>,
}

impl Finding {
    fn good(what: &'static str, seen: impl Into<String>) -> Self {
        Self { what, state: State::Good, seen: seen.into(), advice: None }
    }

    fn note(what: &'static str, seen: impl Into<String>, advice: impl Into<String>) -> Self {
        Self { what, state: State::Note, seen: seen.into(), advice: Some(advice.into()) }
    }

    fn bad(what: &'static str, seen: impl Into<String>, advice: impl Into<String>) -> Self {
        Self { what, state: State::Bad, seen: seen.into(), advice: Some(advice.into()) }
    }

    fn word(&self) -> &'static str {
        match self.state {
            State::Good => "good",
            State::Note => "note",
            State::Bad => "BAD",
        }
    }

    /// The finding as a person reads it.
    fn lines(&self) -> String {
        let indented = |text: &str| text.replace('\n', "\n              ");
        let advice =
            self.advice.as_ref().map(|advice| format!("\n         -> {}", indented(advice))).unwrap_or_default();
        format!("{:4} {}: {}{advice}\n", self.word(), self.what, indented(&self.seen))
    }

    fn as_json(&self) -> serde_json::Value {
        json!({ "what": self.what, "state": self.word().to_lowercase(), "seen": self.seen, "advice": self.advice })
    }
}

pub(crate) fn run(args: &Args) -> Result<ExitCode> {
    let mut findings = machine::findings();
    findings.extend(crates::findings(args.manifest_path.as_deref())?);
    match args.json {
        true => {
            print::line(format_args!("{:#}", json!(findings.iter().map(Finding::as_json).collect::<Vec<_>>())))?;
        }
        false => findings.iter().try_for_each(|finding| print::text(finding.lines()))?,
    }
    let is_bad = findings.iter().any(|finding| finding.state == State::Bad);
    Ok(if is_bad { ExitCode::FAILURE } else { ExitCode::SUCCESS })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_finding_says_what_to_do() {
        assert_eq!(Finding::good("disk", "4 GiB").lines(), "good disk: 4 GiB\n");
        let bad = Finding::bad("cargo", "none\nat all", "install Rust");
        assert_eq!(bad.lines(), "BAD  cargo: none\n              at all\n         -> install Rust\n");
        assert_eq!(
            bad.as_json(),
            json!({ "what": "cargo", "state": "bad", "seen": "none\nat all", "advice": "install Rust" })
        );
    }
}
