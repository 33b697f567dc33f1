//! Now, and dates.

fn main() {
    assert!(chrono::Utc::now().timestamp() > 1_700_000_000);
    let date = chrono::NaiveDate::from_ymd_opt(2024, 2, 29).unwrap();
    assert_eq!((date + chrono::Days::new(1)).to_string(), "2024-03-01");
    assert!(chrono::Local::now().offset().local_minus_utc().abs() < 86_400);
    println!("ok");
}
