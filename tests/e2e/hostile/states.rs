//! Endless plugins, stopped in each state that a thread can be in. The thread of the call is alone there, or with eight
//! others.

use super::attack;
use super::stage::{Attacker, House, Seen};
use anyhow::{Result, bail, ensure};
use plugix_e2e::{assert_matches, call, engine, failure, plugin, thread_states, wait_until};
use plugix_host::error::{LoadError, StopReason};
use plugix_host::events::Event;
use plugix_host::policy::Network;
use plugix_host::{Error, Policy};
use std::net::{TcpListener, TcpStream};
use std::time::Duration;

/// What `work` answers.
pub(super) const WORK: &str = "46368";

/// How long the initializer, the constructor and the unload hook may take.
const LIMIT: Duration = Duration::from_millis(100);

/// Whether threads sleep in that state, as far as the operating system knows.
#[derive(Clone, Copy, PartialEq)]
enum Is {
    Running,
    Waiting,
}

/// Whether all threads of the attacker's sleep.
fn all_wait() -> bool {
    thread_states("attacker/").iter().all(|state| *state == 'S')
}

/// The network that some states need.
fn network(to: &str) -> Result<Network> {
    Ok(Network::new()
        .connect_tcp(to)?
        .listen_tcp("127.0.0.1:0")?
        .listen_udp("127.0.0.1:0")?
        .connect_tcp("localhost:*")?)
}

/// The host cancels the plugin once all its threads are in the state.
fn stopped(house: &House, state: &str, is: Is, threads: usize) -> Result<()> {
    let silent = TcpListener::bind("127.0.0.1:0")?;
    let full = full_listener()?;
    let to = match state {
        "tcp-connect" => full.0.local_addr()?.to_string(),
        "resolve" => "localhost:1".to_owned(),
        "reading-files" => "/data/file".to_owned(),
        "listing" => "/data".to_owned(),
        _ => silent.local_addr()?.to_string(),
    };
    if state == "resolve" {
        // The first look-up of a process makes what all look-ups share. The attacker may be stopped before its first one.
        call(&plugin("net", &Policy::new().network(network("127.0.0.1:1")?)), "resolve", &to)?;
    }
    let rule = if to.starts_with("127") { &to } else { "127.0.0.1:1" };
    // The most that a state starts besides.
    let policy = house.policy().memory(256 << 20).network(network(rule)?).threads(2 * threads + 16);
    let attacker = Attacker::new(policy)?;
    let cancel = attacker.plugin.cancel_handle();
    let error = std::thread::scope(|scope| {
        let call = || failure(&attacker.plugin, "stay", format!("{state} {threads} {to}"));
        let call = std::thread::Builder::new().name("attacker/call".into()).spawn_scoped(scope, call)?;
        attacker.seen.wait_for(1 + threads);
        if is == Is::Waiting {
            wait_until("the threads' waiting", all_wait);
        }
        cancel.cancel();
        call.join().expect("the call's thread is well")
    })?;
    assert_matches!(error, Error::Stopped(StopReason::Cancelled));
    assert_matches!(
        failure(&attacker.plugin, "work", "")?,
        Error::Dead(cause) if matches!(**cause, Error::Stopped(StopReason::Cancelled))
    );
    wait_until("the end of all threads", || attacker.plugin.live_threads() == 0);
    attacker.seen.saw(&Event::Stopped { cause: StopReason::Cancelled.to_string() })
}

/// A listener that accepts nobody any more. Whoever connects waits.
fn full_listener() -> Result<(tokio::net::TcpListener, Vec<TcpStream>)> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let _guard = runtime.enter();
    let socket = tokio::net::TcpSocket::new_v4()?;
    socket.bind("127.0.0.1:0".parse()?)?;
    let listener = socket.listen(0)?;
    let at = listener.local_addr()?;
    let mut waiting = Vec::new();
    while let Ok(stream) = TcpStream::connect_timeout(&at, Duration::from_millis(50)) {
        waiting.push(stream);
    }
    Ok((listener, waiting))
}

