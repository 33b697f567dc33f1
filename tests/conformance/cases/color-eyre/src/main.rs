//! Errors and panics with their places.

use color_eyre::eyre::{Result, WrapErr, eyre};
use std::sync::{Arc, Mutex};

fn read() -> Result<String> {
    std::fs::read_to_string("/data/none").wrap_err("the file can't be read")
}

fn main() {
    color_eyre::install().unwrap();
    let error = read().wrap_err_with(|| format!("while number {} was made", 7)).unwrap_err();
    let chain: Vec<_> = error.chain().map(ToString::to_string).collect();
    assert_eq!(chain[..2], ["while number 7 was made", "the file can't be read"]);
    assert!(error.root_cause().is::<std::io::Error>());
    let report = format!("{error:?}");
    assert!(report.contains("src/main.rs") && report.contains("BACKTRACE"), "{report}");

    let told = Arc::new(Mutex::new(String::new()));
    let (panics, _) = color_eyre::config::HookBuilder::default().into_hooks();
    let (panics, seen) = (panics.into_panic_hook(), Arc::clone(&told));
    std::panic::set_hook(Box::new(move |info| {
        panics(info);
        *seen.lock().unwrap() = info.to_string();
    }));
    let thread = std::thread::spawn(|| panic!("{}", eyre!("on purpose")));
    thread.join().unwrap_err();
    assert!(told.lock().unwrap().contains("on purpose"));
    println!("ok");
}
