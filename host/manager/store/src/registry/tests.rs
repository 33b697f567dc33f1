//! Plugins in a registry that keeps to the protocol, and in some that don't.

use crate::fetch::{FetchError, Fetched, Fetcher};
use crate::{Credentials, Limits, Login, Module, Source, StoreError};
use plugix_e2e_registry::{Answer, Registry, Server, digest_of, module};
use std::sync::{Arc, Mutex};
use tempfile::TempDir;

/// `me` with the password `secret`.
const ME: &str = "Basic bWU6c2VjcmV0";

struct Case {
    folder: TempDir,
    fetcher: Fetcher,
}

impl Case {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let limits = Limits { module: 200_000, answer: 10_000, retries: 2, ..Limits::default() };
        let fetcher = Fetcher::new(folder.path().join("partial")).limits(limits);
        Self { folder, fetcher }
    }

    fn logged_in(self, registry: &Registry, login: Login) -> Self {
        let mut credentials = Credentials::open(self.folder.path().join("credentials.toml")).unwrap();
        credentials.set(&registry.server().host(), Some(login)).unwrap();
        Self { fetcher: self.fetcher.credentials(credentials), ..self }
    }

    fn pull(&self, registry: &Registry, repository: &str) -> Result<Fetched, StoreError> {
        let source: Source = format!("oci://{}", registry.reference(repository)).parse().unwrap();
        self.fetcher.fetch(&source, None, &mut |_| {})
    }

    #[track_caller]
    fn fails(&self, registry: &Registry, repository: &str) -> FetchError {
        match self.pull(registry, repository) {
            Err(StoreError::Fetch(error)) => error,
            other => panic!("{other:?}"),
        }
    }
}

fn me() -> Login {
    Login::Password { user: "me".to_owned(), password: "secret".to_owned() }
}

fn words() -> Vec<u8> {
    module("words", "1.2.3", 50_000)
}

/// Answers with this in the place of anything whose path has that.
fn instead(registry: &Registry, of: &str, answer: Answer) {
    let of = of.to_owned();
    registry.answer_with(move |request| request.path.contains(&of).then(|| answer.clone()));
}

#[test]
fn what_is_pushed_can_be_pulled() {
    let registry = Registry::new();
    let case = Case::new();
    let reference = registry.reference("tools/words:1.2").parse().unwrap();
    let pair = minisign::KeyPair::generate_unencrypted_keypair().unwrap();
    let sign = || minisign::sign(None, &pair.sk, &words()[..], None, None).unwrap().into_string();
    let digest = case.fetcher.push(&reference, words(), &[sign(), sign()]).unwrap();
    let fetched = case.pull(&registry, "tools/words:1.2").unwrap();
    assert_eq!((fetched.module, fetched.digest.as_ref()), (words(), Some(&digest)));
    assert_eq!(fetched.signatures.len(), 2);
    let (looked, annotations) = case.fetcher.look(&reference).unwrap();
    assert_eq!((looked, annotations.name(), annotations.version()), (digest.clone(), Some("words"), Some("1.2.3")));
    assert_eq!(case.pull(&registry, &format!("tools/words@{digest}")).unwrap().module, words());
    // What is there already isn't sent again.
    let before = registry.server().requests().len();
    case.fetcher.push(&reference, words(), &[]).unwrap();
    let puts = registry.server().requests().split_off(before);
    assert_eq!(puts.iter().filter(|request| request.method == "PUT").count(), 1);
    let annotated = registry.manifest("tools/words", "1.2").unwrap();
    assert_eq!(annotated["layers"][0]["mediaType"], "application/wasm");
    let error = case.fetcher.push(&reference, b"no module".to_vec(), &[]).unwrap_err();
    assert!(matches!(error, StoreError::Module { .. }));
}

#[test]
fn a_registry_that_asks_is_told_who_the_user_is() {
    for registry in [Registry::with_password(ME), Registry::with_tokens(ME)] {
        let reference = registry.reference("words:1").parse().unwrap();
        let host = registry.server().host();
        assert!(matches!(Case::new().fails(&registry, "words:1"), FetchError::Unauthorized { .. }));
        let wrong = Login::Password { user: "me".to_owned(), password: "wrong".to_owned() };
        let case = Case::new().logged_in(&registry, wrong);
        assert!(matches!(case.fetcher.check_login(&host), Err(StoreError::Fetch(FetchError::Unauthorized { .. }))));
        let case = Case::new().logged_in(&registry, me());
        case.fetcher.check_login(&host).unwrap();
        case.fetcher.push(&reference, words(), &[]).unwrap();
        assert_eq!(case.pull(&registry, "words:1").unwrap().module, words());
    }
    let registry = Registry::with_tokens(ME);
    registry.put("words", "1", &words(), &[]);
    let case = Case::new().logged_in(&registry, Login::Token { token: "the-token".to_owned() });
    assert_eq!(case.pull(&registry, "words:1").unwrap().module, words());
}

