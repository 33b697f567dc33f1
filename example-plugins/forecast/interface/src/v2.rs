//! Version 2.0, with another argument, and the adapter that makes plugins of version 1 fit.

use crate::{ForecastError, Weather};
use plugix_abi::interface::{Bind, Caller, Contract, Either};
use plugix_abi::{CallError, Schema, interface};
use serde::{Deserialize, Serialize};

/// Forecasts the weather.
#[interface(version = "2.0")]
pub trait Forecast {
    /// The weather of tomorrow.
    fn tomorrow(&self, place: &Place) -> Result<Weather, ForecastError>;
}

/// There are two places of the name Paris.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, Schema)]
pub struct Place {
    /// Its name.
    pub name: String,
    /// Where it is.
    pub country: String,
}

/// A plugin of version 1, with the methods of version 2.
#[derive(Debug)]
pub struct FromV1<C>(crate::ForecastClient<C>);

impl<C: Caller> ForecastCalls for FromV1<C> {
    type Error = C::Error;

    fn tomorrow(&self, place: &Place) -> Result<Weather, CallError<ForecastError, C::Error>> {
        self.0.tomorrow(&place.name)
    }
}

/// What hosts bind: version 2, or else version 1.
#[derive(Debug)]
pub struct Forecasts;

impl Contract for Forecasts {
    type Client<C: Caller> = Either<ForecastClient<C>, FromV1<C>>;

    fn bind<B: Bind>(bind: &B) -> Result<Self::Client<B::Caller>, B::Error> {
        bind.either::<dyn Forecast, dyn crate::Forecast, _>(FromV1)
    }
}
