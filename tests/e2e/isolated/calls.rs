//! Calls, with every kind of argument and result.

use super::{begin, isolation, lives, start};
use crate::typed::store::TestStore;
use anyhow::Result;
use plugix_e2e::{assert_matches, guest, wait_until};
use plugix_e2e_contract::bench::Point;
use plugix_e2e_contract::counting::{Counting, Gate};
use plugix_e2e_contract::evolve::{newer, older};
use plugix_e2e_contract::shared::{Oracle, Shared};
use plugix_e2e_contract::typed::{DivideError, Typed};
use plugix_host::abi::{PodSlice, Stream};
use plugix_host::error::{CallError, Overload};
use plugix_host::plugin::Wait;
use plugix_host::{Error, Plugin, Policy};
use serde_json::json;
use std::thread;
use std::time::Duration;

#[test]
fn bytes_and_errors_cross() -> Result<()> {
    let plugin = start("calls", Policy::new());
    assert_ne!(plugin.process_id(), std::process::id());
    assert_eq!(plugin.metadata().name, "guest-calls");
    assert_eq!(plugin.call_bytes("shout", b"loud").ok(), Some(b"LOUD".to_vec()));
    assert_matches!(plugin.call_bytes("shout", b"\xff"), Err(CallError::Returned(message)) if message.starts_with(b"invalid utf-8"));
    assert_matches!(plugin.call_bytes("whisper", b""), Err(CallError::Failed(Error::NoSuchMethod { method })) if method == "whisper");
    // Longer than a lane, in both directions.
    for len in [0, 1, 4096, (2 << 20) - 4096, 2 << 20, (7 << 20) + 3] {
        let bytes: Vec<u8> = (0..len).map(|at: u32| (at % 253) as u8).collect();
        assert!(plugin.call_bytes("echo", &bytes).ok() == Some(bytes), "{len} bytes differ");
    }
    let usage = plugin.usage();
    assert!(usage.calls.finished >= 8 && usage.calls.running == 0 && usage.memory.now > 0, "{usage:?}");
    let process = plugin.process_id();
    drop(plugin);
    wait_until("the end of the process", || !lives(process));
    Ok(())
}

#[test]
fn typed_values_cross() -> Result<()> {
    let store = TestStore::default();
    let plugin = begin(crate::typed::builder(&store));
    let client = plugin.bind::<dyn Typed>()?;
    assert_eq!(client.text("ü€")?, "ü€");
    assert_eq!(client.fraction(0.25)?, 0.25);
    let points: Vec<Point> = (0..200_000).map(|at| Point { x: at as f32, y: 0.0, z: 0.0, w: 1.0 }).collect();
    assert_eq!(client.points(PodSlice::new(&points))?.len(), points.len());
    assert_eq!(client.divide(7, 2).ok(), Some(3));
    assert_matches!(client.divide(1, 0), Err(CallError::Returned(DivideError::ByZero)));
    assert_matches!(client.panic("by the test"), Err(Error::Panic(panic)) if panic.report.message == "by the test");
    assert_eq!(plugin.call_json("divide", &json!([9, 3])).ok(), Some(json!(3)));
    assert_eq!(client.count_to(100_000)?.collect::<Result<Vec<_>, _>>()?.len(), 100_000);
    assert_matches!(client.sum(Stream::new(0..1000_u64)), Ok(499_500));
    let mut chunks = client.chunks(3, 100_000)?;
    assert_eq!(chunks.next().transpose()?.map(|chunk| chunk.len()), Some(100_000));
    drop(chunks);
    assert_eq!(client.text("still there")?, "still there");
    Ok(())
}

#[test]
fn other_versions_are_rewritten() -> Result<()> {
    let plugin = begin(crate::evolve::builder());
    let older = plugin.bind::<dyn older::fresh::Reports>()?;
    let line = older::Line { text: "x".into(), width: 300 };
    assert!(older.render(&line)?.starts_with("plain "));
    assert_eq!(older.lines(5000)?.collect::<Result<Vec<_>, _>>()?.len(), 5000);
    let newer = plugin.bind::<dyn newer::aged::Reports>()?;
    assert_eq!(newer.echo(newer::Report::default())?.mood, newer::Mood::Calm);
    assert_matches!(newer.fail("missing"), Err(CallError::Returned(newer::Failure::Missing)));
    assert_matches!(newer.words("a b"), Err(Error::NotProvided { method: "words", .. }));
    let lines = Stream::new((0..5000).map(|_| newer::Line::default()));
    assert!(newer.join(lines).is_ok());
    Ok(())
}

#[test]
fn several_callers_at_once() -> Result<()> {
    struct Echo;

    impl Oracle for Echo {
        fn answer(&self, question: u32) -> u32 {
            question
        }
    }

    let builder = Plugin::builder(&guest("shared")).policy(Policy::new().threads(8));
    let builder = builder.provide(<dyn Oracle>::provider(Echo));
    let plugin = builder.start_isolated(&isolation().workers(4))?;
    assert_eq!(plugin.workers(), 4);
    let client = plugin.bind::<dyn Shared>()?;
    thread::scope(|scope| {
        let met: Vec<_> = (0..4).map(|_| scope.spawn(|| client.meet(4))).collect();
        met.into_iter().for_each(|met| assert_eq!(met.join().expect("nothing panics").ok(), Some(4)));
    });
    assert_eq!(client.ask(5).ok(), Some(5));
    Ok(())
}

#[test]
fn callers_wait_in_line() -> Result<()> {
    let plugin = start("hostile", Policy::new());
    let busy = plugin.clone();
    let cancel = plugin.cancel_handle();
    let caller = thread::spawn(move || busy.call_bytes("stay", b"sleep 0"));
    wait_until("the call", || plugin.usage().calls.running == 1);
    let now = plugin.wait(Wait::Never).call_bytes("work", b"");
    assert_matches!(now, Err(CallError::Failed(Error::Overloaded(Overload::AllTaken { count: 1 }))));
    let soon = plugin.wait(Wait::AtMost(Duration::from_millis(1))).call_bytes("work", b"");
    assert_matches!(soon, Err(CallError::Failed(Error::Overloaded(Overload::WaitedTooLong { .. }))));
    cancel.cancel();
    assert!(caller.join().expect("nothing panics").is_err());
    Ok(())
}

#[test]
fn a_state_goes_from_one_to_the_next() -> Result<()> {
    let builder = || Plugin::builder(&guest("stateful")).config("").provide(<dyn Gate>::provider(Open));
    let first = begin(builder());
    first.bind::<dyn Counting>()?.add(5)?;
    let state = first.save()?;
    let next = builder().start()?;
    next.restore(&state)?;
    assert_eq!(next.bind::<dyn Counting>()?.add(1)?, first.bind::<dyn Counting>()?.add(1)?);
    Ok(())
}

/// A gate that is open.
struct Open;

impl Gate for Open {
    fn pass(&self) {}
}
