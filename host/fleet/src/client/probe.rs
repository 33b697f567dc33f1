//! Whether a call that has no answer still runs somewhere. A host that is gone says nothing, so all hosts are asked.

use async_nats::{Client, Request};
use std::time::Duration;

/// How long a call has been silent when the hosts are asked, and how long they may take.
const EVERY: Duration = Duration::from_secs(1);

/// How often in a row nobody has the call when it counts as lost. Its answer may be on its way the first time.
const MISSES: u32 = 2;

/// What a host is asked or told about a call. The call's name follows.
pub(crate) const RUNS: &str = "runs ";
pub(crate) const END: &str = "end ";

/// Ends when no host has the call any more.
pub(super) async fn lost(client: &Client, calls: &str, call: &str) {
    let mut misses = 0;
    loop {
        tokio::time::sleep(EVERY).await;
        let question = Request::new().payload(format!("{RUNS}{call}").into()).timeout(Some(EVERY));
        misses = match client.send_request(calls.to_owned(), question).await {
            Ok(_) => 0,
            Err(_) => misses + 1,
        };
        if misses == MISSES {
            return;
        }
    }
}

/// Tells the host of a call that nobody waits for it.
pub(super) async fn end(client: &Client, calls: &str, call: &str) {
    // Who can't be told ends the call by its deadline.
    let _ = client.publish(calls.to_owned(), format!("{END}{call}").into()).await;
}
