//! Taking more than there is. Each bomb ends at the policy's limit: the plugin gets an ordinary error, the host gets an
//! event, and what the bomb took is free again.

use super::attack;
use super::stage::{Attacker, FILES, MEMORY, OUTPUT, SCRATCH, THREADS};
use anyhow::{Context, Result, ensure};
use plugix_e2e::assert_matches;
use plugix_host::Error;
use plugix_host::error::ProtocolError;
use plugix_host::events::{Event, LimitKind};
use plugix_host::policy::Network;

/// What each file, folder or link counts for beside its bytes.
const ENTRY: u64 = 4096;

/// Runs a bomb on either thread. Returns how much it took, and the error at its end.
fn taken(attacker: &Attacker, words: &str) -> Result<Vec<(u64, String)>> {
    ["attack", "attack_on_a_thread"]
        .map(|method| {
            let answer = attacker.once(method, words)?.map_err(anyhow::Error::msg)?;
            let (count, why) = answer.split_once(' ').context("two words")?;
            Ok((count.parse()?, why.to_owned()))
        })
        .into_iter()
        .collect()
}

#[test]
fn memory() -> Result<()> {
    attack!(|house| {
        let attacker = Attacker::new(house.policy())?;
        for words in ["memory", "memory-on-threads", "memory"] {
            let taken: u64 = attacker.once("attack", words)?.map_err(anyhow::Error::msg)?.parse()?;
            ensure!((40..4 * 64).contains(&taken), "{words}: {taken} MiB");
        }
        attacker.seen.saw_limit(LimitKind::Memory, MEMORY)
    })
}

#[test]
fn memory_on_a_spawned_thread() -> Result<()> {
    attack!(|house| {
        let attacker = Attacker::new(house.policy())?;
        let taken: u64 = attacker.once("attack_on_a_thread", "memory")?.map_err(anyhow::Error::msg)?.parse()?;
        ensure!((40..64).contains(&taken), "{taken} MiB");
        attacker.seen.saw_limit(LimitKind::Memory, MEMORY)
    })
}

#[test]
fn memory_of_a_program_that_expects_it() -> Result<()> {
    attack!(|house| {
        for method in ["attack", "attack_on_a_thread"] {
            let attacker = Attacker::new(house.policy())?;
            let error = attacker.fatal(method, "memory-at-once")?;
            assert_matches!(error, Error::Exited { code: 134 } | Error::Dead(_) | Error::Trap(_));
            attacker.seen.saw_limit(LimitKind::Memory, MEMORY)?;
        }
        Ok(())
    })
}

#[test]
fn threads() -> Result<()> {
    attack!(|house| {
        let attacker = Attacker::new(house.policy())?;
        let expected = [THREADS as u64, THREADS as u64 - 1];
        for (expected, (count, why)) in expected.into_iter().zip(taken(&attacker, "threads")?) {
            ensure!((count, why.as_str()) == (expected, "WouldBlock"), "{count} threads, {why}");
        }
        attacker.seen.saw_limit(LimitKind::Threads, THREADS as u64)
    })
}

#[test]
fn threads_in_threads() -> Result<()> {
    attack!(|house| {
        let attacker = Attacker::new(house.policy())?;
        ensure!(attacker.once("attack", "threads-in-threads")? == Ok(THREADS.to_string()));
        attacker.seen.saw_limit(LimitKind::Threads, THREADS as u64)
    })
}

#[test]
fn no_thread_at_all() -> Result<()> {
    attack!(|house| {
        let attacker = Attacker::new(house.policy().threads(0))?;
        for _ in 0..100 {
            ensure!(attacker.once("attack", "threads-in-threads")? == Ok("0".into()));
        }
        attacker.seen.saw_limit(LimitKind::Threads, 0)
    })
}

fn descriptors(words: &str) -> impl Fn(&super::stage::House) -> Result<()> {
    move |house| {
        let attacker = Attacker::new(house.policy())?;
        for (count, why) in taken(&attacker, words)? {
            // 33 is "too many open files".
            ensure!((u64::from(FILES) - 16..u64::from(FILES)).contains(&count) && why == "errno 33", "{count} {why}");
        }
        attacker.seen.saw_limit(LimitKind::Files, FILES.into())
    }
}

#[test]
fn open_files() -> Result<()> {
    attack!(descriptors("files /data/file"))
}

#[test]
fn duplicated_descriptors() -> Result<()> {
    attack!(descriptors("duplicates /data/file"))
}

#[test]
fn sockets() -> Result<()> {
    attack!(|house| {
        let network = Network::new().listen_tcp("127.0.0.1:0")?.sockets(5);
        let attacker = Attacker::new(house.policy().network(network))?;
        for (count, why) in taken(&attacker, "sockets 127.0.0.1:0")? {
            ensure!((count, why.as_str()) == (5, "errno 33"), "{count} {why}");
        }
        attacker.seen.saw_limit(LimitKind::Sockets, 5)
    })
}

