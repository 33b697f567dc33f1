//! Changes that don't fit are refused at load. The message names what differs, and shows both sides.

use anyhow::{Context as _, Result};
use plugix_e2e::guest;
use plugix_host::abi::interface::Interface;
use plugix_host::abi::{Pod, PodSlice, PodVec, Schema, Stream, Zeroable, interface};
use serde::{Deserialize, Serialize};

/// Why a host with this interface refuses the plugin, after the two signatures.
fn refusal<I: Interface + ?Sized>() -> Result<String> {
    let error = guest("evolve").info().check_interface::<I>().err().context("the two fit")?.to_string();
    Ok(error.split_once("`; ").context("both signatures")?.1.to_owned())
}

/// Interfaces of which the plugin has another form. Each has one method.
macro_rules! others {
    ($($module:ident $name:literal { $($method:tt)* })*) => { $(
        mod $module {
            #[allow(unused_imports)]
            use super::*;

            #[interface(name = $name, version = "1.0")]
            #[allow(dead_code)]
            pub(super) trait Other {
                $($method)*
            }
        }
    )* };
}

#[derive(Clone, Debug, Serialize, Deserialize, Schema)]
struct Tall {
    text: String,
    width: u32,
    height: u32,
}

#[derive(Clone, Debug, Serialize, Deserialize, Schema)]
struct Short {
    text: String,
}

#[derive(Clone, Debug, Serialize, Deserialize, Schema)]
struct Narrow {
    text: String,
    width: u16,
}

#[derive(Clone, Debug, Serialize, Deserialize, Schema)]
struct Report {
    lines: Vec<Narrow>,
}

#[derive(Clone, Debug, Serialize, Deserialize, Schema)]
enum Few {
    Missing,
}

#[derive(Clone, Debug, Serialize, Deserialize, Schema)]
enum Wide {
    Missing,
    Late { by: u64 },
    Other,
}

#[derive(Clone, Copy, Debug, Pod, Zeroable, Schema)]
#[bytemuck(crate = "plugix_host::abi::bytemuck")]
#[repr(C)]
struct Renamed {
    x: f32,
    y: f32,
    z: f32,
    scale: f32,
}

others! {
    wanted "Aged" { fn render(&self, line: &Tall) -> String; }
    found "Aged" { fn lines(&self, count: u32) -> Stream<Short>; }
    nested "Aged" { fn echo(&self, report: Report) -> Report; }
    few "Fresh" { fn fail(&self, how: &str) -> Result<FreshReport, Few>; }
    wide "Fresh" { fn fail(&self, how: &str) -> Result<FreshReport, Wide>; }
    elements "Aged" { fn mixed(&self, line: Line, points: PodSlice<'_, Renamed>, last: u8) -> PodVec<Renamed>; }
    fewer "Aged" { fn render(&self) -> String; }
    infallible "Aged" { fn fail(&self, how: &str) -> AgedReport; }
    otherwise "Aged" { fn lines(&self, count: u32) -> Vec<Line>; }
}

use plugix_e2e_contract::evolve::newer::Report as FreshReport;
use plugix_e2e_contract::evolve::older::{Line, Report as AgedReport};

#[test]
fn a_field_that_one_side_has() -> Result<()> {
    assert_eq!(
        refusal::<dyn wanted::Other>()?,
        "argument `line`: the field `height` is wanted and not found, and has no `#[schema(default)]`: \
         wanted `{ text: String, width: u32, height: u32 }`, found `{ text: String, width: u32 }`"
    );
    assert_eq!(
        refusal::<dyn found::Other>()?,
        "result: in `items`, the field `width` is found and not wanted, and has no `#[schema(default)]`: \
         wanted `{ text: String }`, found `{ text: String, width: u32 }`"
    );
    Ok(())
}

#[test]
fn a_part_of_another_type() -> Result<()> {
    assert_eq!(refusal::<dyn nested::Other>()?, "argument `report`: in `lines.width`, wanted `u16`, found `u32`");
    Ok(())
}

#[test]
fn a_variant_that_one_side_has() -> Result<()> {
    assert_eq!(
        refusal::<dyn few::Other>()?,
        "error: the variant `Late` is found and not wanted, and what is wanted has no `#[schema(other)]`: \
         wanted `Missing`, found `Missing | Late { by: u32 } | Other`"
    );
    assert_eq!(refusal::<dyn wide::Other>()?, "error: in `Late.by`, wanted `u64`, found `u32`");
    Ok(())
}

#[test]
fn what_is_no_matter_of_types() -> Result<()> {
    assert_eq!(
        refusal::<dyn elements::Other>()?,
        "argument `points`: elements cross as they lie in memory, so that they can't change: \
         wanted `{ x: f32, y: f32, z: f32, scale: f32 }`, found `{ x: f32, y: f32, z: f32, w: f32 }`"
    );
    assert_eq!(refusal::<dyn fewer::Other>()?, "wanted 0 arguments, found 1");
    assert_eq!(refusal::<dyn infallible::Other>()?, "error: is found and not wanted");
    assert_eq!(
        refusal::<dyn otherwise::Other>()?,
        "result: wanted `Vec<{ text: String, width: u32 }>`, found a stream of `{ text: String, width: u32 }`"
    );
    Ok(())
}

#[test]
fn both_signatures_are_shown() -> Result<()> {
    let error = guest("evolve").info().check_interface::<dyn wanted::Other>().unwrap_err().to_string();
    let start =
        "`Aged` has another `render`: wanted `render(line: &Tall) -> String`, found `render(line: &Line) -> String`; ";
    assert!(error.starts_with(start), "{error}");
    Ok(())
}
