//! More goes through a plugin than its memory holds: `log_search <module>`. `cargo xtask demo log_search` builds the
//! plugin and runs this.

use log_search_interface::LogSearch;
use plugix_host::abi::Stream;
use plugix_host::{Engine, Plugin, Policy};

/// A log of 200 MB. Each line is made when the plugin asks for it.
fn log() -> Stream<String> {
    let line = |number: u32| {
        let what = if number.is_multiple_of(400_000) { "error: disk full" } else { "request answered" };
        format!("{number:08} {what:.<91}")
    };
    Stream::new((1..=2_000_000).map(line))
}

fn main() -> anyhow::Result<()> {
    let module = Engine::new()?.load_file(std::env::args_os().nth(1).expect("a module"))?;
    let plugin = Plugin::new(&module, &Policy::new().memory(8 << 20))?;
    let logs = plugin.bind::<dyn LogSearch>()?;

    for hit in logs.search(log(), "error")?.take(3) {
        let hit = hit?; // the stream may break off
        println!("line {}: {}", hit.number, hit.line.trim_end_matches('.'));
    }
    // The stream was dropped before its end, and so the plugin drops the log.
    println!("the longest line has {} bytes", logs.longest(log())?);

    println!("{} of 200 MB were in the plugin's memory at most", text(plugin.usage().memory.most));
    Ok(())
}

fn text(bytes: u64) -> String {
    format!("{:.0} MB", bytes as f64 / 1e6)
}