/// Fills the scratch folder, which is full at this count.
fn full(words: &str, expected: u64) -> impl Fn(&super::stage::House) -> Result<()> {
    move |house| {
        for method in ["attack", "attack_on_a_thread"] {
            let attacker = Attacker::new(house.policy())?;
            let answer = attacker.once(method, words)?;
            ensure!(answer == Ok(format!("{expected} StorageFull")), "{answer:?}");
            attacker.seen.saw_limit(LimitKind::Storage, SCRATCH)?;
        }
        Ok(())
    }
}

#[test]
fn one_large_file() -> Result<()> {
    attack!(full("one-file /scratch/file", SCRATCH - ENTRY))
}

#[test]
fn many_small_files() -> Result<()> {
    attack!(full("small-files /scratch", SCRATCH / ENTRY))
}

#[test]
fn deep_folders() -> Result<()> {
    attack!(|house| {
        let attacker = Attacker::new(house.policy())?;
        let (depth, why) = taken(&attacker, "deep-folders /scratch")?.swap_remove(0);
        ensure!((depth, why.as_str()) == (128, "InvalidFilename"), "{depth} {why}");
        Ok(())
    })
}

#[test]
fn a_path_without_end() -> Result<()> {
    attack!(|house| Attacker::new(house.policy())?.refused("long-path", "InvalidFilename"))
}

#[test]
fn output() -> Result<()> {
    attack!(|house| {
        for method in ["attack", "attack_on_a_thread"] {
            let attacker = Attacker::new(house.policy())?;
            ensure!(attacker.once(method, "output")? == Ok("printed".into()));
            let output = attacker.plugin.take_output();
            ensure!(output.stdout.len() == OUTPUT && output.dropped == 5_000 * 1_001 - OUTPUT as u64);
            attacker.seen.saw(&Event::OutputDropped { limit: OUTPUT as u64 })?;
        }
        Ok(())
    })
}

/// 28 is "invalid argument".
#[test]
fn output_in_a_million_parts() -> Result<()> {
    attack!(|house| {
        let attacker = Attacker::new(house.policy())?;
        attacker.refused("output-in-parts", "errno 28")?;
        ensure!(attacker.plugin.take_output().stdout.is_empty());
        Ok(())
    })
}

/// They come in pieces. A stop in the middle of them ends the call, as a state shows.
#[test]
fn random_bytes() -> Result<()> {
    attack!(|house| {
        ensure!(Attacker::new(house.policy().memory(4 * MEMORY))?.once("attack", "random")? == Ok("done".into()));
        Ok(())
    })
}

#[test]
fn things_to_wait_for() -> Result<()> {
    attack!(|house| Attacker::new(house.policy())?.refused("events", "errno 28"))
}

#[test]
fn stack() -> Result<()> {
    attack!(|house| {
        for method in ["attack", "attack_on_a_thread"] {
            let attacker = Attacker::new(house.policy())?;
            let error = attacker.fatal(method, "stack")?;
            let trapped = |error: &Error| matches!(error, Error::Trap(_));
            assert_matches!(error, Error::Trap(_) | Error::Dead(_));
            if let Error::Dead(cause) = error {
                ensure!(trapped(&cause), "{cause}");
            }
        }
        Ok(())
    })
}

#[test]
fn a_result_that_is_too_large() -> Result<()> {
    attack!(|house| {
        let attacker = Attacker::new(house.policy().result_limit(1 << 20))?;
        let error = attacker.fatal("attack", "result")?;
        assert_matches!(error, Error::Protocol { error: ProtocolError::ResultTooLarge { .. }, .. });
        attacker.seen.saw_death(&error)
    })
}

#[test]
fn the_message_of_a_panic() -> Result<()> {
    attack!(|house| {
        let attacker = Attacker::new(house.policy().result_limit(1 << 20))?;
        let error = attacker.fatal("attack", "panic-message")?;
        assert_matches!(error, Error::Protocol { error: ProtocolError::ResultTooLarge { .. }, .. });
        attacker.seen.saw_death(&error)
    })
}

/// A plugin can't flood the host's log: events that come too fast are only counted.
#[test]
fn events() -> Result<()> {
    attack!(|house| {
        let attacker = Attacker::new(house.policy())?;
        ensure!(attacker.once("attack", "denials /data/file")? == Ok("denied".into()));
        let events = attacker.seen.events();
        ensure!((64..2_000).contains(&events.len()), "{} events", events.len());
        Ok(())
    })
}
