//! Ending badly: traps, exits and panics, on each thread and at each time.

use super::attack;
use super::stage::{Attacker, House, Seen};
use anyhow::{Result, bail, ensure};
use plugix_e2e::{assert_matches, call, failure};
use plugix_host::Error;
use plugix_host::error::LoadError;

/// How an attack ends the plugin, on the thread of the call and on another one.
fn ends(house: &House, words: &str, expected: fn(&Error) -> bool) -> Result<()> {
    for method in ["attack", "attack_on_a_thread"] {
        let attacker = Attacker::new(house.policy())?;
        let cause = match attacker.fatal(method, words)? {
            Error::Dead(cause) => *cause,
            cause => {
                attacker.seen.saw_death(&cause)?;
                cause
            }
        };
        ensure!(expected(&cause), "{words} by {method}: {cause:?}");
    }
    Ok(())
}

macro_rules! ends {
    ($($test:ident $words:literal $expected:pat,)*) => { $(
        #[test]
        fn $test() -> Result<()> {
            attack!(|house| ends(house, $words, |error| matches!(error, $expected)))
        }
    )* };
}

ends! {
    trap "trap" Error::Trap(_),
    abort "abort" Error::Exited { code: 134 },
    exit "exit 3" Error::Exited { code: 3 },
    exit_well "exit 0" Error::Exited { code: 0 },
    panic_in_the_hook "panic-in-the-hook" Error::Exited { code: 134 } | Error::Trap(_),
}

/// A panic is an error of the call. The plugin goes on.
#[test]
fn panic() -> Result<()> {
    attack!(|house| {
        let attacker = Attacker::new(house.policy())?;
        for words in ["panic now", "panic-with-a-number", "panic-in-drop", "panic-while-panicking"] {
            assert_matches!(failure(&attacker.plugin, "attack", words)?, Error::Panic(_));
            assert_matches!(failure(&attacker.plugin, "attack_on_a_thread", words)?, Error::Panic(_));
        }
        attacker.refused("panic-in-a-thread", "the thread panicked")?;
        ensure!(call(&attacker.plugin, "work", "")? == super::states::WORK);
        ensure!(attacker.seen.events().is_empty(), "{:?}", attacker.seen.events());
        Ok(())
    })
}

/// The thread is ending. `std` has nobody left to tell.
#[test]
fn panic_in_a_thread_local() -> Result<()> {
    attack!(|house| {
        let attacker = Attacker::new(house.policy())?;
        let error = attacker.fatal("attack_on_a_thread", "panic-in-a-local")?;
        assert_matches!(error, Error::Dead(cause) if matches!(**cause, Error::Exited { code: 134 } | Error::Trap(_)));
        Ok(())
    })
}

#[test]
fn trap_in_a_thread_local() -> Result<()> {
    attack!(|house| {
        let attacker = Attacker::new(house.policy())?;
        let error = attacker.fatal("attack_on_a_thread", "trap-in-a-local")?;
        assert_matches!(error, Error::Dead(cause) if matches!(&**cause, Error::Trap(trap) if trap.site.thread.is_some()));
        Ok(())
    })
}

/// The stack of the call is left without being unwound.
#[test]
fn the_calls_thread_ends() -> Result<()> {
    attack!(|house| {
        let attacker = Attacker::new(house.policy())?;
        attacker.fatal("attack", "exit-thread")?;
        Ok(())
    })
}

/// How a plugin fails to start if its initializer or its constructor does this.
fn start_ends(house: &House, words: &str, expected: fn(&LoadError) -> bool) -> Result<()> {
    for place in ["INITIALIZER", "CONSTRUCTOR"] {
        let seen = Seen::default();
        match seen.start(house.policy().env(place, words)) {
            Err(error) => ensure!(expected(&error), "{words} in the {place}: {error:?}"),
            Ok(_) => bail!("{words} in the {place}: it started"),
        }
    }
    Ok(())
}

macro_rules! start_ends {
    ($($test:ident $words:literal $expected:pat,)*) => { $(
        #[test]
        fn $test() -> Result<()> {
            attack!(|house| start_ends(house, $words, |error| matches!(error, $expected)))
        }
    )* };
}

start_ends! {
    trap_at_the_start "trap" LoadError::Start(Error::Trap(_)),
    exit_at_the_start "exit 3" LoadError::Start(Error::Exited { code: 3 }),
    abort_at_the_start "abort" LoadError::Start(Error::Exited { code: 134 }),
    panic_at_the_start "panic now" LoadError::Start(Error::Trap(_) | Error::Exited { .. } | Error::Panic(_)),
}

/// The attack runs in the hook for unloading. There is nobody to tell.
#[test]
fn ends_when_it_is_unloaded() -> Result<()> {
    attack!(|house| {
        for words in ["trap", "exit 3", "abort", "panic now", "stack"] {
            drop(Attacker::new(house.policy().env("UNLOAD", words))?);
        }
        Ok(())
    })
}

/// Nobody waits for the thread. What it does ends the plugin, and the next call learns of it.
#[test]
fn trap_in_a_thread_that_nobody_joins() -> Result<()> {
    attack!(|house| {
        let attacker = Attacker::new(house.policy())?;
        // The thread may trap before the call that started it has returned. Then it ends that call.
        let _ = call(&attacker.plugin, "attack_later", "trap");
        plugix_e2e::wait_until("the end of the thread", || attacker.plugin.live_threads() == 0);
        let error = failure(&attacker.plugin, "work", "")?;
        assert_matches!(error, Error::Dead(cause) if matches!(&**cause, Error::Trap(trap) if trap.site.thread.is_some()));
        Ok(())
    })
}
