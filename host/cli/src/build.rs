//! `plugix build`.

use crate::cargo_args::CargoArgs;
use crate::{crates, load, print, text};
use anyhow::{Context as _, Result, ensure};
use plugix_host::Engine;
use plugix_host::module::{ModuleInfo, has_debug_info, strip_debug_info};
use plugix_toolchain::{Build, Module, Progress, Toolchain};
use serde_json::json;
use std::path::Path;
use std::process::ExitCode;
use std::time::{Duration, Instant};

/// What a file with debug information is called, after the module's name.
const DEBUG_EXTENSION: &str = "debug.wasm";

#[derive(clap::Args)]
#[command(after_help = "Examples:\n  \
    plugix build                                 # the plugin in the current folder\n  \
    plugix build --release -p my-plugin          # optimized, one package of a workspace\n  \
    plugix build --release --split-debug         # with lines for traps, in a file beside the module\n  \
    plugix build --json | jq -r '.[0].path'      # for scripts\n\n\
    The compiler for plugins is found, or made once in a few minutes. `plugix doctor` shows it.")]
pub(crate) struct Args {
    #[command(flatten)]
    cargo: CargoArgs,
    /// Build programs, too
    #[arg(long, help_heading = "What")]
    bins: bool,
    /// Keep line tables, so that traps and profiles have files and lines; the profile `dev` keeps all of it anyway
    #[arg(long, help_heading = "How")]
    debug_info: bool,
    /// Put the debug information beside the module, into NAME.debug.wasm; includes `--debug-info`
    #[arg(long, help_heading = "How")]
    split_debug: bool,
    /// Print JSON, for programs
    #[arg(long)]
    json: bool,
}

pub(crate) fn run(args: &Args) -> Result<ExitCode> {
    let (request, workspace) = args.cargo.request()?;
    let mut request = Build { bins: args.bins, ..request };
    if (args.debug_info || args.split_debug) && request.profile != "dev" {
        request.env.insert(debug_variable(&request.profile).into(), "line-tables-only".into());
    }
    crates::check(&request, &workspace)?;
    let toolchain = Toolchain::ensure(Progress::stderr())?;
    let begun = Instant::now();
    let modules = toolchain.build(&request, Progress::stderr())?;
    let took = begun.elapsed();
    ensure!(!modules.is_empty(), "cargo has built no module");
    let engine = Engine::new()?;
    let mut described = Vec::new();
    for module in &modules {
        if args.split_debug {
            split(&module.path)?;
        }
        let loaded = engine.load_file(&module.path).map_err(|error| load::failed(&module.path, error))?;
        if let Some(warning) = crates::check_module(&module.package, loaded.info())? {
            print::tell(warning);
        }
        match args.json {
            true => described.push(as_json(module, loaded.info())),
            false => print::line(line(module, loaded.info(), took))?,
        }
    }
    if args.json {
        print::line(format_args!("{:#}", json!(described)))?;
    }
    Ok(ExitCode::SUCCESS)
}

/// The variable by which cargo is told what debug information a profile has.
fn debug_variable(profile: &str) -> String {
    format!("CARGO_PROFILE_{}_DEBUG", profile.to_uppercase().replace('-', "_"))
}

/// Puts a module's debug information into a file beside it. That file has the code as well: lines are counted from there.
fn split(path: &Path) -> Result<()> {
    let whole = std::fs::read(path).with_context(|| format!("can't read {}", shown(path)))?;
    if !has_debug_info(&whole) {
        print::tell(format_args!("{}: it has no debug information", shown(path)));
        return Ok(());
    }
    let apart = path.with_extension(DEBUG_EXTENSION);
    let stripped = strip_debug_info(&whole)?;
    replace(&apart, &whole)?;
    // Cargo has the file under a second name, which stays whole for its next build.
    replace(path, &stripped)
}

/// Writes a file anew, and not into the one that is there.
fn replace(path: &Path, bytes: &[u8]) -> Result<()> {
    let part = path.with_extension("part");
    std::fs::write(&part, bytes)
        .and_then(|()| std::fs::rename(&part, path))
        .with_context(|| format!("can't write {}", shown(path)))
}

fn as_json(module: &Module, info: &ModuleInfo) -> serde_json::Value {
    json!({
        "package": module.package,
        "target": module.target,
        "path": module.path,
        "size": info.size,
        "plugin": info.is_plugin(),
        "implements": info.implements.iter().map(|interface| &interface.name).collect::<Vec<_>>(),
    })
}

fn line(module: &Module, info: &ModuleInfo, took: Duration) -> String {
    let path = shown(&module.path);
    let size = text::size(info.size as u64);
    let interfaces = info.implements.iter().map(|interface| format!("{} {}", interface.name, interface.version));
    let what = match interfaces.collect::<Vec<_>>() {
        _ if !info.is_plugin() => "a program".to_owned(),
        names if names.is_empty() => "a plugin".to_owned(),
        names => format!("implements {}", names.join(", ")),
    };
    format!("{path}: {size}, {what}, in {:.1} s", took.as_secs_f64())
}

/// A path as it can be typed here.
fn shown(path: &Path) -> String {
    let here = std::env::current_dir().ok();
    here.and_then(|here| path.strip_prefix(here).ok()).unwrap_or(path).display().to_string()
}
