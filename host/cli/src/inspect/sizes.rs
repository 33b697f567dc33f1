//! What a module's bytes are spent on: sections, crates and functions.

use crate::names::{demangled, function_names};
use crate::text::{printable, size};
use serde_json::{Value, json};
use std::collections::{BTreeMap, HashMap};
use std::fmt::Write as _;
use wasmparser::{Parser, Payload};

/// How many crates and functions are listed for people.
const LISTED: usize = 20;

/// What bytes are spent on, the most first.
#[derive(Debug, Default)]
pub(super) struct Sizes {
    sections: Vec<(String, u64)>,
    crates: Vec<(String, u64)>,
    functions: Vec<(String, u64)>,
}

impl Sizes {
    /// Counts. What can't be read has no size.
    pub(super) fn of(wasm: &[u8]) -> Self {
        let mut sections = BTreeMap::<String, u64>::new();
        let (mut bodies, mut names, mut imported) = (Vec::new(), HashMap::new(), 0_u32);
        for payload in Parser::new(0).parse_all(wasm).map_while(Result::ok) {
            if let Some((_, range)) = payload.as_section() {
                *sections.entry(section(&payload)).or_default() += range.end - range.start;
            }
            match payload {
                Payload::ImportSection(reader) => {
                    let functions = reader.into_imports().filter_map(Result::ok);
                    imported =
                        functions.filter(|import| matches!(import.ty, wasmparser::TypeRef::Func(_))).count() as u32;
                }
                Payload::CodeSectionEntry(body) => bodies.push(body.range().end - body.range().start),
                Payload::CustomSection(custom) if custom.name() == "name" => {
                    names = function_names(custom.data(), custom.data_offset());
                }
                _ => {}
            }
        }
        let mut crates = BTreeMap::<String, u64>::new();
        let mut functions = Vec::new();
        for (index, bytes) in (imported..).zip(bodies) {
            let name = names.get(&index).map_or_else(|| format!("function {index}"), |name| demangled(name));
            *crates.entry(crate_of(&name).to_owned()).or_default() += bytes;
            functions.push((name, bytes));
        }
        let sorted = |sizes: BTreeMap<String, u64>| most_first(sizes.into_iter().collect());
        Self { sections: sorted(sections), crates: sorted(crates), functions: most_first(functions) }
    }

    /// For people.
    pub(super) fn page(&self) -> String {
        let mut page = String::new();
        for (what, sizes) in [("section", &self.sections), ("crate", &self.crates), ("function", &self.functions)] {
            // Writing to a string never fails, here and below.
            let _ = writeln!(page, "\nsize by {what}");
            for (name, bytes) in sizes.iter().take(LISTED) {
                let _ = writeln!(page, "  {:>10}  {}", size(*bytes), printable(name));
            }
            if let Some(rest @ [_, ..]) = sizes.get(LISTED..) {
                let bytes = rest.iter().map(|(_, bytes)| bytes).sum();
                let _ = writeln!(page, "  {:>10}  {} more", size(bytes), rest.len());
            }
        }
        page
    }

    /// For programs: all of it.
    pub(super) fn as_json(&self) -> Value {
        let list = |sizes: &[(String, u64)]| {
            sizes.iter().map(|(name, bytes)| json!({ "name": name, "bytes": bytes })).collect::<Vec<_>>()
        };
        json!({
            "sections": list(&self.sections),
            "crates": list(&self.crates),
            "functions": list(&self.functions),
        })
    }
}

fn most_first(mut sizes: Vec<(String, u64)>) -> Vec<(String, u64)> {
    sizes.sort_by(|(a, most), (b, other)| other.cmp(most).then_with(|| a.cmp(b)));
    sizes
}

fn section(payload: &Payload<'_>) -> String {
    match payload {
        Payload::CodeSectionStart { .. } => "code".to_owned(),
        Payload::DataSection(_) => "data".to_owned(),
        Payload::CustomSection(custom) if custom.name() == "name" => "names of functions".to_owned(),
        Payload::CustomSection(custom) if custom.name().starts_with(".debug") => "debug information".to_owned(),
        Payload::CustomSection(custom) if custom.name().starts_with("plugix.") => "interfaces".to_owned(),
        Payload::CustomSection(_) => "other custom sections".to_owned(),
        _ => "types, imports, exports, tables".to_owned(),
    }
}

/// The crate that a function is from, by its name. A function of a trait counts for the type that has it.
fn crate_of(name: &str) -> &str {
    const BEFORE: [&str; 9] = ["<", "&", "(", "[", "*const ", "*mut ", "mut ", "dyn ", "impl "];
    let mut rest = name;
    while let Some(stripped) = BEFORE.iter().find_map(|before| rest.strip_prefix(before)) {
        rest = stripped;
    }
    let end = rest.find(|char: char| !char.is_alphanumeric() && char != '_').unwrap_or(rest.len());
    match rest[end..].starts_with("::") && end > 0 {
        true => &rest[..end],
        false => "no crate: C, exports, or made by the compiler",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn functions_have_crates() {
        let none = "no crate: C, exports, or made by the compiler";
        for (name, expected) in [
            ("plugin::greet", "plugin"),
            ("<alloc::vec::Vec<T> as core::ops::Drop>::drop", "alloc"),
            ("<&mut dyn serde::Serializer as core::fmt::Debug>::fmt", "serde"),
            ("core::ptr::drop_in_place::<plugin::Page>", "core"),
            ("<[u8] as std::io::Write>::write", none),
            ("memcpy", none),
            ("", none),
            ("::", none),
        ] {
            assert_eq!(crate_of(name), expected, "{name}");
        }
    }

    #[test]
    fn bytes_that_are_no_module_have_no_sizes() {
        for bytes in [&b""[..], b"\0asm", b"\0asm\x01\0\0\0\x0a\xff\xff"] {
            let sizes = Sizes::of(bytes);
            assert!(sizes.functions.is_empty() && sizes.crates.is_empty(), "{sizes:?}");
        }
    }
}
