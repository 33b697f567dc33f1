//! What to do about a module or a call that is refused: the words that a person needs and an error of the host's lacks.

use plugix_host::Error;
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

/// The call of a method that isn't there, or isn't the only one.
pub(crate) fn method(info: &ModuleInfo, asked: &str, error: &Error) -> Option<String> {
    let mut all = methods(info);
    match error {
        Error::NoSuchMethod { .. } if all.is_empty() => {
            Some("the plugin implements no interface: is `#[plugin]` on `impl MyInterface for …`?".to_owned())
        }
        Error::NoSuchMethod { .. } => {
            let interfaces: Vec<_> = info.implements.iter().map(|interface| interface.name.as_str()).collect();
            let known = asked.rsplit_once('/').filter(|(interface, _)| !interfaces.contains(interface));
            Some(match known {
                Some((interface, _)) => {
                    let hint = nearest(interface, &interfaces);
                    format!("the plugin has no interface `{interface}`{hint} {}", interfaces.join(", "))
                }
                None => {
                    let names = all.iter().map(|name| name.rsplit('/').next().unwrap_or(name)).collect::<Vec<_>>();
                    let name = asked.rsplit('/').next().unwrap_or(asked);
                    format!("the plugin has no method `{asked}`{} {}", nearest(name, &names), all.join(", "))
                }
            })
        }
        Error::AmbiguousMethod { method } => {
            all.retain(|name| name.ends_with(&format!("/{method}")));
            Some(format!("several interfaces have a method `{method}`: name one of {}", all.join(", ")))
        }
        _ => None,
    }
}

/// The methods that can be called, as `interface/method`.
pub(crate) fn methods(info: &ModuleInfo) -> Vec<String> {
    let of = |interface: &plugix_host::abi::interface::descriptor::Descriptor| {
        let name = interface.name.clone();
        interface.methods.iter().map(move |method| format!("{name}/{}", method.name)).collect::<Vec<_>>()
    };
    info.implements.iter().flat_map(of).collect()
}

/// Something near enough may have been meant. What there is follows.
fn nearest(asked: &str, known: &[&str]) -> String {
    let distance = |known: &str| strsim::damerau_levenshtein(&asked.to_lowercase(), &known.to_lowercase());
    let near = known.iter().map(|known| (distance(known), known)).min();
    match near {
        Some((distance, known)) if distance <= 1 + asked.chars().count() / 4 => {
            format!(": did you mean `{known}`? It has")
        }
        _ => "; it has".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_is_near_is_meant() {
        assert_eq!(nearest("rendr", &["greet", "render"]), ": did you mean `render`? It has");
        assert_eq!(nearest("Page", &["Pages"]), ": did you mean `Pages`? It has");
        assert_eq!(nearest("rendr", &["greet"]), "; it has");
        assert_eq!(nearest("x", &[]), "; it has");
    }

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
