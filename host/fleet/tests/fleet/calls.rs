//! Calls: values, errors, sizes, deadlines, cancelling, and a host that is full.

use crate::kit::*;
use plugix_abi::CallError;
use plugix_fleet::serve::Server;
use plugix_fleet::{Error, FailureKind};
use plugix_nats::Server as Nats;
use std::sync::Arc;
use std::thread;
use std::time::Duration;

#[test]
fn values_and_errors_come_back() {
    let nats = Nats::start().unwrap();
    let (fleet, gates) = (connect(&nats.url()), Arc::default());
    let _host = host(&fleet, "one", &gates);
    let work = connect(&nats.url()).bind::<dyn Work>().unwrap();
    assert_eq!(work.echo(b"bytes").unwrap(), b"bytes");
    assert_eq!(work.add("a", 7).unwrap(), 7);
    let Err(CallError::Returned(error)) = work.add("a", u32::MAX) else { panic!("it does not fit") };
    assert_eq!(error, "a has 7 already");
    let Err(Error::Failed(failure)) = work.panic() else { panic!("it panics") };
    assert_eq!((failure.kind, &*failure.host), (FailureKind::Panicked, "one"));
}

#[test]
fn large_arguments_and_results_go_by_the_store() {
    let nats = Nats::builder().max_payload(64 << 10).start().unwrap();
    let (fleet, gates) = (connect(&nats.url()), Arc::default());
    let _host = host(&fleet, "one", &gates);
    let work = fleet.bind::<dyn Work>().unwrap();
    for len in [0, 60 << 10, (64 << 10) - 1100, (64 << 10) - 1000, 64 << 10, 3 << 20] {
        let bytes: Vec<u8> = (0..len).map(|at| at as u8 ^ (at >> 8) as u8).collect();
        assert!(work.echo(&bytes).unwrap() == bytes, "{len} bytes");
    }
}

#[test]
fn what_finds_no_room_says_so() {
    let nats = Nats::builder().max_payload(64 << 10).jetstream(false).start().unwrap();
    let (fleet, gates) = (connect(&nats.url()), Arc::default());
    let _host = host(&fleet, "one", &gates);
    let work = fleet.bind::<dyn Work>().unwrap();
    let Err(Error::NoRoom { len, limit, .. }) = work.echo(&vec![0; 1 << 20]) else { panic!("no store, no room") };
    assert!(len > 1 << 20 && limit == 64 << 10);
    drop((work, nats));
    let nats = Nats::builder().max_payload(64 << 10).max_store(1 << 20).start().unwrap();
    let (fleet, gates) = (connect(&nats.url()), Arc::default());
    let _host = host(&fleet, "one", &gates);
    let work = fleet.bind::<dyn Work>().unwrap();
    let error = work.echo(&vec![0; 8 << 20]).unwrap_err();
    assert!(matches!(error, Error::NoRoom { .. }), "{error}");
    assert_eq!(work.echo(b"small ones go on").unwrap(), b"small ones go on");
}

#[test]
fn deadlines_end_calls_on_both_sides() {
    let nats = Nats::start().unwrap();
    let (fleet, gates) = (connect(&nats.url()), Arc::<Gates>::default());
    let host = host(&fleet, "one", &gates);
    let work = fleet.calls().deadline(Duration::from_millis(200)).bind::<dyn Work>().unwrap();
    let error = work.wait("never").unwrap_err();
    assert!(error.may_have_run(), "{error}");
    let late = matches!(error, Error::Deadline { .. }) || error.failure() == Some(FailureKind::Deadline);
    assert!(late, "{error}");
    until("the end of the call at its host", || host.served.running() == 0);
    gates.open("never");
}

#[test]
fn a_cancelled_call_ends_at_its_host() {
    let nats = Nats::start().unwrap();
    let (fleet, gates) = (connect(&nats.url()), Arc::<Gates>::default());
    let host = host(&fleet, "one", &gates);
    let calls = fleet.calls();
    let cancel = calls.cancel_handle();
    let work = calls.bind::<dyn Work>().unwrap();
    let waiting = thread::spawn(move || work.wait("gate"));
    gates.came("gate", 1);
    cancel.cancel();
    assert!(matches!(waiting.join().unwrap(), Err(Error::Cancelled)));
    until("the end of the call at its host", || host.served.running() == 0);
    gates.open("gate");
}

