//! What tests may do: what the crate's `plugix.toml` says, and what is theirs on any machine.

use anyhow::{Context as _, Result};
use std::path::Path;
use toml::{Table, Value};

/// What of a policy is for calls of a plugin, and would end or change a test program.
const NOT_FOR_TESTS: [&str; 3] = ["deadlines", "output", "config"];

/// The beginnings of the variables that cargo, libtest and the usual test crates look at.
const VARIABLES: [&str; 4] = ["CARGO_MANIFEST_", "CARGO_PKG_", "PROPTEST_", "RUST_"];

/// For temporary files.
const TEMPORARY: &str = "/tmp";
const TEMPORARY_SIZE: &str = "256 MiB";

/// The policy of a test program with these arguments, which runs in a folder.
pub(crate) fn of(
    mut policy: Table,
    folder: &Path,
    variables: impl Iterator<Item = (String, String)>,
    arguments: &[String],
) -> Result<Table> {
    let here = folder.to_str().with_context(|| format!("{}: not a text", folder.display()))?;
    NOT_FOR_TESTS.iter().for_each(|key| drop(policy.remove(*key)));
    policy.insert("args".to_owned(), arguments.to_vec().into());
    let env = policy.entry("env").or_insert_with(|| Table::new().into());
    if let Some(env) = env.as_table_mut() {
        for (name, value) in variables.filter(|(name, _)| VARIABLES.iter().any(|start| name.starts_with(start))) {
            env.entry(name).or_insert(value.into());
        }
    }
    if !has(&policy, here) {
        add(&mut policy, "mounts", [("host", here), ("guest", here), ("access", "read-only")]);
    }
    if !has(&policy, TEMPORARY) {
        add(&mut policy, "scratch", [("guest", TEMPORARY), ("limit", TEMPORARY_SIZE)]);
    }
    policy.entry("current-folder").or_insert_with(|| here.into());
    Ok(policy)
}

/// Whether the policy has something in this place.
fn has(policy: &Table, place: &str) -> bool {
    let tables = ["mounts", "scratch"].into_iter().filter_map(|key| policy.get(key)?.as_array()).flatten();
    let mut places = tables.filter_map(|table| table.get("guest")?.as_str());
    places.any(|guest| Path::new(guest) == Path::new(place))
}

fn add<const N: usize>(policy: &mut Table, key: &str, entries: [(&str, &str); N]) {
    let entries = entries.map(|(name, value)| (name.to_owned(), Value::from(value)));
    let list = policy.entry(key).or_insert_with(|| Value::Array(Vec::new()));
    if let Some(list) = list.as_array_mut() {
        list.push(Table::from_iter(entries).into());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of_text(policy: &str, arguments: &[&str]) -> Table {
        let variables = [("RUST_BACKTRACE", "1"), ("HOME", "/home/me"), ("CARGO_PKG_NAME", "p")];
        let variables = variables.map(|(name, value)| (name.to_owned(), value.to_owned()));
        let arguments: Vec<_> = arguments.iter().map(|&argument| argument.to_owned()).collect();
        let policy = policy.parse().expect("it is TOML");
        of(policy, Path::new("/crate"), variables.into_iter(), &arguments).expect("the path is text")
    }

    #[test]
    fn without_a_policy_tests_find_their_crate() {
        let expected = "args = [\"--nocapture\"]\ncurrent-folder = \"/crate\"\n\n\
            [env]\nCARGO_PKG_NAME = \"p\"\nRUST_BACKTRACE = \"1\"\n\n\
            [[mounts]]\naccess = \"read-only\"\nguest = \"/crate\"\nhost = \"/crate\"\n\n\
            [[scratch]]\nguest = \"/tmp\"\nlimit = \"256 MiB\"\n";
        assert_eq!(of_text("", &["--nocapture"]), expected.parse().expect("it is TOML"));
    }

    #[test]
    fn what_the_policy_says_stays() {
        let policy = "args = [\"-v\"]\ncurrent-folder = \"/data\"\n[env]\nRUST_BACKTRACE = \"0\"\n\
            [limits]\nmemory = \"64 MiB\"\n[deadlines]\ncall = \"1ms\"\n\
            [[mounts]]\nguest = \"/crate/\"\nhost = \".\"\naccess = \"read-write\"\n\
            [[mounts]]\nguest = \"/tmp\"\nhost = \"tmp\"\n";
        let expected = "args = []\ncurrent-folder = \"/data\"\n\n\
            [env]\nCARGO_PKG_NAME = \"p\"\nRUST_BACKTRACE = \"0\"\n\n\
            [limits]\nmemory = \"64 MiB\"\n\n\
            [[mounts]]\naccess = \"read-write\"\nguest = \"/crate/\"\nhost = \".\"\n\n\
            [[mounts]]\nguest = \"/tmp\"\nhost = \"tmp\"\n";
        assert_eq!(of_text(policy, &[]), expected.parse().expect("it is TOML"));
    }

    #[test]
    fn it_is_a_policy() {
        let policy = of_text("[limits]\nthreads = 3", &["a"]).to_string();
        plugix_host::Policy::from_toml_str(&policy, "/crate").expect("the host reads it");
    }
}
