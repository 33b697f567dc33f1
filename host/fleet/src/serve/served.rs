//! A plugin that is served: its interfaces, and what answers them. What answers can be exchanged while calls come in.

use super::Server;
use super::answer::{Answering, Current};
use super::backend::Backend;
use super::leave::each;
use super::micro::Service;
use super::running::Running;
use crate::client::{END, RUNS};
use crate::error::Error;
use crate::wire::request::{is_call, unique};
use crate::wire::subject::{self, Address, GROUP};
use arc_swap::ArcSwap;
use async_nats::{Client, Subscriber};
use bytes::Bytes;
use futures::StreamExt as _;
use futures::stream::select_all;
use plugix_abi::interface::descriptor::{Descriptor, read_interfaces};
use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;
use tokio::sync::Mutex;
use tokio::task::{JoinHandle, JoinSet};
use tokio_util::sync::CancellationToken;

/// How the names of the SDK's own interfaces begin, such as that of a plugin's state. They are for the host alone.
const OWN: &str = "plugix.";

/// The interfaces of a plugin, for as long as this is there. Dropping it ends the calls that run; [`Served::stop`] lets them
/// finish.
#[derive(Debug)]
pub struct Served {
    server: Server,
    plugin: String,
    running: Arc<Running>,
    /// How often what answers was exchanged.
    generation: AtomicU64,
    offers: Mutex<BTreeMap<(String, u32), Offer>>,
}

/// What answered before, with the calls that it runs still.
#[derive(Debug)]
pub struct Replaced {
    server: Server,
    running: Arc<Running>,
    generation: u64,
}

/// An interface on the network. Its tasks end with it.
#[derive(Debug)]
struct Offer {
    answering: Arc<Answering>,
    leave: CancellationToken,
    calls: JoinSet<()>,
    aside: Vec<JoinHandle<()>>,
}

impl Served {
    pub(super) async fn start(server: &Server, plugin: &str, backend: Arc<dyn Backend>) -> Result<Self, Error> {
        subject::check("plugin", plugin)?;
        let (running, offers, generation) = Default::default();
        let served = Self { server: server.clone(), plugin: plugin.to_owned(), running, generation, offers };
        served.offer(backend, 0).await?;
        Ok(served)
    }

    /// Has another backend answer from now on: no call is lost and none runs twice. The calls that run go on with the one
    /// before.
    ///
    /// # Errors
    /// The errors of [`Server::serve`]. Then the one before answers.
    ///
    /// # Panics
    /// When it is called on a thread of an asynchronous executor, which it would block.
    pub fn replace(&self, backend: Arc<dyn Backend>) -> Result<Replaced, Error> {
        let generation = self.generation.fetch_add(1, Ordering::SeqCst) + 1;
        self.server.fleet.block_on(self.offer(backend, generation))?;
        Ok(Replaced { server: self.server.clone(), running: self.running.clone(), generation })
    }

    /// Offers what a backend has, and no longer what it lacks.
    async fn offer(&self, backend: Arc<dyn Backend>, generation: u64) -> Result<(), Error> {
        let descriptors = backend.descriptors();
        let mut interfaces = read_interfaces(&descriptors)
            .map_err(|error| Error::Answer { method: "descriptors", problem: error.to_string() })?;
        interfaces.retain(|interface| !interface.name.starts_with(OWN));
        let mut offers = self.offers.lock().await;
        let keys: Vec<_> = interfaces.iter().map(|it| (it.name.clone(), it.version.major)).collect();
        // What can fail comes first.
        let mut added = BTreeMap::new();
        for (key, interface) in keys.iter().zip(&interfaces).filter(|(key, _)| !offers.contains_key(*key)) {
            let current = self.current(&backend, interface, &descriptors, generation, unique());
            added.insert(key.clone(), self.add(interface, current).await?);
        }
        // Whoever is told that the plugin is served finds it.
        self.server.fleet.shared.connection.round_trip().await;
        for (key, interface) in keys.iter().zip(&interfaces) {
            if let Some(offer) = offers.get(key) {
                let id = offer.answering.current.load().service.id.clone();
                offer.answering.current.store(Arc::new(self.current(
                    &backend,
                    interface,
                    &descriptors,
                    generation,
                    id,
                )));
            }
        }
        offers.extend(added);
        let gone: Vec<_> = offers.keys().filter(|key| !keys.contains(key)).cloned().collect();
        for offer in gone.iter().filter_map(|key| offers.remove(key)) {
            offer.leave().await;
        }
        Ok(())
    }

