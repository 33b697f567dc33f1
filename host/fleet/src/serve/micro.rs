//! The verbs of NATS's micro services (ADR-32): who is there, what it has, and what it has done.
//!
//! The client library has services as well. Their endpoints can't be left without losing calls (see `leave`), and can't be
//! exchanged. So the calls have subscriptions of their own here, and this answers the verbs in the same words.

use super::answer::Answering;
use async_nats::{Client, Message, Subscriber};
use futures::StreamExt as _;
use futures::stream::select_all;
use plugix_abi::interface::descriptor::Descriptor;
use serde_json::{Value, json};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, SystemTime};

/// One interface of one plugin, as the verbs show it.
#[derive(Debug)]
pub(super) struct Service {
    /// The interface.
    pub(super) name: String,
    /// Nobody else has it.
    pub(super) id: String,
    /// The interface's version.
    pub(super) version: String,
    pub(super) description: String,
    /// The plugin, the host, and what else hosts say of themselves.
    pub(super) metadata: Value,
    /// The name and the subject of each endpoint.
    pub(super) endpoints: Vec<(&'static str, String)>,
    pub(super) started: SystemTime,
    pub(super) counts: Mutex<Counts>,
}

/// What all endpoints of a service have done.
#[derive(Debug, Default, Clone)]
pub(super) struct Counts {
    requests: u64,
    errors: u64,
    time: Duration,
    last_error: String,
}

impl Service {
    /// What a plugin on a host has of an interface. Its endpoints are what the interface's [addresses](Address) are.
    pub(super) fn new(id: String, interface: &Descriptor, plugin: &str, host: &str) -> Self {
        let prefix = format!("plugix.{}.v{}.*", interface.name, interface.version.major);
        Self {
            name: interface.name.clone(),
            id,
            version: interface.version.to_string(),
            description: interface.docs.clone(),
            metadata: json!({ "plugin": plugin, "host": host }),
            endpoints: vec![
                ("any", prefix.clone()),
                ("plugin", format!("{prefix}.{plugin}")),
                ("host", format!("{prefix}.{plugin}.{host}")),
            ],
            started: SystemTime::now(),
            counts: Mutex::default(),
        }
    }

    /// Counts a call, and the code and the text of its failure.
    pub(super) fn count(&self, took: Duration, failure: Option<(usize, String)>) {
        let mut counts = self.lock();
        counts.requests += 1;
        counts.time += took;
        if let Some((code, line)) = failure {
            counts.errors += 1;
            counts.last_error = format!("{code}:{line}");
        }
    }

    /// Where the verbs come in.
    pub(super) async fn subscribe(&self, client: &Client) -> Result<Vec<Subscriber>, async_nats::SubscribeError> {
        let mut subscribers = Vec::new();
        for subject in
            ["$SRV.*".to_owned(), format!("$SRV.*.{}", self.name), format!("$SRV.*.{}.{}", self.name, self.id)]
        {
            subscribers.push(client.subscribe(subject).await?);
        }
        Ok(subscribers)
    }

    /// The answer to a verb. `None` if there is no such verb.
    fn answer(&self, verb: &str) -> Option<Value> {
        match verb {
            "PING" => Some(self.ping()),
            "INFO" => Some(self.info()),
            "STATS" => Some(self.stats()),
            _ => None,
        }
    }

    fn ping(&self) -> Value {
        let Self { name, id, version, metadata, .. } = self;
        json!({ "type": "io.nats.micro.v1.ping_response", "name": name, "id": id, "version": version, "metadata": metadata })
    }

    fn info(&self) -> Value {
        let endpoint = |(name, subject): &(&str, String)| json!({ "name": name, "subject": subject, "queue_group": crate::wire::subject::GROUP, "metadata": {} });
        let mut info = self.ping();
        info["type"] = json!("io.nats.micro.v1.info_response");
        info["description"] = json!(self.description);
        info["endpoints"] = self.endpoints.iter().map(endpoint).collect();
        info
    }

    /// The calls of all endpoints stand with the first one: a call by the plugin's name is the same call.
    fn stats(&self) -> Value {
        let counts = self.lock().clone();
        let mut stats = self.info();
        stats["type"] = json!("io.nats.micro.v1.stats_response");
        stats["started"] = json!(rfc3339(self.started));
        for (place, endpoint) in stats["endpoints"].as_array_mut().into_iter().flatten().enumerate() {
            let Counts { requests, errors, time, last_error } =
                if place == 0 { counts.clone() } else { Counts::default() };
            endpoint["num_requests"] = json!(requests);
            endpoint["num_errors"] = json!(errors);
            endpoint["processing_time"] = json!(time.as_nanos() as u64);
            endpoint["average_processing_time"] =
                json!(time.as_nanos().checked_div(requests.into()).unwrap_or(0) as u64);
            endpoint["last_error"] = json!(last_error);
        }
        stats
    }

    fn lock(&self) -> MutexGuard<'_, Counts> {
        self.counts.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Answering {
    /// Answers the verbs for as long as it is polled.
    pub(super) async fn answer_verbs(self: Arc<Self>, client: Client, subscribers: Vec<Subscriber>) {
        let mut verbs = select_all(subscribers);
        while let Some(Message { subject, reply, .. }) = verbs.next().await {
            let service = self.current.load().service.clone();
            let answer = subject.split('.').nth(1).and_then(|verb| service.answer(verb));
            if let (Some(reply), Some(answer)) = (reply, answer) {
                let _ = client.publish(reply, answer.to_string().into()).await;
            }
        }
    }
}

/// A time as the verbs have it, in seconds.
fn rfc3339(time: SystemTime) -> String {
    humantime::format_rfc3339_seconds(time).to_string()
}
