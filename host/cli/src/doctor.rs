//! `plugix doctor`.

mod crates;
mod fix;
mod machine;

use crate::print;
use anyhow::Result;
use fix::Fix;
use serde_json::json;
use std::path::PathBuf;
use std::process::ExitCode;

#[derive(clap::Args)]
#[command(after_help = "Examples:\n  \
    plugix doctor           # the machine, and the crate in the current folder\n  \
    plugix doctor --json    # for programs\n  \
    plugix doctor --fix     # and writes into the crate's manifest what is missing\n\n\
    It uses no network, and without `--fix` it changes nothing. The exit code is 1 if something keeps plugins from being built or tested.")]
pub(crate) struct Args {
    /// The crate; by default the `Cargo.toml` in the current folder or above, if there is one
    #[arg(long, value_name = "FILE")]
    manifest_path: Option<PathBuf>,
    /// Print JSON, for programs
    #[arg(long)]
    json: bool,
    /// Correct what is wrong, where that is safe, and look again
    #[arg(long)]
    fix: bool,
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
    /// What does as advised.
    fix: Option<Fix>,
}

impl Finding {
    fn good(what: &'static str, seen: impl Into<String>) -> Self {
        Self { what, state: State::Good, seen: seen.into(), advice: None, fix: None }
    }

    fn note(what: &'static str, seen: impl Into<String>, advice: impl Into<String>) -> Self {
        Self { what, state: State::Note, seen: seen.into(), advice: Some(advice.into()), fix: None }
    }

    fn bad(what: &'static str, seen: impl Into<String>, advice: impl Into<String>) -> Self {
        Self { what, state: State::Bad, seen: seen.into(), advice: Some(advice.into()), fix: None }
    }

    fn fixed_by(self, fix: Option<Fix>) -> Self {
        Self { fix, ..self }
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
        let fix = if self.fix.is_some() { "\n         -> `plugix doctor --fix` does it" } else { "" };
        format!("{:4} {}: {}{advice}{fix}\n", self.word(), self.what, indented(&self.seen))
    }

    fn as_json(&self) -> serde_json::Value {
        json!({ "what": self.what, "state": self.word().to_lowercase(), "seen": self.seen, "advice": self.advice,
                "fix": self.fix.is_some() })
    }
}

pub(crate) fn run(args: &Args) -> Result<ExitCode> {
    let of_crate = || crates::findings(args.manifest_path.as_deref());
    if args.fix {
        for fix in of_crate()?.into_iter().filter_map(|finding| finding.fix) {
            print::tell(format_args!("fixed: {}", fix.apply()?));
        }
    }
    let mut findings = machine::findings();
    findings.extend(of_crate()?);
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
            json!({ "what": "cargo", "state": "bad", "seen": "none\nat all", "advice": "install Rust", "fix": false })
        );
    }
}
