//! Looks through debug information before `addr2line` does: for what would take work without reading anything, and for
//! what would take a deep stack.

use super::reader::Limited;
use addr2line::gimli::{Dwarf, Error, Reader as _, Result, Section as _, UnitHeader};
use std::collections::HashSet;

/// How many attributes an entry has at most. Some take no bytes, so that many of them would cost nothing but time.
const MAX_ATTRIBUTES: usize = 128;

/// How deep entries stand in each other at most.
const MAX_DEPTH: isize = 2048;

/// Fails if the information is beyond what compilers write.
pub(super) fn check(dwarf: &Dwarf<Limited<'_>>) -> Result<()> {
    let mut tables = HashSet::new();
    let mut units = dwarf.units();
    while let Some(header) = units.next()? {
        if tables.insert(header.debug_abbrev_offset().0) {
            abbreviations(dwarf.debug_abbrev.reader().clone(), header.debug_abbrev_offset().0)?;
        }
        depth(dwarf, header)?;
    }
    Ok(())
}

/// Reads the kinds of entries that a table at `offset` has.
fn abbreviations(mut table: Limited<'_>, offset: usize) -> Result<()> {
    const IMPLICIT: u64 = 0x21;
    table.skip(offset)?;
    while table.read_uleb128()? != 0 {
        let _tag = table.read_uleb128()?;
        let _has_children = table.read_u8()?;
        let mut attributes = 0;
        loop {
            let (name, form) = (table.read_uleb128()?, table.read_uleb128()?);
            if form == IMPLICIT {
                table.read_sleb128()?;
            }
            if (name, form) == (0, 0) {
                break;
            }
            attributes += 1;
            if attributes > MAX_ATTRIBUTES {
                return Err(Error::TooManyIterations);
            }
        }
        if table.is_empty() {
            break;
        }
    }
    Ok(())
}

fn depth(dwarf: &Dwarf<Limited<'_>>, header: UnitHeader<Limited<'_>>) -> Result<()> {
    let abbreviations = dwarf.abbreviations(&header)?;
    let mut entries = header.entries_raw(&abbreviations, None)?;
    while !entries.is_empty() {
        if entries.next_depth() > MAX_DEPTH {
            return Err(Error::TooManyIterations);
        }
        if let Some(kind) = entries.read_abbreviation()? {
            entries.skip_attributes(kind.attributes())?;
        }
    }
    Ok(())
}
