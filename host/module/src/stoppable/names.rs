//! Cuts long names. The engine copies the name of a function for each frame of a trap, and there may be as many frames as
//! the stack has room for.

use super::added::NAMES;
use wasm_encoder::{Encode, NameMap, NameSection};
use wasmparser::{BinaryReader, Name, NameSectionReader};

/// The longest name in bytes.
const MAX_LEN: usize = 512;

/// A section of names whose names are short: `section` itself if they are. Otherwise it has those of the functions, and
/// that of the module if it is short. It has none if it can't be read.
pub(super) fn short(data: &[u8], section: &[u8]) -> Vec<u8> {
    match cut(data) {
        Some(None) => section.to_vec(),
        Some(Some(names)) => [begin(), names.as_custom().data.into_owned()].concat(),
        None => begin(),
    }
}

/// What is added to the section: a list of its own, of functions by their indices. Nothing if there are none.
pub(super) fn added<'a>(names: impl Iterator<Item = (u32, &'a str)>) -> Vec<u8> {
    let mut map = NameMap::new();
    for (index, name) in names {
        map.append(index, &name[..name.floor_char_boundary(MAX_LEN)]);
    }
    let mut section = NameSection::new();
    if !map.is_empty() {
        section.functions(&map);
    }
    section.as_custom().data.into_owned()
}

/// The section's own name.
fn begin() -> Vec<u8> {
    let mut bytes = Vec::new();
    NAMES.encode(&mut bytes);
    bytes
}

/// The names, if one had to be cut. `None` if they can't be read.
fn cut(data: &[u8]) -> Option<Option<NameSection>> {
    let mut all = NameSection::new();
    let mut is_cut = false;
    for name in NameSectionReader::new(BinaryReader::new(data, 0)) {
        match name.ok()? {
            Name::Module { name, .. } if name.len() > MAX_LEN => is_cut = true,
            Name::Module { name, .. } => all.module(name),
            Name::Function(functions) => {
                let mut map = NameMap::new();
                for function in functions {
                    let function = function.ok()?;
                    is_cut |= function.name.len() > MAX_LEN;
                    map.append(function.index, &function.name[..function.name.floor_char_boundary(MAX_LEN)]);
                }
                all.functions(&map);
            }
            _ => {}
        }
    }
    Some(is_cut.then_some(all))
}

#[cfg(test)]
mod tests {
    use super::super::stoppable;
    use super::MAX_LEN;
    use wasmparser::{BinaryReader, Name, NameSectionReader, Parser, Payload};

    /// The names of the module's functions, after the rewriting.
    fn functions(wasm: &[u8]) -> Vec<String> {
        let rewritten = stoppable(wasm).expect("it can be rewritten");
        let mut found = Vec::new();
        for payload in Parser::new(0).parse_all(&rewritten) {
            let Ok(Payload::CustomSection(section)) = payload else { continue };
            if section.name() != "name" {
                continue;
            }
            for name in NameSectionReader::new(BinaryReader::new(section.data(), 0)).flatten() {
                match name {
                    Name::Function(map) => {
                        found.extend(map.into_iter().flatten().map(|function| function.name.to_owned()));
                    }
                    Name::Module { name, .. } => assert!(name.len() <= MAX_LEN, "{} bytes", name.len()),
                    _ => {}
                }
            }
        }
        found
    }

    #[test]
    fn long_names_are_cut() {
        let of = |module: &str, function: &str| {
            let text =
                format!(r#"(module ${module} (memory (export "memory") 1) (func $short) (func ${function} (nop)))"#);
            functions(&wat::parse_str(text).expect("the text is a module"))
        };
        let long = "n".repeat(50_000);
        assert_eq!(of("m", "f"), ["short", "f"]);
        assert_eq!(of("m", &long), ["short", &long[..MAX_LEN]]);
        assert_eq!(of(&long, "f"), ["short", "f"]);
    }

    #[test]
    fn what_is_added_is_named() {
        let wasm = |elements: &str| {
            let text = format!(
                r#"(module (import "host" "there" (func $import)) (memory (export "memory") 1) (table 1 funcref)
                    (func $own) {elements})"#
            );
            functions(&wat::parse_str(text).expect("the text is a module"))
        };
        assert_eq!(wasm("(elem (i32.const 0) $own)"), ["import", "own"]);
        assert_eq!(wasm("(elem (i32.const 0) $import)"), ["import", "own", "there"]);
    }

    #[test]
    fn names_that_cannot_be_read_are_left_out() {
        let mut wasm = wat::parse_str(r#"(module (memory (export "memory") 1) (func (nop)))"#).expect("it is a module");
        // A subsection of functions, of which there are said to be 100.
        wasm.extend([0, 10, 4, b'n', b'a', b'm', b'e', 1, 3, 100, 0, 200]);
        assert_eq!(functions(&wasm), [""; 0]);
    }
}
