//! One plugin that several threads call at the same time.

mod ends;
mod host_functions;
mod overload;

use anyhow::{Context, Result};
use plugix_e2e::{assert_matches, guest, isolated, plugin, threads, wait_until};
use plugix_e2e_contract::shared::{Oracle, Shared, SharedClient};
use plugix_host::error::CallError;
use plugix_host::plugin::{PluginBuilder, SharedBound, SharedPlugin, Sharing};
use plugix_host::{Error, Plugin, Policy};
use std::collections::BTreeSet;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Condvar, Mutex};
use std::thread;

/// Answers nothing of interest.
struct Echo;

impl Oracle for Echo {
    fn answer(&self, question: u32) -> u32 {
        question
    }
}

/// Keeps whoever asks it for 0 until it is opened.
#[derive(Default)]
struct Gate {
    waiting: AtomicUsize,
    open: Mutex<bool>,
    opened: Condvar,
}

#[derive(Clone, Default)]
struct SharedGate(Arc<Gate>);

impl SharedGate {
    fn open(&self) {
        *self.0.open.lock().expect("no panic") = true;
        self.0.opened.notify_all();
    }

    fn wait_for(&self, callers: usize) {
        wait_until("callers at the gate", || self.0.waiting.load(Ordering::SeqCst) == callers);
    }
}

impl Oracle for SharedGate {
    fn answer(&self, question: u32) -> u32 {
        if question == 0 {
            self.0.waiting.fetch_add(1, Ordering::SeqCst);
            let open = self.0.open.lock().expect("no panic");
            drop(self.0.opened.wait_while(open, |open| !*open).expect("no panic"));
        }
        question
    }
}

fn builder() -> PluginBuilder {
    Plugin::builder(&guest("shared")).provide(<dyn Oracle>::provider(Echo))
}

fn share(builder: PluginBuilder, workers: usize) -> Result<(SharedPlugin, SharedClient<SharedBound>)> {
    let plugin = builder.start()?.into_shared(&Sharing::new().workers(workers))?;
    let client = plugin.bind::<dyn Shared>()?;
    Ok((plugin, client))
}

#[test]
fn calls_run_at_the_same_time() -> Result<()> {
    for workers in [1, 2, 4, 16] {
        let (plugin, client) = share(builder(), workers)?;
        assert_eq!((plugin.workers(), plugin.live_threads()), (workers, workers - 1));
        thread::scope(|scope| {
            // None returns before all are there.
            let calls: Vec<_> = (0..workers).map(|_| scope.spawn(|| client.meet(workers as u32))).collect();
            calls.into_iter().try_for_each(|call| {
                assert_eq!(call.join().expect("the thread is well")?, workers as u32);
                anyhow::Ok(())
            })
        })?;
    }
    Ok(())
}

#[test]
fn calls_share_memory_and_state() -> Result<()> {
    const CALLS: u64 = 2000;
    let (_plugin, client) = share(builder(), 3)?;
    thread::scope(|scope| {
        let calls = || (0..CALLS).map(|_| client.add(1)).collect::<Result<Vec<_>, _>>();
        let callers: Vec<_> = (0..4).map(|_| scope.spawn(calls)).collect();
        let mut seen = BTreeSet::new();
        for caller in callers {
            seen.extend(caller.join().expect("the thread is well")?);
        }
        assert_eq!(seen.len() as u64, 4 * CALLS, "two calls saw the same number");
        assert_eq!(client.add(0)?, 4 * CALLS);
        Ok(())
    })
}

#[test]
fn a_worker_is_a_thread_of_the_plugins() -> Result<()> {
    let (_plugin, client) = share(builder(), 3)?;
    thread::scope(|scope| {
        let waits: Vec<_> = (0..2).map(|_| scope.spawn(|| client.wait())).collect();
        wait_until("two calls", || client.waiting().is_ok_and(|waiting| waiting == 2));
        // The only worker that is left. It has its own name and its own values, and keeps them.
        let (name, asked) = client.thread()?;
        assert_eq!(asked, 0);
        assert_eq!(client.thread()?, (name.clone(), 1));
        assert!(["main", "worker-1", "worker-2"].contains(&&*name), "{name}");
        client.release()?;
        waits.into_iter().try_for_each(|wait| wait.join().expect("the thread is well").map(drop).context("waits"))
    })
}

