//! What becomes of a plugin that misbehaves: `mischief <module>`. `cargo xtask demo mischief` builds the plugin and runs
//! this.

use mischief_interface::Mischief;
use plugix_host::error::{CallError, Error};
use plugix_host::{Engine, Module, Plugin, Policy};
use std::time::Duration;

// ANCHOR: restart
/// A plugin that is replaced when it has died.
struct Supervised {
    module: Module,
    policy: Policy,
    plugin: Plugin,
}

impl Supervised {
    fn start(module: Module, policy: Policy) -> anyhow::Result<Self> {
        let plugin = Plugin::new(&module, &policy)?; // the module is compiled once
        Ok(Self { module, policy, plugin })
    }

    /// Tells a failed call, and takes a new plugin if the old one can't be called any more.
    fn tell(&mut self, what: &str, error: &Error) -> anyhow::Result<()> {
        println!("{what}: {:#}", anyhow::Error::new(error.clone())); // with its cause
        if error.is_fatal() {
            self.plugin = Plugin::new(&self.module, &self.policy)?;
            println!("  … and the next plugin is ready");
        }
        Ok(())
    }
}
// ANCHOR_END: restart

/// A call that ends the plugin.
type Call = fn(&Plugin) -> Result<(), Error>;

fn main() -> anyhow::Result<()> {
    let module = Engine::new()?.load_file(std::env::args_os().nth(1).expect("a module"))?;

    // ANCHOR: limits
    let policy = Policy::new()
        .memory(32 << 20) // bytes, of all threads together
        .threads(4)
        .output_limit(1000) // bytes
        .call_deadline(Duration::from_millis(200));
    let mut supervised = Supervised::start(module, policy)?;
    // ANCHOR_END: limits

    // ANCHOR: survived
    let imp = supervised.plugin.bind::<dyn Mischief>()?;
    println!("hoard: {} MiB", imp.hoard()?);
    imp.chatter(1000)?;
    let output = supervised.plugin.take_output();
    println!("chatter: {} bytes were kept", output.stdout.len());
    if let Err(error) = imp.panic("a drill") {
        supervised.tell("panic", &error)?;
    }
    // ANCHOR_END: survived

    // ANCHOR: fatal
    let calls: [(&str, Call); 3] = [
        ("spin", |plugin| plugin.bind::<dyn Mischief>()?.spin(2)),
        ("recurse", |plugin| plugin.bind::<dyn Mischief>()?.recurse(u32::MAX).map(drop)),
        ("exit", |plugin| plugin.bind::<dyn Mischief>()?.exit(3)),
    ];
    for (what, call) in calls {
        if let Err(error) = call(&supervised.plugin) {
            supervised.tell(what, &error)?;
        }
    }
    // ANCHOR_END: fatal

    // ANCHOR: threads
    // Threads go on after the call that has started them, until the plugin is dropped.
    match supervised.plugin.bind::<dyn Mischief>()?.breed() {
        Err(CallError::Returned(refused)) => println!("breed: {refused}"),
        other => println!("breed: {other:?}"),
    }
    println!("{} threads are alive", supervised.plugin.live_threads());
    // ANCHOR_END: threads
    Ok(())
}
