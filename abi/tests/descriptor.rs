//! Descriptors: their bytes, written down once. Reading them, whoever wrote them.

mod schemas;

use plugix_abi::__private::{schema_of, write_interface, write_plugin};
use plugix_abi::interface::descriptor::*;
use plugix_abi::interface::*;
use plugix_abi::{ABI_VERSION, Schema, interface};
use proptest::prelude::*;
use schemas::{any_shape, any_type, leak};
use serde::{Deserialize, Serialize};

#[derive(Serialize, Deserialize, Schema)]
enum Answer {
    No,
    Yes {
        times: u8,
    },
    #[serde(rename = "maybe")]
    Perhaps(Option<bool>),
}

/// Asks.
#[interface(version = "2.3.4", name = "ask-it")]
trait Ask {
    /// Waits.
    fn ask(&self, text: &str, times: u8) -> Result<Vec<u8>, Answer>;
    fn last(&self) -> bool {
        false
    }
}

#[test]
fn golden() {
    let record = b"\x01\x01\0\0\0\x06ask-it\x02\x03\x04\x05Asks.\x02\
        \x03ask\x06Waits.\x35ask(text: &str, times: u8) -> Result<Vec<u8>, Answer>\0\x21\x5b\x1d\x2c\x40\xea\x47\x19\x02\x04text\x05times\
        \0\0\x10\0\x07\x01\x01\x25\x03\x02No\0\x03Yes\x01\x24\x01\x05times\x07\x05maybe\x01\x20\0\
        \x04last\0\x0elast() -> bool\x01\x64\x57\x98\x47\x77\xca\x2a\xad\0\x01\0\0\0";
    let section = [&(record.len() as u32).to_le_bytes()[..], record].concat();
    assert_eq!(<dyn Ask>::DESCRIPTOR.escape_ascii().to_string(), section.escape_ascii().to_string());
}

#[test]
fn types_in_words() {
    let read = read_interfaces(<dyn Ask>::DESCRIPTOR).unwrap();
    let error = read[0].methods[0].returns.error.as_ref().unwrap();
    assert_eq!(error.to_string(), "No | Yes { times: u8 } | maybe(Option<bool>)");
    assert_eq!(words(schema_of::<[u8; 3]>()), "[u8; 3]");
    assert_eq!(words(schema_of::<(u8, bool)>()), "(u8, bool)");
    assert_eq!(words(schema_of::<Result<(), String>>()), "Ok(()) | Err(String)");
    assert_eq!(words(schema_of::<std::collections::HashMap<char, Vec<f64>>>()), "Map<char, Vec<f64>>");
}

#[test]
fn names_are_those_of_serde() {
    #[derive(Serialize, Deserialize, Schema)]
    #[serde(rename_all = "camelCase", rename_all_fields = "SCREAMING-KEBAB-CASE")]
    enum Change {
        NewName(String),
        #[serde(rename(serialize = "gone"), alias = "lost")]
        Removed,
        MovedTo {
            new_place: Place,
        },
    }
    #[derive(Serialize, Deserialize, Schema)]
    #[serde(rename_all = "PascalCase", deny_unknown_fields)]
    struct Place {
        first_line: u32,
        r#type: u8,
    }
    #[derive(Serialize, Deserialize, Schema)]
    struct Generic<T> {
        inner: T,
    }
    let expected = "{ inner: newName(String) | gone | movedTo { NEW-PLACE: { FirstLine: u32, Type: u8 } } }";
    assert_eq!(words(schema_of::<Generic<Change>>()), expected);
}

fn words(ty: schemas::Known) -> String {
    let section = write_plugin::<4096>("0", Needs::default(), ty);
    let len = section.len();
    read_plugin(&section.bytes()[..len]).unwrap().config.to_string()
}

#[test]
fn hostile_sections() {
    let section = <dyn Ask>::DESCRIPTOR;
    for len in 1..section.len() {
        assert_eq!(read_interfaces(&section[..len]), Err(DescriptorError::Truncated), "{len}");
    }
    assert_eq!(read_interfaces(&[]), Ok(vec![]));
    assert_eq!(read_plugin(&[]), Err(DescriptorError::Truncated));
    assert_eq!(read_interfaces(&section.repeat(2)), read_interfaces(section));

    let changed = |from: &[u8], to: &[u8]| {
        let mut section = section.to_vec();
        let at = section.windows(from.len()).position(|window| window == from).unwrap();
        section[at..at + to.len()].copy_from_slice(to);
        section
    };
    let read = |section: &[u8]| read_interfaces(section).unwrap_err();
    assert_eq!(read(&changed(b"\x01\x01\0", b"\x02")), DescriptorError::UnknownFormat(2));
    assert_eq!(read(&changed(b"Asks", b"\xff")), DescriptorError::NotUtf8);
    assert_eq!(read(&changed(b"\x05maybe", b"\x05maybf")), DescriptorError::WrongHash("ask".into()));
    assert_eq!(read(&changed(b"\x06ask-it\x02", b"\x06ask-it\xff\xff")), DescriptorError::NotUtf8);
    let other = changed(b"Asks", b"asks");
    assert_eq!(read(&[section, &other].concat()), DescriptorError::DuplicateInterface("ask-it".into()));
    assert_eq!(read(&vec![0; MAX_SECTION_LEN + 1]), DescriptorError::TooLong { len: MAX_SECTION_LEN + 1 });
    let long = [&(section.len() as u32 - 3).to_le_bytes()[..], &section[4..], b"\0"].concat();
    assert_eq!(read(&long), DescriptorError::Trailing(1));
}

