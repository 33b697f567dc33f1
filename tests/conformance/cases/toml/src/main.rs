//! A configuration, read, changed and written.

use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::fs;

#[derive(Debug, PartialEq, Serialize, Deserialize)]
struct Settings {
    title: String,
    ports: Vec<u16>,
    limits: BTreeMap<String, f64>,
}

fn main() {
    let text = "title = 'a \\ b' # a comment\nports = [80, 443]\n[limits]\nmemory = 1.5\n";
    fs::write("/data/settings.toml", text).unwrap();
    let settings: Settings = toml::from_str(&fs::read_to_string("/data/settings.toml").unwrap()).unwrap();
    let limits = BTreeMap::from([("memory".to_owned(), 1.5)]);
    assert_eq!(settings, Settings { title: "a \\ b".to_owned(), ports: vec![80, 443], limits });
    assert_eq!(toml::from_str::<Settings>(&toml::to_string(&settings).unwrap()).unwrap(), settings);

    let mut document: toml_edit::DocumentMut = text.parse().unwrap();
    document["limits"]["threads"] = toml_edit::value(4);
    assert_eq!(document.to_string(), format!("{text}threads = 4\n"));
    let error = toml::from_str::<Settings>("title = 1").unwrap_err();
    assert!(error.to_string().contains("expected a string"), "{error}");
    println!("ok");
}
