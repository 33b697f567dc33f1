//! The plugin in a host, which answers it.

use my_plugin_host::Register;
use my_plugin_interface::{GreetError, Greets, People};

use plugix_host::error::CallError;
use plugix_testing::Crate;
use std::error::Error;

#[test]
fn it_greets_whom_the_host_knows() -> Result<(), Box<dyn Error>> {
    // With what its `plugix.toml` allows.
    let register = Register::from([("ada", "Ada Lovelace")]);
    let plugin = Crate::build("../plugin")?
        .start_with(|plugin| plugin.provide(<dyn People>::provider(register)))?;
    let greeter = plugin.bind::<dyn Greets>()?;
    assert_eq!(greeter.greet("ada")?, "Hello, Ada Lovelace!");
    assert!(matches!(
        greeter.greet("bob"),
        Err(CallError::Returned(GreetError::Unknown { .. }))
    ));
    Ok(())
}
