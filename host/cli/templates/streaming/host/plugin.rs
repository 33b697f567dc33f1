//! The plugin in a host, as an application has it.

use my_plugin_interface::Searches;

use plugix_host::abi::Stream;
use plugix_testing::Crate;
use std::error::Error;

#[test]
fn it_searches_more_than_its_memory_holds() -> Result<(), Box<dyn Error>> {
    // With what its `plugix.toml` allows.
    let plugin = Crate::build("../plugin")?.start()?;
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
