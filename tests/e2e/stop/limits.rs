//! Deadlines of single calls, and the number of threads.

use super::{LIMIT, WORK};
use anyhow::Result;
use plugix_e2e::{assert_matches, call, failure, plugin};
use plugix_host::error::{CallError, StopReason};
use plugix_host::{Error, Policy};
use std::time::Duration;

#[test]
fn a_tighter_limit_for_one_call() -> Result<()> {
    let plugin = plugin("hostile", &Policy::new().call_deadline(Duration::from_secs(3600)));
    let within = plugin.within(LIMIT).call_bytes("work", b"").map_err(|error| anyhow::anyhow!("{error:?}"))?;
    assert_eq!(String::from_utf8(within)?, WORK);
    let outcome = plugin.within(LIMIT).call_bytes("stay", b"spin 0");
    assert_matches!(outcome, Err(CallError::Failed(Error::Stopped(StopReason::Deadline { limit: LIMIT }))));
    Ok(())
}

#[test]
fn each_call_has_its_own_time() -> Result<()> {
    let plugin = plugin("hostile", &Policy::new().call_deadline(Duration::from_secs(10)));
    for _ in 0..20 {
        assert_eq!(call(&plugin, "work", "")?, WORK);
    }
    Ok(())
}

#[test]
fn limits_beyond_all_time() -> Result<()> {
    let plugin = plugin("hostile", &Policy::new().call_deadline(Duration::MAX).start_deadline(Duration::MAX));
    assert_eq!(call(&plugin, "work", "")?, WORK);
    assert!(plugin.within(Duration::MAX).call_bytes("work", b"").is_ok());
    Ok(())
}

#[test]
fn no_time_at_all() -> Result<()> {
    let plugin = plugin("hostile", &Policy::new().call_deadline(Duration::ZERO));
    assert_matches!(
        failure(&plugin, "stay", "sleep 0")?,
        Error::Stopped(StopReason::Deadline { limit: Duration::ZERO })
    );
    Ok(())
}

#[test]
fn exactly_as_many_threads_as_the_policy_says() -> Result<()> {
    for limit in [0, 1, 5] {
        let plugin = plugin("hostile", &Policy::new().threads(limit));
        for _ in 0..3 {
            let answer = call(&plugin, "most_threads", "")?;
            assert!(answer.starts_with(&format!("{limit} ")), "{limit}: {answer}");
            assert!(!answer.ends_with("none"), "{answer}");
        }
    }
    Ok(())
}
