//! Writes where the processor time of a run went.

use super::Args;
use crate::{load, print, text};
use anyhow::{Context as _, Result, bail};
use plugix_host::Module;
use plugix_host::profile::Profile;
use std::path::Path;
use std::process::ExitCode;

/// Runs a plugin or a program, and profiles it if that is wanted. A run that fails has a profile as well.
pub(super) fn during(args: &Args, module: &Module, run: impl FnOnce() -> Result<ExitCode>) -> Result<ExitCode> {
    let Some(path) = &args.profile else { return run() };
    module.compile().map_err(|error| load::failed(&args.module, error))?;
    let profiling = module.start_profile().context("--profile")?;
    let outcome = run();
    let written = write(path, module.name(), &profiling.finish());
    match (outcome, written) {
        (Ok(code), written) => written.map(|()| code),
        (Err(error), written) => {
            if let Err(error) = written {
                print::tell(format_args!("{error:#}"));
            }
            Err(error)
        }
    }
}

fn write(path: &Path, name: &str, profile: &Profile) -> Result<()> {
    if profile.stacks.is_empty() {
        bail!("--profile: the plugin computed for too short a time to be sampled; nothing was written");
    }
    let bytes = match path.extension() {
        Some(extension) if extension == "svg" => {
            profile.flame_graph(&format!("{name}: processor time")).context("--profile: can't draw the flame graph")?
        }
        _ => profile.folded().into_bytes(),
    };
    std::fs::write(path, bytes).with_context(|| format!("--profile: can't write {}", path.display()))?;
    let (time, samples) = (profile.time(), profile.samples);
    print::tell(format_args!(
        "profile: {time:.1?} in {samples} samples: {}",
        text::printable(&path.display().to_string())
    ));
    Ok(())
}
