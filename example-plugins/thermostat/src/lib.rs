//! Switches the heatings of a house, which the host knows.

#[cfg(test)]
mod tests;

use plugix_guest::{HostError, Plugin, host, plugin, uses};
use std::error::Error;
use thermostat_interface::{House, RegulateError, Settings, Switched, Thermostat};

// ANCHOR: uses
// What the plugin calls of its host's. A host that provides another version is told so before the plugin starts.
uses!(House);
// ANCHOR_END: uses

struct Regulator {
    settings: Settings,
}

// ANCHOR: config
#[plugin(description = env!("CARGO_PKG_DESCRIPTION"))]
impl Plugin for Regulator {
    type Config = Settings;

    fn new(settings: Settings) -> Result<Self, Box<dyn Error>> {
        if settings.tolerance <= 0.0 {
            return Err(format!("a tolerance of {} would switch all the time", settings.tolerance).into());
        }
        Ok(Self { settings })
    }
}
// ANCHOR_END: config

// ANCHOR: calls
#[plugin]
impl Thermostat for Regulator {
    fn regulate(&self) -> Result<Vec<Switched>, RegulateError> {
        let house = host::<dyn House>(); // any thread of the plugin may call it
        let mut switched = Vec::new();
        for room in house.rooms().map_err(no_house)? {
            // The host's own error, or that of the call.
            let temperature = match house.temperature(&room) {
                Ok(temperature) => temperature,
                Err(problem) => {
                    log::warn!("{room} stays as it is: {problem}");
                    continue;
                }
            };
            if let Some(on) = wanted(temperature, &self.settings) {
                house.heat(&room, on).map_err(no_house)?;
                switched.push(Switched { room, on });
            }
        }
        Ok(switched)
    }
}
// ANCHOR_END: calls

fn no_house(error: HostError) -> RegulateError {
    RegulateError::NoHouse { problem: error.to_string() }
}

/// Whether a heating is to be on or off. `None` leaves it as it is.
fn wanted(temperature: f64, settings: &Settings) -> Option<bool> {
    let difference = temperature - settings.wanted;
    (difference.abs() > settings.tolerance).then_some(difference < 0.0)
}
