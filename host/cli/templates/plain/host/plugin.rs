//! The plugin in a host, as an application has it.

use my_plugin_interface::{GreetError, Greets};

use plugix_host::error::CallError;
use plugix_host::{Engine, Plugin, Policy};
use plugix_toolchain::{Build, Progress, Toolchain};
use std::error::Error;

/// Builds the plugin and starts it, with what its `plugix.toml` allows.
fn plugin() -> Result<Plugin, Box<dyn Error>> {
    let root = concat!(env!("CARGO_MANIFEST_DIR"), "/..");
    let build = Build::new(format!("{root}/Cargo.toml")).package("my-plugin");
    let modules = Toolchain::ensure(Progress::stderr())?.build(&build, Progress::stderr())?;
    let module = Engine::new()?.load_file(&modules[0].path)?;
    Ok(Plugin::new(
        &module,
        &Policy::from_toml_file(format!("{root}/plugin/plugix.toml"))?,
    )?)
}

#[test]
fn it_greets() -> Result<(), Box<dyn Error>> {
    let plugin = plugin()?;
    let greeter = plugin.bind::<dyn Greets>()?;
    assert_eq!(greeter.greet("Ada")?, "Hello, Ada!");
    assert!(matches!(
        greeter.greet(""),
        Err(CallError::Returned(GreetError::NoName))
    ));
    Ok(())
}
