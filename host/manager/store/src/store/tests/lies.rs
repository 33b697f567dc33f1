//! Lock files, modules, policies and signatures that lie, and a second program on the same folder.

use super::*;
use crate::{ContentHash, FileProblem, Key, LockError, Rule, SignatureError, SignaturePolicy};
use minisign::KeyPair;
use plugix_e2e_registry::{Answer, Server};
use std::os::unix::fs::symlink;

#[test]
fn one_program_has_the_folder() {
    let case = Case::new();
    let store = case.open();
    assert!(matches!(Store::open(case.home()), Err(StoreError::InUse { .. })));
    assert!(Store::read(case.home()).unwrap().plugins().is_empty(), "reading needs nobody's leave");
    drop(store);
    case.open();
}

#[test]
fn a_lock_file_that_lies_is_refused_and_kept() {
    let case = Case::new();
    drop(case.open());
    let lock = case.home().join("plugix.lock");
    for (text, expected) in [
        ("version = 9".to_owned(), LockError::Format { found: 9 }),
        ("#".repeat(9 << 20), LockError::TooLarge),
        ("version = 1\n[plugin.\"../x\"]".to_owned(), LockError::Syntax { message: String::new() }),
    ] {
        fs::write(&lock, &text).unwrap();
        let Err(StoreError::Lock { reason, .. }) = Store::open(case.home()) else { panic!("{expected:?}") };
        assert_eq!(std::mem::discriminant(&reason), std::mem::discriminant(&expected), "{reason:?}");
        assert!(fs::read_to_string(&lock).unwrap() == text);
    }
    fs::write(&lock, [0xff]).unwrap();
    assert!(matches!(Store::open(case.home()), Err(StoreError::File { problem: FileProblem::NotText, .. })));
}

#[test]
fn modules_that_are_not_as_the_lock_says_are_told() {
    let case = Case::new();
    let source = case.write("words.wasm", &words("1.0.0"));
    let (_, plugin) = add(&mut case.open(), &source).unwrap();
    let path = case.open().module_path(&plugin.hash);
    fs::write(&path, b"\0asm\x01\0\0\0").unwrap();
    assert!(matches!(case.open().module(&plugin.hash), Err(StoreError::ModuleChanged { .. })));
    fs::remove_file(&path).unwrap();
    assert!(matches!(case.open().module(&plugin.hash), Err(StoreError::ModuleMissing { .. })));
    fs::create_dir(&path).unwrap();
    assert!(matches!(case.open().module(&plugin.hash), Err(StoreError::File { .. })));
    fs::remove_dir(&path).unwrap();
    symlink("/dev/zero", &path).unwrap();
    assert!(matches!(case.open().module(&plugin.hash), Err(StoreError::File { .. })));
    // Fetching it again mends that.
    update(&mut case.open(), "words").unwrap();
    assert_eq!(case.open().module(&plugin.hash).unwrap(), words("1.0.0"));
}

fn key(pair: &KeyPair) -> Key {
    pair.pk.to_base64().parse().unwrap()
}

fn sign(pair: &KeyPair, bytes: &[u8]) -> String {
    minisign::sign(None, &pair.sk, bytes, None, None).unwrap().into_string()
}

#[test]
fn what_is_not_signed_as_the_folder_says_is_not_even_looked_at() {
    let case = Case::new();
    let pair = KeyPair::generate_unencrypted_keypair().unwrap();
    fs::create_dir(case.home()).unwrap();
    let policy = format!("[[rule]]\nsource = \"file:*\"\nall-of = [\"{}\"]\n", pair.pk.to_base64());
    fs::write(case.home().join("signatures.toml"), policy).unwrap();
    let source = case.write("words.wasm", b"no module at all");
    let mut store = case.open();
    let refused = |store: &mut Store| match add(store, &source) {
        Err(StoreError::Unsigned { reason: SignatureError::Missing { verdicts, .. }, .. }) => verdicts[0].1,
        other => panic!("{other:?}"),
    };
    assert_eq!(refused(&mut store), crate::Verdict::NotSigned);
    case.write("words.wasm.minisig", sign(&pair, &words("1.0.0")).as_bytes());
    assert_eq!(refused(&mut store), crate::Verdict::OtherFile);
    case.write("words.wasm", &words("1.0.0"));
    let (_, plugin) = add(&mut store, &source).unwrap();
    assert_eq!(plugin.signed_by[0].to_string(), pair.pk.to_base64());
    case.write("words.wasm.minisig", b"rubbish");
    assert!(matches!(add(&mut store, &source), Err(StoreError::Signatures { .. })));
    assert_eq!(store.list()[&name("words")], plugin);
    drop(store);
    fs::write(case.home().join("signatures.toml"), "rule = 1").unwrap();
    assert!(matches!(Store::open(case.home()), Err(StoreError::Policy { .. })));
}

#[test]
fn what_was_signed_is_so_without_the_network() {
    let case = Case::new();
    let pair = KeyPair::generate_unencrypted_keypair().unwrap();
    let signature = sign(&pair, &words("1.0.0"));
    let server = Server::new(move |request| match request.path.as_str() {
        "/w.wasm" => Answer::new(200, words("1.0.0")),
        _ => Answer::new(200, signature.clone()),
    });
    let source: Source = format!("{}#{}", server.url("/w.wasm"), ContentHash::of(&words("1.0.0"))).parse().unwrap();
    let policy = |pair: &KeyPair| SignaturePolicy::new().rule(Rule::any_of("*", [key(pair)]).unwrap());
    let mut store = case.open().signatures(policy(&pair));
    let (added, plugin) = add(&mut store, &source).unwrap();
    store.remove(&added).unwrap();
    drop(server);
    assert_eq!(add(&mut store, &source).unwrap().1, plugin);
    drop(store);
    let other = KeyPair::generate_unencrypted_keypair().unwrap();
    let mut store = case.open().signatures(policy(&other));
    assert!(update(&mut store, "words").is_err(), "another policy asks for what isn't here");
    let mut store = store.cache(0);
    store.remove(&added).unwrap();
    assert_eq!(fs::read_dir(case.home().join("modules")).unwrap().count(), 0);
}

#[test]
fn a_name_is_one_plugins() {
    let case = Case::new();
    let mut store = case.open();
    let one = case.write("words.wasm", &words("1.0.0"));
    let other = case.write("other.wasm", &words("1.0.0"));
    add(&mut store, &one).unwrap();
    assert!(matches!(add(&mut store, &other), Err(StoreError::NameTaken { .. })));
    store.add(Some(&name("second")), other, &mut |_| {}).unwrap();
    assert_eq!(store.list().len(), 2);
    let evil = case.write("evil.wasm", &module("../evil", "1", 1));
    assert!(matches!(add(&mut store, &evil), Err(StoreError::Name { .. })));
    let broken = case.write("broken.wasm", b"\0asm");
    assert!(matches!(add(&mut store, &broken), Err(StoreError::Module { .. })));
    assert!(matches!(update(&mut store, "nobody"), Err(StoreError::UnknownPlugin { .. })));
    assert_eq!(store.list().len(), 2);
}
