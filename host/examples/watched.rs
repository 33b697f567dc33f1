//! What a host sees of its plugins: their log, their events, their numbers, and where they panicked: `watched <module>`.
//! `cargo xtask demo watched` builds the plugin and runs this.

use mischief_interface::Mischief;
use plugix_host::error::Error;
use plugix_host::{Engine, Plugin, Policy};
use tracing_subscriber::filter::LevelFilter;

fn main() -> anyhow::Result<()> {
    // ANCHOR: watch
    // All events go to `tracing`: refusals, limits, ends.
    tracing_subscriber::fmt().with_max_level(LevelFilter::WARN).without_time().with_ansi(false).init();

    let module = Engine::new()?.load_file(std::env::args_os().nth(1).expect("a module"))?;
    let plugin = Plugin::builder(&module)
        .name("imp") // in logs, and in the names of threads
        .policy(Policy::new().threads(4))
        .backtraces(true)
        .start()?;
    let imp = plugin.bind::<dyn Mischief>()?;
    // ANCHOR_END: watch

    // ANCHOR: panic
    if let Err(Error::Panic(panic)) = imp.panic("a drill") {
        println!("{} at line {} of {}", panic.report.message, panic.report.line, panic.report.file);
        let own = panic.frames.iter().filter(|frame| frame.function.contains("mischief"));
        own.for_each(|frame| println!("  in {}", frame.function));
    }
    // ANCHOR_END: panic

    // ANCHOR: usage
    let _ = imp.breed(); // more threads than it may have
    let usage = plugin.usage();
    println!("{} calls, {} of them failed", usage.calls.finished, usage.calls.failed);
    println!("{} of {} threads, {} panics", usage.threads.now, usage.threads.limit, usage.panics);
    // ANCHOR_END: usage
    Ok(())
}
