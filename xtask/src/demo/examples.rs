//! The examples of the book: a program in `host/examples`, `host/fleet/examples` or `host/manager/examples`, and the plugin
//! that it runs.

/// A program and its plugin.
pub(super) struct Example {
    /// The program's name.
    pub(super) name: &'static str,
    /// The plugin's package.
    pub(super) plugin: &'static str,
    /// What the program gets after the module. Paths are those of the repository.
    pub(super) arguments: &'static [&'static str],
    /// Whether it gets the address of a server of NATS after that.
    pub(super) asks_nats: bool,
}

impl Example {
    const fn new(name: &'static str, plugin: &'static str, arguments: &'static [&'static str]) -> Self {
        Self { name, plugin, arguments, asks_nats: false }
    }

    const fn with_nats(self) -> Self {
        Self { asks_nats: true, ..self }
    }
}

const TEXTS: &[&str] = &["example-plugins/word-count/texts"];

pub(super) const ALL: [Example; 14] = [
    Example::new("artifact", "word-count", TEXTS),
    Example::new("awaited", "word-count", TEXTS),
    Example::new("courier", "courier", &[]),
    Example::new("forecast", "forecast-old", &[]),
    Example::new("hello", "word-count", TEXTS),
    Example::new("isolated", "word-count", TEXTS),
    Example::new("kept", "word-count", TEXTS),
    Example::new("log_search", "log-search", &[]),
    Example::new("mischief", "mischief", &[]),
    Example::new("places", "word-count", TEXTS).with_nats(),
    Example::new("pool", "word-count", TEXTS),
    Example::new("shared", "word-count", TEXTS),
    Example::new("thermostat", "thermostat", &[]),
    Example::new("watched", "mischief", &[]),
];

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{engine_linked::root, workspace};
    use std::fs;

    #[test]
    fn each_example_is_here_and_in_the_book() {
        // The others are programs of several plugins, or of none.
        const OTHERS: [&str; 3] = ["demo", "notes", "raw"];
        let entries = |folder| workspace::entries(&root().join(folder)).expect("the folder is there");
        let mut files = ["host/examples", "host/fleet/examples", "host/manager/examples"].map(entries).concat();
        files.sort_by_key(|path| path.file_stem().map(std::ffi::OsStr::to_owned));
        let names = files.iter().filter(|path| path.extension().is_none_or(|extension| extension == "rs"));
        let mut names: Vec<_> = names.filter_map(|path| path.file_stem()?.to_str()).collect();
        names.retain(|name| !OTHERS.contains(name));
        assert_eq!(names, ALL.map(|example| example.name));

        let pages = workspace::files(&root().join("docs/src"), "md").expect("there is a book");
        let book: String = pages.iter().map(|page| fs::read_to_string(page).expect("a page is text")).collect();
        for name in names {
            let is_run = book.lines().any(|line| line.starts_with(&format!("$ cargo xtask demo {name} ")));
            assert!(is_run, "no page of the book runs {name}");
        }
    }
}
