//! `plugix build`.

use crate::cargo_args::CargoArgs;
use crate::{crates, load, print, text};
use anyhow::{Result, ensure};
use plugix_host::Engine;
use plugix_host::module::ModuleInfo;
use plugix_toolchain::{Build, Module, Progress, Toolchain};
use serde_json::json;
use std::path::Path;
use std::process::ExitCode;
use std::time::{Duration, Instant};

#[derive(clap::Args)]
#[command(after_help = "Examples:\n  \
    plugix build                                 # the plugin in the current folder\n  \
    plugix build --release -p my-plugin          # optimized, one package of a workspace\n  \
    plugix build --json | jq -r '.[0].path'      # for scripts\n\n\
    The compiler for plugins is found, or made once in a few minutes. `plugix doctor` shows it.")]
pub(crate) struct Args {
    #[command(flatten)]
    cargo: CargoArgs,
    /// Build programs, too
    #[arg(long, help_heading = "What")]
    bins: bool,
    /// Print JSON, for programs
    #[arg(long)]
    json: bool,
}

pub(crate) fn run(args: &Args) -> Result<ExitCode> {
    let (request, workspace) = args.cargo.request()?;
    let request = Build { bins: args.bins, ..request };
    crates::check(&request, &workspace)?;
    let toolchain = Toolchain::ensure(Progress::stderr())?;
    let begun = Instant::now();
    let modules = toolchain.build(&request, Progress::stderr())?;
    let took = begun.elapsed();
    ensure!(!modules.is_empty(), "cargo has built no module");
    let engine = Engine::new()?;
    let mut described = Vec::new();
    for module in &modules {
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
