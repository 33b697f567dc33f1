//! Groups that a socket hears of.

use super::Socket;
use crate::network::{Protocol, canonical};
use crate::{Errno, Result};
use rustix::net::{self, sockopt};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};

impl Socket {
    pub(super) fn join_v4(&self, group: Ipv4Addr, interface: Ipv4Addr) -> Result<()> {
        self.check_group(group.into())?;
        Ok(sockopt::set_ip_add_membership(&self.fd, &group, &interface)?)
    }

    pub(super) fn leave_v4(&self, group: Ipv4Addr, interface: Ipv4Addr) -> Result<()> {
        Ok(sockopt::set_ip_drop_membership(&self.fd, &group, &interface)?)
    }

    pub(super) fn join_v6(&self, group: Ipv6Addr, interface: u32) -> Result<()> {
        self.check_group(group.into())?;
        Ok(sockopt::set_ipv6_add_membership(&self.fd, &group, interface)?)
    }

    pub(super) fn leave_v6(&self, group: Ipv6Addr, interface: u32) -> Result<()> {
        Ok(sockopt::set_ipv6_drop_membership(&self.fd, &group, interface)?)
    }

    /// A rule for a group is about the socket's own port.
    fn check_group(&self, group: IpAddr) -> Result<()> {
        if !self.is_udp() {
            return Err(Errno::Inval);
        }
        let own: SocketAddr = net::getsockname(&self.fd)?.try_into()?;
        let group = SocketAddr::new(group, own.port());
        match self.gate.may_listen(Protocol::Udp, group) || self.gate.may_connect(Protocol::Udp, group) {
            true => Ok(()),
            false => Err(self.gate.deny("join the group", canonical(group))),
        }
    }
}
