//! The plugin in a host, as an application has it.

use my_plugin_interface::Searches;

use plugix_host::abi::Stream;
use plugix_host::{Engine, Plugin, Policy};
use plugix_toolchain::{Build, Progress, Toolchain};
use std::error::Error;

/// Builds the plugin and starts it, with what its `plugix.toml` allows.
fn plugin() -> Result<Plugin, Box<dyn Error>> {
    let root = concat!(env!("CARGO_MANIFEST_DIR"), "/..");
    let build = Build::new(format!("{root}/Cargo.toml")).package("my-plugin");
    let modules = Toolchain::ensure(Progress::stderr())?.build(&build, Progress::stderr())?;
    let module = Engine::new()?.load_file(&modules[0].path)?;
    Ok(Plugin::new(
        &module,
        &Policy::from_toml_file(format!("{root}/plugin/plugix.toml"))?,
    )?)
}

#[test]
fn it_searches_more_than_its_memory_holds() -> Result<(), Box<dyn Error>> {
    let plugin = plugin()?;
    let searcher = plugin.bind::<dyn Searches>()?;
    // 100 MB, and the plugin may have 64 MiB.
    let lines = (0..100_000_u32).map(|number| format!("{number:0>1000}"));
    let found = searcher
        .search(Stream::new(lines), "99999")?
        .collect::<Result<Vec<_>, _>>()?;
    assert_eq!(found.len(), 1);
    assert_eq!(searcher.count(Stream::new(["one".to_owned()]))?, 1);
    Ok(())
}
