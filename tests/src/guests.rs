//! The fixtures: plugins in `guests/`, built when the first test asks, and modules as text in `modules/`.

use anyhow::{Context, Result};
use plugix_host::code::{Cache, ChildCompiler};
use plugix_host::module::ModuleLimits;
use plugix_host::{Engine, Module, Plugin, Policy};
use plugix_toolchain::{Build, Progress, Toolchain};
use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::{LazyLock, Mutex};
use std::time::Duration;

const TESTS: &str = env!("CARGO_MANIFEST_DIR");

/// Names the program that optimizes all modules of a process, if somebody wants that: a test that runs others once more.
pub const OPTIMIZER: &str = "PLUGIX_TEST_OPTIMIZER";

/// Names the folder where a process finds what another one has optimized already.
pub const OPTIMIZED: &str = "PLUGIX_TEST_OPTIMIZED";

/// How long optimizing a module may take.
const LONG: Duration = Duration::from_secs(600);

/// The engine of this process.
pub fn engine() -> &'static Engine {
    static ENGINE: LazyLock<Engine> = LazyLock::new(|| {
        let mut builder = Engine::builder();
        if let (Some(program), Some(folder)) = (std::env::var_os(OPTIMIZER), std::env::var_os(OPTIMIZED)) {
            builder = builder.compile_in_child(ChildCompiler::new(program).optimize()).cache(Cache::at(folder));
            let mut limits = ModuleLimits::default();
            limits.compile_time = LONG;
            builder = builder.limits(limits);
        }
        builder.build().expect("an engine can be made")
    });
    &ENGINE
}

/// The module of the crate `guests/<name>`. All tests that use it share its compiled code.
pub fn guest(name: &str) -> Module {
    static LOADED: Mutex<Option<HashMap<String, Module>>> = Mutex::new(None);
    let mut loaded = LOADED.lock().unwrap_or_else(|poisoned| poisoned.into_inner());
    let module = loaded.get_or_insert_default().entry(name.to_owned()).or_insert_with(|| {
        let path = guest_path(name);
        engine().load_file(path).unwrap_or_else(|error| panic!("{}: {:#}", path.display(), anyhow::Error::new(error)))
    });
    module.clone()
}

/// The file of the crate `guests/<name>`.
///
/// # Panics
/// If there is none.
pub fn guest_path(name: &str) -> &'static Path {
    BUILT.get(&format!("guest-{name}")).unwrap_or_else(|| panic!("there is no tests/guests/{name}"))
}

/// A plugin of the crate `guests/<name>`.
///
/// # Panics
/// If it doesn't start.
pub fn plugin(name: &str, policy: &Policy) -> Plugin {
    Plugin::new(&guest(name), policy)
        .unwrap_or_else(|error| panic!("{name} doesn't start: {:#}", anyhow::Error::new(error)))
}

/// The module `modules/<topic>/<name>.wat` in binary.
///
/// # Errors
/// If there is none, or if it isn't well-formed.
pub fn module(topic: &str, name: &str) -> Result<Vec<u8>> {
    let path = Path::new(TESTS).join("modules").join(topic).join(format!("{name}.wat"));
    wat::parse_file(&path).with_context(|| format!("{}", path.display()))
}

/// The modules of all guests, by package. Processes that build at once wait for each other at cargo's own lock.
static BUILT: LazyLock<HashMap<String, PathBuf>> = LazyLock::new(|| build().expect("the guests can be built"));

fn build() -> Result<HashMap<String, PathBuf>> {
    let mut request = Build { bins: true, ..Build::new(Path::new(TESTS).join("../Cargo.toml")) };
    for folder in Path::new(TESTS).join("guests").read_dir()? {
        request = request.package(format!("guest-{}", folder?.file_name().display()));
    }
    let modules = Toolchain::ensure(Progress::Silent)?.build(&request, Progress::Silent)?;
    Ok(modules.into_iter().map(|module| (module.package, module.path)).collect())
}
