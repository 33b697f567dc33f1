//! Values to text and back.

#[derive(Debug, PartialEq, serde::Deserialize, serde::Serialize)]
struct Value {
    number: f64,
    texts: Vec<Option<String>>,
}

fn main() {
    let value = Value { number: 1.5e300, texts: vec![None, Some("ü".into())] };
    let text = serde_json::to_string(&value).unwrap();
    assert_eq!(serde_json::from_str::<Value>(&text).unwrap(), value);
    println!("ok");
}
