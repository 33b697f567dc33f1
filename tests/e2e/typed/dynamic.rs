//! Calls by name, with serde's values and with JSON.

use super::echo::everything;
use super::{typed, value};
use anyhow::Result;
use plugix_e2e::assert_matches;
use plugix_e2e_contract::extra::Extra;
use plugix_e2e_contract::typed::{Everything, Shape};
use plugix_host::error::CallError;
use plugix_host::{Error, Plugin};
use proptest::prelude::*;
use serde_json::{Value, json};

/// What is wrong with a call that isn't made.
fn wrong(plugin: &Plugin, method: &str, args: Value) -> Result<String> {
    match plugin.call_json(method, &args) {
        Err(CallError::Failed(Error::BadArguments { message, .. })) => Ok(message),
        other => anyhow::bail!("{method}{args}: {other:?}"),
    }
}

#[test]
fn values_by_name() -> Result<()> {
    let plugin = typed();
    assert_eq!(value(plugin.call::<_, f64>("fraction", &(0.5,)))?, 0.5);
    assert_eq!(value(plugin.call::<_, i64>("Typed/divide", &(7_i64, 2_i64)))?, 3);
    assert!(!value(plugin.call::<_, bool>("poison", &(false,)))?);
    // Text and bytes are not postcard on their way back.
    assert_eq!(value(plugin.call::<_, String>("Typed/text", &("täxt",)))?, "täxt");
    assert_eq!(value(plugin.call::<_, Vec<u8>>("bytes", &(&b"bytes"[..],)))?, b"bytes");
    assert_eq!(value(plugin.call::<_, u32>("Extra/text", &("täxt",)))?, 4);
    assert_matches!(plugin.call::<_, i64>("divide", &(1_i64, 0_i64)), Err(CallError::Returned(error)) if error == &[0]);
    Ok(())
}

#[test]
fn values_of_other_types_are_the_callers_fault() -> Result<()> {
    let plugin = typed();
    let refused = plugin.call::<_, i64>("divide", &(1_i64,));
    assert_matches!(refused, Err(CallError::Failed(Error::BadArguments { message, .. })) if message.contains("`divisor`"));
    let refused = plugin.call::<_, i64>("divide", &(1_i64, 2_i64, 3_i64));
    assert_matches!(refused, Err(CallError::Failed(Error::BadArguments { message, .. })) if message.contains("too many"));
    let misread = plugin.call::<_, (i64, i64)>("divide", &(4_i64, 2_i64));
    assert_matches!(misread, Err(CallError::Failed(Error::WrongResultType { method, .. })) if method == "divide");
    let misread = plugin.call::<_, ()>("divide", &(4_i64, 2_i64));
    assert_matches!(misread, Err(CallError::Failed(Error::WrongResultType { .. })));
    assert_eq!(value(plugin.call::<_, i64>("divide", &(4_i64, 2_i64)))?, 2);
    Ok(())
}

#[test]
fn names_that_mean_none_or_several() {
    let plugin = typed();
    let failed = |method| plugin.call_json(method, &json!(["x"])).err();
    assert_matches!(failed("text"), Some(CallError::Failed(Error::AmbiguousMethod { method })) if method == "text");
    for none in ["sing", "Typed/sing", "Sung/text", "/text", "Typed/", ""] {
        assert_matches!(failed(none), Some(CallError::Failed(Error::NoSuchMethod { .. })));
    }
}

#[test]
fn json_of_every_type() -> Result<()> {
    let plugin = typed();
    let config = ProptestConfig { cases: 64, failure_persistence: None, ..ProptestConfig::default() };
    proptest!(config, |(sent in everything())| {
        let json = as_json(sent)?;
        let returned = plugin.call_json("everything", &json!([json]));
        prop_assert_eq!(returned.map_err(|error| error.to_string()), Ok(json));
    });
    Ok(())
}

