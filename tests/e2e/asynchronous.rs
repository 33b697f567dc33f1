//! Calls that are awaited, on several executors, and what dropping their futures does.

use anyhow::Result;
use futures::future::{join_all, select_all};
use plugix_e2e::{assert_matches, guest, wait_until};
use plugix_e2e_contract::shared::{Oracle, Shared};
use plugix_host::error::{CallError, Overload, StopReason};
use plugix_host::plugin::{AsyncClient, SharedPlugin, Sharing, Wait, wait_for};
use plugix_host::{Error, Plugin};
use std::future::pending;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use std::time::Duration;
use tokio::runtime::{Builder, Handle, Runtime};

/// Answers when its future does.
#[derive(Clone, Default)]
struct Later {
    asked: Arc<AtomicUsize>,
    runtime: Option<Handle>,
}

impl Oracle for Later {
    fn answer(&self, question: u32) -> u32 {
        self.asked.fetch_add(1, Ordering::SeqCst);
        match &self.runtime {
            _ if question == 0 => wait_for(pending()),
            Some(runtime) => {
                let answer = runtime.spawn(async move {
                    tokio::time::sleep(Duration::from_millis(5)).await;
                    question + 1
                });
                wait_for(answer).expect("the task is well")
            }
            None => wait_for(async { question }),
        }
    }
}

fn share(workers: usize, oracle: Later) -> Result<(SharedPlugin, AsyncClient<dyn Shared>)> {
    let plugin = Plugin::builder(&guest("shared")).provide(<dyn Oracle>::provider(oracle)).start()?;
    let plugin = plugin.into_shared(&Sharing::new().workers(workers))?;
    let client = plugin.bind_async::<dyn Shared>()?;
    Ok((plugin, client))
}

/// A runtime with one worker. Whoever blocks the worker stops everything.
fn single() -> Result<Runtime> {
    Ok(Builder::new_current_thread().enable_all().build()?)
}

#[test]
fn calls_never_block_the_runtime() -> Result<()> {
    for runtime in [single()?, Builder::new_multi_thread().worker_threads(1).enable_all().build()?] {
        let (_plugin, client) = share(3, Later::default())?;
        runtime.block_on(async {
            let meet = || {
                tokio::spawn({
                    let client = client.clone();
                    async move { client.call(|client| client.meet(3)).await }
                })
            };
            // No call returns before all are in the plugin. The runtime has one thread for all of them.
            for call in [meet(), meet(), meet()] {
                assert_eq!(call.await??, 3);
            }
            anyhow::Ok(())
        })?;
    }
    Ok(())
}

#[test]
fn any_executor_will_do() -> Result<()> {
    let (plugin, client) = share(1, Later::default())?;
    let numbers = futures::executor::block_on(join_all((0..20).map(|_| client.call(|client| client.add(1)))));
    let mut numbers = numbers.into_iter().collect::<Result<Vec<_>, _>>()?;
    numbers.sort_unstable();
    assert_eq!(numbers, (0..20).collect::<Vec<_>>());
    // One worker, several calls.
    let sum = futures::executor::block_on(client.call(|client| {
        client.add(1)?;
        client.add(0)
    }))?;
    assert_eq!(sum, 21);
    let json = futures::executor::block_on(plugin.call_json_async("add", serde_json::json!([2])));
    assert_matches!(json, Ok(number) if *number == serde_json::json!(21));
    let number = futures::executor::block_on(plugin.run(|worker| worker.call::<_, u64>("add", &(0_u64,))));
    assert_matches!(number, Ok(23));
    let own = futures::executor::block_on(client.call(|client| client.write("/no/such/folder/file")));
    assert_matches!(own, Err(CallError::Returned(_)));
    Ok(())
}

#[test]
fn a_panic_of_the_callers_own_code_is_the_callers() -> Result<()> {
    let (_plugin, client) = share(1, Later::default())?;
    let call = thread::spawn({
        let client = client.clone();
        move || futures::executor::block_on(client.call(|_| -> Result<(), Error> { panic!("by the caller") }))
    });
    assert!(call.join().is_err());
    futures::executor::block_on(client.call(|client| client.nothing()))?;
    Ok(())
}

#[test]
fn dropping_a_future_asks_its_call_to_end() -> Result<()> {
    let (_plugin, client) = share(2, Later::default())?;
    single()?.block_on(async {
        let call = client.call(|client| client.until_cancelled());
        let cancelled = tokio::time::timeout(Duration::from_millis(20), call).await;
        assert!(cancelled.is_err());
        // The cancelled call counts up when it sees that. Another call is not cancelled with it.
        while client.call(|client| client.add(0)).await? == 0 {
            tokio::task::yield_now().await;
        }
        anyhow::Ok(())
    })
}

