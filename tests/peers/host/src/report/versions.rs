//! Which versions were compared: those of the lock file.

use serde::Serialize;

const LOCK: &str = include_str!("../../../Cargo.lock");

/// A package of the lock file.
#[derive(Debug, Serialize)]
pub(super) struct Version {
    pub(super) name: &'static str,
    pub(super) version: &'static str,
}

/// What is compared, and what it is built on.
const NAMES: [&str; 8] =
    ["wasmer", "wasmer-wasix", "wasmtime", "wit-component", "wit-bindgen", "extism", "extism-pdk", "cranelift-codegen"];

pub(super) fn all() -> Vec<Version> {
    let lines = || LOCK.lines().zip(LOCK.lines().skip(1));
    let of = |name: &'static str| {
        let value = |line: &'static str, key: &str| line.strip_prefix(key)?.strip_suffix('"');
        lines().filter_map(move |(first, second)| {
            (value(first, "name = \"")? == name).then_some(Version { name, version: value(second, "version = \"")? })
        })
    };
    NAMES.into_iter().flat_map(of).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_name_is_in_the_lock_file() {
        let all = all();
        for name in NAMES {
            assert!(all.iter().any(|version| version.name == name), "{name}");
        }
        // Ours, and the one that Extism brings.
        assert_eq!(all.iter().filter(|version| version.name == "wasmtime").count(), 2);
    }
}
