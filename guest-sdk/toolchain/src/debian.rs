//! Debian's packages without root: a private apt state, signatures checked, nothing installed.

mod sources;

use std::path::{Path, PathBuf};
use std::process::Command;

use crate::progress::Progress;
use crate::{Environment, Error, clang, files, process};

const HELP: &str = "composing a toolchain from packages needs apt-get, apt-cache, apt-config and dpkg-deb";

/// What would supply the same as the archive.
const WITHOUT: &str = "install a rustup toolchain with the component rust-src (`rustup component add rust-src`), set \
    PLUGIX_WASIX_SYSROOT to a wasix-libc sysroot, and for C code, install clang 20 or newer";

/// Pairs of a compiler and its library's sources, best first.
const COMPILERS: [[&str; 2]; 2] = [["rustc-web", "rust-web-src"], ["rustc", "rust-src"]];
const WASIX_LIBC: &str = "wasix-libc";

/// Packages that hold the compiler itself. They come from the archive even if the machine has some version installed.
const COMPILER_PARTS: [&str; 2] = ["libstd-rust", "libllvm"];

/// An apt that knows the machine's archive, and reads and writes only its own folder.
#[derive(Debug)]
pub(crate) struct Apt {
    config: PathBuf,
    environment: Environment,
}

/// A package as the archive offers it.
#[derive(Debug)]
pub(crate) struct Package {
    name: String,
    version: String,
    /// Names of packages, the first of any alternatives.
    depends: Vec<String>,
    /// Bytes to download.
    size: u64,
}

/// Whether this machine has the programs, or what it lacks.
pub(crate) fn available(environment: &Environment) -> Result<(), String> {
    let programs = ["apt-get", "apt-cache", "apt-config", "dpkg-deb", "dpkg-query"];
    match programs.iter().find(|program| environment.program(program).is_none()) {
        None => Ok(()),
        Some(missing) => Err(format!("Debian's packages cannot be had: there is no {missing} on PATH")),
    }
}

impl Apt {
    /// Fetches the lists of the machine's own archive, and of the suite that has wasix-libc, into `folder`.
    pub(crate) fn open(folder: &Path, environment: &Environment, progress: Progress) -> Result<Self, Error> {
        let _step = progress.step("reading the lists of Debian's archive");
        let apt = Self { config: sources::configure(folder, environment)?, environment: environment.clone() };
        reach(apt.command("apt-get").arg("update"))?;
        Ok(apt)
    }

    /// The packages of a compiler with its sources: the compiler first.
    pub(crate) fn compiler(&self) -> Result<Vec<Package>, Error> {
        for [rustc, sources] in COMPILERS {
            let (Some(rustc), Some(sources)) = (self.candidate(rustc)?, self.candidate(sources)?) else { continue };
            if rustc.version == sources.version {
                return self.with_libraries(vec![rustc, sources]);
            }
        }
        Err(Error::NoPackages {
            archive: "the Debian archive of this machine".to_owned(),
            wanted: COMPILERS.map(|pair| pair.join(" with ")).join(", nor "),
            help: "install a rustup toolchain with the component rust-src (`rustup component add rust-src`)",
        })
    }

    /// The package of wasix-libc.
    pub(crate) fn libc(&self) -> Result<Vec<Package>, Error> {
        let package = self.candidate(WASIX_LIBC)?.ok_or_else(|| Error::NoPackages {
            archive: format!("Debian {}", sources::WASIX_SUITE),
            wanted: WASIX_LIBC.to_owned(),
            help: "set PLUGIX_WASIX_SYSROOT to a wasix-libc sysroot",
        })?;
        Ok(vec![package])
    }

    /// The packages of the newest clang that there is, with what it needs of LLVM: the compiler first.
    pub(crate) fn clang(&self) -> Result<Vec<Package>, Error> {
        for version in clang::VERSIONS {
            let names = clang::packages(version);
            let found: Vec<_> =
                names.iter().filter_map(|name| self.candidate(name).transpose()).collect::<Result<_, _>>()?;
            if found.len() == names.len() {
                return Ok(found);
            }
        }
        Err(Error::NoPackages {
            archive: "the Debian archive of this machine".to_owned(),
            wanted: clang::VERSIONS.map(|version| format!("clang-{version}")).join(", nor "),
            help: clang::HELP,
        })
    }

    /// Packages of programs, with the libraries that the machine lacks.
    pub(crate) fn programs(&self, names: &[&str]) -> Result<Vec<Package>, Error> {
        let missing = |name: &&str| Error::NoPackages {
            archive: "the Debian archive of this machine".to_owned(),
            wanted: (*name).to_owned(),
            help: "install it by other means",
        };
        let find = |name| self.candidate(name)?.ok_or_else(|| missing(&name));
        self.with_libraries(names.iter().copied().map(find).collect::<Result<_, _>>()?)
    }

