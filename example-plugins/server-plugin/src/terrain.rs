//! Mountains and valleys: noise, the same noise at twice the detail and half the height, and so on.

/// Heights in each row and in each column of a region.
const SIDE: u32 = 512;

/// How often detail is added.
const OCTAVES: u32 = 7;

/// How far the largest mountains are apart.
const MOUNTAINS: f32 = 128.0;

/// The heights of a region, row by row. Regions lie side by side.
pub(crate) fn region(seed: u64, number: u32) -> Vec<u16> {
    let heights = (0..SIDE).flat_map(|y| (0..SIDE).map(move |x| height(seed, x + number * SIDE, y)));
    heights.map(|height| (height * f32::from(u16::MAX)) as u16).collect()
}

/// From 0 to 1.
fn height(seed: u64, x: u32, y: u32) -> f32 {
    let mut height = 0.0;
    let mut weight = 0.5;
    let mut scale = 1.0 / MOUNTAINS;
    for octave in 0..OCTAVES {
        height += weight * noise(seed ^ u64::from(octave), x as f32 * scale, y as f32 * scale);
        weight /= 2.0;
        scale *= 2.0;
    }
    height
}

/// Random numbers at whole coordinates, with a smooth surface through them.
fn noise(seed: u64, x: f32, y: f32) -> f32 {
    let left = x.floor();
    let top = y.floor();
    let right_part = smooth(x - left);
    let bottom_part = smooth(y - top);
    let corner = |dx: u32, dy: u32| random(seed, left as u32 + dx, top as u32 + dy);
    let upper = mix(corner(0, 0), corner(1, 0), right_part);
    let lower = mix(corner(0, 1), corner(1, 1), right_part);
    mix(upper, lower, bottom_part)
}

fn smooth(t: f32) -> f32 {
    t * t * (3.0 - 2.0 * t)
}

fn mix(a: f32, b: f32, part: f32) -> f32 {
    a + (b - a) * part
}

/// A number from 0 to 1. It depends only on the arguments (the end of `SplitMix64`).
fn random(seed: u64, x: u32, y: u32) -> f32 {
    let mut bits = seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) ^ (u64::from(y) << 32 | u64::from(x));
    bits = (bits ^ bits >> 30).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    bits = (bits ^ bits >> 27).wrapping_mul(0x94d0_49bb_1331_11eb);
    (bits >> 40) as f32 / (1 << 24) as f32
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_region_depends_on_seed_and_number_only() {
        let heights = region(1, 0);
        assert_eq!(heights.len(), (SIDE * SIDE) as usize);
        assert_eq!(heights, region(1, 0));
        assert!(heights != region(2, 0) && heights != region(1, 1));
    }

    #[test]
    fn neighbours_are_about_as_high() {
        let slopes = (0..1000).map(|x| height(7, x, 5) - height(7, x + 1, 5));
        assert!(slopes.into_iter().all(|slope| slope.abs() < 0.1));
    }
}
