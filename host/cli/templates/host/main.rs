//! Lets all plugins of a folder greet somebody: `cargo run -p my-plugin-host -- plugins Ada`.

use my_plugin_host::Plugins;

use std::error::Error;

fn main() -> Result<(), Box<dyn Error>> {
    let [folder, name] = [1, 2].map(|n| std::env::args().nth(n).expect("a folder and a name"));
    let (mut plugins, refused) = Plugins::load(folder.as_ref())?;
    for (plugin, problem) in refused {
        eprintln!("{plugin} is not loaded: {problem}");
    }
    let names: Vec<_> = plugins.names().map(str::to_owned).collect();
    for plugin in names {
        match plugins.greet(&plugin, &name) {
            Ok(greeting) => println!("{plugin}: {greeting}"),
            Err(problem) => eprintln!("{plugin} failed: {problem}"),
        }
    }
    Ok(())
}
