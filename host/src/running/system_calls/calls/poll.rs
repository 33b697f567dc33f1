//! Waiting for one of several things.

use super::super::context::{Call, Result};
use super::super::layout::{EpollEvent, Event, OldSubscription, Subscription};
use bytemuck::Pod;
use plugix_system::{Awaited, Errno, PollEvent};
use plugix_system::{EpollChange, EpollData, EpollEvents};
use std::time::Duration;

/// Things to wait for at once: each takes some of the host's memory.
const MAX_SUBSCRIPTIONS: u32 = 4096;

const CLOCK: u8 = 0;
const READ: u8 = 1;
const WRITE: u8 = 2;
const ABSOLUTE: u16 = 1;
const HANGUP: u16 = 1;

/// No end of the wait.
const FOREVER: u64 = u64::MAX;

pub(super) fn oneoff(call: &mut Call<'_>, asked: u32, events: u32, count: u32, told: u32) -> Result {
    poll::<Subscription>(call, asked, events, count, told)
}

/// That of `wasi_unstable`.
pub(super) fn oneoff_old(call: &mut Call<'_>, asked: u32, events: u32, count: u32, told: u32) -> Result {
    poll::<OldSubscription>(call, asked, events, count, told)
}

/// A subscription of either age.
trait Asked: Pod {
    fn decode(self) -> Result<plugix_system::Subscription>;
}

impl Asked for Subscription {
    fn decode(self) -> Result<plugix_system::Subscription> {
        let Self { userdata, kind, id, timeout, flags, .. } = self;
        Ok(plugix_system::Subscription { userdata, awaited: awaited(kind, id, (id, timeout, flags))? })
    }
}

impl Asked for OldSubscription {
    fn decode(self) -> Result<plugix_system::Subscription> {
        let Self { userdata, kind, identifier, id, timeout, flags, .. } = self;
        Ok(plugix_system::Subscription { userdata, awaited: awaited(kind, identifier as u32, (id, timeout, flags))? })
    }
}

fn awaited(kind: u8, fd: u32, (clock, timeout, flags): (u32, u64, u16)) -> Result<Awaited> {
    match kind {
        CLOCK => Ok(Awaited::Clock { clock, timeout, is_absolute: flags & ABSOLUTE != 0 }),
        READ => Ok(Awaited::Read(fd)),
        WRITE => Ok(Awaited::Write(fd)),
        _ => Err(Errno::Inval),
    }
}

fn poll<T: Asked>(call: &mut Call<'_>, asked: u32, events: u32, count: u32, told: u32) -> Result {
    if count > MAX_SUBSCRIPTIONS {
        return Err(Errno::Inval);
    }
    let asked: Vec<T> = call.read_all(asked, count)?;
    let mut subscriptions = asked.into_iter().map(T::decode).collect::<Result<Vec<_>>>()?;
    call.check(events, count as usize * size_of::<Event>())?;
    call.check(told, 4)?;
    sleep_on(call, &mut subscriptions);
    let came = call.system.poll_oneoff(call.thread, &subscriptions)?;
    let came: Vec<_> = came.into_iter().map(event).collect();
    call.write_bytes(events, bytemuck::cast_slice(&came))?;
    call.write(told, came.len() as u32)
}

/// Lets a sleep go on after a signal. WASIX's C library takes any error of a sleep for one that can't be, and the standard
/// library panics then.
fn sleep_on(call: &mut Call<'_>, subscriptions: &mut [plugix_system::Subscription]) {
    let is_clock = |asked: &plugix_system::Subscription| matches!(asked.awaited, Awaited::Clock { .. });
    if subscriptions.is_empty() || !subscriptions.iter().all(is_clock) {
        return;
    }
    let passed = u64::try_from(call.resume().as_nanos()).unwrap_or(u64::MAX);
    for asked in subscriptions {
        if let Awaited::Clock { timeout, is_absolute: false, .. } = &mut asked.awaited {
            *timeout = timeout.saturating_sub(passed);
        }
    }
}

fn event(PollEvent { userdata, error, awaited, bytes, hung_up, seen }: PollEvent) -> Event {
    let kind = match awaited {
        Awaited::Clock { .. } => CLOCK,
        Awaited::Read(_) => READ,
        Awaited::Write(_) => WRITE,
    };
    let (error, flags) = (error.map_or(0, Errno::number), if hung_up { HANGUP } else { 0 });
    // WASI has no use for the upper half of the flags. Plugix's guests do.
    let flags = flags | u16::from(seen) << 8;
    Event { userdata, error, kind, bytes, flags, ..Event::default() }
}

pub(super) fn epoll_create(call: &mut Call<'_>, result: u32) -> Result {
    call.check(result, 4)?;
    let fd = call.system.epoll_create()?;
    call.write(result, fd)
}

pub(super) fn epoll_ctl(call: &mut Call<'_>, set: u32, change: u32, fd: u32, event: u32) -> Result {
    let wanted = |call: &mut Call<'_>| -> Result<plugix_system::EpollEvent> {
        let EpollEvent { events, ptr, fd, data1, data2, .. } = call.read(event)?;
        let data = EpollData { ptr: ptr.into(), fd, data1, data2 };
        Ok(plugix_system::EpollEvent { events: EpollEvents::truncated(events), data })
    };
    let change = match change {
        0 | 1 => EpollChange::Add(wanted(call)?),
        2 => EpollChange::Delete,
        3 => EpollChange::Modify(wanted(call)?),
        _ => return Err(Errno::Inval),
    };
    call.system.epoll_ctl(set, fd, change)
}

pub(super) fn epoll_wait(call: &mut Call<'_>, set: u32, events: u32, most: u32, timeout: u64, told: u32) -> Result {
    if most == 0 || most > MAX_SUBSCRIPTIONS {
        return Err(Errno::Inval);
    }
    call.check(events, most as usize * size_of::<EpollEvent>())?;
    call.check(told, 4)?;
    let timeout = if timeout == FOREVER { None } else { Some(Duration::from_nanos(timeout)) };
    let happened = call.system.epoll_wait(call.thread, set, most as usize, timeout)?;
    let happened: Vec<_> = happened
        .into_iter()
        .map(|event| {
            let EpollData { ptr, fd, data1, data2 } = event.data;
            EpollEvent { events: event.events.bits(), ptr: ptr as u32, fd, data1, data2, ..EpollEvent::default() }
        })
        .collect();
    call.write_bytes(events, bytemuck::cast_slice(&happened))?;
    call.write(told, happened.len() as u32)
}
