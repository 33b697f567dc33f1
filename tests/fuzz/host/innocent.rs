//! A plugin that does no harm, in the same process. Whatever runs beside it, it computes, traps, is stopped and compiled
//! as ever.

use anyhow::{Context as _, Result, bail, ensure};
use plugix_e2e::engine;
use plugix_host::error::StopReason;
use plugix_host::raw::RawPlugin;
use plugix_host::{Error, Module, Policy};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::thread::Builder;
use std::time::{Duration, Instant};

/// How long a step of a round may take. It is a matter of milliseconds on a machine that does nothing else. Other
/// programs, and two attackers for each processor, may take the rest.
const PATIENCE: Duration = Duration::from_secs(10);

/// Every so many rounds another module is compiled.
const COMPILED: u32 = 4;

const WORK: &str = r#"(module (memory (export "memory") 1)
    (func (export "sum") (param $n i32) (result i32) (local $sum i32)
        (loop $on
            (i32.store8 (local.get $n) (local.get $n))
            (local.set $sum (i32.add (local.get $sum) (i32.load8_u (local.get $n))))
            (br_if $on (local.tee $n (i32.sub (local.get $n) (i32.const 1)))))
        (local.get $sum))
    (func (export "trap") (unreachable))
    (func (export "spin") (loop $on (br $on))))"#;

/// A thread that does a round whenever it is asked.
pub(super) struct Innocent {
    ask: Sender<()>,
    answers: Receiver<Result<()>>,
    is_asked: bool,
}

impl Innocent {
    pub(super) fn start() -> Result<Self> {
        let module = engine().load(wat::parse_str(WORK)?)?;
        let (ask, asked) = channel();
        let (answer, answers) = channel();
        let work = move || {
            for (number, ()) in (0..).zip(asked) {
                if answer.send(round(&module, number)).is_err() {
                    return;
                }
            }
        };
        Builder::new().name("innocent".into()).spawn(work)?;
        Ok(Self { ask, answers, is_asked: false })
    }

    /// Has it do a round. Waits for the one before.
    pub(super) fn ask(&mut self) -> Result<()> {
        self.wait()?;
        self.ask.send(()).context("the innocent plugin's thread has ended")?;
        self.is_asked = true;
        Ok(())
    }

    /// Waits for the end of its round.
    pub(super) fn wait(&mut self) -> Result<()> {
        if std::mem::take(&mut self.is_asked) {
            self.answers.recv_timeout(PATIENCE * 4).context("the innocent plugin doesn't end its round")?
        } else {
            Ok(())
        }
    }
}

fn round(module: &Module, number: u32) -> Result<()> {
    let step = |what: &str, work: &dyn Fn() -> Result<()>| {
        let began = Instant::now();
        work().with_context(|| format!("the innocent plugin: {what}"))?;
        let time = began.elapsed();
        ensure!(time < PATIENCE, "the innocent plugin: {what} took {time:?}");
        Ok(())
    };
    step("it computes and traps", &|| {
        let mut plugin = RawPlugin::new(module, &Policy::new())?;
        let sum: i32 = plugin.call("sum", (60_000,))?;
        // Of the bytes of all numbers up to that.
        ensure!(sum == (1..=60_000).map(|n| n & 0xff).sum::<i32>(), "it came to {sum}");
        match plugin.call::<_, ()>("trap", ()) {
            Err(Error::Trap(trap)) if trap.message.contains("unreachable") => Ok(()),
            other => bail!("it trapped with {other:?}"),
        }
    })?;
    step("it is stopped", &|| {
        let mut plugin = RawPlugin::new(module, &Policy::new().call_deadline(Duration::from_millis(20)))?;
        match plugin.call::<_, ()>("spin", ()) {
            Err(Error::Stopped(StopReason::Deadline { .. })) => Ok(()),
            other => bail!("it was stopped with {other:?}"),
        }
    })?;
    if number.is_multiple_of(COMPILED) {
        step("it is compiled", &|| {
            let text = format!(
                r#"(module (memory (export "memory") 1) (func (export "number") (result i32) (i32.const {number})))"#
            );
            let module = engine().load(wat::parse_str(text)?)?;
            let answer: u32 = RawPlugin::new(&module, &Policy::new())?.call("number", ())?;
            ensure!(answer == number, "it answered {answer}");
            Ok(())
        })?;
    }
    Ok(())
}
