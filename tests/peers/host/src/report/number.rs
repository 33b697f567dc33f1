//! Numbers for people: three digits and a unit.

/// Seconds, or bytes.
pub(super) fn with_unit(value: f64, is_bytes: bool) -> String {
    let (number, unit) = scaled(value, is_bytes);
    format!("{} {unit}", digits(number))
}

/// A power of ten of them.
pub(super) fn round(value: f64, is_bytes: bool) -> String {
    // A power of ten may be a little less than its unit is.
    let (number, unit) = scaled(value * 1.001, is_bytes);
    match number {
        number if number < 0.9 => format!("{} {unit}", digits(number)),
        number => format!("{number:.0} {unit}"),
    }
}

fn scaled(value: f64, is_bytes: bool) -> (f64, &'static str) {
    let steps: [(f64, &str); 4] = if is_bytes {
        [(1e9, "GB"), (1e6, "MB"), (1e3, "KB"), (1.0, "B")]
    } else {
        [(1.0, "s"), (1e-3, "ms"), (1e-6, "µs"), (1e-9, "ns")]
    };
    let (step, unit) = steps.into_iter().find(|(step, _)| value >= *step).unwrap_or(steps[3]);
    (value / step, unit)
}

/// How many times.
pub(super) fn times(ratio: f64) -> String {
    format!("{} ×", digits(ratio))
}

/// Two digits after the point below 10, one below 100.
pub(super) fn digits(value: f64) -> String {
    match value {
        value if value < 9.995 => format!("{value:.2}"),
        value if value < 99.95 => format!("{value:.1}"),
        value => format!("{value:.0}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_have_three_digits_and_the_unit_that_fits() {
        assert_eq!(with_unit(95.1e-9, false), "95.1 ns");
        assert_eq!(with_unit(0.000_001, false), "1.00 µs");
        assert_eq!(with_unit(1.5, false), "1.50 s");
        assert_eq!(with_unit(170_000.0, true), "170 KB");
        assert_eq!(with_unit(0.0, true), "0.00 B");
        assert_eq!(times(12.34), "12.3 ×");
        assert_eq!(round(10_f64.powi(-8), false), "10 ns");
        assert_eq!(round(10_f64.powi(-3), false), "1 ms");
    }
}
