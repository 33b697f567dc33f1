//! What `plugix doctor --fix` does: edits of a manifest that keep all else in it.

use anyhow::{Context as _, Result};
use std::fs;
use std::path::PathBuf;
use toml_edit::{Array, DocumentMut, Item, Table, value};

/// An edit that is safe: it says what the crate must say anyway.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Fix {
    /// The library is a plugin, and tests see it as well.
    CrateTypes { manifest: PathBuf },
    /// Panics of a profile unwind.
    Unwind { manifest: PathBuf, profile: String },
}

impl Fix {
    /// Does it, and returns what was done.
    pub(super) fn apply(&self) -> Result<String> {
        let (Self::CrateTypes { manifest } | Self::Unwind { manifest, .. }) = self;
        let text = fs::read_to_string(manifest).with_context(|| format!("can't read {}", manifest.display()))?;
        let edited = self.edited(&text).with_context(|| manifest.display().to_string())?;
        fs::write(manifest, edited).with_context(|| format!("can't write {}", manifest.display()))?;
        let did = match self {
            Self::CrateTypes { .. } => "`crate-type = [\"cdylib\", \"rlib\"]` is there".to_owned(),
            Self::Unwind { profile, .. } => format!("`panic = \"abort\"` of `{profile}` is gone"),
        };
        Ok(format!("{}: {did}", manifest.display()))
    }

    fn edited(&self, text: &str) -> Result<String> {
        let mut document: DocumentMut = text.parse()?;
        match self {
            Self::CrateTypes { .. } => {
                let lib = document.entry("lib").or_insert_with(|| Item::Table(Table::new()));
                let lib = lib.as_table_like_mut().context("`lib` should be a table")?;
                let mut types = lib.get("crate-type").and_then(Item::as_array).cloned().unwrap_or_else(Array::new);
                for wanted in ["cdylib", "rlib"] {
                    let is_there = |found: &str| found == wanted || (wanted == "rlib" && found == "lib");
                    if !types.iter().filter_map(toml_edit::Value::as_str).any(is_there) {
                        types.push(wanted);
                    }
                }
                lib.insert("crate-type", value(types));
            }
            Self::Unwind { profile, .. } => {
                let profile = document.get_mut("profile").and_then(|profiles| profiles.get_mut(profile));
                let profile = profile.and_then(Item::as_table_like_mut).context("there is no such profile")?;
                profile.remove("panic");
            }
        }
        Ok(document.to_string())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_there_stays() {
        let types = Fix::CrateTypes { manifest: PathBuf::new() };
        for (before, after) in [
            ("[package] # mine\n", "[package] # mine\n\n[lib]\ncrate-type = [\"cdylib\", \"rlib\"]\n"),
            ("[lib]\nname = \"a\"\n", "[lib]\nname = \"a\"\ncrate-type = [\"cdylib\", \"rlib\"]\n"),
            ("[lib]\ncrate-type = [\"lib\"]\n", "[lib]\ncrate-type = [\"lib\", \"cdylib\"]\n"),
            ("lib.crate-type = [\"cdylib\"]\n", "lib.crate-type = [\"cdylib\", \"rlib\"]\n"),
        ] {
            assert_eq!(types.edited(before).expect("it is a manifest"), after);
            assert_eq!(types.edited(after).expect("it is a manifest"), after);
        }
        let unwind = Fix::Unwind { manifest: PathBuf::new(), profile: "release".to_owned() };
        let edited =
            unwind.edited("[profile.release]\nlto = true\npanic = \"abort\" # why\n[profile.dev]\npanic = \"abort\"\n");
        assert_eq!(
            edited.expect("it is a manifest"),
            "[profile.release]\nlto = true\n[profile.dev]\npanic = \"abort\"\n"
        );
        assert!(unwind.edited("").is_err() && types.edited("lib = 1").is_err() && types.edited("[").is_err());
    }
}
