//! Every package takes its lints and what describes it from the workspace.

use std::fs;

use anyhow::{Context as _, Result};
use serde_json::Value;

use super::{output, relative};
use crate::workspace;

const INHERITED: [&str; 4] = ["version", "edition", "rust-version", "license"];

pub(super) fn check() -> Result<Vec<String>> {
    let mut problems = Vec::new();
    for workspace in workspace::ALL {
        let metadata = output(&["metadata", "--no-deps", "--format-version=1", "--manifest-path", workspace])?;
        let metadata: Value = serde_json::from_str(&metadata)?;
        let packages = metadata["packages"].as_array().context("cargo metadata tells of no packages")?;
        for package in packages {
            let path = package["manifest_path"].as_str().context("a package without a manifest")?;
            let missing = missing(&fs::read_to_string(path)?);
            problems.extend(missing.iter().map(|what| format!("{}: add {what}", relative(path.as_ref()))));
        }
    }
    Ok(problems)
}

fn missing(manifest: &str) -> Vec<String> {
    let lines: Vec<_> = manifest.lines().map(str::trim).collect();
    let fields = INHERITED.iter().map(|field| format!("{field}.workspace = true"));
    let mut missing: Vec<_> = fields.filter(|field| !lines.contains(&field.as_str())).collect();
    if !lines.iter().any(|line| ["publish.workspace = true", "publish = true"].contains(line)) {
        missing.push("publish.workspace = true".to_owned());
    }
    if !lines.windows(2).any(|pair| pair == ["[lints]", "workspace = true"]) {
        missing.push("`workspace = true` in `[lints]`".to_owned());
    }
    missing
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_not_inherited_is_named() {
        let fields = INHERITED.map(|field| format!("{field}.workspace = true\n")).concat() + "publish = true\n";
        assert!(missing(&format!("[package]\n{fields}\n[lints]\nworkspace = true\n")).is_empty());
        assert_eq!(missing(&format!("[package]\n{fields}")), ["`workspace = true` in `[lints]`"]);
        assert_eq!(missing("[package]\nedition = \"2024\"\n").len(), INHERITED.len() + 2);
    }
}
