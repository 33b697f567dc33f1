//! The bytes of each struct, written down once. A change here is a change of the ABI.

use bytemuck::{bytes_of, pod_read_unaligned};
use plugix_abi::*;

#[test]
fn metadata() {
    let slice = |n: u32| GuestSlice { ptr: n, len: n + 1 };
    let metadata = PluginMetadata {
        magic: METADATA_MAGIC,
        abi: AbiVersion { major: 0x0102, minor: 0x0304 },
        name: slice(0x10),
        version: slice(0x20),
        description: slice(0x30),
        sdk: slice(0x40),
    };
    let bytes = b"plgx\x02\x01\x04\x03\
        \x10\0\0\0\x11\0\0\0\x20\0\0\0\x21\0\0\0\x30\0\0\0\x31\0\0\0\x40\0\0\0\x41\0\0\0";
    assert_eq!(bytes_of(&metadata), bytes);
    assert_eq!(pod_read_unaligned::<PluginMetadata>(bytes), metadata);
}

#[test]
fn headers() {
    let call = CallHeader { args_len: 1, capacity: 0x0a0b0c0d, reserved: [0; 2] };
    assert_eq!(bytes_of(&call), b"\x01\0\0\0\x0d\x0c\x0b\x0a\0\0\0\0\0\0\0\0");
    let result = ResultHeader { ptr: 0x01020304, len: 5, reserved: [0; 2] };
    assert_eq!(bytes_of(&result), b"\x04\x03\x02\x01\x05\0\0\0\0\0\0\0\0\0\0\0");
}

#[test]
fn status_codes() {
    let codes = [
        (0, Status::Ok),
        (1, Status::Error),
        (2, Status::Panic),
        (3, Status::BadArguments),
        (4, Status::NotProvided),
        (5, Status::Deadlock),
        (6, Status::Failed),
    ];
    assert_eq!(Status::ALL, codes.map(|(_, status)| status));
    for (code, status) in codes {
        assert_eq!(Status::try_from(code), Ok(status));
        assert_eq!(status as u32, code);
    }
    assert_eq!(Status::try_from(7), Err(UnknownStatus(7)));
    assert_eq!(Status::try_from(u32::MAX), Err(UnknownStatus(u32::MAX)));
}

#[test]
fn panic_report() {
    let report =
        PanicReport { message: "no".into(), file: "a.rs".into(), line: 300, column: 7, thread: Some("w".into()) };
    let bytes = b"\x02no\x04a.rs\xac\x02\x07\x01\x01w";
    assert_eq!(postcard::from_bytes::<PanicReport>(bytes).unwrap(), report);
}

#[test]
fn versions() {
    assert!(ABI_VERSION.is_supported() && OLDEST_ABI_VERSION.is_supported());
    assert!(!AbiVersion { major: ABI_VERSION.major + 1, minor: 0 }.is_supported());
    assert!(!AbiVersion { major: ABI_VERSION.major, minor: ABI_VERSION.minor + 1 }.is_supported());
    assert!(!AbiVersion { major: 0, minor: 9 }.is_supported());
}
