//! `plugix compile`.

use crate::{load, print, text};
use anyhow::{Context, Result, anyhow, ensure};
use plugix_host::Engine;
use plugix_host::code::{ChildCompiler, Cpu};
use plugix_host::error::LoadError;
use plugix_host::module::ModuleLimits;
use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Duration;

/// The seconds that optimizing may take by default: LLVM takes 15 to 30 times as long as the usual compiler.
const OPTIMIZING: u64 = 1800;

#[derive(clap::Args)]
#[command(after_help = "Examples:\n  \
    plugix compile words.wasm                          # for this machine: words.plugix\n  \
    plugix compile words.wasm --cpu baseline -o out    # for every machine of this kind\n  \
    plugix compile words.wasm --optimize               # slower to compile, and faster to run")]
pub(crate) struct Args {
    /// The module, in WebAssembly
    module: PathBuf,
    /// The file to write; the default is the module's name with `.plugix`
    #[arg(short, long, value_name = "FILE")]
    output: Option<PathBuf>,
    /// The processors to compile for: `native` is this one and those like it; `baseline` is every one since 2009
    /// (x86-64-v2, or NEON); `x86-64-v3` is in between
    #[arg(long, default_value_t = Cpu::Native)]
    cpu: Cpu,
    /// Optimize for speed, by LLVM, in a process of its own; hosts load the result without LLVM
    #[arg(long)]
    optimize: bool,
    /// Compile in a process of its own, which is ended when it takes too long or too much memory
    #[arg(long)]
    child: bool,
    /// The memory that this process may take, in MiB
    #[arg(long, value_name = "MIB", default_value_t = 4096)]
    child_memory: u64,
    /// How long compiling may take; the default is 120, or 1800 with `--optimize`
    #[arg(long, value_name = "SECONDS")]
    time: Option<u64>,
}

pub(crate) fn run(args: &Args) -> Result<ExitCode> {
    ensure!(
        cfg!(feature = "llvm") || !args.optimize,
        "this `plugix` can't optimize: install LLVM 22 (Debian: `apt install llvm-22-dev libpolly-22-dev`), and build `plugix` \
         with `LLVM_SYS_221_PREFIX=/usr/lib/llvm-22 cargo install plugix-cli --features llvm`"
    );
    let mut limits = ModuleLimits::default();
    if let Some(seconds) = args.time.or(args.optimize.then_some(OPTIMIZING)) {
        limits.compile_time = Duration::from_secs(seconds);
    }
    let mut builder = Engine::builder().cpu(args.cpu).limits(limits);
    if args.child || args.optimize {
        let compiler = ChildCompiler::this_program().context("can't find the program that is running")?;
        let compiler = compiler.memory(args.child_memory.saturating_mul(1 << 20));
        builder = builder.compile_in_child(if args.optimize { compiler.optimize() } else { compiler });
    }
    let engine = builder.build()?;
    let module = engine.load_file(&args.module).map_err(|error| match error {
        LoadError::IsArtifact => {
            anyhow!("{}: it is compiled already: `plugix run --trust` runs it", args.module.display())
        }
        error => load::failed(&args.module, error),
    })?;
    let output = args.output.clone().unwrap_or_else(|| args.module.with_extension("plugix"));
    ensure!(output != args.module, "{}: the module would be overwritten: name an output", output.display());
    let artifact = module.to_artifact().map_err(|error| load::failed(&args.module, error))?;
    artifact.write_file(&output)?;
    let size = text::size(artifact.as_bytes().len() as u64);
    let origin = artifact.origin();
    let (output, cpu) = (output.display(), origin.cpu.join(", "));
    print::line(format_args!("{output}: {size}, for {} with {cpu}", origin.target)).map(|()| ExitCode::SUCCESS)
}
