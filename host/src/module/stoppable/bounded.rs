//! Finds the functions that are over soon whatever happens, and so need no check.

use super::moves_much;
use wasmparser::{BinaryReaderError, FunctionBody, Operator};

/// The most instructions that a function may run, with all that it calls, to be left without a check.
const MAX_WORK: u32 = 256;

/// How often the functions are gone through. More rounds find more of those that come before what they call.
const ROUNDS: usize = 4;

/// What one call of a function costs at the most.
struct Work {
    instructions: u32,
    /// The functions that it calls, by index among those that have bodies; each as often as there is a call.
    callees: Vec<usize>,
}

/// For each body, whether it runs at most [`MAX_WORK`] instructions.
pub(super) fn bounded_functions(imported: u32, bodies: &[FunctionBody<'_>]) -> Result<Vec<bool>, BinaryReaderError> {
    let works = bodies.iter().map(|body| Work::of(body, imported)).collect::<Result<Vec<_>, _>>()?;
    let mut total: Vec<Option<u32>> = vec![None; bodies.len()];
    // Each round settles functions whose callees are settled. Those that call in a circle never are.
    for _ in 0..ROUNDS {
        for (at, work) in works.iter().enumerate() {
            if let (None, Some(work)) = (total[at], work) {
                total[at] = work.total(&total);
            }
        }
    }
    Ok(total.iter().map(Option::is_some).collect())
}

impl Work {
    /// `None` if there is no saying how long it runs.
    fn of(body: &FunctionBody<'_>, imported: u32) -> Result<Option<Self>, BinaryReaderError> {
        let mut work = Self { instructions: 0, callees: Vec::new() };
        for operator in body.get_operators_reader()? {
            work.instructions += 1;
            match operator? {
                Operator::Call { function_index } if function_index >= imported => {
                    work.callees.push((function_index - imported) as usize);
                }
                // Calls of the host's functions, of unknown ones, and jumps to other functions.
                Operator::Call { .. }
                | Operator::CallIndirect { .. }
                | Operator::CallRef { .. }
                | Operator::ReturnCall { .. }
                | Operator::ReturnCallIndirect { .. }
                | Operator::ReturnCallRef { .. }
                | Operator::Loop { .. } => return Ok(None),
                operator if moves_much(&operator) => return Ok(None),
                _ => {}
            }
            if work.instructions > MAX_WORK {
                return Ok(None);
            }
        }
        Ok(Some(work))
    }

    fn total(&self, settled: &[Option<u32>]) -> Option<u32> {
        let callees = self.callees.iter().map(|callee| settled.get(*callee).copied().flatten());
        callees.chain([Some(self.instructions)]).sum::<Option<u32>>().filter(|total| *total <= MAX_WORK)
    }
}
