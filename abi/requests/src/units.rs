//! Sizes such as `64 MiB` and times such as `250ms`.

use std::time::Duration;

const SIZES: [(&str, u64); 5] = [("B", 1), ("KiB", 1 << 10), ("MiB", 1 << 20), ("GiB", 1 << 30), ("TiB", 1 << 40)];

const TIMES: [(&str, u64); 4] = [("ms", 1), ("s", 1000), ("min", 60_000), ("h", 3_600_000)];

/// The number of bytes in a text such as `64 MiB`, or what is wrong with the text.
///
/// # Errors
/// What is wrong, to follow the text's name.
pub fn bytes(text: &str) -> Result<u64, String> {
    number_and_unit(text, &SIZES)
        .ok_or_else(|| format!("is {text:?}, and a size is a whole number with B, KiB, MiB or GiB: \"64 MiB\""))
}

/// The time in a text such as `250ms`, or what is wrong with the text.
///
/// # Errors
/// What is wrong, to follow the text's name.
pub fn duration(text: &str) -> Result<Duration, String> {
    match number_and_unit(text, &TIMES) {
        Some(0) => Err("is no time at all: everything would be too late; leave it out for no limit".to_owned()),
        Some(milliseconds) => Ok(Duration::from_millis(milliseconds)),
        None => Err(format!("is {text:?}, and a time is a whole number with ms, s, min or h: \"250ms\"")),
    }
}

/// A number of bytes as such a text.
pub fn bytes_text(bytes: u64) -> String {
    text(bytes, &SIZES)
}

/// A number of milliseconds as such a text.
pub fn time_text(milliseconds: u64) -> String {
    text(milliseconds, &TIMES)
}

/// In the largest unit that leaves no rest.
fn text(number: u64, units: &[(&str, u64)]) -> String {
    let fits = units.iter().rev().find(|(_, factor)| number > 0 && number.is_multiple_of(*factor));
    let (unit, factor) = fits.unwrap_or(&units[0]);
    let space = if unit.ends_with('B') { " " } else { "" };
    format!("{}{space}{unit}", number / factor)
}

fn number_and_unit(text: &str, units: &[(&str, u64)]) -> Option<u64> {
    let text = text.trim();
    let end = text.find(|c: char| !c.is_ascii_digit())?;
    let (number, unit) = text.split_at(end);
    let factor = units.iter().find(|(name, _)| *name == unit.trim_start())?.1;
    number.parse::<u64>().ok()?.checked_mul(factor)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_and_times_are_read() {
        assert_eq!(bytes("64 MiB"), Ok(64 << 20));
        assert_eq!(bytes(" 1GiB"), Ok(1 << 30));
        assert_eq!(bytes("0 B"), Ok(0));
        assert_eq!(duration("250ms"), Ok(Duration::from_millis(250)));
        assert_eq!(duration("2 min"), Ok(Duration::from_secs(120)));
    }

    #[test]
    fn what_is_written_is_read() {
        for number in [0, 1, 1023, 1024, 1536, 64 << 20, u64::MAX] {
            assert_eq!(bytes(&bytes_text(number)), Ok(number));
        }
        for number in [1, 999, 1000, 1001, 60_000, 3_600_000, u64::MAX] {
            assert_eq!(duration(&time_text(number)), Ok(Duration::from_millis(number)));
        }
        assert_eq!((bytes_text(64 << 20), time_text(2_000)), ("64 MiB".to_owned(), "2s".to_owned()));
    }

    #[test]
    fn others_are_not() {
        for text in ["", "64", "MiB", "64 MB", "64 mib", "-1 B", "1.5 GiB", "99999999999 TiB", "64 MiB x", "６４ B"] {
            assert!(bytes(text).is_err(), "{text}");
        }
        for text in ["", "5", "s", "0s", "1.5s", "5 m", "99999999999999999999h"] {
            assert!(duration(text).is_err(), "{text}");
        }
    }
}
