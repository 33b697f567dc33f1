//! Downloads from servers that send too much, too little, too slowly, something else, or lead elsewhere.

mod tls;

use super::*;
use plugix_e2e_registry::{Answer, Request, Server};
use std::fs;
use std::net::IpAddr;
use std::sync::Arc;
use std::sync::Mutex;
use tempfile::TempDir;

/// Where a server is that is taken for a public one.
const PUBLIC: IpAddr = IpAddr::V4(std::net::Ipv4Addr::new(127, 0, 0, 2));

struct Case {
    folder: TempDir,
    fetcher: Fetcher,
}

impl Case {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let limits = Limits { module: 100_000, retries: 3, ..Limits::default() };
        let fetcher = Fetcher::new(folder.path()).limits(limits);
        Self { folder, fetcher }
    }

    fn with(change: impl FnOnce(&mut Limits)) -> Self {
        let mut case = Self::new();
        change(&mut case.fetcher.limits);
        case
    }

    fn fetch(&self, url: &str, bytes: &[u8]) -> Result<Fetched, StoreError> {
        let source = format!("{url}#{}", ContentHash::of(bytes)).parse().unwrap();
        self.fetcher.fetch(&source, None, &mut |_| {})
    }

    #[track_caller]
    fn fails(&self, url: &str, bytes: &[u8]) -> FetchError {
        match self.fetch(url, bytes) {
            Err(StoreError::Fetch(error)) => error,
            other => panic!("{other:?}"),
        }
    }

    /// The files of downloads that can go on.
    fn left(&self) -> usize {
        fs::read_dir(self.folder.path()).unwrap().count()
    }
}

fn content() -> Vec<u8> {
    (0..50_000_u32).map(|at| ((at * at) >> 7) as u8).collect()
}

/// Answers with this, and with nothing to the request for signatures.
fn server(answer: impl Fn(&Request) -> Answer + Send + Sync + 'static) -> Server {
    Server::new(move |request| match request.path.ends_with(".minisig") {
        true => Answer::new(404, ""),
        false => answer(request),
    })
}

#[test]
fn a_module_comes_as_a_whole_and_tells_how_far_it_is() {
    let server = server(|_| Answer::new(200, content()));
    let case = Case::new();
    let mut seen = Vec::new();
    let source = format!("{}#{}", server.url("/m.wasm"), ContentHash::of(&content())).parse().unwrap();
    let fetched = case.fetcher.fetch(&source, None, &mut |progress| seen.push(progress)).unwrap();
    assert_eq!(fetched.module, content());
    assert!(fetched.signatures.is_empty());
    let all = Some(50_000);
    assert_eq!(seen.first(), Some(&Progress { received: 0, total: all }));
    assert_eq!(seen.last(), Some(&Progress { received: 50_000, total: all }));
    assert_eq!(case.left(), 0);
    assert_eq!(server.requests()[1].path, "/m.wasm.minisig");
}

#[test]
fn too_much_is_refused_as_soon_as_it_is_known() {
    let claims = server(|_| Answer::new(200, "x").claims(1 << 40));
    let case = Case::new();
    assert!(matches!(case.fails(&claims.url("/"), b""), FetchError::TooLarge { sent, .. } if sent == 1 << 40));
    let endless = server(|_| Answer::new(200, vec![7; 4096]).endless());
    assert!(matches!(case.fails(&endless.url("/"), b""), FetchError::TooLarge { limit: 100_000, .. }));
    let signature = Server::new(|request| match request.path.ends_with(".minisig") {
        true => Answer::new(200, vec![b'x'; 4096]).endless(),
        false => Answer::new(200, content()),
    });
    assert!(matches!(case.fails(&signature.url("/"), &content()), FetchError::TooLarge { .. }));
    assert_eq!(case.left(), 0);
}

#[test]
fn a_download_that_broke_off_goes_on() {
    let server = server(|request| match request.range() {
        None => Answer::new(200, &content()[..20_000]).claims(50_000).header("etag", "\"v1\""),
        Some(first) => Answer::part(&content(), first).header("etag", "\"v1\""),
    });
    assert_eq!(Case::new().fetch(&server.url("/"), &content()).unwrap().module, content());
    let again = &server.requests()[1];
    assert_eq!((again.range(), again.header("if-range")), (Some(20_000), Some("\"v1\"")));
}

#[test]
fn the_next_program_goes_on_as_well() {
    let is_well = Arc::new(Mutex::new(false));
    let well = is_well.clone();
    let server = server(move |request| match (request.range(), *well.lock().unwrap()) {
        (None, _) => Answer::new(200, &content()[..20_000]).claims(50_000).header("etag", "\"v1\""),
        (_, false) => Answer::new(503, ""),
        (Some(first), true) => Answer::part(&content(), first),
    });
    let case = Case::with(|limits| limits.retries = 1);
    assert!(matches!(case.fails(&server.url("/"), &content()), FetchError::Status { status: 503, .. }));
    *is_well.lock().unwrap() = true;
    assert_eq!(case.fetch(&server.url("/"), &content()).unwrap().module, content());
    assert_eq!(case.left(), 0);
}

