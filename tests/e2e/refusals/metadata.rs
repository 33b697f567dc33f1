//! Metadata that isn't what it should be.

use super::refusal;
use anyhow::Result;
use plugix_e2e::assert_matches;
use plugix_host::abi::AbiVersion;
use plugix_host::error::LoadError;

/// What is wrong with a fixture, if it is its metadata.
fn field(name: &str) -> Result<&'static str> {
    match refusal(name)? {
        LoadError::Metadata { field, .. } => Ok(field),
        other => Err(other.into()),
    }
}

#[test]
fn not_an_address() -> Result<()> {
    assert_eq!(field("metadata-not-a-global")?, "metadata");
    Ok(())
}

#[test]
fn wrong_magic() -> Result<()> {
    let nope = u32::from_le_bytes(*b"nope");
    assert_matches!(refusal("wrong-magic")?, LoadError::WrongMagic { found } if *found == nope);
    Ok(())
}

#[test]
fn abi_too_new() -> Result<()> {
    let found = refusal("abi-too-new")?;
    assert_matches!(found, LoadError::AbiTooNew { found: AbiVersion { major: 1, minor: 1 } });
    let found = refusal("abi-far-too-new")?;
    assert_matches!(found, LoadError::AbiTooNew { found: AbiVersion { major: 2, minor: 0 } });
    Ok(())
}

#[test]
fn abi_too_old() -> Result<()> {
    assert_matches!(refusal("abi-too-old")?, LoadError::AbiTooOld { found: AbiVersion { major: 0, minor: 9 } });
    Ok(())
}

#[test]
fn out_of_bounds() -> Result<()> {
    assert_eq!(field("metadata-out-of-bounds")?, "metadata");
    assert_eq!(field("metadata-at-the-end")?, "metadata");
    assert_eq!(field("version-out-of-bounds")?, "version");
    Ok(())
}

#[test]
fn end_of_all_addresses() -> Result<()> {
    assert_eq!(field("description-overflows")?, "description");
    Ok(())
}

#[test]
fn not_text() -> Result<()> {
    assert_eq!(field("name-not-utf8")?, "name");
    Ok(())
}

#[test]
fn too_long() -> Result<()> {
    assert_eq!(field("sdk-too-long")?, "SDK version");
    Ok(())
}
