//! What was in the memory.

use super::dump::Dump;
use anyhow::{Result, ensure};
use std::fmt::Write as _;

/// Bytes in a line.
const LINE: u64 = 16;

/// Reads an address: decimal, or hexadecimal with `0x`.
pub(super) fn address(text: &str) -> Result<u64, String> {
    let number = match text.strip_prefix("0x") {
        Some(digits) => u64::from_str_radix(digits, 16),
        None => text.parse(),
    };
    number.map_err(|_| "an address is a number, such as 1048576 or 0x100000".to_owned())
}

/// The bytes from an address on, as lines. What isn't in the dump is shown as dots: pages that are all zeroes aren't.
pub(super) fn lines(dump: &Dump<'_>, address: u64, count: u64) -> Result<String> {
    let end = address.saturating_add(count).min(dump.memory);
    ensure!(address < end, "the memory has {:#x} bytes, and nothing at {address:#x}", dump.memory);
    let mut page = String::new();
    for start in (address..end).step_by(LINE as usize) {
        let bytes: Vec<_> = (start..end.min(start + LINE)).map(|at| byte(dump, at)).collect();
        let hex: Vec<_> = bytes.iter().map(|byte| byte.map_or("..".to_owned(), |byte| format!("{byte:02x}"))).collect();
        let text: String = bytes.iter().map(|byte| shown(byte.unwrap_or(0))).collect();
        let _ = writeln!(page, "{start:08x}  {:47}  {text}", hex.join(" "));
    }
    Ok(page)
}

fn byte(dump: &Dump<'_>, at: u64) -> Option<u8> {
    dump.segments.iter().find_map(|(start, bytes)| bytes.get(usize::try_from(at.checked_sub(*start)?).ok()?).copied())
}

fn shown(byte: u8) -> char {
    if byte.is_ascii_graphic() || byte == b' ' { char::from(byte) } else { '.' }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_numbers() {
        assert_eq!([address("16"), address("0x10")], [Ok(16), Ok(16)]);
        assert!(["", "x", "-1", "0x", "1.5"].iter().all(|text| address(text).is_err()));
    }

    #[test]
    fn what_is_not_in_the_dump_is_dots() {
        let dump = Dump { memory: 64, segments: vec![(18, b"ab\n"), (40, b"c")], ..Dump::default() };
        assert_eq!(lines(&dump, 16, 6).unwrap(), format!("00000010  {:47}  ..ab..\n", ".. .. 61 62 0a .."));
        assert_eq!(lines(&dump, 0, 100).unwrap().lines().count(), 4);
        assert!(lines(&dump, 64, 1).is_err());
    }
}
