//! The same work for many parts, on several threads.
//!
//! The threads live as long as the work: a host that loads nothing has none of them.

use crate::ModuleError;
use crate::work::COMPILER_THREADS;
use std::num::NonZero;
use std::sync::{Mutex, PoisonError};
use std::thread;

/// How many parts a thread takes at once. Less than this isn't worth a thread.
const PIECE: usize = 64;

/// What `run` makes of all parts, in their order. It gets some of them at a time.
pub(crate) fn map<T: Send, R: Send>(parts: Vec<T>, run: impl Fn(Vec<T>) -> Vec<R> + Sync) -> Vec<R> {
    if parts.len() <= PIECE {
        return run(parts);
    }
    let mut parts = parts.into_iter();
    let pieces =
        std::iter::from_fn(|| Some(parts.by_ref().take(PIECE).collect::<Vec<_>>()).filter(|piece| !piece.is_empty()));
    let pieces: Vec<_> = pieces.enumerate().collect();
    let threads = thread::available_parallelism().map_or(1, NonZero::get).min(COMPILER_THREADS).min(pieces.len());
    let (left, done) = (Mutex::new(pieces.into_iter()), Mutex::new(Vec::new()));
    let next = || left.lock().unwrap_or_else(PoisonError::into_inner).next();
    let work = || {
        while let Some((at, piece)) = next() {
            let made = run(piece);
            done.lock().unwrap_or_else(PoisonError::into_inner).push((at, made));
        }
    };
    thread::scope(|scope| {
        for _ in 1..threads {
            // Where there can't be one more thread, the others do its work.
            let _ = thread::Builder::new().name("plugix-module".into()).spawn_scoped(scope, work);
        }
        work();
    });
    let mut done = done.into_inner().unwrap_or_else(PoisonError::into_inner);
    done.sort_unstable_by_key(|(at, _)| *at);
    done.into_iter().flat_map(|(_, made)| made).collect()
}

/// The same for one part at a time.
///
/// # Errors
/// That of the first part that fails.
pub(crate) fn try_map<T: Send, R: Send>(
    parts: Vec<T>,
    run: impl Fn(T) -> Result<R, ModuleError> + Sync,
) -> Result<Vec<R>, ModuleError> {
    map(parts, |piece| piece.into_iter().map(&run).collect()).into_iter().collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_parts_stay_in_order() {
        for count in [0, 1, PIECE, PIECE + 1, 10 * PIECE + 7] {
            let doubled = map((0..count).collect(), |piece| piece.into_iter().map(|part| part * 2).collect());
            assert!(doubled.into_iter().eq((0..count).map(|part| part * 2)), "{count}");
        }
    }

    #[test]
    fn the_first_error_counts() {
        let fails = |part| match part {
            100 | 700 => Err(ModuleError::TooLarge { what: "parts", found: part, allowed: 0 }),
            part => Ok(part),
        };
        let error = try_map((0..1000).collect(), fails).unwrap_err();
        assert!(matches!(error, ModuleError::TooLarge { found: 100, .. }), "{error}");
    }
}
