//! Frames that are none: what a plugin answers when the host asks for a larger one.

use super::{breach, parrot, saying};
use anyhow::Result;
use plugix_e2e::assert_matches;
use plugix_e2e_contract::lies::Liar;
use plugix_host::abi::{MIN_FRAME_CAPACITY, Status};
use plugix_host::error::ProtocolError;
use plugix_host::{Error, Plugin, Policy};

/// More than fits the first frame.
const LARGE: usize = MIN_FRAME_CAPACITY as usize;

/// Makes the plugin return this address for its next frame. The host asks for one.
fn grow(plugin: &Plugin, frame: u32) -> Result<Result<(), Error>> {
    let told = plugin.call_bytes("frames", &frame.to_le_bytes());
    told.map_err(|error| anyhow::anyhow!("{error:?}"))?;
    Ok(plugin.bind::<dyn Liar>()?.take(&"x".repeat(LARGE)))
}

fn breach_with(frame: u32) -> Result<ProtocolError> {
    let plugin = parrot(&Policy::new())?;
    let outcome = grow(&plugin, frame)?;
    breach(&plugin, outcome)
}

#[test]
fn a_frame_that_serves() -> Result<()> {
    let plugin = saying(Status::Ok, b"")?;
    assert_matches!(grow(&plugin, 16384)?, Ok(()));
    assert_matches!(grow(&plugin, 32768)?, Ok(()));
    Ok(())
}

#[test]
fn no_frame_at_all_is_the_end() -> Result<()> {
    assert_eq!(breach_with(0)?, ProtocolError::NoFrame { capacity: MIN_FRAME_CAPACITY });
    Ok(())
}

#[test]
fn frames_that_lie_wrong() -> Result<()> {
    assert_matches!(breach_with(16392)?, ProtocolError::Misaligned { what: "a frame", ptr: 16392, align: 16 });
    assert_matches!(breach_with((2 << 16) - 4096)?, ProtocolError::OutOfBounds { what: "a frame", .. });
    assert_matches!(breach_with(u32::MAX - 15)?, ProtocolError::OutOfBounds { what: "a frame", .. });
    Ok(())
}
