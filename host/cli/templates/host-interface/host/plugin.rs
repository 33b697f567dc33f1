//! The plugin in a host, which answers it.

use my_plugin_host::Register;
use my_plugin_interface::{GreetError, Greets, People};

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
    let policy = Policy::from_toml_file(format!("{root}/plugin/plugix.toml"))?;
    let register = Register::from([("ada", "Ada Lovelace")]);
    Ok(Plugin::builder(&module)
        .policy(policy)
        .provide(<dyn People>::provider(register))
        .start()?)
}

#[test]
fn it_greets_whom_the_host_knows() -> Result<(), Box<dyn Error>> {
    let plugin = plugin()?;
    let greeter = plugin.bind::<dyn Greets>()?;
    assert_eq!(greeter.greet("ada")?, "Hello, Ada Lovelace!");
    assert!(matches!(
        greeter.greet("bob"),
        Err(CallError::Returned(GreetError::Unknown { .. }))
    ));
    Ok(())
}
