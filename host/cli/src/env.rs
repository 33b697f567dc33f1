//! `plugix env`.

use crate::{cargo_args, print};
use anyhow::Result;
use plugix_toolchain::{Progress, Settings, Toolchain};
use serde_json::json;
use std::path::PathBuf;
use std::process::ExitCode;

#[derive(clap::Args)]
#[command(after_help = "Examples:\n  \
    eval \"$(plugix env)\" && cargo build      # plain cargo builds the plugin, and `cargo test` tests it\n  \
    plugix env --json                         # for programs\n\n\
    `plugix setup` writes the same into the crate's `.cargo/config.toml`, once for all.")]
pub(crate) struct Args {
    /// The crate; by default the `Cargo.toml` in the current folder or above
    #[arg(long, value_name = "FILE")]
    manifest_path: Option<PathBuf>,
    /// Print JSON, for programs
    #[arg(long)]
    json: bool,
}

/// What cargo starts test programs with. Cargo looks for it on `PATH`.
pub(crate) const RUNNER: [&str; 2] = ["plugix", "runner"];

pub(crate) fn run(args: &Args) -> Result<ExitCode> {
    let manifest = cargo_args::manifest(args.manifest_path.as_deref())?;
    let settings = Toolchain::ensure(Progress::stderr())?.settings(&manifest)?;
    match args.json {
        true => print::line(format_args!("{:#}", as_json(&settings)))?,
        false => print::text(as_shell(&settings))?,
    }
    if !settings.paths.is_empty() && !args.json {
        // Cargo has no variable for it.
        let arguments = format!("--config 'paths={:?}'", settings.paths);
        print::tell(format_args!("plugix: crates that take any WebAssembly for a browser need this, too: {arguments}"));
    }
    Ok(ExitCode::SUCCESS)
}

fn as_json(settings: &Settings) -> serde_json::Value {
    json!({
        "target": settings.target,
        "target-dir": settings.target_dir,
        "rustc": settings.rustc,
        "linker": settings.linker,
        "runner": RUNNER,
        "rustflags": settings.rustflags,
        "paths": settings.paths,
        "env": settings.env,
    })
}

/// Lines that a shell reads.
fn as_shell(settings: &Settings) -> String {
    let target = settings.target.replace('-', "_").to_uppercase();
    let mut variables = vec![
        ("CARGO_BUILD_TARGET".to_owned(), settings.target.clone()),
        ("CARGO_TARGET_DIR".to_owned(), settings.target_dir.display().to_string()),
        ("RUSTC".to_owned(), settings.rustc.display().to_string()),
        // Between two flags stands the character 31.
        ("CARGO_ENCODED_RUSTFLAGS".to_owned(), settings.rustflags.join("\u{1f}")),
        (format!("CARGO_TARGET_{target}_RUNNER"), RUNNER.join(" ")),
    ];
    variables.extend(
        settings.linker.iter().map(|linker| (format!("CARGO_TARGET_{target}_LINKER"), linker.display().to_string())),
    );
    variables.extend(settings.env.clone());
    let quoted = |text: &str| format!("'{}'", text.replace('\'', r"'\''"));
    variables.iter().map(|(name, value)| format!("export {name}={}\n", quoted(value))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_shell_reads_the_lines() {
        let settings = Settings {
            target: "wasm32-wasmer-wasi".into(),
            target_dir: "/w/target/guests".into(),
            rustc: "/it's/rustc".into(),
            linker: Some("/ld".into()),
            rustflags: vec!["--cfg=a=\"b\"".into()],
            paths: Vec::new(),
            env: [("CC_wasm32".to_owned(), "/cc".to_owned())].into(),
        };
        let expected = "export CARGO_BUILD_TARGET='wasm32-wasmer-wasi'\n\
            export CARGO_TARGET_DIR='/w/target/guests'\n\
            export RUSTC='/it'\\''s/rustc'\n\
            export CARGO_ENCODED_RUSTFLAGS='--cfg=a=\"b\"'\n\
            export CARGO_TARGET_WASM32_WASMER_WASI_RUNNER='plugix runner'\n\
            export CARGO_TARGET_WASM32_WASMER_WASI_LINKER='/ld'\n\
            export CC_wasm32='/cc'\n";
        assert_eq!(as_shell(&settings), expected);
    }
}