macro_rules! states {
    ($($test:ident $state:literal $is:ident;)*) => { $(
        mod $test {
            use super::{Is, attack, stopped};

            #[test]
            fn alone() -> anyhow::Result<()> {
                attack!(|house| stopped(house, $state, Is::$is, 0))
            }

            #[test]
            fn with_eight_threads() -> anyhow::Result<()> {
                attack!(|house| stopped(house, $state, Is::$is, 8))
            }
        }
    )* };
}

states! {
    spinning "spin" Running;
    calling_through_a_table "recursion" Running;
    calling_without_a_loop "exponential" Running;
    filling_memory "bulk" Running;
    spinning_on_an_atomic "atomic" Running;
    allocating "allocating" Running;
    asking_for_the_time "system-calls" Running;
    printing "printing" Running;
    reading_files "reading-files" Running;
    reading_stdin "stdin" Running;
    yielding "yielding" Running;
    sleeping "sleep" Waiting;
    waiting_for_a_mutex "mutex" Waiting;
    waiting_for_a_rwlock "rwlock" Waiting;
    waiting_for_a_condvar "condvar" Waiting;
    waiting_at_a_barrier "barrier" Waiting;
    waiting_for_itself "once" Waiting;
    parked "park" Waiting;
    waiting_for_a_channel "channel" Waiting;
    joining_a_thread "join" Waiting;
    waiting_for_a_futex "futex" Waiting;
    joining_its_own_process "own-process" Waiting;
    waiting_for_events "epoll" Waiting;
    reading_a_pipe "pipe" Waiting;
    writing_to_a_full_pipe "full-pipe" Waiting;
    reading_a_socket_pair "socket-pair" Waiting;
    waiting_for_an_event "event" Waiting;
    taking_random_bytes "random" Running;
    printing_in_many_parts "long-writes" Running;
    telling_of_progress "progress" Running;
    listing_a_folder "listing" Running;
    deep_in_calls "deep" Running;
    accepting "accept" Waiting;
    connecting "tcp-connect" Waiting;
    reading_a_socket "tcp-read" Waiting;
    writing_to_a_socket "tcp-write" Waiting;
    receiving_datagrams "udp-receive" Waiting;
    resolving "resolve" Running;
    panicking "panics" Running;
    in_the_panic_hook "panic-hook" Running;
    dropping "drop" Running;
    unwinding "unwinding" Running;
    dropping_a_thread_local "thread-local" Running;
    spawning "spawning" Running;
    threads_that_come_and_go "coming-and-going" Running;
    ignoring_signals "ignoring-signals" Waiting;
}

/// States of what runs outside of calls.
const PLACED: [&str; 6] = ["spin", "sleep", "mutex", "recursion", "spawning", "futex"];

#[test]
fn starting() -> Result<()> {
    attack!(|house| {
        for place in ["INITIALIZER", "CONSTRUCTOR"] {
            for state in PLACED {
                let seen = Seen::default();
                match seen.start(house.policy().start_deadline(LIMIT).env(place, state)) {
                    Err(LoadError::Start(Error::Stopped(StopReason::Deadline { limit: LIMIT }))) => {}
                    other => bail!("{state} in the {place}: {other:?}"),
                }
                seen.saw(&Event::Stopped { cause: StopReason::Deadline { limit: LIMIT }.to_string() })?;
            }
        }
        Ok(())
    })
}

#[test]
fn unloading() -> Result<()> {
    attack!(|house| {
        for state in PLACED {
            drop(Attacker::new(house.policy().call_deadline(LIMIT).env("UNLOAD", state))?);
            ensure!(engine().quarantined() == 0, "{state}");
        }
        Ok(())
    })
}

/// Threads that a call left behind end with the plugin.
#[test]
fn left_behind() -> Result<()> {
    attack!(|house| {
        for state in ["spin", "sleep", "mutex", "spawning", "channel", "printing", "panics", "coming-and-going"] {
            let attacker = Attacker::new(house.policy())?;
            call(&attacker.plugin, "leave", format!("{state} 8"))?;
            attacker.seen.wait_for(8);
            drop(attacker);
            ensure!(engine().quarantined() == 0, "{state}");
        }
        Ok(())
    })
}
