//! Keeps plugins in a folder: installs them, asks what they may do, runs them, and puts newer versions in their place.
//!
//! `kept MODULE TEXTS [HOME]`

use anyhow::{Context, Result};
use plugix_host::{Engine, Policy};
use plugix_manager::store::Source;
use plugix_manager::store::grants::Prepared;
use plugix_manager::{Health, Installed, Manager, Restart, Spec, What};
use std::path::PathBuf;
use std::time::Duration;
use word_count_interface::WordCount;

// ANCHOR: allowed
/// What a plugin may do if it asks for it.
const ALLOWED: &str = r#"
[[folders]]
guest = "/texts"
access = "read-only"
host = "." # the folder that the program is given

[[limits]]
threads = 8
"#;
// ANCHOR_END: allowed

fn main() -> Result<()> {
    let mut args = std::env::args_os().skip(1).map(PathBuf::from);
    let mut next = |what| args.next().with_context(|| format!("name {what}"));
    let (module, texts) = (next("a module")?, next("a folder of texts")?);
    let temporary = tempfile::tempdir()?;
    let home = args.next().unwrap_or_else(|| temporary.path().join("plugins"));

    // ANCHOR: open
    let manager = Manager::builder(&Engine::new()?).states(home.join("states")).build()?;
    let plugins = Installed::open(&home, &manager, Policy::new())?;
    // A person would be asked by `Terminal::of_process()`.
    let mut allowed = Prepared::from_toml(ALLOWED, std::path::absolute(&texts)?)?;
    // ANCHOR_END: open

    // ANCHOR: start
    let (name, installed) = plugins.add(None, Source::file(&module)?, &mut |_| {})?;
    println!("{name} {} from a file", installed.version.unwrap_or_default());
    let plugin = plugins.start(&name, &mut allowed, run)?;
    let words = plugin.bind::<dyn WordCount>()?;
    println!("{} words", words.count("/texts", 2)?.len());
    // ANCHOR_END: start

    // ANCHOR: update
    let mut events = manager.subscribe();
    let update = plugins.update(&name, &mut |_| {}, &mut allowed, run)?;
    match update.reloaded {
        Some(reloaded) => println!("{} took the place of {}", reloaded.to, reloaded.from),
        None => println!("nothing is new"),
    }
    // ANCHOR_END: update

    // ANCHOR: status
    for status in manager.status() {
        println!("{} {}: {:?}, {} restarts", status.name, status.version, status.health, status.restarts);
        assert_eq!(status.health, Health::Serving);
    }
    manager.stop(name.as_str())?;
    while let Ok(happened) = events.try_recv() {
        if let What::Stopped = happened.what {
            println!("{} was stopped", happened.plugin);
        }
    }
    // ANCHOR_END: status
    Ok(())
}

// ANCHOR: run
/// How plugins are run. What they may do is no matter of this.
fn run(spec: Spec) -> Spec {
    let second = Duration::from_secs(1);
    // At once after the first death, then after a tenth of a second, and so on; not for ever.
    let restart = Restart::back_off(second / 10, 10 * second).give_up_after(5, 60 * second);
    spec.restart(restart).checkpoint_every(30 * second)
}
// ANCHOR_END: run
