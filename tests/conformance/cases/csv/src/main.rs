//! A table in a file, written and read.

use serde::{Deserialize, Serialize};

#[derive(Debug, PartialEq, Serialize, Deserialize)]
struct Row {
    name: String,
    number: u32,
    share: Option<f64>,
}

fn main() {
    let rows: Vec<_> = (0..1000)
        .map(|number| Row {
            name: format!("a \"name\", with\nthe number {number}"),
            number,
            share: (number % 3 == 0).then_some(f64::from(number) / 7.0),
        })
        .collect();
    let mut writer = csv::Writer::from_path("/data/rows.csv").unwrap();
    rows.iter().for_each(|row| writer.serialize(row).unwrap());
    writer.flush().unwrap();
    let mut reader = csv::Reader::from_path("/data/rows.csv").unwrap();
    assert_eq!(reader.headers().unwrap(), &["name", "number", "share"][..]);
    assert_eq!(reader.deserialize().collect::<Result<Vec<Row>, _>>().unwrap(), rows);
    let wrong = csv::Reader::from_reader(&b"a,b\n1\n"[..]).records().next().unwrap().unwrap_err();
    assert!(matches!(wrong.kind(), csv::ErrorKind::UnequalLengths { expected_len: 2, len: 1, .. }));
    println!("ok");
}
