//! Changes modules in binary.

use anyhow::{Context, Result};
use plugix_abi::interface::descriptor::section;
use plugix_manager::store::grants::requests::{self, Requests};
use std::borrow::Cow;
use wasm_encoder::{CustomSection, Section};

/// A module with a custom section at its end.
#[must_use]
pub fn with_section(mut wasm: Vec<u8>, name: &str, data: &[u8]) -> Vec<u8> {
    CustomSection { name: Cow::Borrowed(name), data: Cow::Borrowed(data) }.append_to(&mut wasm);
    wasm
}

/// A module that asks for something. The text is as in `Cargo.toml`.
///
/// # Errors
/// If nobody can ask for that.
pub fn with_requests(wasm: Vec<u8>, text: &str) -> Result<Vec<u8>> {
    let requests = Requests::from_toml(text, None)?;
    Ok(with_section(wasm, section::REQUESTS, &requests::write(&requests)))
}

/// A module with invalid instructions in its functions. Compiling it fails. Whoever only reads it doesn't notice.
///
/// # Errors
/// If it is no module.
pub fn with_invalid_code(wasm: &[u8]) -> Result<Vec<u8>> {
    const MAGIC_LEN: usize = 8;
    const CODE: u8 = 10;
    const NO_LOCALS: u8 = 0;
    const NOP: u8 = 0x01;
    const DROP: u8 = 0x1a;
    const END: u8 = 0x0b;

    let mut broken = wasm.to_vec();
    let mut at = MAGIC_LEN;
    while let Some(&id) = wasm.get(at) {
        let (len, start) = number(wasm, at + 1)?;
        at = start + len;
        if id != CODE {
            continue;
        }
        let (count, mut body) = number(wasm, start)?;
        for _ in 0..count {
            let (len, start) = number(wasm, body)?;
            body = start + len;
            let body = broken.get_mut(start..body).context("a body ends too late")?;
            // A shorter one has no instruction.
            if let [locals, instructions @ .., drop, end] = body {
                instructions.fill(NOP);
                (*locals, *drop, *end) = (NO_LOCALS, DROP, END);
            }
        }
    }
    Ok(broken)
}

/// The number at a place, and where it ends.
fn number(wasm: &[u8], mut at: usize) -> Result<(usize, usize)> {
    let mut number = 0;
    for shift in (0..32).step_by(7) {
        let byte = *wasm.get(at).context("the module ends too early")?;
        at += 1;
        number |= usize::from(byte & 0x7f) << shift;
        if byte < 0x80 {
            break;
        }
    }
    Ok((number, at))
}
