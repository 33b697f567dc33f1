//! What users depend on can be published, with a page and all else that a registry shows.

use std::process::Stdio;

use anyhow::{Context as _, Result};
use serde_json::Value;

use super::output;
use crate::workspace;

/// What a registry shows of a package.
const SHOWN: [&str; 6] = ["description", "license", "readme", "repository", "keywords", "categories"];

pub(super) fn check() -> Result<Vec<String>> {
    let metadata: Value = serde_json::from_str(&output(&["metadata", "--no-deps", "--format-version=1"])?)?;
    let packages = metadata["packages"].as_array().context("cargo metadata tells of no packages")?;
    let published: Vec<_> = packages.iter().filter(|package| is_published(package)).collect();
    let mut problems: Vec<_> = published.iter().flat_map(|package| missing(package)).collect();
    // Packages that are packed together may depend on each other before any of them is in a registry. They are compiled
    // by the tests anyway, and the engine once more would take minutes.
    let mut pack = workspace::cargo();
    pack.args(["package", "--quiet", "--no-verify", "--allow-dirty"]);
    for package in &published {
        pack.arg("--package").arg(package["name"].as_str().context("a package has no name")?);
    }
    let packed = pack.stdin(Stdio::null()).output()?;
    if !packed.status.success() {
        problems.push(format!("`cargo package` fails: {}", String::from_utf8_lossy(&packed.stderr).trim()));
    }
    Ok(problems)
}

fn is_published(package: &Value) -> bool {
    // An empty list of registries is `publish = false`.
    package["publish"].is_null()
}

fn missing(package: &Value) -> Vec<String> {
    let is_missing = |key: &&&str| match &package[**key] {
        Value::Null => true,
        Value::Array(entries) => entries.is_empty(),
        _ => false,
    };
    let name = package["name"].as_str().unwrap_or_default();
    SHOWN.iter().filter(is_missing).map(|key| format!("{name}: add `{key}` to its manifest")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn what_a_registry_would_not_show_is_named() {
        let mut package = json!({
            "name": "a", "publish": null, "description": "b", "license": "MIT", "readme": "README.md",
            "repository": "c", "keywords": ["d"], "categories": ["e"],
        });
        assert!(is_published(&package) && missing(&package).is_empty());
        package["keywords"] = json!([]);
        package["readme"] = Value::Null;
        package["publish"] = json!([]);
        assert!(!is_published(&package));
        assert_eq!(missing(&package), ["a: add `readme` to its manifest", "a: add `keywords` to its manifest"]);
    }
}