#[test]
fn who_waits_leaves_the_queue() -> Result<()> {
    let (plugin, client) = share(1, Later::default())?;
    single()?.block_on(async {
        let holder = tokio::spawn({
            let client = client.clone();
            async move { client.call(|client| client.until_cancelled()).await }
        });
        while client.with(|plugin| plugin.wait(Wait::Never)).call(|client| client.nothing()).await.is_ok() {
            tokio::task::yield_now().await;
        }
        let calls: Vec<_> = (0..100).map(|_| Box::pin(client.call(|client| client.add(1)))).collect();
        let waiting = tokio::time::timeout(Duration::from_millis(20), select_all(calls)).await;
        assert!(waiting.is_err());
        // The timeout has dropped them all.
        assert_eq!(plugin.waiting(), 0);
        let late = client.with(|plugin| plugin.within(Duration::from_millis(20))).call(|client| client.add(1)).await;
        assert_matches!(late, Err(Error::Overloaded(Overload::WaitedTooLong { .. })));
        holder.abort();
        // Beside the holder's own call, only this one ever begins.
        assert_eq!(client.call(|client| client.add(0)).await?, 1);
        anyhow::Ok(())
    })
}

#[test]
fn a_call_that_does_not_end_stops_its_plugin_if_that_is_wanted() -> Result<()> {
    let (plugin, client) = share(2, Later::default())?;
    single()?.block_on(async {
        let other = tokio::spawn({
            let client = client.clone();
            async move { client.call(|client| client.wait()).await }
        });
        while client.call(|client| client.waiting()).await? == 0 {
            tokio::task::yield_now().await;
        }
        let stubborn = client.with(|plugin| plugin.stop_cancelled_after(Duration::from_millis(20)));
        let cancelled = tokio::time::timeout(Duration::from_millis(20), stubborn.call(|client| client.spin())).await;
        assert!(cancelled.is_err());
        assert_matches!(other.await?, Err(Error::Stopped(StopReason::Cancelled)));
        assert_matches!(client.call(|client| client.nothing()).await, Err(Error::Dead(_)));
        wait_until("the end of all threads", || plugin.live_threads() == 1);
        anyhow::Ok(())
    })
}

#[test]
fn a_deadline_holds_for_awaited_calls() -> Result<()> {
    let (_plugin, client) = share(1, Later::default())?;
    let limited = client.with(|plugin| plugin.within(Duration::from_millis(50)));
    let error = futures::executor::block_on(limited.call(|client| client.spin()));
    assert_matches!(error, Err(Error::Stopped(StopReason::Deadline { .. })));
    Ok(())
}

#[test]
fn host_functions_wait_for_futures() -> Result<()> {
    let runtime = Builder::new_multi_thread().worker_threads(1).enable_all().build()?;
    let oracle = Later { runtime: Some(runtime.handle().clone()), ..Later::default() };
    let (_plugin, client) = share(4, oracle)?;
    runtime.block_on(async {
        let answers = join_all((1..=20).map(|question| client.call(move |client| client.ask(question)))).await;
        for (question, answer) in (1..=20).zip(answers) {
            assert_eq!(answer.map_err(|error| anyhow::anyhow!("{error}"))?, question + 1);
        }
        anyhow::Ok(())
    })
}

#[test]
fn a_stopped_plugin_drops_what_its_host_function_waits_for() -> Result<()> {
    let oracle = Later::default();
    let (plugin, client) = share(1, oracle.clone())?;
    thread::scope(|scope| {
        let call = scope.spawn(|| futures::executor::block_on(client.call(|client| client.ask(0))));
        wait_until("the question", || oracle.asked.load(Ordering::SeqCst) == 1);
        plugin.cancel_handle().cancel();
        let error = call.join().expect("the thread is well");
        assert_matches!(error, Err(CallError::Failed(Error::Stopped(StopReason::Cancelled))));
        Ok(())
    })
}

#[test]
fn a_thousand_futures_and_two_workers() -> Result<()> {
    let (plugin, client) = share(2, Later::default())?;
    let runtime = single()?;
    let calls = (0..1000).map(|_| {
        runtime.spawn({
            let client = client.clone();
            async move { client.call(|client| client.add(1)).await }
        })
    });
    let calls: Vec<_> = calls.collect();
    let mut numbers =
        runtime.block_on(join_all(calls)).into_iter().map(|number| anyhow::Ok(number??)).collect::<Result<Vec<_>>>()?;
    numbers.sort_unstable();
    assert!(numbers.into_iter().eq(0..1000));
    assert_eq!(plugin.waiting(), 0);
    Ok(())
}
