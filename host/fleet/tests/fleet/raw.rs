//! Messages that no client of ours sends: what lacks, what is too long, what comes twice, and NATS's own verbs.

use crate::kit::*;
use async_nats::{Client, HeaderMap, Message};
use futures::StreamExt as _;
use plugix_abi::Interface;
use plugix_abi::interface::descriptor::read_interfaces;
use plugix_fleet::serve::Server;
use plugix_fleet::{Failure, FailureKind, Identity};
use plugix_nats::Server as Nats;
use serde_json::Value;
use std::sync::Arc;
use std::time::Duration;
use tokio::runtime::Runtime;

/// A client of NATS alone.
struct Raw {
    runtime: Runtime,
    client: Client,
}

impl Raw {
    fn new(nats: &Nats) -> Self {
        let runtime = Runtime::new().unwrap();
        let client = runtime.block_on(async_nats::connect(nats.url())).unwrap();
        Self { runtime, client }
    }

    fn send(&self, subject: &str, headers: HeaderMap, body: &[u8]) -> Message {
        let sent = self.client.request_with_headers(subject.to_owned(), headers, body.to_vec().into());
        self.runtime.block_on(async { tokio::time::timeout(Duration::from_secs(10), sent).await }).unwrap().unwrap()
    }
}

fn failure(message: &Message) -> Failure {
    let headers = message.headers.as_ref().unwrap();
    let failure: Failure = serde_json::from_str(headers.get("Plugix-Failure").unwrap().as_str()).unwrap();
    // NATS's own tools see it as well.
    assert_eq!(headers.get("Nats-Service-Error-Code").unwrap().as_str(), failure.kind.code().to_string());
    failure
}

fn headers(call: &str) -> HeaderMap {
    let described = read_interfaces(<dyn Work>::DESCRIPTOR).unwrap();
    let echo = described[0].methods.iter().find(|method| method.name == "echo").unwrap();
    let mut headers = HeaderMap::new();
    headers.insert("Plugix-Call", call);
    headers.insert("Plugix-Form", &*format!("{:016x}", echo.hash));
    headers.insert("Plugix-Deadline", "5000");
    headers
}

const CALL: &str = "abcdefghijABCDEFGHIJ01";
const ECHO: &str = "plugix.Work.v1.echo";

#[test]
fn messages_that_break_the_rules_are_answered_with_what_is_wrong() {
    let nats = Nats::start().unwrap();
    let (fleet, gates) = (connect(&nats.url()), Arc::default());
    let host = host(&fleet, "one", &gates);
    let raw = Raw::new(&nats);
    let args = postcard::to_allocvec(&b"x".to_vec()).unwrap();
    let set = |name: &str, value: &str| {
        let mut headers = headers("abcdefghijABCDEFGHIJ99");
        headers.insert(name, value);
        headers
    };
    for (name, value, kind) in [
        ("Plugix-Call", "short", FailureKind::Malformed),
        ("Plugix-Call", "abcdefghij.*>ABCDEFG01", FailureKind::Malformed),
        ("Plugix-Form", "no number", FailureKind::Malformed),
        ("Plugix-Form", "0000000000000001", FailureKind::OtherForm),
        ("Plugix-Deadline", "-1", FailureKind::Malformed),
        ("Plugix-Deadline", "99999999999999", FailureKind::Malformed),
        ("Plugix-Object", "../../etc/passwd", FailureKind::Malformed),
        ("Plugix-Caller", "U not a key", FailureKind::Malformed),
    ] {
        let failure = failure(&raw.send(ECHO, set(name, value), &args));
        assert_eq!((failure.kind, &*failure.host), (kind, "one"), "{name}: {value}: {failure}");
    }
    assert_eq!(failure(&raw.send(ECHO, HeaderMap::new(), b"")).kind, FailureKind::Malformed);
    let unknown = raw.send("plugix.Work.v1.nothing", headers("abcdefghijABCDEFGHIJ02"), &args);
    assert_eq!(failure(&unknown).kind, FailureKind::NoSuchMethod);
    let object = raw.send(
        ECHO,
        {
            let mut h = headers("abcdefghijABCDEFGHIJ03");
            h.insert("Plugix-Object", "nowhere");
            h
        },
        &args,
    );
    assert_eq!(failure(&object).kind, FailureKind::TooLarge);
    assert!(host.backend.calls.lock().unwrap().is_empty(), "none of them ran");
    let nonsense = raw.send(ECHO, headers("abcdefghijABCDEFGHIJ04"), &[0xff; 40]);
    assert_eq!(failure(&nonsense).kind, FailureKind::Arguments);
}

