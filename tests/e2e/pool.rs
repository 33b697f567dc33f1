//! Pools of instances: how many there are, who gets one, and which ones nobody gets again.

mod reset;

use anyhow::Result;
use plugix_e2e::{assert_matches, engine, guest, wait_until};
use plugix_e2e_contract::shared::{Oracle, Shared};
use plugix_host::error::{LoadError, ModuleError, Overload, StopReason};
use plugix_host::plugin::Wait;
use plugix_host::pool::{Pool, PoolBuilder, TakeError};
use plugix_host::{Error, Plugin, Policy};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::thread;
use std::time::Duration;

struct Nobody;

impl Oracle for Nobody {
    fn answer(&self, question: u32) -> u32 {
        question
    }
}

/// How many instances were made.
type Made = Arc<AtomicUsize>;

fn pool(policy: Policy) -> (PoolBuilder, Made) {
    let count = Made::default();
    let here = count.clone();
    let builder = Pool::builder(engine(), move || {
        here.fetch_add(1, Ordering::SeqCst);
        Plugin::builder(&guest("shared")).policy(policy.clone()).provide(<dyn Oracle>::provider(Nobody)).start()
    });
    (builder, count)
}

fn made(count: &Made) -> usize {
    count.load(Ordering::SeqCst)
}

#[test]
fn instances_are_made_when_they_are_wanted_and_kept() -> Result<()> {
    let (builder, count) = pool(Policy::new());
    let pool = builder.min(1).max(3).build()?;
    assert_eq!((made(&count), pool.size(), pool.idle()), (1, 1, 1));
    let all = [pool.take()?, pool.take()?, pool.take()?];
    assert_eq!((made(&count), pool.size(), pool.idle()), (3, 3, 0));
    let error = pool.wait(Wait::Never).take();
    assert_matches!(error, Err(TakeError::Overloaded(Overload::AllTaken { count: 3 })));
    drop(all);
    for _ in 0..10 {
        pool.take()?.bind::<dyn Shared>()?.nothing()?;
    }
    assert_eq!((made(&count), pool.size(), pool.idle()), (3, 3, 3));
    Ok(())
}

#[test]
fn a_thousand_callers_and_two_instances() -> Result<()> {
    let (builder, count) = pool(Policy::new());
    let pool = builder.max(2).build()?;
    let served = AtomicUsize::new(0);
    thread::scope(|scope| {
        let call = || {
            let plugin = pool.take()?;
            plugin.bind::<dyn Shared>()?.add(1)?;
            served.fetch_add(1, Ordering::SeqCst);
            anyhow::Ok(())
        };
        let callers: Vec<_> = (0..1000).map(|_| scope.spawn(call)).collect();
        callers.into_iter().try_for_each(|caller| caller.join().expect("the thread is well"))
    })?;
    assert_eq!((served.into_inner(), made(&count), pool.waiting(), pool.idle()), (1000, 2, 0, 2));
    // All of their calls came to one of the two.
    let both = [pool.take()?, pool.take()?];
    let counts = both.iter().map(|plugin| anyhow::Ok(plugin.bind::<dyn Shared>()?.add(0)?));
    assert_eq!(counts.sum::<Result<u64>>()?, 1000);
    Ok(())
}

#[test]
fn overload_gives_each_caller_an_answer_or_its_error() -> Result<()> {
    let (builder, _) = pool(Policy::new());
    let pool = builder.max(2).queue(10).wait(Wait::AtMost(Duration::from_millis(200))).build()?;
    let held = [pool.take()?, pool.take()?];
    thread::scope(|scope| {
        let callers: Vec<_> = (0..1000).map(|_| scope.spawn(|| pool.take().map(drop))).collect();
        let mut full = 0;
        let mut late = 0;
        for caller in callers {
            match caller.join().expect("the thread is well") {
                Err(TakeError::Overloaded(Overload::QueueFull { count: 2, waiting: 10 })) => full += 1,
                Err(TakeError::Overloaded(Overload::WaitedTooLong { count: 2, .. })) => late += 1,
                other => panic!("{other:?}"),
            }
        }
        assert_eq!(full + late, 1000);
        assert!(late >= 10, "{late} waited");
    });
    drop(held);
    pool.take()?.bind::<dyn Shared>()?.nothing()?;
    Ok(())
}

#[test]
fn what_ended_is_replaced() -> Result<()> {
    let (builder, count) = pool(Policy::new());
    let pool = builder.min(1).max(1).build()?;
    for ended in 1..=3 {
        let plugin = pool.take()?;
        assert_eq!(plugin.bind::<dyn Shared>()?.add(1)?, 0, "an instance that nobody had before");
        match ended {
            1 => assert_matches!(plugin.bind::<dyn Shared>()?.trap(), Err(Error::Trap(_))),
            2 => plugin.cancel_handle().cancel(),
            _ => {
                plugin.discard();
                continue;
            }
        }
    }
    // The pool fills up to its least by itself.
    wait_until("another instance", || pool.idle() == 1 && made(&count) == 4);
    assert_eq!(pool.take()?.bind::<dyn Shared>()?.add(1)?, 0);
    // A panic is not the end. What the call left behind stays.
    assert_matches!(pool.take()?.bind::<dyn Shared>()?.panic("no harm"), Err(Error::Panic(_)));
    assert_eq!((pool.take()?.bind::<dyn Shared>()?.add(0)?, made(&count)), (1, 4));
    Ok(())
}

