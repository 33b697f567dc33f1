//! Files that are looked at now and then.

use notify::{Config, PollWatcher, RecursiveMode, Watcher};
use std::path::Path;
use std::sync::mpsc;
use std::time::Duration;

fn main() {
    let (send, receive) = mpsc::channel();
    let config = Config::default().with_poll_interval(Duration::from_millis(50)).with_compare_contents(true);
    let mut watcher = PollWatcher::new(send, config).unwrap();
    watcher.watch(Path::new("/data"), RecursiveMode::Recursive).unwrap();
    std::fs::write("/data/new", "1").unwrap();
    // The folder has changed as well.
    while receive.recv_timeout(Duration::from_secs(20)).unwrap().unwrap().paths != [Path::new("/data/new")] {}
    println!("ok");
}
