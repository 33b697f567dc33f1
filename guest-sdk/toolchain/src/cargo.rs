//! Runs the machine's cargo, undisturbed by an outer cargo, and reads its messages.

use std::io::{BufRead as _, BufReader};
use std::path::PathBuf;
use std::process::{Command, ExitStatus, Stdio};

use serde::Deserialize;

use crate::{Error, process};

pub(crate) const HELP: &str = "install Rust: cargo must be on PATH";

/// Variables that an outer cargo, or a habit, may have set. They would change what is built here.
const DISTURBING: [&str; 12] = [
    "CARGO_ENCODED_RUSTFLAGS",
    "CARGO_INCREMENTAL",
    "CARGO_MAKEFLAGS",
    "CARGO_MANIFEST_DIR",
    "CARGO_MANIFEST_PATH",
    "CARGO_TARGET_DIR",
    "MAKEFLAGS",
    "RUSTC_BOOTSTRAP",
    "RUSTC_WORKSPACE_WRAPPER",
    "RUSTC_WRAPPER",
    "RUSTFLAGS",
    "RUSTUP_TOOLCHAIN",
];
const DISTURBING_PREFIXES: [&str; 4] = ["CARGO_BUILD_", "CARGO_PKG_", "CARGO_PROFILE_", "CARGO_TARGET_"];

/// The cargo that runs us, if one does, else the one on `PATH`.
pub(crate) fn command() -> Command {
    let program = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let mut command = Command::new(program);
    for (name, _) in std::env::vars_os() {
        if name.to_str().is_some_and(disturbs) {
            command.env_remove(name);
        }
    }
    command
}

fn disturbs(name: &str) -> bool {
    DISTURBING.contains(&name) || DISTURBING_PREFIXES.iter().any(|prefix| name.starts_with(prefix))
}

/// The variable that stands for a setting of a target.
pub(crate) fn target_variable(target: &str, setting: &str) -> String {
    format!("CARGO_TARGET_{}_{setting}", target.replace('-', "_").to_uppercase())
}

/// Something that cargo has built, or found to be up to date.
#[derive(Debug, Deserialize)]
pub(crate) struct Artifact {
    pub(crate) package_id: String,
    pub(crate) target: Target,
    pub(crate) filenames: Vec<PathBuf>,
    pub(crate) profile: Profile,
}

/// How it was built.
#[derive(Debug, Deserialize)]
pub(crate) struct Profile {
    /// Whether it is a test program.
    pub(crate) test: bool,
}

/// The library, program or example of a package.
#[derive(Clone, Debug, Deserialize)]
pub(crate) struct Target {
    pub(crate) name: String,
    pub(crate) kind: Vec<String>,
    pub(crate) crate_types: Vec<String>,
}

#[derive(Deserialize)]
#[serde(tag = "reason", rename_all = "kebab-case")]
enum Message {
    CompilerArtifact(Artifact),
    #[serde(other)]
    Other,
}

/// Runs a `cargo build`; hands over artifacts and the lines of standard error as they come.
pub(crate) fn build(
    command: &mut Command,
    mut artifact: impl FnMut(Artifact),
    mut line: impl FnMut(&str) + Send,
) -> Result<ExitStatus, Error> {
    command.arg("--message-format=json-render-diagnostics");
    command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().map_err(|source| process::cannot_run(command, HELP, source))?;
    let stdout = child.stdout.take();
    let stderr = child.stderr.take();
    let read = std::thread::scope(|scope| {
        scope.spawn(move || {
            let lines = stderr.into_iter().flat_map(|stderr| BufReader::new(stderr).split(b'\n'));
            lines.map_while(Result::ok).for_each(|bytes| line(&String::from_utf8_lossy(&bytes)));
        });
        for text in stdout.into_iter().flat_map(|stdout| BufReader::new(stdout).lines()) {
            let message = text.map_err(serde_json::Error::io).and_then(|text| serde_json::from_str(&text));
            match message.map_err(|error| Error::malformed("cargo's messages", error))? {
                Message::CompilerArtifact(built) => artifact(built),
                Message::Other => {}
            }
        }
        Ok(())
    });
    let status = child.wait().map_err(|source| process::cannot_run(command, HELP, source))?;
    read.map(|()| status)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_outer_cargo_does_not_disturb() {
        for name in ["RUSTFLAGS", "RUSTUP_TOOLCHAIN", "CARGO_PKG_NAME", "CARGO_TARGET_DIR", "CARGO_BUILD_TARGET"] {
            assert!(disturbs(name), "{name}");
        }
        for name in ["PATH", "CARGO_HOME", "RUSTUP_HOME", "CARGO_NET_OFFLINE", "CARGO_REGISTRIES_X_INDEX"] {
            assert!(!disturbs(name), "{name}");
        }
    }

    #[test]
    fn other_messages_are_skipped() {
        let message = serde_json::from_str(r#"{"reason":"build-finished","success":true}"#).unwrap();
        assert!(matches!(message, Message::Other));
    }
}
