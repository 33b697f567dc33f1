//! The network that a plugin sees: the policy's rules stand between the plugin's sockets and the host's.

mod address;
mod datagram;
mod gate;
mod listener;
mod local;
mod names;
mod rule;
mod rules;
mod stream;
mod waited;
mod waiters;

pub(crate) use local::Local;
pub use rule::NetworkRuleError;
pub use rules::Network;

use crate::error::LoadError;
use crate::events::{Event, Events};
use crate::stop::Halt;
use async_trait::async_trait;
use datagram::Datagram;
use gate::Gate;
use listener::{Bind, Bound};
use rules::Protocol;
use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;
use virtual_net::{
    DynVirtualNetworking, Result, VirtualNetworking, VirtualTcpBoundSocket, VirtualTcpListener, VirtualTcpSocket,
    VirtualUdpSocket,
};

/// The network that the rules describe. `local` returns the host's own network. It is started for the first plugin that
/// may use it.
///
/// # Errors
/// The errors of `local`.
pub(crate) fn network(
    rules: &Network,
    local: impl FnOnce() -> std::result::Result<Arc<Local>, LoadError>,
    events: &Events,
    halt: &Halt,
) -> std::result::Result<DynVirtualNetworking, LoadError> {
    if rules.is_nothing() {
        return Ok(Arc::new(NoNetwork { events: events.clone() }));
    }
    let gate = Gate::new(rules.clone(), local()?, events.clone(), halt.clone());
    Ok(Arc::new(RuledNetwork { gate: Arc::new(gate) }))
}

/// Refuses every attempt, and reports it.
#[derive(Debug)]
struct NoNetwork {
    events: Events,
}

impl NoNetwork {
    fn deny<T>(&self, operation: &'static str, target: impl ToString) -> Result<T> {
        let target = target.to_string().chars().take(rule::MAX_NAME).collect();
        self.events.report(Event::Denied { operation, target });
        Err(virtual_net::NetworkError::PermissionDenied)
    }
}

#[async_trait]
impl VirtualNetworking for NoNetwork {
    async fn listen_tcp(
        &self,
        at: SocketAddr,
        _: bool,
        _: bool,
        _: bool,
    ) -> Result<Box<dyn VirtualTcpListener + Sync>> {
        self.deny(Protocol::Tcp.listening(), at)
    }

    async fn bind_tcp(
        &self,
        at: SocketAddr,
        _: bool,
        _: bool,
        _: bool,
    ) -> Result<Box<dyn VirtualTcpBoundSocket + Sync>> {
        self.deny(Protocol::Tcp.listening(), at)
    }

    async fn bind_udp(&self, at: SocketAddr, _: bool, _: bool) -> Result<Box<dyn VirtualUdpSocket + Sync>> {
        self.deny(Protocol::Udp.listening(), at)
    }

    async fn connect_tcp(&self, _: SocketAddr, peer: SocketAddr) -> Result<Box<dyn VirtualTcpSocket + Sync>> {
        self.deny(Protocol::Tcp.connecting(), peer)
    }

    async fn resolve(&self, host: &str, _: Option<u16>, _: Option<IpAddr>) -> Result<Vec<IpAddr>> {
        self.deny("look up", host)
    }
}

/// The host's network behind a plugin's rules. No plugin gets what is missing here, such as raw sockets and routes.
#[derive(Debug)]
struct RuledNetwork {
    gate: Arc<Gate>,
}

#[async_trait]
impl VirtualNetworking for RuledNetwork {
    async fn listen_tcp(
        &self,
        at: SocketAddr,
        only_v6: bool,
        reuse_port: bool,
        reuse_addr: bool,
    ) -> Result<Box<dyn VirtualTcpListener + Sync>> {
        self.bind_tcp(at, only_v6, reuse_port, reuse_addr).await?.listen()
    }

    async fn bind_tcp(
        &self,
        at: SocketAddr,
        only_v6: bool,
        _reuse_port: bool,
        reuse_addr: bool,
    ) -> Result<Box<dyn VirtualTcpBoundSocket + Sync>> {
        // `reuse_port` is not passed on: sharing a port would take connections from other programs on the host.
        Ok(Box::new(Bound::new(self.gate.clone(), Bind { at, only_v6, reuse_addr })?))
    }

    async fn bind_udp(
        &self,
        at: SocketAddr,
        _reuse_port: bool,
        _reuse_addr: bool,
    ) -> Result<Box<dyn VirtualUdpSocket + Sync>> {
        let gate = &self.gate;
        // A socket at all IPv6 addresses also receives at the IPv4 addresses.
        let dual_stack = at.ip().is_ipv6() && at.ip().is_unspecified();
        let listening = gate.rules.allows_listen(Protocol::Udp, at)
            && (!dual_stack || gate.rules.allows_dual_stack(Protocol::Udp, at.port()));
        if !listening && !gate.rules.allows_ephemeral(at) {
            return Err(gate.deny(Protocol::Udp.listening(), at));
        }
        let slot = gate.slot()?;
        let socket = gate.local.net.bind_udp(at, false, false).await?;
        Ok(Box::new(Datagram::new(socket, slot, listening)))
    }

    async fn connect_tcp(&self, own: SocketAddr, peer: SocketAddr) -> Result<Box<dyn VirtualTcpSocket + Sync>> {
        listener::connect(&self.gate, own, peer).await
    }

    async fn resolve(&self, host: &str, _: Option<u16>, _: Option<IpAddr>) -> Result<Vec<IpAddr>> {
        let Gate { names, rules, events, halt, .. } = &*self.gate;
        names.resolve(host, rules, events, halt).await
    }
}
