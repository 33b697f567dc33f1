//! A plugin of two years ago. Nobody has built it anew since.

pub mod interface;

use interface::{Forecast, ForecastError, Sky, Weather};
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
    fn forecast(&self, place: &str) -> Result<Weather, ForecastError> {
        match place {
            "Bergen" => Ok(Weather { degrees: 9.0, sky: Sky::Cloudy }),
            "Oslo" => Ok(Weather { degrees: 12.5, sky: Sky::Clear }),
            _ => Err(ForecastError::UnknownPlace),
        }
    }
}
