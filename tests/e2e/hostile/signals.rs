//! Signals: a plugin has its own, for itself.

use super::attack;
use super::stage::Attacker;
use anyhow::{Result, ensure};
use plugix_e2e::{assert_matches, call};
use plugix_host::Error;

/// Some end the plugin, as an exit by a signal does elsewhere; the others are not for it. None reaches the host.
#[test]
fn raised() -> Result<()> {
    attack!(|house| {
        for signal in 1..=31 {
            let attacker = Attacker::new(house.policy())?;
            match attacker.plugin.call_bytes("attack", format!("raise {signal}").as_bytes()) {
                Ok(answer) => ensure!(answer == b"done", "signal {signal}: {answer:?}"),
                Err(plugix_host::CallError::Failed(Error::Exited { code })) => {
                    ensure!(code == 128 + signal, "signal {signal}: {code}");
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

/// Each handler runs within the one before, until there is no stack.
#[test]
fn in_a_handler_without_end() -> Result<()> {
    attack!(|house| {
        for method in ["attack", "attack_on_a_thread"] {
            let attacker = Attacker::new(house.policy())?;
            attacker.fatal(method, "signal-in-a-signal")?;
        }
        Ok(())
    })
}

#[test]
fn whose_handler_traps() -> Result<()> {
    attack!(|house| {
        let attacker = Attacker::new(house.policy())?;
        assert_matches!(attacker.fatal("attack", "signal-handler-traps")?, Error::Exited { .. } | Error::Trap(_));
        Ok(())
    })
}

#[test]
fn by_the_million() -> Result<()> {
    attack!(|house| {
        let attacker = Attacker::new(house.policy())?;
        ensure!(attacker.attack("signals-by-the-million")? == Ok("done".into()));
        Ok(())
    })
}
