//! What is told of files that are written, half-written, swapped and removed, at times that the test makes up.

use super::super::Watch;
use super::*;
use plugix_e2e_registry::module;
use std::fs;
use std::sync::mpsc;
use std::time::Duration;
use tempfile::TempDir;

struct Case {
    folder: TempDir,
    observer: Observer,
    now: Instant,
}

impl Case {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let observer = Observer::new(Folder::new(folder.path()), patience());
        Self { folder, observer, now: Instant::now() }
    }

    fn path(&self) -> PathBuf {
        self.folder.path().join("words.wasm")
    }

    fn write(&mut self, bytes: &[u8]) {
        fs::write(self.path(), bytes).unwrap();
        self.touch();
    }

    fn touch(&mut self) {
        self.observer.touch(&self.path(), self.now);
    }

    /// What is told until some seconds later.
    fn after(&mut self, seconds: u64) -> Vec<String> {
        self.now += Duration::from_secs(seconds);
        let mut told = Vec::new();
        self.observer.advance(self.now, &mut |change| told.push(text(&change)));
        told
    }
}

fn patience() -> Patience {
    Patience::default().quiet(Duration::from_secs(1)).broken(Duration::from_secs(10))
}

fn text(change: &Change) -> String {
    match change {
        Change::Arrived(arrived) => {
            assert_eq!(ContentHash::of(&arrived.bytes), arrived.module.hash);
            let about = arrived.module.about.as_ref().unwrap();
            format!("{} {} with {} signatures", about.name, about.version, arrived.signatures.len())
        }
        Change::Broken { reason, .. } => format!("broken: {reason}"),
        Change::Gone { .. } => "gone".to_owned(),
        Change::Failed { reason } => format!("failed: {reason}"),
    }
}

#[test]
fn a_file_is_read_when_it_has_been_let_alone() {
    let mut case = Case::new();
    case.write(&module("words", "1", 10));
    assert!(case.after(0).is_empty());
    case.touch();
    assert!(case.after(0).is_empty());
    assert_eq!(case.after(1), ["words 1 with 0 signatures"]);
    case.touch();
    assert!(case.after(1).is_empty(), "it is the same still");
    case.write(&module("words", "2", 10));
    assert_eq!(case.after(1), ["words 2 with 0 signatures"]);
}

#[test]
fn what_is_half_written_is_not_broken() {
    let mut case = Case::new();
    let whole = module("words", "1", 1000);
    case.write(&whole[..500]);
    assert!(case.after(5).is_empty());
    case.write(&whole[..800]);
    assert!(case.after(9).is_empty());
    assert!(case.after(9).is_empty(), "it has changed since");
    case.write(&whole);
    assert_eq!(case.after(1), ["words 1 with 0 signatures"]);
}

#[test]
fn what_stays_broken_is_told_once() {
    let mut case = Case::new();
    case.write(b"no module");
    assert!(case.after(1).is_empty());
    let told = case.after(10);
    assert!(told.len() == 1 && told[0].starts_with("broken: not a WebAssembly module"), "{told:?}");
    case.touch();
    assert!(case.after(1).is_empty() && case.after(10).is_empty());
}

#[test]
fn what_goes_is_told_if_it_was_there() {
    let mut case = Case::new();
    case.touch();
    assert!(case.after(1).is_empty());
    case.write(&module("words", "1", 10));
    case.after(1);
    fs::remove_file(case.path()).unwrap();
    case.touch();
    assert_eq!(case.after(1), ["gone"]);
}

#[test]
fn a_signature_that_comes_later_is_told() {
    let mut case = Case::new();
    case.write(&module("words", "1", 10));
    case.after(1);
    let pair = minisign::KeyPair::generate_unencrypted_keypair().unwrap();
    let signature = minisign::sign(None, &pair.sk, &module("words", "1", 10)[..], None, None).unwrap();
    for (name, expected) in [("words.wasm.minisig", 1), ("words.wasm.0123456789ABCDEF.minisig", 2)] {
        let file = case.folder.path().join(name);
        fs::write(&file, signature.to_string()).unwrap();
        case.observer.touch(&file, case.now);
        assert_eq!(case.after(1), [format!("words 1 with {expected} signatures")]);
    }
}

#[test]
fn a_watch_tells_what_is_there_and_what_comes() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("a.wasm"), module("a", "1", 10)).unwrap();
    let (sender, told) = mpsc::channel();
    let quick = Patience::default().quiet(Duration::from_millis(5)).broken(Duration::from_millis(5));
    let watch: Watch = Folder::new(folder.path()).watch(quick, move |change| drop(sender.send(text(&change)))).unwrap();
    assert_eq!(told.recv().unwrap(), "a 1 with 0 signatures");
    fs::write(folder.path().join("unfinished"), module("b", "1", 10)).unwrap();
    fs::rename(folder.path().join("unfinished"), folder.path().join("b.wasm")).unwrap();
    assert_eq!(told.recv().unwrap(), "b 1 with 0 signatures");
    fs::remove_file(folder.path().join("a.wasm")).unwrap();
    assert_eq!(told.recv().unwrap(), "gone");
    fs::write(folder.path().join("c.wasm"), "no module").unwrap();
    assert!(told.recv().unwrap().starts_with("broken: "));
    fs::remove_dir_all(folder.path()).unwrap();
    assert!(told.iter().any(|text| text.starts_with("failed: ")));
    drop(watch);
}
