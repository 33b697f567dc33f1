//! Where in their functions instructions lie.

use crate::ModuleError;
use crate::stoppable::{Origins, bodies};
use std::ops::Range;

/// The offset of each instruction from the begin of its function's body, in bytes. It is given as an offset from the
/// start of the module, or of what [`stoppable`](crate::stoppable()) has made of it if that is `rewritten`. `None` for what is
/// in no function, and for functions that the rewriting has added.
///
/// # Errors
/// Those of [`stoppable`](crate::stoppable()).
pub fn in_functions(wasm: &[u8], rewritten: bool, offsets: &[u64]) -> Result<Vec<Option<u64>>, ModuleError> {
    if rewritten {
        let origins = Origins::of(wasm)?;
        return Ok(offsets.iter().map(|offset| Some(origins.in_function(*offset)?.1)).collect());
    }
    let bodies = bodies(wasm)?;
    Ok(offsets.iter().map(|offset| in_body(&bodies, *offset)).collect())
}

fn in_body(bodies: &[Range<u64>], offset: u64) -> Option<u64> {
    let body = bodies.get(bodies.partition_point(|body| body.end <= offset))?;
    offset.checked_sub(body.start)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::stoppable;

    const LOOPS: &str = r#"(module
        (memory 1)
        (func (nop) (unreachable))
        (func (loop (br 0)) (nop) (unreachable)))"#;

    /// Where the `unreachable` of each function is.
    fn unreachables(wasm: &[u8]) -> Vec<u64> {
        let bodies = bodies(wasm).expect("it is a module");
        let is_unreachable = |body: &Range<u64>| body.end - 2;
        bodies.iter().map(is_unreachable).collect()
    }

    #[test]
    fn an_offset_counts_from_its_function() {
        let wasm = wat::parse_str(LOOPS).expect("it is text");
        let plain = in_functions(&wasm, false, &unreachables(&wasm)).expect("it is a module");
        assert_eq!(plain, [Some(2), Some(7)]);
        let rewritten = stoppable(&wasm).expect("it is valid");
        let places = unreachables(&rewritten);
        assert!(places.len() > 2, "functions were added");
        let original = in_functions(&wasm, true, &places).expect("it is a module");
        assert_eq!(original[..2], plain);
        assert!(original[2..].iter().all(Option::is_none), "{original:?}");
        assert_eq!(in_functions(&wasm, false, &[0, u64::MAX]).expect("it is a module"), [None, None]);
    }
}
