//! `plugix setup`: cargo's own configuration, so that plain cargo and editors build plugins.

use crate::env::RUNNER;
use crate::{cargo_args, print};
use anyhow::{Context as _, Result, ensure};
use plugix_toolchain::{Progress, Settings, Toolchain, Workspace};
use std::fs;
use std::path::PathBuf;
use std::process::ExitCode;
use toml_edit::{Array, DocumentMut, Item, Table, value};

#[derive(clap::Args)]
#[command(after_help = "Examples:\n  \
    cd my-plugin && plugix setup    # then `cargo build`, `cargo test` and rust-analyzer work there, for the plugin's target\n  \
    plugix setup --check            # in a script: fails if the toolchain has changed since\n\n\
    It writes `.cargo/config.toml` beside the crate's Cargo.toml and keeps what else is in it. The file names paths of\n\
    this machine: leave it out of version control. `cargo test` wants `plugix` on PATH.")]
pub(crate) struct Args {
    /// The crate; by default the `Cargo.toml` in the current folder or above
    #[arg(long, value_name = "FILE")]
    manifest_path: Option<PathBuf>,
    /// Write nothing, and fail if the file isn't as it should be
    #[arg(long)]
    check: bool,
}

pub(crate) fn run(args: &Args) -> Result<ExitCode> {
    let manifest = cargo_args::manifest(args.manifest_path.as_deref())?;
    ensure!(
        !Workspace::read(&manifest)?.is_virtual(&manifest),
        "a configuration in {} would be for all crates below it, hosts as well: go to the folder of the plugin, or name it with \
         `--manifest-path`",
        manifest.parent().unwrap_or(&manifest).display()
    );
    let settings = Toolchain::ensure(Progress::stderr())?.settings(&manifest)?;
    let file = manifest.with_file_name(".cargo").join("config.toml");
    let old = match fs::read_to_string(&file) {
        Ok(text) => text,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => String::new(),
        Err(error) => return Err(error).with_context(|| format!("can't read {}", file.display())),
    };
    let new = edited(&old, &settings).with_context(|| format!("{}", file.display()))?;
    if new == old {
        print::line(format_args!("{}: is as it should be", file.display()))?;
        return Ok(ExitCode::SUCCESS);
    }
    ensure!(!args.check, "{}: isn't as it should be: run `plugix setup`", file.display());
    let folder = file.parent().context("the file is in a folder")?;
    fs::create_dir_all(folder).with_context(|| format!("can't create {}", folder.display()))?;
    fs::write(&file, new).with_context(|| format!("can't write {}", file.display()))?;
    print::line(format_args!("{}: cargo builds for {} there now", file.display(), settings.target))?;
    Ok(ExitCode::SUCCESS)
}

/// A configuration with these settings, and all else as it was.
fn edited(text: &str, settings: &Settings) -> Result<String> {
    let mut document: DocumentMut = text.parse()?;
    let build = table(document.as_table_mut(), "build")?;
    build["target"] = value(settings.target.as_str());
    build["target-dir"] = value(settings.target_dir.display().to_string());
    build["rustc"] = value(settings.rustc.display().to_string());
    let targets = table(document.as_table_mut(), "target")?;
    targets.set_implicit(true);
    let target = table(targets, &settings.target)?;
    target["runner"] = value(Array::from_iter(RUNNER));
    target["rustflags"] = value(Array::from_iter(settings.rustflags.iter().map(String::as_str)));
    match &settings.linker {
        Some(linker) => target["linker"] = value(linker.display().to_string()),
        None => drop(target.remove("linker")),
    }
    let env = table(document.as_table_mut(), "env")?;
    for (name, path) in &settings.env {
        env[name.as_str()] = value(path.as_str());
    }
    if settings.paths.is_empty() {
        return Ok(document.to_string());
    }
    document["paths"] = value(Array::from_iter(settings.paths.iter().map(|path| path.display().to_string())));
    Ok(document.to_string())
}

/// The table of this name, which is made if there is none.
fn table<'t>(parent: &'t mut Table, name: &str) -> Result<&'t mut Table> {
    let item = parent.entry(name).or_insert_with(|| Item::Table(Table::new()));
    item.as_table_mut().with_context(|| format!("`{name}` should be a table, headed `[{name}]`"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn settings() -> Settings {
        Settings {
            target: "wasm32-wasmer-wasi".into(),
            target_dir: "/w/target/guests".into(),
            rustc: "/rustc".into(),
            linker: Some("/ld".into()),
            rustflags: vec!["--cfg=a=\"b\"".into()],
            paths: vec!["/copies/reqwest".into()],
            env: [("CC_wasm32".to_owned(), "/cc".to_owned())].into(),
        }
    }

    const WRITTEN: &str = "paths = [\"/copies/reqwest\"]\n\n\
        [build]\ntarget = \"wasm32-wasmer-wasi\"\ntarget-dir = \"/w/target/guests\"\nrustc = \"/rustc\"\n\n\
        [target.wasm32-wasmer-wasi]\nrunner = [\"plugix\", \"runner\"]\nrustflags = ['--cfg=a=\"b\"']\n\
        linker = \"/ld\"\n\n\
        [env]\nCC_wasm32 = \"/cc\"\n";

    #[test]
    fn what_cargo_needs_is_written_once() {
        let written = edited("", &settings()).unwrap();
        assert_eq!(written, WRITTEN);
        assert_eq!(edited(&written, &settings()).unwrap(), written);
    }

    #[test]
    fn what_is_there_stays() {
        let old = "# mine\n[build]\njobs = 1 # few\nrustc = \"old\"\n\n[alias]\nb = \"build\"\n\n\
            [target.x86_64-unknown-linux-gnu]\nrunner = \"gdb\"\n";
        let written = edited(old, &settings()).unwrap();
        for kept in
            ["# mine\n[build]\njobs = 1 # few\nrustc = \"/rustc\"\n", "[alias]\nb = \"build\"", "runner = \"gdb\""]
        {
            assert!(written.contains(kept), "{kept}: {written}");
        }
        assert_eq!(edited(&written, &settings()).unwrap(), written);
    }

    #[test]
    fn a_file_that_is_no_configuration_is_refused() {
        assert_eq!(
            edited("build = 1", &settings()).unwrap_err().to_string(),
            "`build` should be a table, headed `[build]`"
        );
        assert!(edited("[build", &settings()).is_err());
    }
}
