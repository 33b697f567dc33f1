//! Measures one workload of one system, a round at a time. It compares what a call returns with what it should return.

use crate::guests::Guests;
use crate::system::{Instance, System};
use crate::workload::{HOST_CALLS, POINTS, ROUNDS, SHORT_ROUNDS, STRINGS, VECTORS, Workload};
use anyhow::{Context as _, Result, anyhow, ensure};
use peers_work::{self as work, Point, Record};
use std::hint::black_box;
use std::path::Path;
use std::sync::Barrier;
use std::thread;
use std::time::{Duration, Instant};

/// How long each call may take. No measured call comes near that; the deadline only has to be armed.
pub(crate) const CALL_LIMIT: Duration = Duration::from_secs(10);

/// How long an endless loop may run.
const STOP_LIMIT: Duration = Duration::from_millis(50);

/// Idle instances that live at the same time.
const IDLE: usize = 100;

/// Seconds or bytes of one of `count` repetitions. `None` if the system has no such thing.
pub(crate) fn measure<S: System>(
    system: &S,
    instance: &mut impl Instance,
    guests: &Guests,
    cache: &Path,
    workload: Workload,
    count: u32,
) -> Result<Option<f64>> {
    let seconds = match workload {
        Workload::Empty => timed(count, || instance.empty())?,
        Workload::Add => timed(count, || same(instance.add(black_box(1), black_box(2))?, 3))?,
        Workload::Echo64 => echo(instance, count, 64)?,
        Workload::Echo4K => echo(instance, count, 4096)?,
        Workload::Echo1M => echo(instance, count, 1 << 20)?,
        Workload::Change => change(instance, count)?,
        Workload::Sum => sum(instance, count)?,
        Workload::Points => points(instance, count)?,
        Workload::Strings => strings(instance, count)?,
        Workload::Nested => nested(instance, count)?,
        Workload::HostCall => {
            let sum = work::call_host(HOST_CALLS, work::add);
            timed(count, || same(instance.call_host(HOST_CALLS)?, sum))? / f64::from(HOST_CALLS)
        }
        Workload::Compute => {
            let expected = work::compute(ROUNDS);
            timed(count, || same(instance.compute(ROUNDS)?, expected))?
        }
        Workload::Threads2 => {
            let expected = work::compute_on(2, ROUNDS);
            return optional(count, || instance.compute_on(2, ROUNDS), |checksum| same(checksum, expected));
        }
        Workload::Spawn => return optional(count, || instance.spawn_and_join(), |one| same(one, 1)),
        Workload::Parallel1 | Workload::Parallel2 | Workload::Parallel4 => {
            let start = || {
                let mut instance = system.start(CALL_LIMIT)?;
                instance.empty()?;
                Ok(move || instance.compute(SHORT_ROUNDS))
            };
            parallel(workload.callers(), count, start)?
        }
        Workload::Shared2 | Workload::Shared4 => {
            let Some(compute) = system.share(CALL_LIMIT, workload.callers()) else { return Ok(None) };
            let compute = compute?;
            parallel(workload.callers(), count, || Ok(|| compute(SHORT_ROUNDS)))?
        }
        Workload::Instantiate | Workload::LoadCold | Workload::Memory if !S::INSTANCES => return Ok(None),
        Workload::Instantiate => instantiate(system, count)?,
        Workload::LoadCold => return load::<S>(guests, None, count),
        Workload::LoadWarm => return load::<S>(guests, Some(cache), count),
        Workload::Stop => return stop(system),
        Workload::Memory => memory(system)?,
    };
    Ok(Some(seconds))
}

/// The seconds that one of `count` repetitions takes.
fn timed(count: u32, mut run: impl FnMut() -> Result<()>) -> Result<f64> {
    let start = Instant::now();
    for _ in 0..count {
        run()?;
    }
    Ok(start.elapsed().as_secs_f64() / f64::from(count))
}

fn same<T: PartialEq + std::fmt::Debug>(got: T, expected: T) -> Result<()> {
    ensure!(got == expected, "the guest returned {got:?} in place of {expected:?}");
    Ok(())
}

fn optional<T>(
    count: u32,
    mut run: impl FnMut() -> Option<Result<T>>,
    check: impl Fn(T) -> Result<()>,
) -> Result<Option<f64>> {
    let start = Instant::now();
    for _ in 0..count {
        let Some(result) = run() else { return Ok(None) };
        check(result?)?;
    }
    Ok(Some(start.elapsed().as_secs_f64() / f64::from(count)))
}

fn echo(instance: &mut impl Instance, count: u32, len: usize) -> Result<f64> {
    let bytes: Vec<u8> = (0..len).map(|at| at as u8).collect();
    ensure!(instance.echo(&bytes)? == bytes, "the echo of {len} bytes differs");
    timed(count, || same(black_box(instance.echo(black_box(&bytes))?).len(), len))
}

fn change(instance: &mut impl Instance, count: u32) -> Result<f64> {
    same(instance.change(Record::example())?, Record::example().changed())?;
    let mut record = Some(Record::example());
    timed(count, || {
        record = Some(instance.change(record.take().context("no record")?)?);
        Ok(())
    })
}

