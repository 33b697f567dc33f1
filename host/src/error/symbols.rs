//! Files and lines of a plugin's functions, for those who want them.

use super::StackFrame;
use super::fault::{MAX_FRAMES, demangled};
use plugix_module::debug::{Function, Place};
use serde::{Deserialize, Serialize};
use std::fmt;
use std::sync::Arc;

/// Finds the places of offsets in one module.
type Find = dyn Fn(&[u64]) -> Vec<Place> + Send + Sync;

/// What finds the lines of one module. By default, nothing does.
#[derive(Clone, Default)]
pub(crate) struct Symbols(Option<Arc<Find>>);

/// A line of a file.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Location {
    /// The file's path, as the compiler of the plugin was told it.
    pub file: String,
    /// The line, from 1.
    pub line: u32,
    /// The column, from 1. 0 if it isn't known.
    pub column: u32,
}

impl fmt::Display for Location {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.file, self.line)
    }
}

impl Symbols {
    /// What finds nothing.
    pub(crate) const NONE: &Self = &Self(None);

    pub(crate) fn new(find: impl Fn(&[u64]) -> Vec<Place> + Send + Sync + 'static) -> Self {
        Self(Some(Arc::new(find)))
    }

    /// The frames with their lines, and with the functions that were inlined.
    pub(crate) fn resolve(&self, frames: Vec<StackFrame>) -> Vec<StackFrame> {
        let each = self.resolve_each(frames);
        each.into_iter().flatten().take(MAX_FRAMES).collect()
    }

    /// The same, apart for each frame, innermost first.
    pub(crate) fn resolve_each(&self, frames: Vec<StackFrame>) -> Vec<Vec<StackFrame>> {
        let Some(find) = &self.0 else { return frames.into_iter().map(|frame| vec![frame]).collect() };
        let offsets: Vec<_> = frames.iter().map(|frame| frame.offset).collect();
        // None are found if there is nothing to find them in.
        let places = find(&offsets).into_iter().chain(std::iter::repeat_with(Place::default));
        frames.into_iter().zip(places).map(|(frame, place)| expand(frame, &place)).collect()
    }
}

/// The functions at a place.
fn expand(mut frame: StackFrame, place: &Place) -> Vec<StackFrame> {
    if place.offset > 0 {
        frame.offset = place.offset;
    }
    let Some((whole, inlined)) = place.functions.split_last() else { return vec![frame] };
    let inlined = inlined.iter().map(|function| StackFrame {
        function: function.name.as_deref().map_or_else(|| "an inlined function".to_owned(), demangled),
        offset: frame.offset,
        location: location(function),
        inlined: true,
    });
    let mut frames: Vec<_> = inlined.collect();
    // The section of names and the debug information call it the same.
    frame.location = location(whole);
    frames.push(frame);
    frames
}

fn location(function: &Function) -> Option<Location> {
    let Function { file, line, column, .. } = function;
    let file = file.clone().filter(|_| *line > 0)?;
    Some(Location { file, line: *line, column: *column })
}

impl fmt::Debug for Symbols {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Symbols").field(&self.0.is_some()).finish()
    }
}