#[test]
fn a_password_goes_to_the_registry_alone() {
    let elsewhere = Server::new(|_| Answer::new(200, "{}"));
    let registry = Registry::with_password(ME);
    registry.put("words", "1", &words(), &[]);
    let to = elsewhere.url("/blob");
    registry.answer_with(move |request| request.path.contains("/blobs/").then(|| Answer::redirect(&to)));
    let case = Case::new().logged_in(&registry, me());
    let _ = case.fails(&registry, "words:1");
    let _ = case.fetcher.push(&registry.reference("words:2").parse().unwrap(), module("w", "2", 1), &[]);
    let led = elsewhere.requests();
    assert!(!led.is_empty() && led.iter().all(|request| request.header("authorization").is_none()), "{led:?}");
}

#[test]
fn manifests_that_lie_are_refused() {
    let registry = Registry::new();
    let digest = registry.put("words", "1", &words(), &[]);
    let case = Case::new();
    instead(&registry, "/manifests/", Answer::new(200, vec![b' '; 4096]).endless());
    assert!(matches!(case.fails(&registry, "words:1"), FetchError::TooLarge { limit: 10_000, .. }));
    instead(&registry, "/manifests/", Answer::new(200, "{}"));
    assert!(matches!(case.fails(&registry, "words:1"), FetchError::Answer { .. }));
    assert!(matches!(case.fails(&registry, &format!("words@{digest}")), FetchError::OtherBytes { .. }));
    let named = Answer::new(200, "{}").header("docker-content-digest", &digest);
    instead(&registry, "/manifests/", named);
    assert!(matches!(case.fails(&registry, "words:1"), FetchError::OtherBytes { .. }));
    registry.answer_rightly();
    assert!(matches!(case.fails(&registry, "words:2"), FetchError::Status { status: 404, .. }));
}

#[test]
fn blobs_that_lie_are_refused() {
    let registry = Registry::new();
    registry.put("words", "1", &words(), &[]);
    let of_module = format!("/blobs/{}", digest_of(&words()));
    let case = Case::new();
    instead(&registry, &of_module, Answer::new(200, vec![0; words().len()]));
    assert!(matches!(case.fails(&registry, "words:1"), FetchError::OtherBytes { .. }));
    instead(&registry, &of_module, Answer::new(200, vec![0; words().len() + 1]));
    assert!(matches!(case.fails(&registry, "words:1"), FetchError::OtherSize { .. }));
    instead(&registry, &of_module, Answer::new(200, vec![0; 4096]).endless());
    assert!(matches!(case.fails(&registry, "words:1"), FetchError::OtherSize { .. }));
    instead(&registry, &of_module, Answer::new(200, &words()[..10]));
    assert!(matches!(case.fails(&registry, "words:1"), FetchError::OtherSize { .. }));
    instead(&registry, &of_module, Answer::redirect("https://169.254.169.254/"));
    assert!(matches!(case.fails(&registry, "words:1"), FetchError::Refused { .. }));
    registry.put("huge", "1", &module("huge", "1", 300_000), &[]);
    registry.answer_rightly();
    assert!(matches!(case.fails(&registry, "huge:1"), FetchError::TooLarge { limit: 200_000, .. }));
}

#[test]
fn a_blob_that_broke_off_goes_on() {
    let registry = Registry::new();
    registry.put("words", "1", &words(), &[]);
    let cuts = Arc::new(Mutex::new(2));
    let of_module = digest_of(&words());
    let bytes = words();
    registry.answer_with(move |request| {
        let mut cuts = cuts.lock().unwrap();
        if !request.path.ends_with(&of_module) || *cuts == 0 {
            return None;
        }
        *cuts -= 1;
        let first = request.range().unwrap_or(0);
        let rest = (bytes.len() - first) as u64;
        let range = format!("bytes {first}-{}/{}", bytes.len() - 1, bytes.len());
        let status = if first > 0 { 206 } else { 200 };
        Some(Answer::new(status, &bytes[first..first + 10_000]).claims(rest).header("content-range", &range))
    });
    assert_eq!(Case::new().pull(&registry, "words:1").unwrap().module, words());
    let ranges: Vec<_> = registry.server().requests().iter().filter_map(|request| request.range()).collect();
    assert_eq!(ranges, [10_000, 20_000]);
}

#[test]
fn a_module_of_a_test_is_one() {
    let module = Module::of(&words()).unwrap();
    assert_eq!(module.name(None).unwrap().as_str(), "words");
    assert_eq!(module.about.unwrap().version, "1.2.3");
}