fn sum<I: Instance>(instance: &mut I, count: u32) -> Result<f64> {
    let points = work::points(POINTS);
    let expected = work::sum(&points);
    let points: Vec<I::Point> = points.into_iter().map(I::Point::from).collect();
    timed(count, || same(instance.sum(&points)?, expected))
}

fn points<I: Instance>(instance: &mut I, count: u32) -> Result<f64> {
    let points: Vec<Point> = instance.points(POINTS)?.into_iter().map(Into::into).collect();
    ensure!(points == work::points(POINTS), "the points differ");
    timed(count, || same(black_box(instance.points(POINTS)?).len(), points.len()))
}

fn strings(instance: &mut impl Instance, count: u32) -> Result<f64> {
    let strings = work::strings(STRINGS);
    ensure!(instance.strings(STRINGS)? == strings, "the strings differ");
    timed(count, || same(black_box(instance.strings(STRINGS)?).len(), strings.len()))
}

fn nested(instance: &mut impl Instance, count: u32) -> Result<f64> {
    let vectors = work::vectors(VECTORS);
    let mut turned = instance.reverse(vectors.clone())?;
    ensure!(turned == work::reversed(vectors.clone()), "the vectors differ");
    timed(count, || {
        turned = instance.reverse(std::mem::take(&mut turned))?;
        same(turned.len(), vectors.len())
    })
}

/// Seconds of wall time for each call. There are as many threads as callers. Each thread first starts, and then calls.
fn parallel<C>(callers: usize, count: u32, start: impl Fn() -> Result<C> + Sync) -> Result<f64>
where
    C: FnMut() -> Result<u64>,
{
    let expected = work::compute(SHORT_ROUNDS);
    let ready = Barrier::new(callers);
    let call = || -> Result<(Instant, Instant)> {
        let started = start();
        ready.wait(); // whoever failed must not keep the others waiting
        let mut compute = started?;
        let begin = Instant::now();
        for _ in 0..count {
            same(compute()?, expected)?;
        }
        Ok((begin, Instant::now()))
    };
    thread::scope(|scope| {
        let threads: Vec<_> = (0..callers).map(|_| scope.spawn(call)).collect();
        let joined = threads.into_iter().map(|thread| thread.join().map_err(|_| anyhow!("a caller panicked"))?);
        let (begins, ends): (Vec<_>, Vec<_>) = joined.collect::<Result<Vec<_>>>()?.into_iter().unzip();
        let (begin, end) = begins.into_iter().min().zip(ends.into_iter().max()).context("no callers")?;
        Ok((end - begin).as_secs_f64() / (f64::from(count) * callers as f64))
    })
}

/// Until the first answer; dropping doesn't count.
fn instantiate(system: &impl System, count: u32) -> Result<f64> {
    let mut total = Duration::ZERO;
    for _ in 0..count {
        let start = Instant::now();
        let mut instance = system.start(CALL_LIMIT)?;
        instance.empty()?;
        total += start.elapsed();
    }
    Ok(total.as_secs_f64() / f64::from(count))
}

/// From the file to the first answer, in an engine of its own. Dropping doesn't count.
fn load<S: System>(guests: &Guests, cache: Option<&Path>, count: u32) -> Result<Option<f64>> {
    let mut total = Duration::ZERO;
    for _ in 0..count {
        let start = Instant::now();
        let Some(system) = S::load(guests, cache)? else { return Ok(None) };
        let mut instance = system.start(CALL_LIMIT)?;
        instance.empty()?;
        total += start.elapsed();
    }
    Ok(Some(total.as_secs_f64() / f64::from(count)))
}

/// How much later than it should an endless loop ends.
fn stop(system: &impl System) -> Result<Option<f64>> {
    let mut instance = system.start(STOP_LIMIT)?;
    let start = Instant::now();
    let Some(result) = instance.endless() else { return Ok(None) };
    let elapsed = start.elapsed();
    ensure!(result.is_err(), "an endless loop returned");
    Ok(Some(elapsed.saturating_sub(STOP_LIMIT).as_secs_f64()))
}

/// Bytes that one more instance keeps resident after it has answered a call.
fn memory(system: &impl System) -> Result<f64> {
    let mut instances = Vec::with_capacity(IDLE);
    let before = resident()?;
    for _ in 0..IDLE {
        let mut instance = system.start(CALL_LIMIT)?;
        instance.empty()?;
        instances.push(instance);
    }
    let bytes = resident()?.saturating_sub(before) as f64 / IDLE as f64;
    drop(instances);
    Ok(bytes)
}

/// Bytes of this process that are in memory.
fn resident() -> Result<u64> {
    let status = std::fs::read_to_string("/proc/self/status").context("resident memory is read from /proc")?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).context("no VmRSS in /proc/self/status")?;
    let kib: u64 = line.trim().trim_end_matches(" kB").parse()?;
    Ok(kib * 1024)
}
