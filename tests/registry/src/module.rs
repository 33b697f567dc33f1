//! Modules that say who they are and do nothing.

use plugix_abi::interface::descriptor::{section, write_about};

/// A module that says that it is a plugin of this name and version. It has about `size` bytes.
pub fn module(name: &str, version: &str, size: usize) -> Vec<u8> {
    let mut module = b"\0asm\x01\0\0\0".to_vec();
    let about = write_about::<1024>(name, version, "does nothing");
    let len = about.len();
    custom(&mut module, section::ABOUT, &about.bytes()[..len]);
    let noise = (0..size as u32).map(|at| (at.wrapping_mul(2_654_435_761) >> 24) as u8);
    custom(&mut module, "noise", &noise.collect::<Vec<_>>());
    module
}

fn custom(module: &mut Vec<u8>, name: &str, content: &[u8]) {
    let mut section = Vec::new();
    leb(&mut section, name.len());
    section.extend_from_slice(name.as_bytes());
    section.extend_from_slice(content);
    module.push(0);
    leb(module, section.len());
    module.extend(section);
}

fn leb(bytes: &mut Vec<u8>, mut number: usize) {
    while number > 0x7f {
        bytes.push(number as u8 | 0x80);
        number >>= 7;
    }
    bytes.push(number as u8);
}
