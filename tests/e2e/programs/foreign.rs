//! Functions of the C library.

use super::same;

same! { same_on_loopback, "foreign":
    events { counted, semaphores }
    pairs { both_ways, half_closed }
    pipes { ends, nonblocking, nonblocking_ones, of_std, threads }
    polls { hang_ups, readiness }
    sets { data, edges, levels }
}
