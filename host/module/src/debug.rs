//! Debug information: which line of which file an instruction comes from, and in which functions it was inlined.
//!
//! It is DWARF in custom sections, and as much of an allegation as the rest of a module. [`locate`] reads it when somebody
//! asks, keeps nothing of it, and is limited: in bytes, in reads (and so in memory, since nothing is kept without a
//! read), in time, and in how deep entries stand in each other.

mod check;
mod in_functions;
mod reader;

pub use in_functions::in_functions;

use crate::ModuleError;
use crate::stoppable::{Origins, code_start};
use addr2line::gimli::{self, Dwarf, SectionId};
use addr2line::{Context, Frame, Location};
use check::check;
use reader::{Budget, Limited};
use std::collections::HashMap;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::time::Duration;
use wasmparser::{Parser, Payload};

/// The largest debug information that is read, in bytes.
const MOST_BYTES: usize = 512 << 20;

/// How long it may be read.
const MOST_TIME: Duration = Duration::from_secs(5);

/// How many bytes of a name are kept.
const MAX_NAME: usize = 1024;

/// How many inlined functions are shown at one place.
const MAX_INLINED: usize = 64;

/// The stack of the thread that reads, in bytes. Reading is recursive, as deep as `check` allows.
const STACK: usize = 16 << 20;

/// Why there are no lines.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum DebugError {
    /// The module has none.
    #[error("the module has no debug information")]
    None,
    /// The module is malformed, or isn't the one that the code is of.
    #[error(transparent)]
    Module(#[from] ModuleError),
    /// The debug information is of other code.
    #[error("the debug information is of another module")]
    OtherModule,
    /// There is more of it than is read.
    #[error("the debug information is larger than {} MiB", MOST_BYTES >> 20)]
    TooLarge,
    /// It is malformed, or takes more work than any compiler's.
    #[error("the debug information can't be read: {0}")]
    Malformed(String),
}

/// What lies at an offset.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Place {
    /// The offset in bytes from the start of the module as its author has it.
    pub offset: u64,
    /// The functions, from the innermost inlined one to the one that they were inlined into. Empty if there is no
    /// information about the place.
    pub functions: Vec<Function>,
}

/// A function, and a line of it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Function {
    /// The function's name as the linker knows it.
    pub name: Option<String>,
    /// The file, as the compiler was told it.
    pub file: Option<String>,
    /// The line in the file, from 1. 0 if it isn't known.
    pub line: u32,
    /// The column in the line, from 1. 0 if it isn't known.
    pub column: u32,
}

/// What a module is made of, for [`locate`].
#[derive(Clone, Copy, Debug)]
pub struct Source<'a> {
    /// The module.
    pub wasm: &'a [u8],
    /// Whether the offsets are those of what [`stoppable`](crate::stoppable()) has made of it.
    pub rewritten: bool,
    /// The module with its debug information, if that is kept apart. All its code must be equal.
    pub debug: Option<&'a [u8]>,
}

/// Finds the lines of offsets, each in bytes from the module's start.
///
/// # Errors
/// [`DebugError`] says why there are no lines at all. What is wrong at one place only leaves that place without functions.
pub fn locate(source: &Source<'_>, offsets: &[u64]) -> Result<Vec<Place>, DebugError> {
    let debug = source.debug.unwrap_or(source.wasm);
    let sections = sections(debug)?;
    if source.debug.is_some() && code(source.wasm)? != code(debug)? {
        return Err(DebugError::OtherModule);
    }
    let origins = if source.rewritten { Some(Origins::of(source.wasm)?) } else { None };
    let start = match &origins {
        Some(origins) => origins.code().1,
        None => code_start(source.wasm)?,
    };
    let original = |offset: u64| origins.as_ref().map_or(Some(offset), |origins| origins.original(offset));
    let offsets: Vec<_> = offsets.iter().map(|offset| original(*offset)).collect();
    let budget = Budget::new(sections.values().map(|section| section.len()).sum(), MOST_TIME);
    let read = || {
        let find = AssertUnwindSafe(|| find(&sections, &budget, &offsets, start));
        catch_unwind(find).unwrap_or_else(|_| Err(DebugError::Malformed("the reader panicked".to_owned())))
    };
    std::thread::scope(|scope| {
        let thread = std::thread::Builder::new().name("plugix-debug".into()).stack_size(STACK);
        let reading = thread.spawn_scoped(scope, read).map_err(|error| DebugError::Malformed(error.to_string()))?;
        reading.join().unwrap_or_else(|_| Err(DebugError::Malformed("the reader panicked".to_owned())))
    })
}

