//! Each kind of source: added, updated, outdated, and without its other side.

use super::*;
use crate::{Arrived, Change, ContentHash, Folder, Patience};
use plugix_e2e_registry::{Answer, Registry, Server};
use std::sync::mpsc;
use std::time::{Duration, SystemTime};

fn outdated(store: &Store) -> Vec<(String, Option<String>)> {
    let newer = store.outdated().into_iter();
    let text = |found: crate::Newer| found.version.unwrap_or_default();
    newer.map(|(name, newer)| (name.to_string(), newer.unwrap().map(text))).collect()
}

#[test]
fn a_file_is_followed() {
    let case = Case::new();
    let mut store = case.open();
    let source = case.write("any.wasm", &words("1.0.0"));
    let (added, plugin) = add(&mut store, &source).unwrap();
    assert_eq!((added.as_str(), plugin.version.as_deref()), ("words", Some("1.0.0")));
    assert_eq!(outdated(&store), [("words".to_owned(), None)]);
    store.set_grant(&added, Some("grant".to_owned())).unwrap();
    case.write("any.wasm", &words("1.1.0"));
    assert_eq!(outdated(&store), [("words".to_owned(), Some("1.1.0".to_owned()))]);
    let updated = update(&mut store, "words").unwrap();
    assert_eq!(updated.before.version.as_deref(), Some("1.0.0"));
    assert_eq!((updated.after.version.as_deref(), updated.after.grant.as_deref()), (Some("1.1.0"), Some("grant")));
    drop(store);
    let mut store = case.open();
    assert_eq!(store.module(&updated.after.hash).unwrap(), words("1.1.0"));
    fs::remove_file(case.file("any.wasm")).unwrap();
    assert!(matches!(update(&mut store, "words"), Err(StoreError::Disk { .. })));
    assert!(store.outdated()[0].1.is_err());
    assert_eq!(store.remove(&added).unwrap(), updated.after);
    assert!(store.list().is_empty());
}

#[test]
fn modules_that_nobody_has_any_more_make_room() {
    let case = Case::new();
    let source = case.write("words.wasm", &words("1.0.0"));
    let mut store = case.open();
    let (added, plugin) = add(&mut store, &source).unwrap();
    store.remove(&added).unwrap();
    assert!(store.module(&plugin.hash).is_ok());
    let mut store = store.cache(0);
    add(&mut store, &source).unwrap();
    assert!(store.module(&plugin.hash).is_ok());
    store.remove(&added).unwrap();
    assert!(matches!(store.module(&plugin.hash), Err(StoreError::ModuleMissing { .. })));
}

#[test]
fn downloads_that_nobody_goes_on_with_make_room() {
    let case = Case::new();
    drop(case.open());
    let file = |name: &str, days: u64| {
        let file = fs::File::create(case.home().join("partial").join(name)).unwrap();
        let age = Duration::from_secs(days * 24 * 60 * 60);
        file.set_modified(SystemTime::now() - age).unwrap();
    };
    file("old.part", 8);
    file("new.part", 6);
    drop(case.open());
    let left: Vec<_> = fs::read_dir(case.home().join("partial")).unwrap().map(|it| it.unwrap().file_name()).collect();
    assert_eq!(left, ["new.part"]);
}

#[test]
fn what_is_here_needs_no_network() {
    let case = Case::new();
    let server = Server::new(|request| match request.path.as_str() {
        "/words.wasm" => Answer::new(200, words("1.0.0")),
        _ => Answer::new(404, ""),
    });
    let source: Source = format!("{}#{}", server.url("/words.wasm"), ContentHash::of(&words("1.0.0"))).parse().unwrap();
    let mut store = case.open();
    let (added, plugin) = add(&mut store, &source).unwrap();
    let registry = Registry::new();
    let digest = registry.put("tools/other", "1", &module("other", "1.0.0", 10), &[]);
    let other: Source = format!("oci://{}", registry.reference(&format!("tools/other@{digest}"))).parse().unwrap();
    add(&mut store, &other).unwrap();
    drop((server, registry));
    assert_eq!(outdated(&store), [("other".to_owned(), None), ("words".to_owned(), None)]);
    update(&mut store, "words").unwrap();
    update(&mut store, "other").unwrap();
    store.remove(&added).unwrap();
    assert_eq!(add(&mut store, &source).unwrap(), (added, plugin));
}

