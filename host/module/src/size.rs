//! Sizes as people read them.

use std::fmt;

/// A number of bytes, which is shown in the largest unit: `64 MiB`, `1.5 KiB`, `12 bytes`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Size(pub u64);

impl fmt::Display for Size {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (unit, name) = match self.0 {
            0..0x400 => return write!(f, "{} bytes", self.0),
            0x400..0x10_0000 => (1_u64 << 10, "KiB"),
            0x10_0000..0x4000_0000 => (1 << 20, "MiB"),
            _ => (1 << 30, "GiB"),
        };
        match self.0.is_multiple_of(unit) {
            true => write!(f, "{} {name}", self.0 / unit),
            false => write!(f, "{:.1} {name}", self.0 as f64 / unit as f64),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_largest_unit_counts() {
        let shown = [0, 1023, 1024, 1536, 64 << 20, (64 << 20) + 1, 3 << 30].map(|size| Size(size).to_string());
        assert_eq!(shown, ["0 bytes", "1023 bytes", "1 KiB", "1.5 KiB", "64 MiB", "64.0 MiB", "3 GiB"]);
    }
}
