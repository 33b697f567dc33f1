//! The tests of the plugin. `plugix test` runs them in the sandbox, and `cargo test` runs them on this machine.

use super::*;

#[test]
fn a_room_within_the_tolerance_stays_as_it_is() {
    let settings = Settings { wanted: 20.0, tolerance: 0.5 };
    assert_eq!([19.0, 19.8, 21.0].map(|temperature| wanted(temperature, &settings)), [Some(true), None, Some(false)]);
}

/// Fakes are for tests on this machine: in the sandbox there is a host.
#[cfg(not(target_family = "wasm"))]
mod on_this_machine {
    use super::*;
    use plugix_guest::testing::{self, Host, TestError};
    use thermostat_interface::{HouseFake, SensorError};

    const SETTINGS: Settings = Settings { wanted: 20.0, tolerance: 0.5 };

    #[test]
    fn a_cold_room_is_heated_and_a_broken_sensor_is_no_reason_to_stop() -> Result<(), Box<dyn Error>> {
        let house = HouseFake::new()
            .on_rooms(|| vec!["attic".to_owned(), "kitchen".to_owned()])
            .on_temperature(|room| if room == "attic" { Err(SensorError::Silent) } else { Ok(17.0) })
            .on_heat(|_, _| ());
        let calls = house.calls();
        let _host = Host::new().provide(<dyn House>::provider(house)).install();

        let regulator: Regulator = testing::start(&SETTINGS)?;
        let thermostat = testing::client(<dyn Thermostat>::provider(regulator));
        assert_eq!(thermostat.regulate()?, [Switched { room: "kitchen".to_owned(), on: true }]);
        assert_eq!((calls.of("temperature"), calls.of("heat")), (2, 1));
        Ok(())
    }

    #[test]
    fn a_tolerance_of_nothing_is_refused() {
        let refused = testing::start::<Regulator>(&Settings { tolerance: 0.0, ..SETTINGS });
        assert!(matches!(refused, Err(TestError::Refused(_))));
    }
}
