//! `plugix compile`.

use crate::{load, print, text};
use anyhow::{Context, Result, anyhow, ensure};
use plugix_host::Engine;
use plugix_host::code::{ChildCompiler, Cpu};
use plugix_host::error::LoadError;
use std::path::PathBuf;
use std::process::ExitCode;

#[derive(clap::Args)]
#[command(after_help = "Examples:\n  \
    plugix compile words.wasm                          # for this machine: words.plugix\n  \
    plugix compile words.wasm --cpu baseline -o out    # for every machine of this kind")]
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
    /// Compile in a process of its own, which is ended when it takes too long or too much memory
    #[arg(long)]
    child: bool,
    /// The memory that this process may take, in MiB
    #[arg(long, value_name = "MIB", default_value_t = 4096, requires = "child")]
    child_memory: u64,
}

pub(crate) fn run(args: &Args) -> Result<ExitCode> {
    let mut builder = Engine::builder().cpu(args.cpu);
    if args.child {
        let compiler = ChildCompiler::this_program().context("can't find the program that is running")?;
        builder = builder.compile_in_child(compiler.memory(args.child_memory.saturating_mul(1 << 20)));
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
