//! The cases: packages of a workspace, each with a program.

use crate::workspace::{self, CONFORMANCE};
use anyhow::{Context as _, Result, ensure};
use serde::Deserialize;
use std::collections::HashMap;
use std::process::Stdio;

/// How a case's package is named after the case.
const SUFFIX: &str = "-case";

/// A program that uses a crate's main function.
#[derive(Debug)]
pub(super) struct Case {
    pub(super) name: String,
    pub(super) package: String,
    /// What the program does.
    pub(super) what: String,
    /// The crates that it depends on, with their versions.
    pub(super) crates: Vec<String>,
    /// Why it can't be right yet.
    pub(super) limit: Option<String>,
    /// Whether `cargo xtask test` runs it.
    pub(super) quick: bool,
}

#[derive(Deserialize)]
struct Metadata {
    packages: Vec<Package>,
    workspace_members: Vec<String>,
    resolve: Option<Resolve>,
}

#[derive(Deserialize)]
struct Package {
    id: String,
    name: String,
    version: String,
    description: Option<String>,
    metadata: Option<Conformance>,
}

/// The table `package.metadata.conformance`.
#[derive(Deserialize, Default)]
#[serde(deny_unknown_fields)]
struct Conformance {
    limit: Option<String>,
    #[serde(default)]
    quick: bool,
}

#[derive(Deserialize)]
struct Resolve {
    nodes: Vec<Node>,
}

#[derive(Deserialize)]
struct Node {
    id: String,
    deps: Vec<Dependency>,
}

#[derive(Deserialize)]
struct Dependency {
    pkg: String,
}

/// All cases, by their names. Without `crates`, nothing is downloaded for that, and the cases don't know theirs.
pub(super) fn all(crates: bool) -> Result<Vec<Case>> {
    let arguments = ["metadata", "--format-version=1", "--locked", "--manifest-path", CONFORMANCE];
    let mut command = workspace::cargo();
    command.args(arguments).args((!crates).then_some("--no-deps"));
    let output = command.stderr(Stdio::inherit()).output()?;
    ensure!(output.status.success(), "{CONFORMANCE} can't be read: {}", output.status);
    read(&output.stdout)
}

fn read(metadata: &[u8]) -> Result<Vec<Case>> {
    let mut values: serde_json::Value = serde_json::from_slice(metadata).context("the output of cargo metadata")?;
    // Other packages have what they like there.
    for package in values["packages"].as_array_mut().into_iter().flatten() {
        let own = package["metadata"]["conformance"].take();
        package["metadata"] = own;
    }
    let Metadata { packages, workspace_members, resolve } = serde_json::from_value(values)?;
    let packages: HashMap<_, _> = packages.into_iter().map(|package| (package.id.clone(), package)).collect();
    let mut cases = Vec::new();
    for id in &workspace_members {
        let package = packages.get(id).context("a member that is no package")?;
        let node = resolve.iter().flat_map(|resolve| &resolve.nodes).find(|node| node.id == *id);
        let name = package.name.strip_suffix(SUFFIX);
        let name = name.with_context(|| format!("{} isn't named after a case", package.name))?;
        let dependencies = node.into_iter().flat_map(|node| &node.deps);
        let found = dependencies.filter_map(|dependency| packages.get(&dependency.pkg));
        let mut crates: Vec<_> = found.map(|found| format!("{} {}", found.name, found.version)).collect();
        // What the case is about comes first.
        crates.sort_by_key(|shown| (!name.starts_with(shown.split(' ').next().unwrap_or_default()), shown.clone()));
        cases.push(Case {
            name: name.to_owned(),
            package: package.name.clone(),
            what: package.description.clone().with_context(|| format!("{name} has no description"))?,
            crates,
            limit: package.metadata.as_ref().and_then(|metadata| metadata.limit.clone()),
            quick: package.metadata.as_ref().is_some_and(|metadata| metadata.quick),
        });
    }
    cases.sort_by(|one, other| one.name.cmp(&other.name));
    Ok(cases)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_member_is_a_case_with_its_crates() {
        let package = |name: &str, metadata| json!({ "id": name, "name": name, "version": "1.2.3", "description": "a word", "metadata": metadata });
        let metadata = json!({
            "packages": [
                package("mio-case", json!({ "conformance": { "limit": "none", "quick": true } })),
                package("mio", json!({ "docs.rs": { "all-features": true } })),
                package("a", json!(null)),
            ],
            "workspace_members": ["mio-case"],
            "resolve": { "nodes": [
                { "id": "mio-case", "deps": [{ "pkg": "a" }, { "pkg": "mio" }] },
                { "id": "mio", "deps": [] },
            ] },
        });
        let cases = read(metadata.to_string().as_bytes()).unwrap();
        let [case] = &cases[..] else { panic!("{cases:?}") };
        assert_eq!((&*case.name, &*case.package, &*case.what), ("mio", "mio-case", "a word"));
        assert_eq!(case.crates, ["mio 1.2.3", "a 1.2.3"]);
        let unresolved =
            json!({ "packages": metadata["packages"], "workspace_members": ["mio-case"], "resolve": null });
        assert!(matches!(&read(unresolved.to_string().as_bytes()).unwrap()[..], [Case { quick: true, .. }]));
        assert_eq!((case.limit.as_deref(), case.quick), (Some("none"), true));
    }
}
