//! Plugix, with a policy that allows what the work needs.

use super::FOLDER;
use anyhow::{Context as _, Result, ensure};
use plugix_host::plugin::raw::Command;
use plugix_host::policy::{Access, Network};
use plugix_host::{Engine, Policy};
use std::path::Path;

pub(super) fn prepare(module: &Path, folder: &Path, args: &[String]) -> Result<impl Fn() -> Result<()> + use<>> {
    let bytes = std::fs::read(module).with_context(|| format!("can't read {}", module.display()))?;
    let module = Engine::new()?.load(bytes)?;
    let network = Network::new().listen_tcp("127.0.0.1:0")?.connect_tcp("127.0.0.1:*")?;
    let policy = Policy::new().mount(folder, FOLDER, Access::ReadWrite).network(network);
    let policy = args.iter().fold(policy, Policy::arg);
    let command = Command::new(&module, &policy)?;
    Ok(move || {
        let exit = command.run()?;
        ensure!(exit.code == 0, "it ends with {}", exit.code);
        Ok(())
    })
}
