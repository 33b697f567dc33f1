//! Lines of a module whose debug information is written by hand, and of what is no debug information.

use super::{DebugError, Function, Place, Source, has_lines, locate, strip};
use crate::stoppable;
use proptest::prelude::*;
use std::time::Instant;
use wasm_encoder::{CustomSection, Encode, Section};

/// A module whose code has a loop, so that the rewriting adds to it, and an instruction that traps.
fn module() -> Vec<u8> {
    wat::parse_str(
        r#"(module (memory (export "memory") 1)
            (func (export "first") (param i32) (loop (br_if 0 (local.get 0))) (unreachable))
            (func (export "second") (result i32) (i32.div_u (i32.const 1) (i32.const 0))))"#,
    )
    .unwrap()
}

/// Where the bytes of the only such instruction are.
fn place_of(wasm: &[u8], code: &[u8]) -> u64 {
    let places: Vec<_> = wasm.windows(code.len()).enumerate().filter(|(_, bytes)| *bytes == code).collect();
    assert_eq!(places.len(), 1, "{code:x?}");
    places[0].0 as u64
}

/// `i32.const 0` and `i32.div_u`.
const DIVISION: [u8; 3] = [0x41, 0, 0x6e];

fn with_sections(wasm: &[u8], sections: &[(&str, Vec<u8>)]) -> Vec<u8> {
    let mut wasm = wasm.to_vec();
    for (name, data) in sections {
        CustomSection { name: (*name).into(), data: data.into() }.append_to(&mut wasm);
    }
    wasm
}

fn with_length(bytes: Vec<u8>) -> Vec<u8> {
    [&(bytes.len() as u32).to_le_bytes()[..], &bytes].concat()
}

/// One unit with one function, `outer`, into whose middle `inner` was inlined. The function begins at `start`, the inlined
/// part is `division`, and each is in a line of its own.
fn dwarf(start: u32, division: u32, len: u32) -> Vec<(&'static str, Vec<u8>)> {
    let abbreviations = vec![
        1, 0x11, 1, 0x03, 0x08, 0x10, 0x17, 0x11, 0x01, 0x12, 0x06, 0, 0, // unit: name, lines, low, high
        2, 0x2e, 1, 0x03, 0x08, 0x11, 0x01, 0x12, 0x06, 0, 0, // function: name, low, high
        3, 0x1d, 0, 0x03, 0x08, 0x11, 0x01, 0x12, 0x06, 0x58, 0x0b, 0x59, 0x0b, 0, 0, // inlined: …, file, line
        0,
    ];
    let mut info = vec![4, 0, 0, 0, 0, 0, 4];
    let range = |at: u32, len: u32| [at.to_le_bytes(), len.to_le_bytes()].concat();
    info.extend([&[1][..], b"a.rs\0", &[0; 4], &range(start, len)].concat());
    info.extend([&[2][..], b"outer\0", &range(start, len)].concat());
    info.extend([&[3][..], b"inner\0", &range(division, 3), &[1, 20], &[0, 0]].concat());
    let header = [&[1, 1, 1, 0xfb, 14, 13][..], &[0, 1, 1, 1, 1, 0, 0, 0, 1, 0, 0, 1], b"\0b.rs\0\0\0\0\0"].concat();
    let mut lines = [vec![4, 0], with_length(header)].concat();
    let at = |address: u32| [&[0, 5, 2][..], &address.to_le_bytes()].concat();
    lines.extend([&at(start)[..], &[3, 9, 1], &at(division), &[3, 20, 5, 7, 1], &at(start + len), &[0, 1, 1]].concat());
    vec![(".debug_abbrev", abbreviations), (".debug_info", with_length(info)), (".debug_line", with_length(lines))]
}

/// The module with debug information, and where its division is.
fn with_lines() -> (Vec<u8>, u64) {
    let wasm = module();
    let (division, start) = (place_of(&wasm, &DIVISION), super::code_start(&wasm).unwrap());
    let at = (division - start) as u32;
    (with_sections(&wasm, &dwarf(at - 4, at, 8)), division)
}

fn function(name: &str, line: u32, column: u32) -> Function {
    Function { name: Some(name.into()), file: Some("b.rs".into()), line, column }
}

#[test]
fn lines_and_inlined_functions_of_a_rewritten_module() {
    let (wasm, division) = with_lines();
    let expected = Place { offset: division, functions: vec![function("inner", 30, 7), function("outer", 20, 0)] };
    let plain = Source { wasm: &wasm, rewritten: false, debug: None };
    assert_eq!(locate(&plain, &[division]).unwrap(), std::slice::from_ref(&expected));
    let rewritten = stoppable(&wasm).unwrap();
    let moved = place_of(&rewritten, &DIVISION);
    assert_ne!(moved, division);
    let source = Source { rewritten: true, ..plain };
    let places = locate(&source, &[moved, 0, u64::MAX, rewritten.len() as u64]).unwrap();
    assert_eq!(places, [expected, Place::default(), Place::default(), Place::default()]);
}

