//! The plugin of `old`, built with the newer interface.

use forecast_interface::{Forecast, ForecastError, Sky, Weather};
use plugix_guest::{Plugin, plugin};
use std::error::Error;

struct Frog;

#[plugin(description = env!("CARGO_PKG_DESCRIPTION"))]
impl Plugin for Frog {
    type Config = ();

    fn new((): ()) -> Result<Self, Box<dyn Error>> {
        Ok(Self)
    }
}

#[plugin]
impl Forecast for Frog {
    fn tomorrow(&self, place: &str) -> Result<Weather, ForecastError> {
        match place {
            "Bergen" => Ok(Weather { degrees: 9.0, sky: Sky::Thunder, wind: Some(60.0) }),
            "Oslo" => Ok(Weather { degrees: 12.5, sky: Sky::Clear, wind: None }),
            _ => Err(ForecastError::UnknownPlace),
        }
    }

    fn days(&self, place: &str, count: u32) -> Result<Vec<Weather>, ForecastError> {
        (0..count).map(|_| self.tomorrow(place)).collect() // the weather lasts
    }
}
