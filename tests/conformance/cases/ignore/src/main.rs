//! Walking a tree on several threads, without what is to be ignored.

use ignore::{WalkBuilder, WalkState};
use std::sync::Mutex;

fn main() {
    std::fs::create_dir_all("/data/tree/sub").unwrap();
    std::fs::write("/data/tree/.ignore", "*.log\n").unwrap();
    for name in ["a.log", "b.txt", "sub/c.txt", "sub/d.log"] {
        std::fs::write(format!("/data/tree/{name}"), "").unwrap();
    }
    let found = Mutex::new(Vec::new());
    WalkBuilder::new("/data/tree").threads(3).build_parallel().run(|| {
        Box::new(|entry| {
            let entry = entry.unwrap();
            if entry.file_type().unwrap().is_file() {
                found.lock().unwrap().push(entry.file_name().to_owned());
            }
            WalkState::Continue
        })
    });
    let mut found = found.into_inner().unwrap();
    found.sort_unstable();
    assert_eq!(found, ["b.txt", "c.txt"]);
    println!("ok");
}
