//! Tasks of tokio, on two threads.

use crate::Result;
use std::path::Path;
use std::time::{Duration, Instant};
use tokio::runtime::{Builder, Runtime};
use tokio::sync::mpsc;
use tokio::task::spawn_blocking;

/// Messages that a channel holds.
const ROOM: usize = 256;

/// What servers and tasks run on.
pub(crate) fn runtime() -> Result<Runtime> {
    Ok(Builder::new_multi_thread().worker_threads(2).enable_io().build()?)
}

/// A message from a task to another one.
pub(crate) fn channel(_: &Path, count: u32) -> Result<Duration> {
    runtime()?.block_on(async {
        let (sender, mut receiver) = mpsc::channel(ROOM);
        let start = Instant::now();
        let receiving = tokio::spawn(async move {
            let mut sum = 0;
            while let Some(number) = receiver.recv().await {
                sum += u64::from(number);
            }
            sum
        });
        let sending = tokio::spawn(async move {
            for number in 0..count {
                sender.send(number).await?;
            }
            Ok::<_, mpsc::error::SendError<u32>>(())
        });
        sending.await??;
        check(receiving.await? == (0..u64::from(count)).sum())?;
        Ok(start.elapsed())
    })
}

/// Two tasks wake each other in turn: there and back.
pub(crate) fn hand_over(_: &Path, count: u32) -> Result<Duration> {
    runtime()?.block_on(async {
        let (there, mut asked) = mpsc::channel(1);
        let (back, mut answered) = mpsc::channel(1);
        let start = Instant::now();
        let answering = tokio::spawn(async move {
            while let Some(number) = asked.recv().await {
                back.send(number + 1).await?;
            }
            Ok::<_, mpsc::error::SendError<u32>>(())
        });
        let asking = tokio::spawn(async move {
            for number in 0..count {
                there.send(number).await?;
                check(answered.recv().await == Some(number + 1))?;
            }
            Result::Ok(())
        });
        asking.await??;
        answering.await??;
        Ok(start.elapsed())
    })
}

/// A task is spawned and awaited.
pub(crate) fn spawn(_: &Path, count: u32) -> Result<Duration> {
    within_a_task(count, async |number| Ok(tokio::spawn(async move { number + 1 }).await?))
}

/// A thread for blocking work gets some, and answers.
pub(crate) fn blocking(_: &Path, count: u32) -> Result<Duration> {
    within_a_task(count, async |number| Ok(spawn_blocking(move || number + 1).await?))
}

fn within_a_task<F>(count: u32, work: impl FnOnce(u32) -> F + Copy + Send + 'static) -> Result<Duration>
where
    F: Future<Output = Result<u32>> + Send + 'static,
{
    runtime()?.block_on(async {
        let all = tokio::spawn(async move {
            let start = Instant::now();
            for number in 0..count {
                check(work(number).await? == number + 1)?;
            }
            Ok(start.elapsed())
        });
        all.await?
    })
}

fn check(is_right: bool) -> Result<()> {
    if is_right { Ok(()) } else { Err("a wrong number came out".into()) }
}
