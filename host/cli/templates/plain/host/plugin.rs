//! The plugin in a host, as an application has it.

use my_plugin_interface::{GreetError, Greets};

use plugix_host::error::CallError;
use plugix_testing::Crate;
use std::error::Error;

#[test]
fn it_greets() -> Result<(), Box<dyn Error>> {
    // With what its `plugix.toml` allows.
    let plugin = Crate::build("../plugin")?.start()?;
    let greeter = plugin.bind::<dyn Greets>()?;
    assert_eq!(greeter.greet("Ada")?, "Hello, Ada!");
    assert!(matches!(
        greeter.greet(""),
        Err(CallError::Returned(GreetError::NoName))
    ));
    Ok(())
}
