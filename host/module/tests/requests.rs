//! The section of requests: what a module alleges that it wants, in bounds.

use plugix_module::{ModuleError, inspect};
use plugix_requests::{Access, Item, MAX_SECTION_LEN, Request, RequestError, Requests, SectionError, write};
use std::borrow::Cow;
use wasm_encoder::{CustomSection, Section};

fn module(sections: &[&[u8]]) -> Vec<u8> {
    let mut wasm = b"\0asm\x01\0\0\0".to_vec();
    for data in sections {
        CustomSection { name: "plugix.requests".into(), data: Cow::Borrowed(data) }.append_to(&mut wasm);
    }
    wasm
}

fn refused(sections: &[&[u8]]) -> SectionError {
    match inspect(&module(sections)) {
        Err(ModuleError::Requests(error)) => error,
        other => panic!("{other:?}"),
    }
}

fn folder(guest: &str) -> Requests {
    let item = Item::Folder { guest: guest.to_owned(), access: Access::ReadOnly, size: None };
    Requests::new(vec![Request { item, reason: "reads".to_owned(), optional: false }]).unwrap()
}

#[test]
fn they_are_read_without_compiling() {
    assert!(inspect(&module(&[])).unwrap().requests.is_empty());
    assert_eq!(inspect(&module(&[&write(&folder("/a"))])).unwrap().requests, folder("/a"));
    // A linker may write several sections of one name.
    let both = inspect(&module(&[&write(&folder("/a")), &write(&folder("/b"))])).unwrap().requests;
    assert_eq!(both.len(), 2);
}

#[test]
fn lies_are_refused() {
    let section = write(&folder("/a"));
    assert_eq!(refused(&[b"\x01"]), SectionError::Malformed(0));
    assert_eq!(refused(&[&section, &section[..9]]), SectionError::Malformed(section.len()));
    assert!(matches!(refused(&[&section, &section]), SectionError::Request(RequestError::Duplicate { .. })));
    assert_eq!(refused(&[&vec![0; MAX_SECTION_LEN], b"\0"]), SectionError::TooLong(MAX_SECTION_LEN + 1));
    // An author's tools refuse such a path, and a hostile author has other tools.
    let at = section.windows(2).position(|two| two == b"/a").unwrap();
    let mut control = section;
    control[at + 1] = 0x1b;
    assert!(matches!(refused(&[&control]), SectionError::Request(RequestError::Impossible { what: "path", .. })));
}
