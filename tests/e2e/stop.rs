//! Deadlines, cancelling, and the number of threads. `hostile` stops plugins in each state of their threads.

mod decoding;
mod limits;
mod others;
mod places;

use anyhow::Result;
use plugix_e2e::{assert_matches, failure, plugin, wait_until};
use plugix_host::error::StopReason;
use plugix_host::{Error, Policy};
use std::time::Duration;

/// Short enough for a quick test, and long enough for the other threads to start.
const LIMIT: Duration = Duration::from_millis(100);

/// What `work` answers.
const WORK: &str = "46368";

#[test]
fn a_call_that_takes_too_long() -> Result<()> {
    for state in ["spin", "sleep", "mutex", "system-calls"] {
        let plugin = plugin("hostile", &Policy::new().call_deadline(LIMIT));
        let error = failure(&plugin, "stay", format!("{state} 8"))?;
        assert_matches!(error, Error::Stopped(StopReason::Deadline { limit: LIMIT }));
        let error = failure(&plugin, "work", "")?;
        assert_matches!(error, Error::Dead(cause) if matches!(**cause, Error::Stopped(_)));
        wait_until("the end of all threads", || plugin.live_threads() == 0);
    }
    Ok(())
}

#[test]
fn cancelling_from_another_thread() -> Result<()> {
    for state in ["spin", "sleep", "mutex"] {
        let plugin = plugin("hostile", &Policy::new());
        let cancel = plugin.cancel_handle();
        std::thread::scope(|scope| {
            scope.spawn(|| cancel.cancel());
            match failure(&plugin, "stay", format!("{state} 8"))? {
                // The plugin was cancelled before the call began, or while the call ran.
                Error::Dead(cause) => assert_matches!(*cause, Error::Stopped(StopReason::Cancelled)),
                error => assert_matches!(error, Error::Stopped(StopReason::Cancelled)),
            }
            anyhow::Ok(())
        })?;
        wait_until("the end of all threads", || plugin.live_threads() == 0);
    }
    Ok(())
}
