//! A host of today with a plugin of two years ago: `forecast <module>`. `cargo xtask demo forecast` builds the plugin and
//! runs this.

use forecast_interface::Forecast;
use forecast_interface::v2::{ForecastCalls as _, Forecasts, Place};
use plugix_host::{Engine, Plugin, Policy};

fn main() -> anyhow::Result<()> {
    let module = Engine::new()?.load_file(std::env::args_os().nth(1).expect("a module"))?;
    let plugin = Plugin::new(&module, &Policy::new())?;

    // ANCHOR: older
    let forecast = plugin.bind::<dyn Forecast>()?; // version 1.1, and the plugin has 1.0
    println!("tomorrow: {:?}", forecast.tomorrow("Oslo")?);
    if !forecast.has_days() {
        println!("this plugin knows tomorrow alone");
    }
    if let Err(error) = forecast.days("Oslo", 3) {
        println!("days: {error}");
    }
    // ANCHOR_END: older

    // ANCHOR: contract
    let forecast = plugin.bind::<Forecasts>()?; // version 2.0, through the adapter
    let place = Place { name: "Bergen".to_owned(), country: "Norway".to_owned() };
    println!("tomorrow in {}: {:?}", place.name, forecast.tomorrow(&place)?.sky);
    // ANCHOR_END: contract
    Ok(())
}
