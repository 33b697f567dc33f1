//! Signals: a plugin has its own, for itself.

use super::attack;
use super::stage::Attacker;
use anyhow::{Result, ensure};
use plugix_e2e::call;
use plugix_host::Error;

/// Some signals end the plugin, as they end a process elsewhere. The others are not for it. None reaches the host.
#[test]
fn raised() -> Result<()> {
    attack!(|house| {
        for signal in 1..=31 {
            let attacker = Attacker::new(house.policy())?;
            match attacker.plugin.call_bytes("attack", format!("raise {signal}").as_bytes()) {
                Ok(answer) => ensure!(answer == b"done", "signal {signal}: {answer:?}"),
                Err(plugix_host::error::CallError::Failed(Error::Exited { code })) => {
                    attacker.seen.saw_death(&Error::Exited { code })?;
                }
                Err(error) => anyhow::bail!("signal {signal}: {error:?}"),
            }
        }
        Ok(())
    })
}

#[test]
fn to_others() -> Result<()> {
    attack!(|house| {
        let attacker = Attacker::new(house.policy())?;
        ensure!(attacker.attack("signal-others")?.is_ok());
        ensure!(call(&attacker.plugin, "work", "")? == super::states::WORK);
        Ok(())
    })
}

/// A handler that raises its signal again runs again at the next call, and never within itself.
#[test]
fn with_handlers() -> Result<()> {
    attack!(|house| {
        let attacker = Attacker::new(house.policy())?;
        for words in ["signal-in-a-signal", "signals-by-the-million"] {
            ensure!(attacker.attack(words)? == Ok("done".into()));
        }
        Ok(())
    })
}

#[test]
fn with_a_handler_that_traps() -> Result<()> {
    attack!(|house| {
        for words in ["signal-handler-traps", "signal-handler-throws"] {
            let error = Attacker::new(house.policy())?.fatal("attack", words)?;
            ensure!(matches!(error, Error::Trap(_)), "{words}: {error}");
        }
        Ok(())
    })
}
