//! Whatever is sent comes back.

use super::typed;
use anyhow::Result;
use plugix_e2e_contract::bench::Point;
use plugix_e2e_contract::typed::{Everything, Shape, Typed};
use plugix_host::abi::PodSlice;
use proptest::collection::{btree_map, vec};
use proptest::prelude::*;

/// Values of each kind that are sent.
const CASES: u32 = 64;

fn config() -> ProptestConfig {
    // Failing values are shown. Nothing is written next to the sources.
    ProptestConfig { cases: CASES, failure_persistence: None, ..ProptestConfig::default() }
}

fn shape() -> impl Strategy<Value = Shape> {
    prop_oneof![
        Just(Shape::Empty),
        any::<i64>().prop_map(Shape::One),
        // NaN is not equal to itself.
        (any::<String>(), any::<f32>()).prop_map(|(text, number)| Shape::Two(text, number)),
        (vec(any::<(i16, i16)>(), 0..5), any::<Option<String>>())
            .prop_map(|(points, label)| Shape::Named { points, label }),
    ]
}

pub(super) fn everything() -> impl Strategy<Value = Everything> {
    let numbers = any::<(bool, (u8, i8, u16, i16), (u32, i32, u64, i64, u128, i128), [u64; 2])>();
    let texts = (any::<char>(), any::<String>(), any::<Vec<u8>>(), any::<Option<u32>>());
    let lists = (vec(shape(), 0..4), btree_map(any::<String>(), any::<Vec<u32>>(), 0..4));
    (numbers, texts, lists).prop_map(|(numbers, texts, lists)| {
        let (flag, small, large, fractions) = numbers;
        let (letter, text, bytes, maybe) = texts;
        let (shapes, map) = lists;
        Everything { flag, small, large, fractions, letter, text, bytes, maybe, shapes, map }
    })
}

#[test]
fn everything_comes_back() -> Result<()> {
    let plugin = typed();
    let client = plugin.bind::<dyn Typed>()?;
    proptest!(config(), |(value in everything())| {
        prop_assert_eq!(client.everything(value.clone())?, value);
    });
    Ok(())
}

#[test]
fn text_and_bytes_come_back() -> Result<()> {
    let plugin = typed();
    let client = plugin.bind::<dyn Typed>()?;
    // Some fit the frame, others don't.
    proptest!(config(), |(text in any::<String>(), times in 0_usize..300, bytes in vec(any::<u8>(), 0..10_000))| {
        let text = text.repeat(times);
        prop_assert_eq!(client.text(&text)?, text);
        prop_assert_eq!(client.bytes(&bytes)?, bytes);
    });
    Ok(())
}

#[test]
fn fractions_come_back_bit_by_bit() -> Result<()> {
    let plugin = typed();
    let client = plugin.bind::<dyn Typed>()?;
    proptest!(config(), |(bits in any::<u64>())| {
        prop_assert_eq!(client.fraction(f64::from_bits(bits))?.to_bits(), bits);
    });
    for special in [0.0, -0.0, f64::INFINITY, f64::NAN, -f64::NAN, f64::MIN_POSITIVE / 2.0] {
        assert_eq!(client.fraction(special)?.to_bits(), special.to_bits());
    }
    Ok(())
}

#[test]
fn elements_come_back_bit_by_bit() -> Result<()> {
    let plugin = typed();
    let client = plugin.bind::<dyn Typed>()?;
    proptest!(config(), |(numbers in vec(any::<[u32; 4]>(), 0..700))| {
        let [sent, returned] = {
            let points: Vec<_> = numbers.iter().map(|bits| bits.map(f32::from_bits)).collect();
            let points: Vec<_> = points.into_iter().map(|[x, y, z, w]| Point { x, y, z, w }).collect();
            let returned = client.points(PodSlice::new(&points))?.into_vec();
            [points, returned]
        };
        let bits = |points: &[Point]| points.iter().map(|p| [p.x, p.y, p.z, p.w].map(f32::to_bits)).collect::<Vec<_>>();
        prop_assert_eq!(bits(&returned), numbers);
        prop_assert_eq!(sent.len(), returned.len());
    });
    Ok(())
}
