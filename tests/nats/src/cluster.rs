//! Three servers that know each other. JetStream keeps things on all of them.

mod told;

use crate::builder::{Builder, Ports};
use crate::{Server, monitor};
use anyhow::{Context as _, Result, ensure};
use std::collections::BTreeMap;
use std::slice;
use told::JetStream;

const COUNT: u64 = 3;

/// Three servers on this machine alone. Their clients hear of no address but the one that they were given.
#[derive(Debug)]
pub struct Cluster {
    servers: Vec<Server>,
}

impl Cluster {
    /// Starts three servers with JetStream, without passwords and TLS. Waits as [`Self::wait`] does.
    ///
    /// # Errors
    /// If there is no server to be had, or one doesn't start: then with its log.
    pub fn start() -> Result<Self> {
        Server::builder().start_cluster()
    }

    pub(crate) fn of(builder: &Builder) -> Result<Self> {
        let ports = (0..COUNT).map(|_| Ports::free()).collect::<Result<Vec<_>>>()?;
        let routes: Vec<_> = ports.iter().map(|ports| ports.routes).collect();
        let servers = ports.into_iter().map(|ports| Server::new(builder, ports, &routes)).collect::<Result<_>>()?;
        let mut cluster = Self { servers };
        // None is ready without the others.
        cluster.servers.iter_mut().try_for_each(Server::spawn)?;
        cluster.servers.iter_mut().try_for_each(Server::wait)?;
        cluster.wait()?;
        Ok(cluster)
    }

    /// One of the servers.
    ///
    /// # Panics
    /// If `index` isn't below 3.
    pub fn server(&self, index: usize) -> &Server {
        &self.servers[index]
    }

    /// One of the servers, for [`Server::kill`] and [`Server::restart`].
    ///
    /// # Panics
    /// If `index` isn't below 3.
    pub fn server_mut(&mut self, index: usize) -> &mut Server {
        &mut self.servers[index]
    }

    /// All servers.
    pub fn iter(&self) -> slice::Iter<'_, Server> {
        self.servers.iter()
    }

    /// Where clients connect to.
    pub fn urls(&self) -> Vec<String> {
        self.iter().map(Server::url).collect()
    }

    /// Waits until all servers that run have routes to each other and, with JetStream, agree on a leader, and each stream has
    /// a leader as well. After a server was killed or started again, this tells when the others have noticed.
    ///
    /// # Errors
    /// If they don't within two minutes: then with their logs.
    pub fn wait(&mut self) -> Result<()> {
        self.wait_for(Self::agrees)
    }

    /// Waits as [`Self::wait`] does, and until each stream is the same on all servers that run and keep it. Somebody who goes
    /// on writing may let this wait in vain.
    ///
    /// A test that kills a server and expects to find everything on the others calls this first. A message may get lost
    /// although it was acknowledged, if the stream's leader is killed some milliseconds later (nats-server 2.9).
    ///
    /// # Errors
    /// If they aren't within two minutes: then with their logs.
    pub fn settle(&mut self) -> Result<()> {
        self.wait_for(Self::is_settled)
    }

    /// Which server leads JetStream, as the first that runs tells.
    ///
    /// # Errors
    /// If there is no leader, or none that is known.
    pub fn leader(&self) -> Result<usize> {
        let first = self.running().next().context("no server runs")?;
        let leader = JetStream::of(first)?.context("there is no JetStream")?.leader;
        self.iter().position(|server| server.name() == leader).with_context(|| format!("no server is {leader:?}"))
    }

    fn running(&self) -> impl Iterator<Item = &Server> {
        self.iter().filter(|server| server.is_running())
    }

    fn wait_for(&mut self, check: impl Fn(&Self) -> Result<()>) -> Result<()> {
        let ready = monitor::wait(|| {
            self.servers.iter_mut().filter(|server| server.is_running()).try_for_each(Server::lives)?;
            Ok(check(self))
        });
        ready.with_context(|| {
            let logs: Vec<_> = self.iter().map(|server| format!("{} says:\n{}", server.name(), server.log())).collect();
            format!("the servers don't come together; {}", logs.concat())
        })
    }

    /// Checks what [`Self::wait`] waits for.
    fn agrees(&self) -> Result<()> {
        let runs = |name: &str| self.running().any(|server| server.name() == name);
        let mut leaders = BTreeMap::new();
        for server in self.running() {
            let (name, others) = (server.name(), told::others(server)?);
            ensure!(others == self.running().count() - 1, "{name} knows {others} other servers");
            let Some(told) = JetStream::of(server)? else { continue };
            // A leader that was elected before all have come counts the others later.
            ensure!(told.servers == COUNT, "{name} knows {} servers with JetStream", told.servers);
            let health = server.monitor("/healthz?js-server-only=true")?;
            ensure!(health["status"] == "ok", "{name}: {health}");
            let streams = told.streams.into_iter().map(|stream| (stream.name, stream.leader));
            for (what, leader) in streams.chain([("JetStream".to_owned(), told.leader)]) {
                ensure!(runs(&leader), "{what} is led by {leader:?}, which doesn't run");
                let known = leaders.entry(what.clone()).or_insert_with(|| leader.clone());
                ensure!(*known == leader, "{what} is led by {known} and by {leader}");
            }
        }
        Ok(())
    }

    /// Checks what [`Self::settle`] waits for.
    fn is_settled(&self) -> Result<()> {
        self.agrees()?;
        let told =
            |server| Ok((Server::name(server), JetStream::of(server)?.map_or_else(Vec::new, |told| told.streams)));
        let servers = self.running().map(told).collect::<Result<BTreeMap<_, _>>>()?;
        for stream in servers.values().flatten() {
            let keepers = stream.replicas.iter().chain([&stream.leader]);
            for (keeper, streams) in keepers.filter_map(|name| servers.get_key_value(name.as_str())) {
                let same = streams.iter().find(|other| other.name == stream.name).map(|other| other.has);
                ensure!(same == Some(stream.has), "{keeper} has {same:?} of {}, not {:?}", stream.name, stream.has);
            }
        }
        Ok(())
    }
}