    fn current(
        &self,
        backend: &Arc<dyn Backend>,
        interface: &Descriptor,
        descriptors: &Bytes,
        generation: u64,
        id: String,
    ) -> Current {
        let service = Arc::new(Service::new(id, interface, &self.plugin, self.server.name()));
        let (backend, interface, descriptors) = (backend.clone(), interface.clone(), descriptors.clone());
        let connection = &self.server.fleet.shared.connection;
        let blocking = interface.methods.iter().map(|_| connection.blocking()).collect();
        Current { backend, interface, descriptors, blocking, service, generation }
    }

    /// Puts an interface on the network.
    async fn add(&self, interface: &Descriptor, current: Current) -> Result<Offer, Error> {
        let any = Address::new(&interface.name, interface.version.major, None)?;
        let one = Address::new(&interface.name, interface.version.major, Some(&self.plugin))?;
        let here = any.at(&self.plugin, self.server.name())?;
        let client = self.client();
        let (mut subscribers, mut forms) = (Vec::new(), Vec::new());
        for address in [&any, &one, &here] {
            subscribers.push(subscribe(&client, address.methods()).await?);
            forms.push(subscribe(&client, address.forms()).await?);
        }
        let control = client.subscribe(any.calls()).await.map_err(Error::transport)?;
        let verbs = current.service.subscribe(&client).await.map_err(Error::transport)?;
        let (server, plugin, running) = (self.server.clone(), self.plugin.clone(), self.running.clone());
        let current = ArcSwap::from_pointee(current);
        let answering = Arc::new(Answering { server, plugin, running, current });
        let leave = CancellationToken::new();
        let handle = self.server.fleet.shared.connection.handle();
        let mut calls = JoinSet::new();
        for subscriber in subscribers {
            calls.spawn_on(each(subscriber, leave.clone(), answering.clone()), handle);
        }
        let aside = vec![
            handle.spawn(tell_forms(client.clone(), forms, answering.clone())),
            handle.spawn(hear_of_calls(client.clone(), control, self.running.clone())),
            handle.spawn(answering.clone().answer_verbs(client, verbs)),
        ];
        Ok(Offer { answering, leave, calls, aside })
    }

    fn client(&self) -> Client {
        self.server.fleet.shared.connection.client().clone()
    }

    /// How many calls run.
    pub fn running(&self) -> usize {
        self.running.count(u64::MAX)
    }

    /// Takes no more calls, waits for those that run, and ends those that take longer than `patience`. Calls that come in
    /// meanwhile are told to go elsewhere.
    ///
    /// # Panics
    /// When it is called on a thread of an asynchronous executor, which it would block.
    pub fn stop(&self, patience: Duration) {
        self.server.fleet.block_on(async {
            let offers = std::mem::take(&mut *self.offers.lock().await);
            let leaving = futures::future::join_all(offers.into_values().map(Offer::leave));
            futures::join!(leaving, self.running.finish(u64::MAX, patience));
            // The answers are on their way when this returns.
            let _ = self.client().flush().await;
        });
    }
}

impl Replaced {
    /// Waits for the calls that run, and ends those that take longer than `patience`.
    ///
    /// # Panics
    /// When it is called on a thread of an asynchronous executor, which it would block.
    pub fn finish(self, patience: Duration) {
        self.server.fleet.block_on(self.running.finish(self.generation, patience));
    }
}

impl Offer {
    /// Ends the subscriptions.
    async fn leave(mut self) {
        self.leave.cancel();
        while self.calls.join_next().await.is_some() {}
    }
}

impl Drop for Offer {
    fn drop(&mut self) {
        self.aside.iter().for_each(JoinHandle::abort);
    }
}

impl Drop for Served {
    fn drop(&mut self) {
        self.running.end_all(u64::MAX);
    }
}

async fn subscribe(client: &Client, subject: String) -> Result<Subscriber, Error> {
    client.queue_subscribe(subject, GROUP.to_owned()).await.map_err(Error::transport)
}

/// Says which form the interfaces have.
async fn tell_forms(client: Client, subscribers: Vec<Subscriber>, answering: Arc<Answering>) {
    let mut questions = select_all(subscribers);
    while let Some(question) = questions.next().await {
        if let Some(reply) = question.reply {
            let descriptors = answering.current.load().descriptors.clone();
            let _ = client.publish(reply, descriptors).await;
        }
    }
}

/// Answers whether a call runs here, and ends those that nobody waits for.
async fn hear_of_calls(client: Client, mut subscriber: Subscriber, running: Arc<Running>) {
    while let Some(message) = subscriber.next().await {
        let Ok(text) = str::from_utf8(&message.payload) else { continue };
        if let Some(call) = text.strip_prefix(END).filter(|call| is_call(call)) {
            running.end(call);
        } else if let Some(call) = text.strip_prefix(RUNS).filter(|call| is_call(call))
            && let Some(reply) = message.reply
            && running.has(call)
        {
            let _ = client.publish(reply, Bytes::new()).await;
        }
    }
}