    /// Downloads packages and unpacks them into one tree.
    pub(crate) fn unpack(&self, packages: &[Package], into: &Path, progress: Progress) -> Result<(), Error> {
        let total = packages.iter().map(|package| package.size).sum();
        let step = progress.bytes(&format!("downloading {} ({} MB)", summary(packages), total / 1_000_000), total);
        let downloads = into.join("downloads");
        files::create_dir(&downloads)?;
        for package in packages {
            let wanted = format!("{}={}", package.name, package.version);
            reach(self.command("apt-get").args(["download", &wanted]).current_dir(&downloads))?;
            step.advance(package.size);
        }
        drop(step);

        let _step = progress.step(&format!("unpacking {}", summary(packages)));
        for archive in downloads.read_dir().map_err(Error::io("read", &downloads))?.flatten() {
            process::output(self.environment.command("dpkg-deb").arg("-x").arg(archive.path()).arg(into), HELP)?;
        }
        files::remove(&downloads)
    }

    /// Adds the shared libraries that the machine does not have, and their own.
    fn with_libraries(&self, mut packages: Vec<Package>) -> Result<Vec<Package>, Error> {
        let mut next = 0;
        while let Some(package) = packages.get(next) {
            next += 1;
            for name in package.depends.clone() {
                let is_compiler = COMPILER_PARTS.iter().any(|part| name.starts_with(part));
                let is_known = packages.iter().any(|package| package.name == name);
                if is_known || !(is_compiler || name.starts_with("lib") && !self.is_installed(&name)) {
                    continue;
                }
                packages.extend(self.candidate(&name)?);
            }
        }
        Ok(packages)
    }

    /// The version that would be installed, if there is any.
    fn candidate(&self, name: &str) -> Result<Option<Package>, Error> {
        match process::output(self.command("apt-cache").args(["show", "--no-all-versions", name]), HELP) {
            Ok(text) => Ok(Package::parse(&text)),
            Err(Error::Failed { .. }) => Ok(None),
            Err(error) => Err(error),
        }
    }

    fn is_installed(&self, name: &str) -> bool {
        let mut command = self.environment.command("dpkg-query");
        let status = process::output(command.args(["-W", "-f", "${db:Status-Status} ", name]), HELP);
        status.is_ok_and(|text| text.split_whitespace().any(|status| status == "installed"))
    }

    fn command(&self, program: &str) -> Command {
        let mut command = self.environment.command(program);
        command.env("APT_CONFIG", &self.config).env("LC_ALL", "C");
        command
    }
}

/// Removes what no toolchain uses from an unpacked prefix: documentation, and the compiler's own sources.
pub(crate) fn prune(prefix: &Path) -> Result<(), Error> {
    files::remove(&prefix.join("share"))?;
    let Ok(sources) = prefix.join("src").read_dir() else { return Ok(()) };
    for source in sources.flatten().filter_map(|source| source.path().read_dir().ok()) {
        for entry in source.flatten().filter(|entry| entry.file_name() != "library") {
            files::remove(&entry.path())?;
        }
    }
    Ok(())
}

/// Runs what needs the network.
fn reach(command: &mut Command) -> Result<(), Error> {
    match process::output(command, HELP) {
        Ok(_) => Ok(()),
        Err(Error::Failed { command, stderr, .. }) => {
            // apt tells more than once what it doesn't reach.
            let told = stderr.lines().rev().find(|line| line.starts_with("E: ") && line.len() > "E: ".len());
            let problem = format!("`{command}` says: {}", told.unwrap_or(stderr.trim()));
            Err(Error::NoArchive { problem, help: WITHOUT })
        }
        Err(error) => Err(error),
    }
}

/// A name for a set of packages. It changes with the version of the first.
pub(crate) fn set_name(packages: &[Package]) -> String {
    packages.first().map(|package| format!("{}_{}", package.name, package.version)).unwrap_or_default()
}

fn summary(packages: &[Package]) -> String {
    packages.iter().map(|package| package.name.as_str()).collect::<Vec<_>>().join(" ")
}

impl Package {
    /// Reads the first stanza of `apt-cache show`.
    fn parse(text: &str) -> Option<Self> {
        let stanza = text.split("\n\n").next()?;
        let field = |name| sources::field(stanza, name);
        let first_name = |alternatives: &str| alternatives.split([' ', '|', ':']).next().map(str::to_owned);
        Some(Self {
            name: field("Package")?.to_owned(),
            version: field("Version")?.to_owned(),
            depends: field("Depends").unwrap_or("").split(", ").filter_map(first_name).collect(),
            size: field("Size")?.parse().ok()?,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_stanza_gives_the_package() {
        let text =
            "Package: a\nVersion: 1:2-3\nDepends: libb (>= 2), c:any | d, libe\nSize: 42\n\nPackage: a\nVersion: 1";
        let package = Package::parse(text).unwrap();
        assert_eq!(package.depends, ["libb", "c", "libe"]);
        assert_eq!((package.size, set_name(&[package])), (42, "a_1:2-3".to_owned()));
    }
}
