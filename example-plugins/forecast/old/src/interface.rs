//! The interface as it was in version 1.0. In a real project this is an older version of the interface's crate.

use plugix_abi::{Schema, interface};
use serde::{Deserialize, Serialize};

/// Forecasts the weather.
#[interface(version = "1.0")]
pub trait Forecast {
    /// The weather of tomorrow.
    fn forecast(&self, place: &str) -> Result<Weather, ForecastError>;
}

/// The weather of a day.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Schema)]
pub struct Weather {
    /// How warm it is, in degrees Celsius.
    pub degrees: f32,
    /// What the sky looks like.
    pub sky: Sky,
}

/// What the sky looks like.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, Schema)]
pub enum Sky {
    /// Blue.
    Clear,
    /// Grey.
    Cloudy,
    /// In a way that a later version has a name for.
    #[schema(other)]
    Unknown,
}

/// Why there is no forecast.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, Schema, thiserror::Error)]
pub enum ForecastError {
    /// Nobody knows this place.
    #[error("nobody knows this place")]
    UnknownPlace,
    /// For a reason that a later version has a name for.
    #[error("there is no forecast")]
    #[schema(other)]
    Other,
}
