//! Who serves: all answers to a question of NATS's micro services.

use super::Fleet;
use crate::error::Error;
use futures::StreamExt as _;
use serde::{Deserialize, Serialize};
use std::time::Duration;
use tokio::time::{Instant, timeout};

/// How long nobody answers any more when all have.
const QUIET: Duration = Duration::from_millis(300);

/// How long answers are waited for at most, and how many are taken.
const LIMITS: (Duration, usize) = (Duration::from_secs(5), 100_000);

/// An interface of a plugin on a host, with what it has done. The host says so.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Service {
    /// The interface.
    pub interface: String,
    /// Its version.
    pub version: String,
    /// The plugin.
    pub plugin: String,
    /// The host.
    pub host: String,
    /// How many calls it has answered.
    pub calls: u64,
    /// How many of these failed.
    pub failed: u64,
    /// How long all calls took together.
    pub time: Duration,
    /// The last failure; empty if there was none.
    pub last_failure: String,
}

#[derive(Deserialize)]
struct Stats {
    name: String,
    version: String,
    metadata: Metadata,
    endpoints: Vec<Endpoint>,
}

#[derive(Deserialize)]
struct Metadata {
    plugin: String,
    host: String,
}

#[derive(Deserialize)]
struct Endpoint {
    num_requests: u64,
    num_errors: u64,
    /// In nanoseconds.
    processing_time: u64,
    #[serde(default)]
    last_error: String,
}

impl Fleet {
    /// Asks all hosts what they serve, or those that serve this interface. It takes a third of a second at least.
    ///
    /// # Errors
    /// [`Error::Name`] if the interface's name can't stand in a subject, [`Error::Transport`] if nobody can be asked.
    ///
    /// # Panics
    /// When it is called on a thread of an asynchronous executor, which it would block.
    pub fn services(&self, interface: Option<&str>) -> Result<Vec<Service>, Error> {
        let mut subject = "$SRV.STATS".to_owned();
        if let Some(interface) = interface {
            crate::wire::subject::check("interface", interface)?;
            subject = format!("{subject}.{interface}");
        }
        self.block_on(async {
            let client = self.shared.connection.client();
            let inbox = client.new_inbox();
            let mut answers = client.subscribe(inbox.clone()).await.map_err(Error::transport)?;
            client.publish_with_reply(subject, inbox, bytes::Bytes::new()).await.map_err(Error::transport)?;
            let (end, mut services) = (Instant::now() + LIMITS.0, Vec::new());
            while Instant::now() < end
                && services.len() < LIMITS.1
                && let Ok(Some(answer)) = timeout(QUIET, answers.next()).await
            {
                // Other services of the same servers say other things.
                services.extend(serde_json::from_slice(&answer.payload).ok().map(Stats::service));
            }
            services.sort_by(|one: &Service, other| {
                (&one.plugin, &one.interface, &one.host).cmp(&(&other.plugin, &other.interface, &other.host))
            });
            Ok(services)
        })
    }
}

impl Stats {
    fn service(self) -> Service {
        let Self { name: interface, version, metadata: Metadata { plugin, host }, endpoints } = self;
        let sum = |number: fn(&Endpoint) -> u64| endpoints.iter().map(number).fold(0, u64::saturating_add);
        let (calls, failed) = (sum(|it| it.num_requests), sum(|it| it.num_errors));
        let time = Duration::from_nanos(sum(|it| it.processing_time));
        let last_failure =
            endpoints.iter().map(|it| it.last_error.clone()).find(|it| !it.is_empty()).unwrap_or_default();
        Service { interface, version, plugin, host, calls, failed, time, last_failure }
    }
}
