//! Calls that ask for the time. Nobody sets it: the clocks are the host's.

use super::super::context::{Call, Result};
use plugix_system::Clock;
use std::time::Duration;

pub(super) fn time_get(call: &mut Call<'_>, clock: u32, _precision: u64, result: u32) -> Result {
    let time = match Clock::numbered(clock)? {
        // The process is the plugin, and not its host.
        Clock::Process => call.callers.processor_time(call.thread),
        clock => clock.now(),
    };
    call.write(result, nanoseconds(time))
}

pub(super) fn res_get(call: &mut Call<'_>, clock: u32, result: u32) -> Result {
    call.write(result, nanoseconds(Clock::numbered(clock)?.resolution()))
}

/// They suffice until the year 2554.
fn nanoseconds(time: Duration) -> u64 {
    time.as_nanos() as u64
}
