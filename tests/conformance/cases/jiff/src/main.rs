//! Dates in time zones, and now.

use jiff::{Timestamp, ToSpan, Zoned};
use std::time::{Duration, SystemTime};

fn main() {
    let take_off: Timestamp = "1969-07-16T13:32:00Z".parse().unwrap();
    let there = take_off.in_tz("America/New_York").unwrap();
    assert_eq!(there.to_string(), "1969-07-16T09:32:00-04:00[America/New_York]");
    // The hour that an hour of summer is lost in.
    let before: Zoned = "2024-03-31T01:30[Europe/Berlin]".parse().unwrap();
    let after = before.checked_add(1.hour()).unwrap();
    assert_eq!(after.to_string(), "2024-03-31T03:30:00+02:00[Europe/Berlin]");
    assert_eq!(before.checked_add(1.day()).unwrap().since(&before).unwrap(), 23.hours().fieldwise());
    let now = SystemTime::try_from(Timestamp::now()).unwrap();
    assert!(now.elapsed().unwrap() < Duration::from_secs(60));
    assert!(Zoned::now().timestamp() <= Timestamp::now());
    println!("ok");
}
