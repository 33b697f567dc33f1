//! The private apt configuration: the machine's own archive, without the machine's state.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use super::HELP;
use crate::{Environment, Error, files, process};

/// The suite that has wasix-libc.
pub(super) const WASIX_SUITE: &str = "sid";

const KEYRING: &str = "/usr/share/keyrings/debian-archive-keyring.gpg";

/// Settings of the machine that are not taken over: programs that apt runs after it has worked on the machine's state.
const HOOKS: [&str; 2] = ["APT::Update::P", "DPkg::P"];

/// Writes configuration, sources and preferences into `folder`; returns the configuration's path.
pub(super) fn configure(folder: &Path, environment: &Environment) -> Result<PathBuf, Error> {
    let folder = &folder.canonicalize().map_err(Error::io("find", folder))?;
    for name in ["lists/partial", "archives/partial", "none"] {
        files::create_dir(&folder.join(name))?;
    }
    let targets = process::output(environment.command("apt-get").args(["indextargets", "Created-By: Packages"]), HELP)?;
    let sources = sources(&targets).ok_or_else(|| Error::NoPackages {
        archive: "this machine's apt configuration".to_owned(),
        wanted: "Debian archive".to_owned(),
        help: "install a rustup toolchain with rust-src and set PLUGIX_WASIX_SYSROOT",
    })?;
    files::write(&folder.join("sources.list"), sources)?;
    files::write(&folder.join("preferences"), format!("Package: *\nPin: release n={WASIX_SUITE}\nPin-Priority: 50\n"))?;

    let machine = process::output(environment.command("apt-config").arg("dump"), HELP)?;
    let config = folder.join("apt.conf");
    files::write(&config, configuration(&machine, folder))?;
    Ok(config)
}

/// The machine's settings, except for its hooks and folders.
fn configuration(machine: &str, folder: &Path) -> String {
    let is_kept = |line: &&str| !HOOKS.iter().any(|hook| line.starts_with(hook));
    let mut text: String = machine.lines().filter(is_kept).flat_map(|line| [line, "\n"]).collect();
    let own = [
        ("Dir::Etc::main", ""),
        ("Dir::Etc::parts", "none"),
        ("Dir::Etc::sourcelist", "sources.list"),
        ("Dir::Etc::sourceparts", "none"),
        ("Dir::Etc::preferences", "preferences"),
        ("Dir::Etc::preferencesparts", "none"),
        ("Dir::State", ""),
        ("Dir::State::lists", "lists"),
        ("Dir::Cache", ""),
        ("Dir::Cache::archives", "archives"),
        ("Dir::Log", ""),
    ];
    for (name, file) in own {
        text.push_str(&format!("{name} \"{}\";\n", folder.join(file).display()));
    }
    // As the user that runs us; and only the lists of packages.
    text.push_str("APT::Sandbox::User \"\";\nAcquire::Languages \"none\";\n");
    // Lists that could not be fetched are an error, not a warning.
    text.push_str("APT::Update::Error-Mode \"any\";\n");
    text.push_str("Acquire::IndexTargets::deb::DEP-11::DefaultEnabled \"false\";\n");
    text
}

/// The machine's Debian releases as a sources list. The suite that has wasix-libc comes from the same place.
fn sources(targets: &str) -> Option<String> {
    let mut lines = BTreeSet::new();
    let mut archive = None;
    for stanza in targets.split("\n\n") {
        let is_debian = field(stanza, "Origin").is_none_or(|origin| origin == "Debian");
        let (Some(address), Some(release), Some("main"), true) =
            (field(stanza, "Repo-URI"), field(stanza, "Release"), field(stanza, "Component"), is_debian)
        else {
            continue;
        };
        lines.insert(source(address, release));
        // Updates come before or after the release itself. The main archive's release has no suffix.
        if !release.contains('-') {
            archive = Some(address);
        }
    }
    lines.insert(source(archive?, WASIX_SUITE));
    Some(lines.into_iter().collect())
}

fn source(address: &str, release: &str) -> String {
    format!("deb [signed-by={KEYRING}] {address} {release} main\n")
}

/// A field of a stanza in Debian's control format.
pub(super) fn field<'a>(stanza: &'a str, name: &str) -> Option<&'a str> {
    stanza.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(':')).map(str::trim)
}

#[cfg(test)]
mod tests {
    use super::*;

    const TARGETS: &str = "\
MetaKey: main/binary-amd64/Packages\nOrigin: Debian\nRepo-URI: a://one/\nRelease: stable\nComponent: main\n
MetaKey: main/binary-amd64/Packages\nRepo-URI: a://two/\nRelease: stable-security\nComponent: main\n
MetaKey: main/binary-amd64/Packages\nOrigin: Other\nRepo-URI: a://three/\nRelease: stable\nComponent: main\n
MetaKey: contrib/binary-amd64/Packages\nOrigin: Debian\nRepo-URI: a://one/\nRelease: stable\nComponent: contrib\n";

    #[test]
    fn sources_are_the_machines_own_and_the_wasix_suite() {
        let sources = sources(TARGETS).unwrap();
        let lines: Vec<_> = sources.lines().map(|line| line.split("] ").nth(1).unwrap()).collect();
        assert_eq!(lines, ["a://one/ sid main", "a://one/ stable main", "a://two/ stable-security main"]);
    }

    #[test]
    fn hooks_are_not_taken_over() {
        let machine = "Acquire::http::Proxy \"p\";\nAPT::Update::Post-Invoke:: \"rm something\";\n";
        let text = configuration(machine, Path::new("/private"));
        assert!(text.contains("Proxy") && !text.contains("rm something"));
        assert!(text.contains("Dir::State::lists \"/private/lists\";"));
    }
}
