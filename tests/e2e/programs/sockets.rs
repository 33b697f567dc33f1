//! Sockets of the loopback interface.

use super::same;

same! { same_on_loopback, "sockets":
    datagrams { connected, empty_and_large, nonblocking, options, peeking, timeouts, unreachable }
    refused { connections }
    streams { accepting, both_ways, half_closed, lingering, on_ipv6, options, parts, peeking, timeouts }
}
