//! The projects that `plugix new` begins. Their files lie in `templates`, as they will be but for the names.

use std::path::{Path, PathBuf};

/// What a project is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub(crate) enum Template {
    /// A plugin that computes
    Plain,
    /// A plugin that calls its host
    HostInterface,
    /// A plugin that takes and returns more than memory holds
    Streaming,
    /// A plugin that is a service on the network
    Network,
    /// An application with a folder of plugins
    Host,
}

/// Where a file is in the project, and what is in it.
type File = (&'static str, &'static str);

macro_rules! file {
    ($to:literal, $from:literal) => {
        ($to, include_str!(concat!("../templates/", $from)))
    };
}

const COMMON: &[File] = &[
    file!("Cargo.toml", "common/Cargo.toml.in"),
    file!("README.md", "common/README.md"),
    file!(".gitignore", "common/gitignore"),
    file!(".github/workflows/ci.yml", "common/ci.yml"),
    file!("interface/Cargo.toml", "common/interface.toml.in"),
    file!("plugin/Cargo.toml", "common/plugin.toml.in"),
    file!("host/Cargo.toml", "common/host.toml.in"),
];

const POLICY: File = file!("plugin/plugix.toml", "common/plugix.toml");

const PLAIN: &[File] = &[
    POLICY,
    file!("interface/src/lib.rs", "plain/interface/lib.rs"),
    file!("plugin/src/lib.rs", "plain/plugin/lib.rs"),
    file!("plugin/tests/greetings.rs", "plain/plugin-tests/greetings.rs"),
    file!("plugin/tests/names.txt", "plain/plugin-tests/names.txt"),
    file!("host/src/main.rs", "plain/host/main.rs"),
    file!("host/tests/plugin.rs", "plain/host/plugin.rs"),
];

const HOST_INTERFACE: &[File] = &[
    POLICY,
    file!("interface/src/lib.rs", "host-interface/interface/lib.rs"),
    file!("plugin/src/lib.rs", "host-interface/plugin/lib.rs"),
    file!("host/src/lib.rs", "host-interface/host/lib.rs"),
    file!("host/src/main.rs", "host-interface/host/main.rs"),
    file!("host/tests/plugin.rs", "host-interface/host/plugin.rs"),
];

const STREAMING: &[File] = &[
    POLICY,
    file!("interface/src/lib.rs", "streaming/interface/lib.rs"),
    file!("plugin/src/lib.rs", "streaming/plugin/lib.rs"),
    file!("host/src/main.rs", "streaming/host/main.rs"),
    file!("host/tests/plugin.rs", "streaming/host/plugin.rs"),
];

const NETWORK: &[File] = &[
    file!("plugin/plugix.toml", "network/plugix.toml"),
    file!("interface/src/lib.rs", "network/interface/lib.rs"),
    file!("plugin/src/lib.rs", "network/plugin/lib.rs"),
    file!("host/src/main.rs", "network/host/main.rs"),
    file!("host/tests/plugin.rs", "network/host/plugin.rs"),
];

const HOST: &[File] = &[
    POLICY,
    file!("interface/src/lib.rs", "plain/interface/lib.rs"),
    file!("plugin/src/lib.rs", "plain/plugin/lib.rs"),
    file!("host/src/lib.rs", "host/lib.rs"),
    file!("host/src/main.rs", "host/main.rs"),
    file!("host/tests/plugins.rs", "host/plugins.rs"),
];

/// The crates of Plugix that a project depends on, and where they lie in a checkout.
const CRATES: [(&str, &str); 4] =
    [("plugix-abi", "abi"), ("plugix-guest", "guest-sdk"), ("plugix-host", "host"), ("plugix-testing", "host/testing")];

impl Template {
    fn files(self) -> &'static [File] {
        match self {
            Self::Plain => PLAIN,
            Self::HostInterface => HOST_INTERFACE,
            Self::Streaming => STREAMING,
            Self::Network => NETWORK,
            Self::Host => HOST,
        }
    }

    /// What the plugin does, and a command to try it with. It can't stand in for a host that is called, or for streams.
    fn texts(self) -> (&'static str, &'static str) {
        match self {
            Self::Plain => ("Greets people", "plugix run MODULE greet '[\"Ada\"]'"),
            Self::HostInterface => ("Greets people whom the host knows", "plugix inspect MODULE"),
            Self::Streaming => ("Searches texts of any length", "plugix inspect MODULE"),
            Self::Network => ("Answers HTTP requests", "plugix inspect MODULE"),
            Self::Host => ("Greets people", "cargo run -p my-plugin-host -- FOLDER Ada # the plugins in a folder"),
        }
    }

    /// The files of a project: their paths in its folder, and their contents. `checkout` is one of Plugix.
    pub(crate) fn fill(self, name: &str, checkout: Option<&Path>) -> Vec<(PathBuf, String)> {
        let (description, command) = self.texts();
        let module = "target/guests/wasm32-wasmer-wasi/release/my_plugin.wasm";
        let mut words = vec![
            ("@description".to_owned(), description.to_owned()),
            ("@try".to_owned(), command.replace("MODULE", module)),
            ("my-plugin".to_owned(), name.to_owned()),
            ("my_plugin".to_owned(), name.replace('-', "_")),
        ];
        words.extend(CRATES.map(|(name, folder)| {
            let dependency = match checkout {
                Some(checkout) => {
                    format!("{{ path = {} }}", toml::Value::from(checkout.join(folder).display().to_string()))
                }
                None => format!("\"{}\"", env!("CARGO_PKG_VERSION")),
            };
            (format!("@{name}"), dependency)
        }));
        let filled = |text: &str| words.iter().fold(text.to_owned(), |text, (from, to)| text.replace(from, to));
        COMMON.iter().chain(self.files()).map(|(path, text)| (PathBuf::from(path), filled(text))).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::ValueEnum as _;

    #[test]
    fn nothing_is_left_to_fill_in() {
        for template in Template::value_variants() {
            for (path, text) in template.fill("word-count", None) {
                let shown = path.display();
                assert!(!text.contains("my-plugin") && !text.contains("my_plugin"), "{shown}: {text}");
                assert!(!text.contains("@plugix") && !text.contains("@try"), "{shown}: {text}");
                if path.extension().is_some_and(|extension| extension == "toml") {
                    text.parse::<toml::Table>().unwrap_or_else(|error| panic!("{shown}: {error}"));
                }
            }
        }
    }

    #[test]
    fn dependencies_are_of_a_version_or_of_a_checkout() {
        let manifest = |checkout| {
            let files = Template::Plain.fill("p", checkout);
            files.into_iter().find(|(path, _)| path == Path::new("Cargo.toml")).expect("there is one").1
        };
        assert!(manifest(None).contains(concat!("plugix-guest = \"", env!("CARGO_PKG_VERSION"), "\"\n")));
        let of_checkout = manifest(Some(Path::new("/plu\"gix")));
        assert!(of_checkout.contains("plugix-guest = { path = '/plu\"gix/guest-sdk' }\n"), "{of_checkout}");
    }
}
