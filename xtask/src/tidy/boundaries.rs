//! What a package must not depend on, directly or not.

use anyhow::{Result, ensure};

use super::output;
use crate::workspace::PEERS;

/// The engine and what drives it.
const ENGINE: [&str; 5] = ["wasmer", "virtual-", "cranelift", "tokio", "plugix-host"];

struct Rule {
    package: &'static str,
    features: &'static str,
    /// What the names of others must not begin with.
    forbidden: &'static [&'static str],
    /// What is fine nevertheless.
    allowed: &'static [&'static str],
}

const RULES: [Rule; 15] = [
    Rule { package: "plugix-abi", features: "std", forbidden: &ENGINE, allowed: &[] },
    // Trait impls for the host's reads need the engine's traits, and nothing else.
    Rule { package: "plugix-abi", features: "host", forbidden: &ENGINE, allowed: &["wasmer-types"] },
    Rule { package: "plugix-abi-macros", features: "", forbidden: &ENGINE, allowed: &[] },
    Rule { package: "plugix-guest", features: "", forbidden: &ENGINE, allowed: &[] },
    Rule { package: "plugix-guest-macros", features: "", forbidden: &ENGINE, allowed: &[] },
    Rule { package: "plugix-toolchain", features: "", forbidden: &ENGINE, allowed: &[] },
    Rule { package: "plugix-module", features: "", forbidden: &ENGINE, allowed: &[] },
    Rule { package: "plugix-requests", features: "toml", forbidden: &ENGINE, allowed: &[] },
    Rule { package: "plugix-system", features: "", forbidden: &ENGINE, allowed: &[] },
    Rule { package: "plugix-shared", features: "", forbidden: &ENGINE, allowed: &[] },
    Rule { package: "plugix-wall", features: "", forbidden: &ENGINE, allowed: &[] },
    // Its modules are bytes, and TLS needs no second compiler.
    Rule {
        package: "plugix-store",
        features: "",
        forbidden: &["wasmer", "virtual-", "cranelift", "plugix-host", "aws-lc"],
        allowed: &[],
    },
    Rule { package: "xtask", features: "", forbidden: &ENGINE, allowed: &[] },
    Rule {
        package: "plugix-host",
        features: "",
        forbidden: &["plugix-guest", "plugix-toolchain", "peers", "extism"],
        allowed: &[],
    },
    // The toolchain crate fetches nothing itself: it leaves that to the machine's own programs.
    Rule {
        package: "plugix-toolchain",
        features: "",
        forbidden: &["reqwest", "ureq", "rustls", "openssl"],
        allowed: &[],
    },
];

/// The work that is compared knows none of the systems.
const PEER_RULES: [Rule; 1] = [Rule {
    package: "peers-work",
    features: "",
    forbidden: &["plugix", "wasmer", "wasmtime", "wit-", "extism"],
    allowed: &[],
}];

pub(super) fn check() -> Result<Vec<String>> {
    let mut problems = Vec::new();
    let rules = RULES.iter().map(|rule| ("Cargo.toml", rule)).chain(PEER_RULES.iter().map(|rule| (PEERS, rule)));
    for (workspace, rule) in rules {
        let tree = ["tree", "--edges=normal,build", "--target=all", "--prefix=none", "--format={p}"];
        let package = ["--manifest-path", workspace, "--package", rule.package, "--features", rule.features];
        let text = output(&[&tree[..], &package[..]].concat())?;
        let mut names: Vec<_> = text.lines().filter_map(|line| line.split(' ').next()).collect();
        ensure!(names.first() == Some(&rule.package), "`cargo tree` doesn't know {}", rule.package);
        names.sort_unstable();
        names.dedup();
        problems.extend(names.into_iter().filter(|name| rule.forbids(name)).map(|name| rule.explain(name)));
    }
    Ok(problems)
}

impl Rule {
    fn forbids(&self, name: &str) -> bool {
        self.forbidden.iter().any(|start| name.starts_with(start)) && !self.allowed.contains(&name)
    }

    fn explain(&self, name: &str) -> String {
        let Self { package, features, .. } = self;
        format!(
            "{package} must not depend on {name}: `cargo tree -p {package} -F '{features}' -i {name}` shows how it does"
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn exceptions_are_exact() {
        let rule = Rule { package: "p", features: "", forbidden: &ENGINE, allowed: &["wasmer-types"] };
        assert!(rule.forbids("wasmer") && rule.forbids("wasmer-wasix") && rule.forbids("virtual-fs"));
        assert!(!rule.forbids("wasmer-types") && !rule.forbids("serde"));
    }
}
