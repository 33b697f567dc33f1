//! A tree of folders.

fn main() {
    std::fs::create_dir_all("/data/a/b").unwrap();
    std::fs::write("/data/a/b/c", "").unwrap();
    let found = walkdir::WalkDir::new("/data/a").sort_by_file_name().into_iter().map(|entry| entry.unwrap());
    let names: Vec<_> = found.map(|entry| entry.path().display().to_string()).collect();
    assert_eq!(names, ["/data/a", "/data/a/b", "/data/a/b/c"]);
    println!("ok");
}
