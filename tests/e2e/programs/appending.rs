//! A log that two plugins and the host append to.

use super::{Place, shared_places};
use anyhow::Result;
use plugix_e2e::{call, plugin};
use plugix_e2e_programs::files::appending;
use std::thread;

#[test]
fn from_three_sides() -> Result<()> {
    for (Place { name, policy, .. }, folder) in shared_places()? {
        let plugins = [plugin("programs", &policy), plugin("programs", &policy)];
        thread::scope(|scope| {
            let threads = ["p", "q"]
                .into_iter()
                .zip(&plugins)
                .map(|(tag, plugin)| scope.spawn(move || call(plugin, "append", format!("{tag} /data/log")).map(drop)));
            let threads: Vec<_> = threads.collect();
            appending::lines(&folder.path().join("log"), "h", 500)?;
            threads.into_iter().try_for_each(|thread| thread.join().expect("a thread doesn't panic"))
        })?;
        assert_eq!(appending::counted(&folder.path().join("log"))?, "lines: 1500\nbroken: 0\n", "{name}");
    }
    Ok(())
}
