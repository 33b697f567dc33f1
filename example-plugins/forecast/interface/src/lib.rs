//! What a plugin that forecasts the weather offers. It has changed since version 1.0, and plugins of version 1.0 still fit.

pub mod v2;

use plugix_abi::{Schema, interface};
use serde::{Deserialize, Serialize};

// ANCHOR: methods
/// Forecasts the weather.
#[interface(version = "1.1")]
pub trait Forecast {
    /// The weather of tomorrow.
    #[was("forecast")]
    fn tomorrow(&self, place: &str) -> Result<Weather, ForecastError>;

    /// The weather of so many days, from tomorrow on.
    #[since("1.1")]
    fn days(&self, place: &str, count: u32) -> Result<Vec<Weather>, ForecastError>;
}
// ANCHOR_END: methods

// ANCHOR: types
/// The weather of a day.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Schema)]
pub struct Weather {
    /// How warm it is, in degrees Celsius.
    pub degrees: f32,
    /// What the sky looks like.
    pub sky: Sky,
    /// How fast the wind blows, in kilometres an hour, if the plugin knows. Version 1.0 lacks it.
    #[schema(default)]
    pub wind: Option<f32>,
}

/// What the sky looks like.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, Schema)]
pub enum Sky {
    /// Blue.
    Clear,
    /// Grey.
    Cloudy,
    /// Black, with lightning. Version 1.0 lacks it.
    Thunder,
    /// In a way that a later version has a name for.
    #[schema(other)]
    Unknown,
}
// ANCHOR_END: types

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
