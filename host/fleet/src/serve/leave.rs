//! How a host stops to listen without losing a call.
//!
//! The client library forgets a subscription before the servers have. What they send in between is dropped, also by its
//! `drain` (async-nats 0.51: `subscriptions.remove` in `ConnectionHandler`, before the answer to its `PING`). So a host that
//! leaves asks the servers to end the subscription after some more messages. It sends those who call elsewhere meanwhile. It
//! forgets the subscription when these messages have come, or when none has come for a while.

use super::answer::Answering;
use async_nats::Subscriber;
use futures::StreamExt as _;
use std::sync::Arc;
use std::time::Duration;
use tokio_util::sync::CancellationToken;

/// More messages than can be on their way to the host.
const MORE: u64 = 256;

/// How long no message comes when nobody calls any more.
const QUIET: Duration = Duration::from_millis(200);

/// Has each message answered, until the host is to leave.
pub(super) async fn each(mut subscriber: Subscriber, leave: CancellationToken, answering: Arc<Answering>) {
    let mut taken = 0;
    loop {
        tokio::select! {
            message = subscriber.next() => match message {
                Some(message) => {
                    taken += 1;
                    tokio::spawn(answering.clone().answer(message));
                }
                None => return,
            },
            () = leave.cancelled() => break,
        }
    }
    if subscriber.unsubscribe_after(taken + MORE).await.is_err() {
        return;
    }
    while let Ok(Some(message)) = tokio::time::timeout(QUIET, subscriber.next()).await {
        tokio::spawn(answering.clone().send_elsewhere(message));
    }
}
