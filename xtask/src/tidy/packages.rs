//! What users depend on can be published, with a page and all else that a registry shows.

use anyhow::Result;
use serde_json::Value;

use crate::workspace;

/// What a registry shows of a package.
const SHOWN: [&str; 6] = ["description", "license", "readme", "repository", "keywords", "categories"];

pub(super) fn check() -> Result<Vec<String>> {
    let published = workspace::published()?;
    let mut problems: Vec<_> = published.iter().flat_map(missing).collect();
    // The tests compile them.
    let packed = workspace::pack(&published).output()?;
    if !packed.status.success() {
        problems.push(format!("`cargo package` fails: {}", String::from_utf8_lossy(&packed.stderr).trim()));
    }
    Ok(problems)
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
    use crate::workspace::is_published;
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