#[test]
fn json_of_elements_text_and_bytes() -> Result<()> {
    let plugin = typed();
    let points = json!([{ "x": 1.0, "y": -2.5, "z": 0.0, "w": 1e30_f32 }]);
    assert_eq!(value(plugin.call_json("points", &json!([points])))?, points);
    assert_eq!(value(plugin.call_json("points", &json!([[]])))?, json!([]));
    assert_eq!(value(plugin.call_json("Typed/text", &json!(["täxt"])))?, json!("täxt"));
    assert_eq!(value(plugin.call_json("bytes", &json!([[1, 2, 255]])))?, json!([1, 2, 255]));
    assert_eq!(value(plugin.call_json("bad_host", &json!(null)))?.as_array().map(Vec::len), Some(3));
    Ok(())
}

#[test]
fn json_by_the_arguments_names() -> Result<()> {
    let plugin = typed();
    assert_eq!(value(plugin.call_json("divide", &json!({ "divisor": 2, "dividend": -9 })))?, json!(-4));
    let overflow = plugin.call_json("divide", &json!({ "divisor": -1, "dividend": i64::MIN }));
    assert_matches!(overflow, Err(CallError::Returned(error)) if *error == json!({ "Overflow": { "dividend": i64::MIN } }));
    let by_zero = plugin.call_json("divide", &json!([1, 0]));
    assert_matches!(by_zero, Err(CallError::Returned(error)) if *error == json!("ByZero"));
    Ok(())
}

#[test]
fn json_that_fits_no_argument_says_where() -> Result<()> {
    let plugin = typed();
    let cases = [
        ("divide", json!([1]), "expected an array of 2 values or an object; the arguments are `dividend`, `divisor`"),
        (
            "divide",
            json!({ "divisor": 1, "by": 2 }),
            "there is no argument `by`; the arguments are `dividend`, `divisor`",
        ),
        ("divide", json!({ "divisor": 1 }), "dividend: missing; expected i64"),
        ("divide", json!([1, "two"]), "divisor: expected i64, found \"two\""),
        ("divide", json!([1.5, 2]), "dividend: expected i64, found 1.5"),
        ("bytes", json!([[1, 256]]), "bytes.[1]: expected u8, found 256"),
        ("bad_host", json!([1]), "expected an array of 0 values or an object; the method takes no arguments"),
        ("points", json!([[{ "x": 1, "y": 2, "z": 3 }]]), "points.[0].w: missing; expected f32"),
    ];
    for (method, args, message) in cases {
        assert_eq!(wrong(&plugin, method, args)?, message);
    }
    Ok(())
}

#[test]
fn what_only_typed_clients_can_have() -> Result<()> {
    let plugin = typed();
    let stream = plugin.call_json("endless", &json!([]));
    assert_matches!(stream, Err(CallError::Failed(Error::WrongResultType { problem, .. })) if problem.contains("stream"));
    let message = wrong(&plugin, "sum", json!([1]))?;
    assert!(message.contains("stream"), "{message}");
    for method in ["endless", "points"] {
        let refused = plugin.call::<_, u32>(method, &());
        assert_matches!(refused, Err(CallError::Failed(Error::WrongResultType { method: found, .. })) if found == method);
    }
    // The plugin was not even asked, and is well.
    drop(plugin.bind::<dyn Extra>()?.endless()?);
    assert_eq!(value(plugin.call_json("dropped", &json!([])))?, json!(1));
    Ok(())
}

/// As serde writes it, with two exceptions: numbers of more than 64 bits are text, and so are fractions that JSON can't
/// say.
fn as_json(mut value: Everything) -> serde_json::Result<Value> {
    let wide = value.large.4;
    let signed = value.large.5;
    (value.large.4, value.large.5) = (0, 0);
    for shape in &mut value.shapes {
        match shape {
            Shape::Two(_, number) if !number.is_finite() => *number = 0.5,
            _ => {}
        }
    }
    let mut json = serde_json::to_value(&value)?;
    json["large"][4] = u64::try_from(wide).map_or_else(|_| wide.to_string().into(), Value::from);
    json["large"][5] = i64::try_from(signed).map_or_else(|_| signed.to_string().into(), Value::from);
    Ok(json)
}
