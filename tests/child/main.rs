//! The program of other processes: it compiles modules, and runs plugins that have a process of their own. Under other names
//! it does what such a process must not do.

use std::io::{Read as _, Write as _};
use std::path::Path;
use std::time::Duration;

fn main() {
    let name = std::env::args_os().next().unwrap_or_default();
    match Path::new(&name).file_name().and_then(|name| name.to_str()) {
        Some("silent") => std::thread::sleep(Duration::from_secs(3600)),
        Some("gone") => {}
        Some("complains") => {
            eprintln!("no such luck");
            std::process::exit(3);
        }
        Some("babbles") => babble(),
        // SAFETY: nothing was opened yet, and there is no other thread.
        _ => unsafe { plugix_host::run_if_child() },
    }
}

/// Answers with what is no answer.
fn babble() {
    let mut first = [0; 64];
    let _ = std::io::stdin().read(&mut first);
    // The socket of the host is standard input.
    let socket = std::os::fd::AsFd::as_fd(&std::io::stdin()).try_clone_to_owned().expect("there is a descriptor");
    let _ = std::fs::File::from(socket).write_all(&[7; 4096]);
    std::thread::sleep(Duration::from_secs(3600));
}