/// Whether a module has debug information.
pub fn has_lines(wasm: &[u8]) -> bool {
    sections(wasm).is_ok_and(|sections| sections.contains_key(SectionId::DebugLine.name()))
}

/// The module without its debug information.
///
/// # Errors
/// [`ModuleError::Malformed`] if it isn't made of sections.
pub fn strip(wasm: &[u8]) -> Result<Vec<u8>, ModuleError> {
    let mut stripped = wasm[..wasm.len().min(8)].to_vec();
    for payload in Parser::new(0).parse_all(wasm) {
        let payload = payload?;
        let Some((id, range)) = payload.as_section() else { continue };
        let is_debug = matches!(&payload, Payload::CustomSection(section) if section.name().starts_with(".debug_"));
        if !is_debug {
            let data = &wasm[range.start as usize..range.end as usize];
            wasm_encoder::Section::append_to(&wasm_encoder::RawSection { id, data }, &mut stripped);
        }
    }
    Ok(stripped)
}

/// Renames the sections of the debug information, so that nothing finds them. No offset changes.
///
/// # Errors
/// [`ModuleError::Malformed`] if the module isn't made of sections.
pub fn hide(wasm: &mut [u8]) -> Result<(), ModuleError> {
    let mut names = Vec::new();
    for payload in Parser::new(0).parse_all(wasm) {
        if let Payload::CustomSection(section) = payload?
            && section.name().starts_with(".debug_")
        {
            names.push(section.data_offset() as usize - section.name().len());
        }
    }
    names.into_iter().for_each(|name| wasm[name] = b'_');
    Ok(())
}

fn sections(wasm: &[u8]) -> Result<HashMap<&str, &[u8]>, DebugError> {
    let mut sections = HashMap::new();
    let mut len = 0;
    for payload in Parser::new(0).parse_all(wasm) {
        if let Payload::CustomSection(section) = payload.map_err(ModuleError::from)?
            && section.name().starts_with(".debug_")
        {
            len += section.data().len();
            sections.insert(section.name(), section.data());
        }
    }
    match sections.is_empty() {
        true => Err(DebugError::None),
        false if len > MOST_BYTES => Err(DebugError::TooLarge),
        false => Ok(sections),
    }
}

/// The contents of the code section.
fn code(wasm: &[u8]) -> Result<&[u8], ModuleError> {
    for payload in Parser::new(0).parse_all(wasm) {
        if let Payload::CodeSectionStart { range, .. } = payload? {
            return Ok(&wasm[range.start as usize..range.end as usize]);
        }
    }
    Ok(&[])
}

/// Looks up all places. `start` is where the code begins, from which debug information counts.
fn find(
    sections: &HashMap<&str, &[u8]>,
    budget: &Budget,
    offsets: &[Option<u64>],
    start: u64,
) -> Result<Vec<Place>, DebugError> {
    let malformed = |error: gimli::Error| DebugError::Malformed(error.to_string());
    let section = |id: SectionId| -> Result<_, gimli::Error> {
        Ok(Limited::new(sections.get(id.name()).copied().unwrap_or_default(), budget))
    };
    let dwarf = Dwarf::load(section).map_err(malformed)?;
    check(&dwarf).map_err(malformed)?;
    let context = Context::from_dwarf(dwarf).map_err(malformed)?;
    let mut known = HashMap::new();
    let mut place = |offset: &Option<u64>| {
        let Some(offset) = *offset else { return Place::default() };
        let functions = known.entry(offset);
        let functions = functions.or_insert_with(|| match offset.checked_sub(start) {
            Some(address) => functions_at(&context, address).unwrap_or_default(),
            None => Vec::new(),
        });
        Place { offset, functions: functions.clone() }
    };
    Ok(offsets.iter().map(&mut place).collect())
}

fn functions_at(context: &Context<Limited<'_>>, address: u64) -> Result<Vec<Function>, gimli::Error> {
    let mut frames = context.find_frames(address).skip_all_loads()?;
    let mut functions = Vec::new();
    while functions.len() < MAX_INLINED
        && let Some(Frame { function, location, .. }) = frames.next()?
    {
        let name = function.and_then(|name| name.raw_name().ok().map(|name| kept(&name)));
        let Location { file, line, column } = location.unwrap_or(Location { file: None, line: None, column: None });
        let (line, column) = (line.unwrap_or(0), column.unwrap_or(0));
        functions.push(Function { name, file: file.map(kept), line, column });
    }
    Ok(functions)
}

fn kept(name: &str) -> String {
    name[..name.floor_char_boundary(MAX_NAME)].to_owned()
}

#[cfg(test)]
mod tests;