#[test]
fn a_call_that_comes_twice_runs_once() {
    let nats = Nats::start().unwrap();
    let (fleet, gates) = (connect(&nats.url()), Arc::default());
    let host = host(&fleet, "one", &gates);
    let raw = Raw::new(&nats);
    let args = postcard::to_allocvec(&b"x".to_vec()).unwrap();
    assert_eq!(raw.send(ECHO, headers(CALL), &args).payload, "x");
    assert_eq!(failure(&raw.send(ECHO, headers(CALL), &args)).kind, FailureKind::Repeated);
    assert_eq!(host.backend.calls.lock().unwrap().len(), 1);
}

#[test]
fn a_recorded_call_is_refused_and_so_is_one_of_another_time() {
    let nats = Nats::start().unwrap();
    let identity = Identity::generate();
    let fleet = connect(&nats.url());
    let server = Server::builder(&fleet, "one").callers([identity.caller()]).build().unwrap();
    let gates = Arc::default();
    let host = host_of(&server, &gates, 4);
    let raw = Raw::new(&nats);
    // Somebody records what goes over the network, and sends it once more.
    let mut recorded = raw.runtime.block_on(raw.client.subscribe(ECHO)).unwrap();
    raw.runtime.block_on(raw.client.flush()).unwrap();
    let signing = plugix_fleet::Fleet::builder(&nats.url()).identity(identity).connect().unwrap();
    signing.bind::<dyn Work>().unwrap().echo(b"once").unwrap();
    let message = raw.runtime.block_on(recorded.next()).unwrap();
    let headers = message.headers.unwrap();
    drop(recorded);
    assert_eq!(failure(&raw.send(ECHO, headers.clone(), &message.payload)).kind, FailureKind::Repeated);
    // Another name for the call, or another time, is another call that nobody has signed.
    for (name, value) in [("Plugix-Call", CALL), ("Plugix-Signed", "1000"), ("Plugix-Deadline", "9999")] {
        let mut changed = headers.clone();
        changed.insert(name, value);
        let failure = failure(&raw.send(ECHO, changed, &message.payload));
        assert_eq!(failure.kind, FailureKind::Refused, "{name}: {failure}");
    }
    assert_eq!(host.backend.calls.lock().unwrap().len(), 1);
}

#[test]
fn nats_verbs_are_answered() {
    let nats = Nats::start().unwrap();
    let (fleet, gates) = (connect(&nats.url()), Arc::default());
    let _host = host(&fleet, "one", &gates);
    let work = fleet.bind::<dyn Work>().unwrap();
    work.echo(b"x").unwrap();
    assert!(work.panic().is_err());
    let raw = Raw::new(&nats);
    let ask =
        |subject: &str| -> Value { serde_json::from_slice(&raw.send(subject, HeaderMap::new(), b"").payload).unwrap() };
    for subject in ["$SRV.PING", "$SRV.PING.Work"] {
        let ping = ask(subject);
        assert_eq!((&ping["name"], &ping["version"]), (&"Work".into(), &"1.2.0".into()));
        assert_eq!(ping["metadata"]["host"], "one");
    }
    let info: async_nats::service::Info = serde_json::from_value(ask("$SRV.INFO.Work")).unwrap();
    assert_eq!(info.endpoints[0].subject, "plugix.Work.v1.*");
    assert_eq!(info.endpoints[1].subject, "plugix.Work.v1.*.work");
    let stats = ask(&format!("$SRV.STATS.Work.{}", info.id));
    let read: async_nats::service::Stats = serde_json::from_value(stats.clone()).unwrap();
    assert_eq!((read.endpoints[0].requests, read.endpoints[0].errors), (2, 1), "{stats}");
    assert!(stats["endpoints"][0]["last_error"].as_str().unwrap().contains("panicked"));
}