#[test]
fn what_has_changed_meanwhile_begins_anew() {
    let server = server(|request| match request.range() {
        None => Answer::new(200, &b"an older version"[..]).claims(20_000).header("etag", "\"v1\""),
        Some(_) => Answer::new(200, content()).header("etag", "\"v2\""),
    });
    assert_eq!(Case::new().fetch(&server.url("/"), &content()).unwrap().module, content());
}

#[test]
fn without_a_validator_it_begins_anew() {
    let count = Mutex::new(0);
    let server = server(move |_| {
        let mut count = count.lock().unwrap();
        *count += 1;
        if *count == 1 { Answer::new(200, &content()[..9]).claims(50_000) } else { Answer::new(200, content()) }
    });
    assert_eq!(Case::new().fetch(&server.url("/"), &content()).unwrap().module, content());
    assert_eq!(server.requests()[1].range(), None);
}

#[test]
fn a_server_that_goes_on_with_something_else_is_found_out() {
    let count = Mutex::new(0);
    let server = server(move |request| {
        let mut count = count.lock().unwrap();
        *count += 1;
        match (*count, request.range()) {
            (1, _) => Answer::new(200, &content()[..20_000]).claims(50_000).header("etag", "\"v1\""),
            (2, Some(first)) => Answer::part(&[9; 50_000], first),
            _ => Answer::new(200, content()),
        }
    });
    assert_eq!(Case::new().fetch(&server.url("/"), &content()).unwrap().module, content());
}

#[test]
fn other_bytes_than_named_are_refused() {
    let server = server(|_| Answer::new(200, content()));
    let case = Case::new();
    let error = case.fails(&server.url("/"), b"something else");
    assert!(matches!(error, FetchError::OtherBytes { .. }), "{error}");
    assert_eq!(case.left(), 0);
}

#[test]
fn too_little_is_an_error_that_says_how_much_came() {
    let server = server(|request| match request.range() {
        None => Answer::new(200, &content()[..10]).claims(50_000).header("etag", "\"v1\""),
        Some(_) => Answer::new(206, "").header("content-range", "bytes 10-49999/50000").claims(49_990),
    });
    let error = Case::new().fails(&server.url("/"), &content());
    assert!(matches!(error, FetchError::BrokeOff { received: 10, .. }), "{error}");
}

#[test]
fn a_server_that_sends_nothing_is_not_waited_for() {
    let server = server(|_| Answer::new(200, &content()[..10]).claims(50_000).hold());
    let stall = Duration::from_millis(100);
    let case = Case::with(|limits| (limits.stall, limits.retries) = (stall, 0));
    assert!(matches!(case.fails(&server.url("/"), &content()), FetchError::Stalled { after, .. } if after == stall));
    let case = Case::with(|limits| limits.total = stall);
    assert!(matches!(case.fails(&server.url("/"), &content()), FetchError::TooSlow { after, .. } if after == stall));
}

#[test]
fn nobody_is_led_into_another_network() {
    let inside = server(|_| Answer::new(200, content()));
    let (address, name) = (inside.url("/"), format!("http://localhost:{}/", inside.port()));
    for to in
        [address.as_str(), &name, "https://10.0.0.1/", "https://169.254.169.254/", "https://[::1]/", "http://8.8.8.8/"]
    {
        let leads = to.to_owned();
        let public = Server::at(PUBLIC, move |_| Answer::redirect(&leads));
        let mut case = Case::new();
        case.fetcher.public = Some(PUBLIC);
        let error = case.fails(&public.url("/"), &content());
        assert!(matches!(error, FetchError::Refused { .. }), "{to}: {error:?}");
    }
    assert!(inside.requests().is_empty());
    let leads = address.clone();
    let beside = server(move |_| Answer::redirect(&leads));
    assert!(Case::new().fetch(&beside.url("/"), &content()).is_ok(), "who begins on this machine stays there");
    let link = server(|_| Answer::redirect("https://169.254.169.254/latest"));
    assert!(matches!(Case::new().fails(&link.url("/"), b""), FetchError::Refused { .. }));
}

#[test]
fn redirections_have_an_end() {
    let server = server(|request| Answer::redirect(&format!("{}x", request.path)));
    let error = Case::new().fails(&server.url("/"), b"");
    assert!(matches!(error, FetchError::Refused { reason: Refused::Redirects(_), .. }), "{error:?}");
}

#[test]
fn a_download_has_its_files_alone() {
    let server = server(|_| Answer::new(200, content()));
    let case = Case::new();
    let source: Source = format!("{}#{}", server.url("/"), ContentHash::of(&content())).parse().unwrap();
    let hash = ContentHash::of(source.to_string().as_bytes());
    let file = fs::File::create(case.folder.path().join(format!("{}.part", hash.hex()))).unwrap();
    file.lock().unwrap();
    assert!(matches!(case.fails(&server.url("/"), &content()), FetchError::InUse { .. }));
    drop(file);
    assert!(case.fetch(&server.url("/"), &content()).is_ok());
}

#[test]
fn fetching_works_where_nobody_may_block() {
    let server = server(|_| Answer::new(200, content()));
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    let fetched = runtime.block_on(async { Case::new().fetch(&server.url("/"), &content()) });
    assert_eq!(fetched.unwrap().module, content());
}
