//! What a plugin that controls heatings offers, and what it needs of its host.

use plugix_abi::{Schema, interface};
use serde::{Deserialize, Serialize};

// ANCHOR: interfaces
/// Controls heatings. The plugin implements it.
#[interface(version = "1.0")]
pub trait Thermostat {
    /// Looks at each room of the house, switches its heating, and returns what was switched.
    fn regulate(&self) -> Result<Vec<Switched>, RegulateError>;
}

/// A house. The host implements it, and the plugin calls it.
#[interface(version = "1.0")]
pub trait House {
    /// The names of the rooms.
    fn rooms(&self) -> Vec<String>;

    /// How warm a room is, in degrees Celsius.
    fn temperature(&self, room: &str) -> Result<f64, SensorError>;

    /// Switches the heating of a room.
    fn heat(&self, room: &str, on: bool);
}
// ANCHOR_END: interfaces

// ANCHOR: settings
/// What the host configures the plugin with.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Schema)]
pub struct Settings {
    /// How warm the rooms should be, in degrees Celsius.
    pub wanted: f64,
    /// By how much a room may differ before its heating is switched.
    pub tolerance: f64,
}
// ANCHOR_END: settings

/// A heating that was switched.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, Schema)]
pub struct Switched {
    /// Where.
    pub room: String,
    /// Whether the heating is on now.
    pub on: bool,
}

/// Why a temperature is not known.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, Schema, thiserror::Error)]
pub enum SensorError {
    /// The sensor doesn't answer.
    #[error("the sensor doesn't answer")]
    Silent,
}

/// Why the house can't be regulated.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, Schema, thiserror::Error)]
pub enum RegulateError {
    /// The host doesn't answer.
    #[error("the house doesn't answer: {problem}")]
    NoHouse {
        /// What is wrong.
        problem: String,
    },
}
