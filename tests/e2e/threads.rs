//! `std::thread`, and everything by which threads wait for each other.

use anyhow::{Result, ensure};
use plugix_e2e::{call, plugin, wait_until};
use plugix_host::{Plugin, Policy};

fn threads() -> Plugin {
    plugin("threads", &Policy::new())
}

#[test]
fn a_second_call_after_threads_were_used() -> Result<()> {
    let plugin = threads();
    for _ in 0..3 {
        assert_eq!(call(&plugin, "spawn_and_join", "")?, "42");
        wait_until("the end of the thread", || plugin.live_threads() == 0);
    }
    Ok(())
}

#[test]
fn many_threads_at_once() -> Result<()> {
    let plugin = threads();
    // More threads than the host keeps for later, and then as many again.
    for count in [1, 2, 32, 1, 32] {
        // Exactly one is the leader at the barrier.
        assert_eq!(call(&plugin, "all_at_once", format!("{count}"))?, "1", "{count} threads");
    }
    Ok(())
}

#[test]
fn names() -> Result<()> {
    assert_eq!(call(&threads(), "names", "")?, r#"Some("courier") None"#);
    Ok(())
}

#[test]
fn each_thread_has_its_own_locals() -> Result<()> {
    let plugin = threads();
    for _ in 0..2 {
        assert_eq!(call(&plugin, "locals", "")?, "saw [7, 7, 7], dropped 3");
    }
    Ok(())
}

#[test]
fn a_thread_outlives_its_call() -> Result<()> {
    let plugin = threads();
    call(&plugin, "start_worker", "")?;
    assert_eq!(plugin.live_threads(), 1);
    assert_eq!(call(&plugin, "ask_worker", "5")?, "25");
    assert_eq!(call(&plugin, "spawn_and_join", "")?, "42");
    assert_eq!(call(&plugin, "ask_worker", "6")?, "36");
    // The first worker ends when its channel is replaced.
    call(&plugin, "start_worker", "")?;
    wait_until("the end of the first worker", || plugin.live_threads() == 1);
    assert_eq!(call(&plugin, "ask_worker", "7")?, "49");
    Ok(())
}

#[test]
fn what_threads_wait_with() -> Result<()> {
    let answers = [
        ("scope", "500500"),
        ("channels", "4000"),
        ("mutex", "4000"),
        ("condvar", "2000"),
        ("rwlock", "0"),
        ("once", "1"),
        ("park", "true"),
    ];
    for (way, answer) in answers {
        assert_eq!(call(&threads(), way, "")?, answer, "{way}");
    }
    Ok(())
}

/// A thread that ends wakes the one that joins it, and that one frees its stack. The ending thread must write its last
/// byte to the stack before. Otherwise the byte ends up in whatever uses the memory next, such as another thread.
#[test]
fn a_joined_thread_writes_nothing_more() -> Result<()> {
    std::thread::scope(|scope| {
        let calls = || {
            (0..200).try_for_each(|_| {
                let plugin = threads();
                ["scope", "channels", "channels", "once", "park"]
                    .iter()
                    .try_for_each(|way| call(&plugin, way, "").map(drop))
            })
        };
        let hosts: Vec<_> = (0..6).map(|_| scope.spawn(calls)).collect();
        hosts.into_iter().try_for_each(|host| host.join().expect("the thread is well"))
    })
}

#[test]
fn plugins_run_threads_at_the_same_time() -> Result<()> {
    std::thread::scope(|scope| {
        let calls = || (0..20).try_for_each(|_| call(&threads(), "mutex", "").map(|count| assert_eq!(count, "4000")));
        let hosts: Vec<_> = (0..3).map(|_| scope.spawn(calls)).collect();
        hosts.into_iter().try_for_each(|host| host.join().expect("the thread is well"))
    })
}

/// A thread that can't start does no harm to those that can, while others come and go.
#[test]
fn threads_that_fail_to_start() -> Result<()> {
    std::thread::scope(|scope| {
        let calls = || {
            let plugin = plugin("hostile", &Policy::new().threads(3));
            (0..100).try_for_each(|_| {
                let answer = call(&plugin, "most_threads", "")?;
                ensure!(answer == "3 WouldBlock", "{answer}");
                ensure!(call(&plugin, "attack", "threads-in-threads")? == "3");
                Ok(())
            })
        };
        let hosts: Vec<_> = (0..3).map(|_| scope.spawn(calls)).collect();
        hosts.into_iter().try_for_each(|host| host.join().expect("the thread is well"))
    })
}