#[test]
fn panics_and_large_results_stay_with_their_call() -> Result<()> {
    let (plugin, client) = share(builder().backtraces(true), 2)?;
    thread::scope(|scope| {
        let panics = |at: usize| {
            let message = format!("by caller {at} {}", "!".repeat(at * 1000));
            for _ in 0..50 {
                match client.panic(&message) {
                    Err(Error::Panic(panic)) => {
                        assert_eq!(panic.report.message, message);
                        assert!(!panic.frames.is_empty());
                    }
                    other => panic!("{other:?}"),
                }
            }
        };
        let callers: Vec<_> = (0..4).map(|at| scope.spawn(move || panics(at))).collect();
        callers.into_iter().for_each(|caller| caller.join().expect("the caller is well"));
    });
    assert_eq!(client.add(0)?, 0);
    drop(plugin);
    // The client alone keeps the plugin.
    assert_eq!(client.add(0)?, 0);
    Ok(())
}

#[test]
fn calls_by_name() -> Result<()> {
    let (plugin, _) = share(builder(), 2)?;
    assert_matches!(plugin.call::<_, u64>("add", &(5_u64,)), Ok(0));
    let number = plugin.call_json("Shared/add", &serde_json::json!({ "number": 1 }));
    assert_matches!(number, Ok(number) if *number == serde_json::json!(5));
    let bytes = plugin_of_bytes()?.call_bytes("shout", b"hello");
    assert_matches!(bytes, Ok(bytes) if bytes == b"HELLO");
    assert_matches!(plugin.call_bytes("sing", b""), Err(CallError::Failed(Error::NoSuchMethod { .. })));
    Ok(())
}

fn plugin_of_bytes() -> Result<SharedPlugin> {
    Ok(plugin("calls", &Policy::new()).into_shared(&Sharing::new().workers(2))?)
}

#[test]
fn streams_are_pulled_beside_calls() -> Result<()> {
    let (_plugin, client) = share(builder(), 2)?;
    let numbers = client.count_to(100_000)?;
    let mut sum = 0;
    for (at, number) in numbers.enumerate() {
        if at % 10_000 == 0 {
            client.nothing()?;
        }
        sum += number?;
    }
    assert_eq!(sum, 4_999_950_000);
    Ok(())
}

#[test]
fn workers_count_against_the_threads_of_the_policy() -> Result<()> {
    let few = || builder().policy(Policy::new().threads(2)).start();
    let refused = few()?.into_shared(&Sharing::new().workers(4));
    assert_matches!(refused, Err(Error::NotShareable { problem }) if problem.contains("2 of 3 threads"));
    let plugin = few()?.into_shared(&Sharing::new().workers(3))?;
    assert_eq!(plugin.live_threads(), 2);
    let client = plugin.bind::<dyn Shared>()?;
    // The plugin has no threads left.
    assert_matches!(client.leave_a_thread(), Err(Error::Panic(_)));
    client.nothing()?;
    Ok(())
}

#[test]
fn a_plugin_in_a_call_is_not_shared() -> Result<()> {
    let plugin = builder().start()?;
    let stream = plugin.bind::<dyn Shared>()?.count_to(10)?;
    let shared = plugin.into_shared(&Sharing::new().workers(2))?;
    // What came of earlier calls goes on.
    assert_eq!(stream.map(|number| number.unwrap_or_default()).sum::<u64>(), 45);
    drop(shared);
    Ok(())
}

#[test]
fn workers_are_no_threads_of_the_hosts() -> Result<()> {
    isolated("shared::workers_are_no_threads_of_the_hosts", || {
        let (plugin, client) = share(builder(), 1)?;
        client.nothing()?;
        drop((plugin, client));
        let before = threads()?.len();
        let (plugin, client) = share(builder(), 32)?;
        (0..100).try_for_each(|_| client.nothing())?;
        assert_eq!(plugin.live_threads(), 31);
        wait_until("the end of the threads that the workers began with", || {
            threads().is_ok_and(|now| now.len() <= before)
        });
        Ok(())
    })
    .map(drop)
}
