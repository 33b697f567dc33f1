//! A host that a plugin calls: `thermostat <module>`. `cargo xtask demo thermostat` builds the plugin and runs this.

use plugix_host::{Engine, Plugin};
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};
use thermostat_interface::{House, SensorError, Settings, Thermostat};

// ANCHOR: house
/// The house: its rooms, how warm they are, and which of them are heated.
struct Home {
    temperatures: BTreeMap<&'static str, Option<f64>>,
    heated: Arc<Mutex<Vec<String>>>,
}

// Any thread of the plugin may call it, several at the same time. So `self` is shared, and what changes has a lock.
impl House for Home {
    fn rooms(&self) -> Vec<String> {
        self.temperatures.keys().map(|room| (*room).to_owned()).collect()
    }

    fn temperature(&self, room: &str) -> Result<f64, SensorError> {
        // The plugin may ask for a room that isn't there.
        self.temperatures.get(room).copied().flatten().ok_or(SensorError::Silent)
    }

    fn heat(&self, room: &str, on: bool) {
        let mut heated = self.heated.lock().expect("nobody panics while holding the lock");
        heated.retain(|other| other != room);
        if on {
            heated.push(room.to_owned());
        }
    }
}
// ANCHOR_END: house

fn main() -> anyhow::Result<()> {
    let module = Engine::new()?.load_file(std::env::args_os().nth(1).expect("a module"))?;
    let temperatures = [("attic", None), ("bathroom", Some(24.0)), ("kitchen", Some(17.5)), ("study", Some(20.2))];
    let heated = Arc::default();
    let home = Home { temperatures: temperatures.into(), heated: Arc::clone(&heated) };

    // ANCHOR: provide
    let house = <dyn House>::provider(home);
    let plugin = Plugin::builder(&module)
        .provide(house.clone()) // clones share the house
        .config(&Settings { wanted: 20.0, tolerance: 0.5 })
        .start()?;
    for switched in plugin.bind::<dyn Thermostat>()?.regulate()? {
        println!("{}: {}", switched.room, if switched.on { "on" } else { "off" });
    }
    println!("heated: {:?}", heated.lock().expect("nobody panics while holding the lock"));
    // ANCHOR_END: provide

    // ANCHOR: refused
    let settings = Settings { wanted: 20.0, tolerance: 0.0 };
    match Plugin::builder(&module).provide(house).config(&settings).start() {
        Ok(_) => println!("it started"),
        Err(error) => println!("{error}"),
    }
    // ANCHOR_END: refused
    Ok(())
}