#[test]
fn a_tag_is_followed() {
    let case = Case::new();
    let registry = Registry::new();
    registry.put("tools/words", "stable", &words("1.0.0"), &[]);
    let source: Source = format!("oci://{}", registry.reference("tools/words:stable")).parse().unwrap();
    let mut store = case.open();
    let (_, first) = add(&mut store, &source).unwrap();
    assert_eq!(outdated(&store), [("words".to_owned(), None)]);
    let digest = registry.put("tools/words", "stable", &words("2.0.0"), &[]);
    assert_eq!(store.outdated()[0].1.as_ref().unwrap().as_ref().unwrap().digest, Some(digest.clone()));
    let updated = update(&mut store, "words").unwrap();
    assert_eq!((&updated.before, updated.after.digest.as_ref()), (&first, Some(&digest)));
    // Another tag of the same repository takes its place.
    registry.put("tools/words", "next", &words("3.0.0"), &[]);
    let next: Source = format!("oci://{}", registry.reference("tools/words:next")).parse().unwrap();
    assert_eq!(add(&mut store, &next).unwrap().1.version.as_deref(), Some("3.0.0"));
    assert_eq!(store.list().len(), 1);
}

#[test]
fn a_plugin_is_found_in_its_folder() {
    let case = Case::new();
    fs::create_dir(case.file("plugins")).unwrap();
    case.write("plugins/1.wasm", &words("1.0.0"));
    case.write("plugins/2.wasm", &module("other", "1.0.0", 10));
    let source = Source::folder(case.file("plugins")).unwrap();
    let mut store = case.open();
    assert_eq!(store.scan(case.file("plugins")).unwrap().len(), 2);
    assert!(matches!(add(&mut store, &source), Err(StoreError::Name { .. })));
    store.add(Some(&name("words")), source.clone(), &mut |_| {}).unwrap();
    case.write("plugins/1.wasm", &words("1.5.0"));
    assert_eq!(update(&mut store, "words").unwrap().after.version.as_deref(), Some("1.5.0"));
    case.write("plugins/3.wasm", &words("1.6.0"));
    assert!(matches!(update(&mut store, "words"), Err(StoreError::InFolder { count: 2, .. })));
    assert!(matches!(store.add(Some(&name("none")), source, &mut |_| {}), Err(StoreError::InFolder { count: 0, .. })));
}

#[test]
fn what_a_watch_told_is_what_is_installed() {
    let case = Case::new();
    fs::create_dir(case.file("plugins")).unwrap();
    case.write("plugins/words.wasm", &words("1.0.0"));
    let (sender, told) = mpsc::channel();
    let watch = Folder::new(case.file("plugins")).watch(Patience::default(), move |change| drop(sender.send(change)));
    let watch = watch.unwrap();
    let Change::Arrived(arrived) = told.recv().unwrap() else { panic!("a module is there") };
    drop(watch);
    // Somebody puts another in its place before it is installed.
    case.write("plugins/words.wasm", &words("6.6.6"));
    let mut store = case.open();
    let (_, plugin) = store.add_arrived(&arrived).unwrap();
    assert_eq!((plugin.hash, plugin.version.as_deref()), (arrived.module.hash, Some("1.0.0")));
    assert_eq!(store.module(&plugin.hash).unwrap(), words("1.0.0"));
    assert_eq!(outdated(&store), [("words".to_owned(), Some("6.6.6".to_owned()))]);
    // The hash is of the bytes that come along, whatever else is said.
    let lie = Arrived { bytes: words("7.0.0").into(), ..arrived };
    assert_eq!(store.add_arrived(&lie).unwrap().1.hash, ContentHash::of(&words("7.0.0")));
}
