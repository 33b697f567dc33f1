//! What to do about a module or a call that is refused: the words that a person needs and an error of the host's lacks.

use crate::methods;
use crate::text::nearest;
use plugix_host::Error;
use plugix_host::abi::interface::descriptor::Descriptor;
use plugix_host::module::ModuleInfo;
use std::fs::File;
use std::io::Read as _;
use std::path::Path;

/// A library without the initializer or the metadata.
pub(crate) const OTHER_TARGET: &str = "it isn't a plugin: it was built for another target than wasm32-wasmer-wasi, or nothing in it \
     stands below `#[plugin]`; build it with `plugix build`";

/// The bytes at the beginning of a file that are looked at.
const BEGINNING: u64 = 4096;

/// What a file is that is no WebAssembly.
pub(crate) fn no_wasm(path: &Path) -> Option<String> {
    let mut beginning = Vec::new();
    File::open(path).ok()?.take(BEGINNING).read_to_end(&mut beginning).ok()?;
    if beginning.is_empty() {
        return Some("the file is empty".to_owned());
    }
    let text = String::from_utf8_lossy(&beginning);
    let is_text = text.trim_start().starts_with("(module") || text.trim_start().starts_with(";;");
    is_text
        .then(|| "it is WebAssembly text: make a binary of it first, with `wat2wasm` or `wasm-tools parse`".to_owned())
}

/// A call of the host's that the plugin has not declared.
pub(crate) fn undeclared(module: &str, name: &str) -> Option<String> {
    let interface = module.strip_prefix("plugix:")?;
    Some(format!(
        "the plugin calls `{interface}::{name}` of its host and doesn't declare it: write `plugix_guest::uses!({interface});`"
    ))
}

/// What a plugin without methods lacks.
pub(crate) const NO_INTERFACE: &str = "the plugin implements no interface: is `#[plugin]` on `impl MyInterface for …`?";

/// The call of a method that isn't there, or isn't the only one.
pub(crate) fn method(info: &ModuleInfo, asked: &str, error: &Error) -> Option<String> {
    match error {
        Error::NoSuchMethod { .. } if info.implements.is_empty() => Some(NO_INTERFACE.to_owned()),
        Error::NoSuchMethod { .. } => {
            let interfaces: Vec<_> = info.implements.iter().map(|interface| interface.name.as_str()).collect();
            let (interface, name) = match asked.rsplit_once('/') {
                Some((interface, name)) => (Some(interface), name),
                None => (None, asked),
            };
            if let Some(interface) = interface.filter(|interface| !interfaces.contains(interface)) {
                let hint = nearest(interface, &interfaces, "it has");
                return Some(format!("the plugin has no interface `{interface}`{hint} {}", interfaces.join(", ")));
            }
            let within = |of: &&Descriptor| interface.is_none_or(|interface| of.name == interface);
            let of_interface = info.implements.iter().filter(within);
            let names: Vec<_> = of_interface.flat_map(|of| &of.methods).map(|method| method.name.as_str()).collect();
            let hint = nearest(name, &names, "there are");
            let of_interface = info.implements.iter().filter(within);
            let methods: Vec<_> = of_interface.map(methods::interface).collect();
            Some(format!("the plugin has no method `{asked}`{hint}\n\n{}", methods.join("\n").trim_end()))
        }
        Error::AmbiguousMethod { method } => {
            let of = info.implements.iter().filter(|of| of.methods.iter().any(|found| found.name == *method));
            let names: Vec<_> = of.map(|interface| format!("{}/{method}", interface.name)).collect();
            Some(format!("several interfaces have a method `{method}`: name one of {}", names.join(", ")))
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_that_are_no_wasm() {
        let folder = tempfile::tempdir().unwrap();
        let of = |bytes: &[u8]| {
            let path = folder.path().join("file");
            std::fs::write(&path, bytes).unwrap();
            no_wasm(&path)
        };
        assert_eq!(of(b"").as_deref(), Some("the file is empty"));
        assert!(of(b" (module)").unwrap().contains("wat2wasm"));
        assert_eq!(of(b"\x7fELF"), None);
        assert_eq!(undeclared("env", "memory"), None);
    }
}
