//! Sockets of the loopback interface.

use super::same;

same! { same_on_loopback, "sockets":
    datagrams { connected, empty_and_large, groups, nonblocking, options, peeking, timeouts, unreachable }
    refused { connections }
    settings { foreign, lingering, options, timeouts }
    streams { accepting, both_ways, half_closed, on_ipv6, parts, peeking }
}
