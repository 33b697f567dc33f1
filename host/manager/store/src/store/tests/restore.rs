//! What the lock file names comes back, and nothing else does.

use super::*;
use crate::{ContentHash, Restored, Rule, SignaturePolicy};
use minisign::KeyPair;
use plugix_e2e_registry::Registry;

fn restore(store: &Store, text: &str) -> Result<Restored, StoreError> {
    store.restore(&name(text), &mut |_| {})
}

/// Removes all modules that are kept, as if the lock file alone had come here.
fn lose(case: &Case) {
    fs::remove_dir_all(case.home().join("modules")).unwrap();
}

#[test]
fn the_very_version_comes_back() {
    let (case, registry) = (Case::new(), Registry::new());
    registry.put("tools/words", "1", &words("1.0.0"), &[]);
    let source: Source = format!("oci://{}", registry.reference("tools/words:1")).parse().unwrap();
    let (_, plugin) = add(&mut case.open(), &source).unwrap();
    registry.put("tools/words", "1", &words("2.0.0"), &[]);
    let lock = fs::read(case.home().join("plugix.lock")).unwrap();
    lose(&case);
    let store = case.open();
    assert_eq!(restore(&store, "words").unwrap(), Restored::Fetched);
    assert_eq!(store.module(&plugin.hash).unwrap(), words("1.0.0"));
    drop(registry);
    assert_eq!(restore(&store, "words").unwrap(), Restored::Kept);
    // A module that somebody has changed is mended, or told.
    fs::write(store.module_path(&plugin.hash), b"changed").unwrap();
    assert!(matches!(restore(&store, "words"), Err(StoreError::Fetch(_))));
    assert_eq!(fs::read(case.home().join("plugix.lock")).unwrap(), lock);
    assert!(matches!(restore(&store, "nobody"), Err(StoreError::UnknownPlugin { .. })));
}

#[test]
fn a_lock_file_that_lies_brings_nothing() {
    let case = Case::new();
    let source = case.write("words.wasm", &words("1.0.0"));
    let (_, plugin) = add(&mut case.open(), &source).unwrap();
    let path = case.home().join("plugix.lock");
    let other = ContentHash::of(&words("2.0.0"));
    let lie = fs::read_to_string(&path).unwrap().replace(&plugin.hash.to_string(), &other.to_string());
    fs::write(&path, &lie).unwrap();
    lose(&case);
    let store = case.open();
    match restore(&store, "words") {
        Err(StoreError::OtherModule { expected, found, .. }) => assert_eq!((expected, found), (other, plugin.hash)),
        refused => panic!("{refused:?}"),
    }
    assert_eq!(fs::read_dir(case.home().join("modules")).unwrap().count(), 0);
    assert_eq!(fs::read_to_string(&path).unwrap(), lie);
}

#[test]
fn a_stricter_policy_counts_for_what_is_kept() {
    let (case, pair) = (Case::new(), KeyPair::generate_unencrypted_keypair().unwrap());
    let source = case.write("words.wasm", &words("1.0.0"));
    let (_, plugin) = add(&mut case.open(), &source).unwrap();
    let key = pair.pk.to_base64().parse().unwrap();
    let store = case.open().signatures(SignaturePolicy::new().rule(Rule::any_of("file:*", [key]).unwrap()));
    assert!(matches!(store.trusted_module(&plugin), Err(StoreError::Unsigned { .. })));
    assert!(matches!(restore(&store, "words"), Err(StoreError::Unsigned { .. })));
    // Its author signs it: then it is fetched with the signature.
    let signature = minisign::sign(None, &pair.sk, &words("1.0.0")[..], None, None).unwrap();
    case.write("words.wasm.minisig", signature.to_string().as_bytes());
    assert_eq!(restore(&store, "words").unwrap(), Restored::Fetched);
    assert_eq!(store.trusted_module(&plugin).unwrap(), words("1.0.0"));
    assert_eq!(restore(&store, "words").unwrap(), Restored::Kept);
}

#[test]
fn what_is_fetched_is_no_plugin_until_it_is_accepted() {
    let case = Case::new();
    let (source, other) = (case.write("words.wasm", &words("1.0.0")), case.write("other.wasm", &words("2.0.0")));
    let mut store = case.open();
    let keep = |store: &mut Store, source| {
        let delivery = store.fetching(None, source).unwrap().fetch(&mut |_| {}).unwrap();
        store.keep_delivery(&delivery).unwrap()
    };
    let (added, plugin) = keep(&mut store, source);
    assert!(store.list().is_empty());
    let (_, second) = keep(&mut store, other);
    store.accept_new(&added, &plugin).unwrap();
    assert_eq!(store.list()[&added], plugin);
    assert!(matches!(store.accept_new(&added, &second), Err(StoreError::NameTaken { .. })));
    lose(&case);
    assert!(matches!(store.accept_new(&added, &plugin), Err(StoreError::ModuleMissing { .. })));
}
