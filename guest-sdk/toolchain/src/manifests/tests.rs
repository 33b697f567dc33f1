//! Lock files and copies.

use super::*;
use std::fs;

const LOCK: &str = r#"version = 4

[[package]]
name = "own"
version = "0.12.1"
dependencies = ["reqwest 0.12.28"]

[[package]]
name = "reqwest"
version = "0.11.27"
source = "registry+https://github.com/rust-lang/crates.io-index"

[[package]]
name = "reqwest"
version = "0.12.28"
source = "registry+https://github.com/rust-lang/crates.io-index"
"#;

/// A registry with a crate that has this text in each file.
fn registry(text: &str) -> (tempfile::TempDir, PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let source = folder.path().join("src/index/reqwest-0.12.28");
    for file in KNOWN[0].2.iter().chain(&[".cargo-ok"]) {
        fs::create_dir_all(source.join(file).parent().unwrap()).unwrap();
        fs::write(source.join(file), text).unwrap();
    }
    (folder, source)
}

#[test]
fn known_versions_of_a_registry_are_found_in_the_lock_file() {
    let folder = tempfile::tempdir().unwrap();
    assert!(locked(folder.path()).is_empty());
    fs::write(folder.path().join("Cargo.lock"), LOCK).unwrap();
    let found = locked(folder.path());
    assert_eq!(
        found.iter().map(|(known, version)| (known.0, &**version)).collect::<Vec<_>>(),
        [("reqwest", "0.12.28")]
    );
    fs::write(folder.path().join("Cargo.lock"), LOCK.replace("registry+", "git+")).unwrap();
    assert!(locked(folder.path()).is_empty());
}

#[test]
fn a_copy_is_edited_and_the_download_stays() {
    let text = "[target.'cfg(not(target_arch = \"wasm32\"))'.dependencies]\n";
    let (folder, source) = registry(text);
    assert_eq!(downloaded(&folder.path().join("src"), "reqwest", "0.12.28").as_ref(), Some(&source));
    for _ in 0..2 {
        let made =
            copy(&KNOWN[0], &source, &folder.path().join("copies"), &mut |line| panic!("{line}")).unwrap().unwrap();
        let edited = fs::read_to_string(made.join("Cargo.toml")).unwrap();
        assert_eq!(edited, text.replace(ANY, BROWSER));
        assert!(!made.join(".cargo-ok").exists());
    }
    assert_eq!(fs::read_to_string(source.join("Cargo.toml")).unwrap(), text);
}

#[test]
fn another_form_is_told_and_left_alone() {
    let (folder, source) = registry("[dependencies]\n");
    let mut told = String::new();
    let made = copy(&KNOWN[0], &source, &folder.path().join("copies"), &mut |line| told.push_str(line)).unwrap();
    assert!(made.is_none() && told.contains("reqwest-0.12.28") && told.contains("Cargo.toml"), "{told}");
}
