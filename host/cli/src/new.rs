//! `plugix new`.

use crate::print;
use crate::template::Template;
use anyhow::{Context as _, Result, ensure};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

#[derive(clap::Args)]
#[command(after_help = "Examples:\n  \
    plugix new word-count                                # a plugin, its interface, and a host that tests it\n  \
    plugix new word-count --template host-interface      # a plugin that calls its host\n  \
    plugix new word-count --path ~/src/plugix            # with the crates of a checkout\n\n\
    Then `cd word-count` and `plugix test`.")]
pub(crate) struct Args {
    /// The plugin's name, and that of the new folder
    name: String,
    /// What the plugin is for
    #[arg(short, long, value_enum, default_value = "plain")]
    template: Template,
    /// A checkout of Plugix, whose crates are taken; by default those of crates.io are
    #[arg(long, value_name = "WORKSPACE")]
    path: Option<PathBuf>,
}

/// Names that crates can't have, or that hide a crate of the standard library's.
const TAKEN: [&str; 12] =
    ["alloc", "async", "core", "crate", "enum", "fn", "impl", "proc_macro", "self", "std", "test", "trait"];

pub(crate) fn run(args: &Args) -> Result<ExitCode> {
    let folder = Path::new(&args.name);
    let name = folder.file_name().and_then(|name| name.to_str()).unwrap_or_default();
    check_name(name)?;
    let checkout = args.path.as_deref().map(checkout).transpose()?;
    let is_empty = |folder: &Path| folder.read_dir().is_ok_and(|mut entries| entries.next().is_none());
    ensure!(!folder.exists() || is_empty(folder), "{}: there is something already", folder.display());
    for (path, text) in args.template.fill(name, checkout.as_deref()) {
        let path = folder.join(path);
        let parent = path.parent().unwrap_or(folder);
        fs::create_dir_all(parent).with_context(|| format!("can't create {}", parent.display()))?;
        fs::write(&path, text).with_context(|| format!("can't write {}", path.display()))?;
    }
    print::line(format_args!("{}: begun. `cd {0}`, and `plugix test` tests it in the sandbox", folder.display()))?;
    Ok(ExitCode::SUCCESS)
}

fn check_name(name: &str) -> Result<()> {
    let starts_well = name.starts_with(|first: char| first.is_ascii_lowercase());
    let is_plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-' || c == '_';
    ensure!(
        starts_well && name.chars().all(is_plain),
        "`{name}` is no name for a crate: take a lower-case letter, and then letters, digits and `-`"
    );
    ensure!(
        !TAKEN.contains(&name.replace('-', "_").as_str()),
        "`{name}` means something else in Rust: take another name"
    );
    Ok(())
}

/// The folder of a checkout, as manifests anywhere can name it.
fn checkout(path: &Path) -> Result<PathBuf> {
    let folder = path.canonicalize().with_context(|| format!("--path: {}", path.display()))?;
    ensure!(folder.join("guest-sdk/Cargo.toml").is_file(), "--path: {} is no checkout of Plugix", path.display());
    Ok(folder)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_that_cargo_would_refuse() {
        for fine in ["p", "word-count", "word_count2"] {
            check_name(fine).unwrap_or_else(|error| panic!("{fine}: {error}"));
        }
        for wrong in ["", "Word", "2nd", "-a", "wörd", "a b", "a/b", "std", "proc-macro"] {
            assert!(check_name(wrong).is_err(), "{wrong}");
        }
    }
}