#[test]
fn what_has_reached_a_limit_is_replaced() -> Result<()> {
    let (builder, count) = pool(Policy::new().memory(32 << 20));
    let pool = builder.max(1).build()?;
    let plugin = pool.take()?;
    // There is no memory for that: the plugin aborts.
    assert!(plugin.bind::<dyn Shared>()?.grow(64 << 20).is_err());
    drop(plugin);
    let plugin = pool.take()?;
    assert_eq!((plugin.bind::<dyn Shared>()?.grow(1 << 20)?, made(&count)), (1 << 20, 2));
    Ok(())
}

#[test]
fn an_instance_that_dies_idle_is_given_to_nobody() -> Result<()> {
    let (builder, count) = pool(Policy::new());
    let pool = builder.max(1).build()?;
    let stop = pool.take()?.cancel_handle();
    stop.cancel();
    pool.take()?.bind::<dyn Shared>()?.nothing()?;
    assert_eq!(made(&count), 2);
    Ok(())
}

#[test]
fn idle_instances_go_down_to_the_least() -> Result<()> {
    let (builder, count) = pool(Policy::new());
    let pool = builder.min(1).max(4).idle(Duration::from_millis(20)).build()?;
    for round in 1..=2 {
        let all = (0..4).map(|_| pool.take()).collect::<Result<Vec<_>, _>>()?;
        assert_eq!(made(&count), 1 + 3 * round);
        drop(all);
        wait_until("three to go", || pool.size() == 1);
        assert_eq!(pool.idle(), 1);
    }
    Ok(())
}

#[test]
fn nothing_waits_while_an_instance_is_made() -> Result<()> {
    let slow = Arc::new(AtomicBool::new(false));
    let slowly = Arc::new(AtomicBool::new(false));
    let wait = slow.clone();
    let starting = slowly.clone();
    let pool = Pool::builder(engine(), move || {
        if wait.load(Ordering::SeqCst) {
            starting.store(true, Ordering::SeqCst);
            wait_until("the end of the start", || !wait.load(Ordering::SeqCst));
        }
        Plugin::builder(&guest("shared")).provide(<dyn Oracle>::provider(Nobody)).start()
    });
    let pool = pool.min(1).max(2).build()?;
    let first = pool.take()?;
    slow.store(true, Ordering::SeqCst);
    thread::scope(|scope| {
        let second = scope.spawn(|| pool.take().map(drop));
        wait_until("the start", || slowly.load(Ordering::SeqCst));
        drop(first);
        for _ in 0..10 {
            pool.take()?.bind::<dyn Shared>()?.nothing()?;
        }
        slow.store(false, Ordering::SeqCst);
        second.join().expect("the thread is well")?;
        Ok(())
    })
}

#[test]
fn a_failure_to_start_is_each_callers_own() -> Result<()> {
    let fails = Arc::new(AtomicBool::new(true));
    let failing = fails.clone();
    let pool = Pool::builder(engine(), move || {
        if failing.load(Ordering::SeqCst) {
            return Err(LoadError::Module(ModuleError::NotWasm { found: Vec::new() }));
        }
        Plugin::builder(&guest("shared")).provide(<dyn Oracle>::provider(Nobody)).start()
    });
    let pool = pool.max(2).build()?;
    thread::scope(|scope| {
        let callers: Vec<_> = (0..50).map(|_| scope.spawn(|| pool.take().map(drop))).collect();
        for caller in callers {
            assert_matches!(
                caller.join().expect("the thread is well"),
                Err(TakeError::Load(LoadError::Module(ModuleError::NotWasm { .. })))
            );
        }
    });
    assert_eq!(pool.size(), 0);
    fails.store(false, Ordering::SeqCst);
    pool.take()?.bind::<dyn Shared>()?.nothing()?;
    Ok(())
}

#[test]
fn awaited_calls_and_dropped_futures() -> Result<()> {
    let (builder, count) = pool(Policy::new());
    let pool = builder.max(2).build()?;
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let add = |plugin: &Plugin| plugin.bind::<dyn Shared>()?.add(1);
    runtime.block_on(async {
        let calls: Vec<_> = (0..100)
            .map(|_| {
                tokio::spawn({
                    let pool = pool.clone();
                    async move { pool.run(add).await }
                })
            })
            .collect();
        for call in calls {
            call.await??;
        }
        // A call that ends when it is asked to leaves its instance to others. A call that doesn't end takes its
        // instance along.
        let polite = pool.run(|plugin| plugin.bind::<dyn Shared>()?.until_cancelled());
        assert!(tokio::time::timeout(Duration::from_millis(10), polite).await.is_err());
        let (stop, stopped) = tokio::sync::oneshot::channel();
        let stubborn = pool.run(move |plugin| {
            let error = plugin.bind::<dyn Shared>()?.spin();
            let _ = stop.send(error.clone());
            error
        });
        assert!(tokio::time::timeout(Duration::from_millis(10), stubborn).await.is_err());
        assert_matches!(stopped.await?, Err(Error::Stopped(StopReason::Cancelled)));
        let taken = [pool.take_async().await?, pool.take_async().await?];
        assert_eq!(made(&count), 3);
        let left = tokio::time::timeout(Duration::from_millis(10), pool.take_async()).await;
        assert!(left.is_err() && pool.waiting() == 0);
        drop(taken);
        anyhow::Ok(())
    })
}