#[test]
fn hostile_types() {
    let config = |ty: &[u8]| {
        let record = [b"\x01\x01\0\0\0\x01s\0\0", ty].concat();
        read_plugin(&[&(record.len() as u32).to_le_bytes()[..], &record].concat())
    };
    const OPTION: u8 = 32;
    const TUPLE: u8 = 35;
    let nested = |depth: usize| [vec![OPTION; depth], vec![0]].concat();
    assert!(config(&nested(MAX_DEPTH - 1)).is_ok());
    assert_eq!(config(&nested(MAX_DEPTH)), Err(DescriptorError::TooDeep));
    assert_eq!(config(&[99]), Err(DescriptorError::UnknownTag { what: "type", value: 99 }));
    let many = [&[TUPLE, 0x80, 0x80, 0x04][..], &vec![0; MAX_TYPES]].concat();
    assert_eq!(config(&many), Err(DescriptorError::TooManyTypes));
    let endless = [TUPLE, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x01];
    assert_eq!(config(&endless), Err(DescriptorError::Truncated));
    let too_large = [TUPLE, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x02];
    assert_eq!(config(&too_large), Err(DescriptorError::NumberOutOfRange));
}

#[test]
fn two_methods_of_one_name() {
    let method = <dyn Ask>::METHODS[1];
    let info = InterfaceInfo { methods: leak([method, method]), ..*<dyn Ask>::INFO };
    let writer = write_interface::<4096>(&info);
    let len = writer.len();
    let duplicate = DescriptorError::DuplicateMethod { interface: "ask-it".into(), method: "last".into() };
    assert_eq!(read_interfaces(&writer.bytes()[..len]), Err(duplicate));
}

proptest! {
    #[test]
    fn arbitrary_bytes_never_panic(bytes in any::<Vec<u8>>()) {
        let _ = read_interfaces(&bytes);
        let _ = read_plugin(&bytes);
        let framed = [&(bytes.len() as u32 + 5).to_le_bytes()[..], b"\x01\x01\0\0\0", &bytes].concat();
        let _ = read_interfaces(&framed);
        let _ = read_plugin(&framed);
    }

    #[test]
    fn changed_bytes_never_panic(at in 0..<dyn Ask>::DESCRIPTOR.len(), byte in any::<u8>()) {
        let mut section = <dyn Ask>::DESCRIPTOR.to_vec();
        section[at] = byte;
        let _ = read_interfaces(&section);
    }

    #[test]
    fn what_is_written_is_read(
        names in any::<[String; 6]>(),
        (major, minor, patch, optional, scalar) in any::<(u32, u32, u32, bool, bool)>(),
        (since, was) in (any::<Option<u32>>(), any::<Vec<String>>()),
        args in prop::collection::vec((any::<String>(), any_shape()), 0..4),
        (value, expected_value) in any_shape(),
        error in prop::option::of(any_type()),
    ) {
        let since = since.map(|minor| Version { major, minor, patch });
        let [name, docs, method, method_docs, signature, _] = names;
        let import = if scalar { ImportKind::Scalar } else { ImportKind::Frame };
        let (error, expected_error) = error.unzip();
        let infos = args.iter().map(|(name, (shape, _))| ArgInfo { name: leak(name.clone()), shape: *shape });
        let info = MethodInfo {
            name: leak(method.clone()),
            docs: leak(method_docs.clone()),
            signature: leak(signature.clone()),
            optional,
            since,
            was: leak(was.iter().map(|name| leak(name.clone())).collect::<Vec<_>>()),
            repeatable: false,
            import,
            args: leak(infos.collect::<Vec<_>>()),
            returns: ReturnInfo { value, error },
        };
        let version = Version { major, minor, patch };
        let interface = InterfaceInfo { name: leak(name.clone()), version, docs: leak(docs.clone()), methods: leak([info]) };
        let expected = Descriptor {
            abi: ABI_VERSION,
            name,
            version,
            docs,
            methods: vec![MethodDescriptor {
                name: method,
                docs: method_docs,
                signature,
                optional,
                since,
                was,
                import,
                hash: hash_method(&info),
                args: args.into_iter().map(|(name, (_, shape))| ArgDescriptor { name, shape }).collect(),
                returns: ReturnInfo { value: expected_value, error: expected_error },
            }],
        };
        let writer = write_interface::<{ 1 << 16 }>(&interface);
        let len = writer.len();
        prop_assert_eq!(read_interfaces(&writer.bytes()[..len]), Ok(vec![expected]));
    }
}

#[test]
fn who_a_plugin_is_comes_back_and_nothing_else_does() {
    const WORDS: (&str, &str, &str) = ("words", "1.2.0", "Counts words ä");
    const LEN: usize = write_about::<0>(WORDS.0, WORDS.1, WORDS.2).len();
    const WRITTEN: [u8; LEN] = write_about::<LEN>(WORDS.0, WORDS.1, WORDS.2).bytes();
    let about = read_about(&WRITTEN).expect("it is what was written");
    assert_eq!((&*about.name, &*about.version, &*about.description), WORDS);
    for len in 0..WRITTEN.len() {
        assert!(read_about(&WRITTEN[..len]).is_err(), "{len}");
    }
    assert!(read_about(&[WRITTEN, WRITTEN].concat()).is_err());
    assert!(read_about(&[0; 1 << 21]).is_err());
}
