//! What the program does to a crate's sources, and that all of it is compiled.

use super::edit::Edit;
use super::overlay::{Crate, Package, find};
use super::*;
use std::path::PathBuf;

const FILE: &str = "src/lib.rs";
const TEXT: &str = "pub const A: u8 = 1;\nfn one() {}\n// here, and here\n";

fn edited(edit: Edit) -> Option<String> {
    edit.edited(TEXT)
}

#[test]
fn edits_fit_or_not() {
    let once = |expected| Edit::Once { file: FILE, expected, replacement: "X" };
    assert_eq!(edited(once("fn one")), Some(TEXT.replace("fn one", "X")));
    assert_eq!(edited(once("fn two")), None);
    assert_eq!(edited(once("here")), None, "it occurs twice");
    let each = |expected| Edit::Each { file: FILE, expected, replacement: "X" };
    assert_eq!(edited(each("here")), Some(TEXT.replace("here", "X")));
    assert_eq!(edited(each("there")), None);
    let constant = |name| Edit::Constant { files: &[FILE], name, value: "7" };
    assert_eq!(edited(constant("A")), Some(TEXT.replace("= 1", "= 7")));
    assert_eq!(edited(constant("B")), None);
}

const TABLE: &[Crate] = &[
    Crate {
        name: "fits",
        since: [1, 2, 0],
        before: [1, 3, 0],
        cfgs: &["known"],
        edits: &[
            Edit::Once { file: FILE, expected: "one", replacement: "two" },
            Edit::File { file: "src/new/mod.rs", text: "new" },
        ],
    },
    Crate {
        name: "differs",
        since: [1, 0, 0],
        before: [2, 0, 0],
        cfgs: &[],
        edits: &[Edit::Once { file: FILE, expected: "three", replacement: "" }],
    },
    Crate { name: "told", since: [0, 9, 0], before: [0, 10, 0], cfgs: &["feature=\"f\""], edits: &[] },
];

/// A crate as cargo has it, and a folder for the copies.
fn downloaded() -> (tempfile::TempDir, PathBuf, PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let source = folder.path().join("source");
    files::create_dir(&source.join("src")).unwrap();
    files::write(&source.join(FILE), TEXT).unwrap();
    files::write(&source.join(".cargo-ok"), "").unwrap();
    let copies = folder.path().join("copies");
    (folder, source, copies)
}

fn arguments(name: &str, version: &str, source: &Path, copies: &Path) -> Result<Option<Vec<String>>, String> {
    let package = Package { name, version, source };
    let given = ["--crate-name".into(), name.into(), source.join(FILE).into_os_string()];
    let found = find(&package, TABLE, copies)?;
    Ok(found.map(|found| found.arguments(&given).into_iter().map(|word| word.into_string().unwrap()).collect()))
}

#[test]
fn a_known_crate_is_compiled_from_its_copy() {
    let (_folder, source, copies) = downloaded();
    let words = arguments("fits", "1.2.7", &source, &copies).unwrap().unwrap();
    let root = Path::new(&words[2]);
    assert!(root.starts_with(&copies), "{words:?}");
    assert_eq!(files::read(root).unwrap(), TEXT.replace("one", "two"));
    assert_eq!(files::read(&root.with_file_name("new/mod.rs")).unwrap(), "new");
    assert_eq!(files::read(&source.join(FILE)).unwrap(), TEXT, "cargo's own");
    assert!(words.contains(&"--cfg=known".to_owned()), "{words:?}");
    assert!(words.iter().any(|word| word.starts_with("--remap-path-prefix=")), "{words:?}");
    assert_eq!(arguments("fits", "1.2.7", &source, &copies).unwrap().unwrap(), words, "the second time");
}

#[test]
fn many_at_once_make_one_copy() {
    let (_folder, source, copies) = downloaded();
    std::thread::scope(|scope| {
        for _ in 0..8 {
            scope.spawn(|| arguments("fits", "1.2.7", &source, &copies).unwrap().unwrap());
        }
    });
    assert_eq!(copies.read_dir().unwrap().count(), 1);
}

#[test]
fn a_crate_may_need_a_word_only() {
    let (_folder, source, copies) = downloaded();
    let words = arguments("told", "0.9.12", &source, &copies).unwrap().unwrap();
    assert_eq!(Path::new(&words[2]), source.join(FILE));
    assert!(words.contains(&"--cfg=feature=\"f\"".to_owned()), "{words:?}");
}

#[test]
fn what_the_table_has_no_changes_for_is_told() {
    let (_folder, source, copies) = downloaded();
    let unknown = arguments("fits", "1.3.0", &source, &copies).unwrap_err();
    assert!(unknown.contains("fits 1.3.0") && unknown.contains("1.2.0 to 1.3.0"), "{unknown}");
    let differs = arguments("differs", "1.0.1", &source, &copies).unwrap_err();
    assert!(differs.contains("differs 1.0.1") && differs.contains(FILE), "{differs}");
    assert_eq!(copies.read_dir().unwrap().count(), 0, "nothing is left");
}

#[test]
fn other_crates_and_those_in_the_making_are_left_alone() {
    let (_folder, source, copies) = downloaded();
    assert!(arguments("other", "1.0.0", &source, &copies).unwrap().is_none());
    files::remove(&source.join(".cargo-ok")).unwrap();
    assert!(arguments("fits", "1.2.7", &source, &copies).unwrap().is_none());
}

#[test]
fn each_file_is_compiled() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("rustc");
    let mut folders = vec![folder.clone()];
    while let Some(next) = folders.pop() {
        for path in next.read_dir().unwrap().map(|entry| entry.unwrap().path()) {
            let name = path.strip_prefix(&folder).unwrap().to_str().unwrap().to_owned();
            match path.is_dir() {
                true => folders.push(path),
                false => assert!(SOURCES.iter().any(|(known, _)| *known == name), "{name}"),
            }
        }
    }
}
