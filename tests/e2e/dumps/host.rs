//! How a host asks for dumps, as the book shows it.

use anyhow::Result;
use plugix_e2e::{failure, guest};
use plugix_host::Plugin;
use plugix_host::dump::Dumps;
use std::path::Path;
use std::time::Duration;

fn ask_for_dumps(folder: &Path) -> Result<()> {
    let module = guest("dumps");
    // ANCHOR: dumps
    let dumps = Dumps::to(folder)?.limit(256 << 20).files(4);
    let plugin = Plugin::builder(&module).dumps(&dumps).start()?;
    // ANCHOR_END: dumps
    failure(&plugin, "trap", "")?;
    drop(plugin);
    assert!(dumps.wait(Duration::from_secs(60)));
    Ok(())
}

#[test]
fn a_host_asks_for_dumps() -> Result<()> {
    let folder = tempfile::tempdir()?;
    ask_for_dumps(folder.path())?;
    assert_eq!(std::fs::read_dir(folder.path())?.count(), 1);
    Ok(())
}
