//! Finds where functions need no check: where one comes soon in any case.
//!
//! A call passes a check before long if what it calls does. So a function needs none at its entry if outside of its
//! loops it does little, with all that it calls there; what it calls in a loop comes after the check at the loop's head.
//! Functions that call each other in a circle wait for each other here, and so one of them at least keeps its check.

use super::loops::Loops;
use crate::operators::{self, Effects};
use crate::{ModuleError, parallel};
use wasmparser::{FunctionBody, Operator};

/// The most instructions that may run without a check, in one call of a function and in all that it calls. With calls
/// in calls as deep as the stack lets them be, all of which are returning, that comes to few milliseconds.
pub(super) const MAX_WORK: u32 = 256;

/// How often the functions are gone through, each way. More rounds find more of those that come before what they call.
const ROUNDS: usize = 4;

/// Which checks a function needs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Checks {
    /// None.
    None(u32),
    /// At the heads of its loops, and where it does much in them.
    InLoops(u32),
    /// Those, and one at its entry.
    All,
}

impl Checks {
    /// How many instructions a call of the function runs at the most without coming to a check.
    pub(super) fn cost(self) -> u32 {
        match self {
            Self::None(cost) | Self::InLoops(cost) => cost,
            Self::All => 0,
        }
    }
}

/// What a function does outside of its loops.
struct Work {
    instructions: u32,
    /// The functions that it calls, by index among those that have bodies; each as often as there is a call.
    callees: Vec<usize>,
    loops: bool,
}

/// The checks that each body needs. `added` is how many instructions are added to each besides the checks.
pub(super) fn checks(imported: u32, bodies: &[FunctionBody<'_>], added: &[u32]) -> Result<Vec<Checks>, ModuleError> {
    let works =
        parallel::try_map(bodies.iter().zip(added).collect(), |(body, added)| Work::of(body, imported, *added))?;
    let mut checks = vec![Checks::All; bodies.len()];
    // Those that others rely on to have one at their entry.
    let mut relied_on = vec![false; bodies.len()];
    // First those of which no callee has one at its entry, so that as few as can be have one.
    for rely in [false; ROUNDS].into_iter().chain([true; ROUNDS]) {
        for (at, work) in works.iter().enumerate() {
            let Some(work) = work.as_ref().filter(|_| checks[at] == Checks::All && !relied_on[at]) else { continue };
            let has_all = |callee: &&usize| checks.get(**callee) == Some(&Checks::All);
            if work.callees.contains(&at) || (!rely && work.callees.iter().any(|callee| has_all(&callee))) {
                continue;
            }
            let Some(cost) = work.cost(&checks) else { continue };
            for callee in work.callees.iter().filter(has_all) {
                relied_on[*callee] = true;
            }
            checks[at] = if work.loops { Checks::InLoops(cost) } else { Checks::None(cost) };
        }
    }
    Ok(checks)
}

impl Work {
    /// `None` if there is no saying how long it runs.
    fn of(body: &FunctionBody<'_>, imported: u32, added: u32) -> Result<Option<Self>, ModuleError> {
        let mut work = Self { instructions: added, callees: Vec::new(), loops: false };
        let mut loops = Loops::default();
        for operator in operators::each(body)? {
            let (operator, effects) = operator?;
            loops.step(&operator, effects);
            if loops.innermost().is_some() {
                work.loops = true;
                continue;
            }
            work.instructions += 1;
            match operator {
                Operator::Call { function_index } if function_index >= imported => {
                    work.callees.push((function_index - imported) as usize);
                }
                // Calls of the host's functions and of unknown ones.
                _ if effects.any(Effects::CALLS.and(Effects::LONG)) => return Ok(None),
                _ => {}
            }
            if work.instructions > MAX_WORK {
                return Ok(None);
            }
        }
        Ok(Some(work))
    }

    /// What it does outside of its loops, with all that it calls there; `None` if that is much.
    fn cost(&self, checks: &[Checks]) -> Option<u32> {
        let callees = self.callees.iter().map(|callee| checks.get(*callee).map_or(0, |checks| checks.cost()));
        Some(callees.chain([self.instructions]).sum()).filter(|cost| *cost <= MAX_WORK)
    }
}