#[test]
fn debug_information_that_is_kept_apart() {
    let (wasm, division) = with_lines();
    let stripped = strip(&wasm).unwrap();
    assert_eq!(stripped, module());
    assert!(has_lines(&wasm) && !has_lines(&stripped));
    let source = Source { wasm: &stripped, rewritten: false, debug: None };
    assert!(matches!(locate(&source, &[division]), Err(DebugError::None)));
    let source = Source { debug: Some(&wasm), ..source };
    assert_eq!(locate(&source, &[division]).unwrap()[0].functions.len(), 2);
    let other = with_sections(&wat::parse_str("(module (func))").unwrap(), &dwarf(0, 1, 2));
    assert!(matches!(locate(&Source { debug: Some(&other), ..source }, &[division]), Err(DebugError::OtherModule)));
}

/// Every instruction of a rewritten module that isn't added is where it was.
#[test]
fn each_instruction_is_found_again() {
    let wasm = module();
    let rewritten = stoppable(&wasm).unwrap();
    let origins = crate::Origins::of(&wasm).unwrap();
    let mut operators = 0;
    for payload in wasmparser::Parser::new(0).parse_all(&wasm) {
        let wasmparser::Payload::CodeSectionEntry(body) = payload.unwrap() else { continue };
        for operator in body.get_operators_reader().unwrap().into_iter_with_offsets() {
            let (_, at) = operator.unwrap();
            let places: Vec<_> = (0..rewritten.len() as u64).filter(|new| origins.original(*new) == Some(at)).collect();
            assert!(places.iter().any(|new| rewritten[*new as usize] == wasm[at as usize]), "{at}: {places:?}");
            operators += 1;
        }
    }
    assert_eq!(operators, 10);
}

/// Reading ends within a few seconds, whatever it is: the budget is what ends these.
#[test]
fn bombs_end() {
    let wasm = module();
    // An entry kind with very many attributes that take no bytes, and very many entries of it.
    let mut attributes = vec![1, 0x11, 0];
    attributes.extend([0x3f, 0x19].repeat(1 << 20));
    attributes.extend([0, 0, 0]);
    let flags = [[4, 0, 0, 0, 0, 0, 4].to_vec(), vec![1; 1 << 20]].concat();
    // Entries in entries.
    let nested = vec![1, 0x11, 1, 0, 0, 2, 0x2e, 1, 0, 0, 3, 0x1d, 1, 0, 0, 0];
    let deep = [[4, 0, 0, 0, 0, 0, 4, 1, 2].to_vec(), vec![3; 1 << 20]].concat();
    // Very many units with one table.
    let mut table = vec![1, 0x11, 0];
    table.extend([0x3f, 0x0b].repeat(100));
    table.extend([0, 0]);
    table = [table.repeat(1 << 12), vec![0]].concat();
    let units = with_length(vec![4, 0, 0, 0, 0, 0, 4]).repeat(1 << 18);
    let bombs = [(attributes, with_length(flags)), (nested, with_length(deep)), (table, units)];
    for (at, (abbreviations, info)) in bombs.into_iter().enumerate() {
        let hostile = with_sections(&wasm, &[(".debug_abbrev", abbreviations), (".debug_info", info)]);
        let begun = Instant::now();
        let found = locate(&Source { wasm: &hostile, rewritten: true, debug: None }, &[100]);
        assert!(matches!(found, Err(DebugError::Malformed(_))), "{at}: {found:?}");
        // Unbounded, each takes minutes at least, or the process's stack.
        assert!(begun.elapsed().as_secs() < 60, "{at}");
    }
}

proptest! {
    #[test]
    fn no_bytes_do_harm(
        changes in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..12),
        names in prop::collection::vec("(abbrev|info|line|str|ranges|rnglists|addr|str_offsets)", 0..3),
        extra in prop::collection::vec(any::<u8>(), 0..256),
    ) {
        let wasm = module();
        let (division, start) = (place_of(&wasm, &DIVISION), super::code_start(&wasm).unwrap());
        let at = (division - start) as u32;
        let mut sections = dwarf(at - 4, at, 8);
        let names: Vec<_> = names.iter().map(|name| format!(".debug_{name}")).collect();
        for (place, byte) in changes {
            let section = place.index(sections.len());
            let data = &mut sections[section].1;
            let index = place.index(data.len());
            data[index] = byte;
        }
        sections.extend(names.iter().map(|name| (name.as_str(), extra.clone())));
        let hostile = with_sections(&wasm, &sections);
        let places = locate(&Source { wasm: &hostile, rewritten: false, debug: None }, &[division, division + 1, 0]);
        prop_assert!(places.is_err() || places.unwrap().len() == 3);
    }
}

#[test]
fn what_is_no_module_has_no_lines() {
    let mut bytes = Vec::new();
    "no module".encode(&mut bytes);
    assert!(locate(&Source { wasm: &bytes, rewritten: true, debug: None }, &[1]).is_err());
    assert!(!has_lines(&bytes) && strip(&bytes).is_err());
}