#[test]
fn dropping_an_awaited_call_ends_it() {
    let nats = Nats::start().unwrap();
    let (fleet, gates) = (connect(&nats.url()), Arc::<Gates>::default());
    let host = host(&fleet, "one", &gates);
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let echo = fleet.run(|calls| calls.bind::<dyn Work>()?.echo(b"awaited"));
    assert_eq!(runtime.block_on(echo).unwrap(), b"awaited");
    let wait = fleet.run(|calls| calls.bind::<dyn Work>()?.wait("gate"));
    runtime.block_on(async {
        tokio::select! {
            _ = wait => panic!("the gate is closed"),
            () = async { tokio::task::spawn_blocking({ let gates = gates.clone(); move || drop(gates.came("gate", 1)) }).await.unwrap() } => {}
        }
    });
    until("the end of the call at its host", || host.served.running() == 0);
    gates.open("gate");
}

#[test]
fn a_full_host_says_so_and_another_one_answers() {
    let nats = Nats::start().unwrap();
    let (fleet, gates) = (connect(&nats.url()), Arc::<Gates>::default());
    let server = |name| Server::builder(&fleet, name).build().unwrap();
    let full = host_of(&server("full"), &gates, 0);
    let work = fleet.bind::<dyn Work>().unwrap();
    let error = work.echo(b"x").unwrap_err();
    assert_eq!(error.failure(), Some(FailureKind::Full), "{error}");
    assert!(!error.may_have_run());
    let _free = host_of(&server("free"), &gates, 4);
    for _ in 0..50 {
        assert_eq!(work.echo(b"x").unwrap(), b"x");
    }
    assert!(full.backend.calls.lock().unwrap().is_empty());
}

#[test]
fn a_plugin_can_be_named() {
    let nats = Nats::start().unwrap();
    let (fleet, gates) = (connect(&nats.url()), Arc::default());
    let server = Server::builder(&fleet, "one").build().unwrap();
    let _first = server.serve("first", Native::new(worker("in the first", &gates), 1)).unwrap();
    let _second = server.serve("second", Native::new(worker("in the second", &gates), 1)).unwrap();
    gates.open("open");
    for name in ["first", "second"] {
        let work = fleet.calls().plugin(name).bind::<dyn Work>().unwrap();
        assert_eq!(work.wait("open").unwrap(), format!("in the {name}"));
    }
    let error = fleet.calls().plugin("third").bind::<dyn Work>().map(drop).unwrap_err();
    assert!(error.to_string().contains("of the plugin `third`"), "{error}");
    assert!(matches!(fleet.calls().plugin("no name").bind::<dyn Work>().map(drop), Err(Error::Name { .. })));
}

#[test]
fn the_trace_goes_with_the_call() {
    let nats = Nats::start().unwrap();
    let (fleet, gates) = (connect(&nats.url()), Arc::default());
    let host = host(&fleet, "one", &gates);
    let trace = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
    let said = std::sync::Mutex::new(vec![Some(trace.to_owned()), Some("x\r\nPlugix-Form: 1".to_owned()), None]);
    let work = fleet.calls().trace_parent(move || said.lock().unwrap().remove(0)).bind::<dyn Work>().unwrap();
    for _ in 0..3 {
        work.echo(b"").unwrap();
    }
    let calls = host.backend.calls.lock().unwrap();
    let traces: Vec<_> = calls.iter().map(|call| call.trace.as_deref()).collect();
    assert_eq!(traces, [Some(trace), None, None], "what is no trace is no header");
}

#[test]
fn stopping_lets_calls_finish() {
    let nats = Nats::start().unwrap();
    let (fleet, gates) = (connect(&nats.url()), Arc::<Gates>::default());
    let first = host(&fleet, "first", &gates);
    let work = fleet.bind::<dyn Work>().unwrap();
    let waiting = thread::spawn({
        let work = fleet.bind::<dyn Work>().unwrap();
        move || work.wait("gate")
    });
    gates.came("gate", 1);
    let stopping = thread::spawn(move || first.served.stop(Duration::from_secs(30)));
    // Nobody else serves, once the subscriptions are gone.
    until("the end of the subscriptions", || matches!(work.echo(b""), Err(Error::NobodyServes { .. })));
    gates.open("gate");
    assert_eq!(waiting.join().unwrap().unwrap(), "first");
    stopping.join().unwrap();
}
