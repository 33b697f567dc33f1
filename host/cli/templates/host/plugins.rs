//! The application with a folder of plugins: one that is right, and one that is broken.

use my_plugin_host::Plugins;

use plugix_testing::Crate;
use std::error::Error;
use std::fs;
use std::path::Path;

#[test]
fn all_plugins_of_a_folder_greet() -> Result<(), Box<dyn Error>> {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("plugins");
    fs::create_dir_all(&folder)?;
    let greeter = Crate::build("../plugin")?;
    fs::copy(greeter.path(), folder.join("greeter.wasm"))?;
    fs::copy("../plugin/plugix.toml", folder.join("greeter.toml"))?;
    fs::write(folder.join("broken.wasm"), "no WebAssembly")?;

    let (mut plugins, refused) = Plugins::load(&folder)?;
    assert_eq!(plugins.names().collect::<Vec<_>>(), ["greeter"]);
    assert_eq!(refused.keys().collect::<Vec<_>>(), ["broken"]);
    assert_eq!(plugins.greet("greeter", "Ada")?, "Hello, Ada!");
    // An error of the plugin's own, and the plugin goes on.
    assert!(plugins.greet("greeter", "").is_err());
    assert_eq!(plugins.greet("greeter", "Ada")?, "Hello, Ada!");
    Ok(())
}
