//! The names of a module's functions.

use std::collections::HashMap;
use std::fmt::{self, Write as _};
use wasmparser::{BinaryReader, Name, NameSectionReader};

/// How many bytes of a function's name are shown. The names are the module's, and a short one can stand for a long one.
const MAX_NAME: usize = 200;

/// The names in a section of names, by the functions' indices, as far as they can be read.
pub(crate) fn function_names(section: &[u8], offset: u64) -> HashMap<u32, &str> {
    let mut names = HashMap::new();
    for subsection in NameSectionReader::new(BinaryReader::new(section, offset)).map_while(Result::ok) {
        if let Name::Function(map) = subsection {
            names.extend(map.into_iter().map_while(Result::ok).map(|naming| (naming.index, naming.name)));
        }
    }
    names
}

/// A name as its author wrote it, up to [`MAX_NAME`].
pub(crate) fn demangled(name: &str) -> String {
    struct Limited(String);
    impl fmt::Write for Limited {
        fn write_str(&mut self, text: &str) -> fmt::Result {
            self.0.push_str(text);
            if self.0.len() > MAX_NAME { Err(fmt::Error) } else { Ok(()) }
        }
    }
    let mut limited = Limited(String::new());
    if write!(limited, "{:#}", rustc_demangle::demangle(name)).is_err() {
        let end = limited.0.floor_char_boundary(MAX_NAME);
        limited.0.truncate(end);
        limited.0.push('…');
    }
    limited.0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_demangled_up_to_a_length() {
        assert_eq!(demangled("_ZN5words5count17h0123456789abcdefE"), "words::count");
        assert_eq!(demangled("memcpy"), "memcpy");
        let long = demangled(&"ä".repeat(10_000));
        assert!(long.len() <= MAX_NAME + '…'.len_utf8() && long.ends_with('…'), "{long}");
    }
}
