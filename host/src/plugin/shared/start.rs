//! Starts the workers of a plugin.

use super::Sharing;
use super::lanes::{Lane, Lanes};
use crate::error::Error;
use crate::plugin::Plugin;
use crate::plugin::inner::Inner;
use crate::plugin::stream::{GuestStreams, Pulled};
use crate::running::contain::contain;
use crate::running::instance::Instance;
use crate::running::tasks::Worker;
use crate::sync::exclusive::Exclusive;
use plugix_abi::export;
use std::sync::{Arc, Weak};

/// Makes a plugin shared: one lane for its main thread, and one lane for each thread that it starts.
pub(super) fn start(plugin: Plugin, sharing: &Sharing) -> Result<Arc<Lanes>, Error> {
    let mut main = plugin.take()?;
    let workers = start_workers(&mut main, sharing.workers - 1)?;
    let mut lanes = Vec::with_capacity(sharing.workers);
    for worker in workers {
        let mut instance = Instance::of_worker(&main.instance.process, worker)?;
        let path = main.path.beside(&mut instance)?;
        let calls = instance.calls.clone();
        lanes.push(Lane::new(Arc::new(Exclusive::new(Inner::new(instance, path))), calls));
    }
    lanes.push(Lane::new(plugin.inner.clone(), main.instance.calls.clone()));
    let limit = main.path.decoded_limit();
    drop(main);

    let lanes = Arc::new(Lanes::new(plugin, lanes.into(), sharing.queue));
    let weak: Weak<dyn Pulled> = Arc::<Lanes>::downgrade(&lanes);
    let streams = GuestStreams::new(weak, limit);
    lanes.streams.get_or_init(|| streams.clone());
    for lane in &lanes.lanes {
        let streams = streams.clone();
        // Nobody else knows the lanes yet.
        let mut inner = lane.inner.try_take().ok_or(Error::Busy)?;
        inner.path.open_streams_with(Box::new(move |handle| streams.open(handle)));
    }
    Ok(lanes)
}

/// Makes the plugin start this many threads that offer themselves for calls.
fn start_workers(main: &mut Inner, count: usize) -> Result<Vec<Worker>, Error> {
    if count == 0 {
        return Ok(Vec::new());
    }
    let refused = |problem: String| Error::NotShareable { problem };
    let wanted = u32::try_from(count).map_err(|_| refused(format!("{count} workers are too many")))?;
    let instance = &mut main.instance;
    let serve = instance.function::<u32, u32>(export::SERVE).ok_or_else(|| {
        refused(format!("it doesn't export `{}`: build it with a newer `plugix-guest`", export::SERVE))
    })?;
    let process = instance.process.clone();
    let limit = process.start_deadline;
    let _deadline = limit.and_then(|limit| process.resources.watchdog().limit(instance.calls.clone(), limit));
    process.tasks.want_workers(count);
    instance.calls.begin()?;
    let started = contain(|| serve.call(&mut instance.store, wanted)).map_err(|error| instance.end(&error));
    instance.finish()?;
    let started = started?;
    if started < wanted {
        let policy = "its policy allows no more threads, or it has no memory for their stacks";
        return Err(refused(format!("{started} of {wanted} threads could be started: {policy}")));
    }
    process.tasks.take_workers(count)
}
