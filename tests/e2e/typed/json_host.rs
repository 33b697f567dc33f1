//! Interfaces that a host provides with JSON, without their traits.

use anyhow::Result;
use plugix_e2e::{assert_matches, guest};
use plugix_e2e_contract::bench::Bench;
use plugix_e2e_contract::typed::Typed;
use plugix_host::Plugin;
use plugix_host::error::{InterfaceError, LoadError};
use plugix_host::plugin::{JsonCall, JsonFailure, PluginBuilder, check_json_answer};
use serde_json::{Value, json};
use std::sync::{Arc, Mutex};

fn builder(answer: impl Fn(JsonCall<'_>) -> Result<Value, JsonFailure> + Send + Sync + 'static) -> PluginBuilder {
    Plugin::builder(&guest("typed")).config(&None::<String>).provide_json("Store", answer)
}

#[test]
fn calls_come_with_their_arguments_and_answers_with_their_types() -> Result<()> {
    let calls = Arc::new(Mutex::new(Vec::new()));
    let seen = calls.clone();
    let plugin = builder(move |JsonCall { method, args, .. }| {
        seen.lock().expect("no panic").push((method.name.clone(), args.to_vec()));
        match &*method.name {
            "put" => Ok(json!(1)),
            "get" if args[0] == "here" => Ok(json!([1, 2, 3])),
            "get" => Err(JsonFailure::Returned(json!({ "Missing": { "key": args[0] } }))),
            "list" => Ok(json!({ "a": 1 })),
            "panic" => panic!("no JSON today"),
            "call_back" => Ok(json!("back")),
            _ => Err(JsonFailure::NotProvided),
        }
    })
    .start()?;
    let client = plugin.bind::<dyn Typed>()?;
    assert_eq!(client.look_up("here")?, "Ok(3) of Ok(1)");
    assert_eq!(client.look_up("gone")?, "Err(Returned(Missing { key: \"gone\" })) of Ok(1)");
    let answers = client.bad_host()?;
    assert!(answers[0].contains("no JSON today"), "{answers:?}");
    assert_eq!(answers[1..], ["Ok(\"back\")", "Ok(7)"], "the default body runs for what isn't provided");
    assert_eq!(client.fill_store(1)?, ["key 0"]);
    let calls = calls.lock().expect("no panic");
    assert_eq!(calls[0], ("get".to_owned(), vec![json!("here")]));
    assert_eq!(calls.last(), Some(&("put".to_owned(), vec![json!("key 0"), json!([])])));
    Ok(())
}

#[test]
fn answers_of_another_type_are_errors_for_the_plugin() -> Result<()> {
    let plugin = builder(|call| match &*call.method.name {
        "get" => Err(JsonFailure::Returned(json!("no such error"))),
        "list" => Ok(json!([1])),
        _ => Err(JsonFailure::Failed("not today".to_owned())),
    });
    let client = plugin.start()?;
    let client = client.bind::<dyn Typed>()?;
    let said = client.look_up("key")?;
    for expected in
        ["expected Missing { key: String }, found \\\"no such error\\\"", "expected Map<String, u64>, found [1]"]
    {
        assert!(said.contains(expected), "{said}");
    }
    assert!(client.bad_host()?[0].contains("not today"));
    Ok(())
}

#[test]
fn numbers_in_registers_are_json_as_well() -> Result<()> {
    let add = |call: JsonCall<'_>| {
        assert_eq!((call.interface, &*call.method.name), ("Adder", "add"));
        let sum = call.args.iter().filter_map(Value::as_u64).sum::<u64>();
        if sum > 10 { Ok(json!("too much")) } else { Ok(json!(sum)) }
    };
    let plugin = Plugin::builder(&guest("bench")).config(&0_u32).provide_json("Adder", add).start()?;
    let client = plugin.bind::<dyn Bench>()?;
    assert_eq!(client.call_host(4)?, 6);
    let refused = client.call_host(7).expect_err("an answer is no number").to_string();
    assert!(refused.contains("expected u32, found \\\"too much\\\"") || refused.contains("too much"), "{refused}");
    Ok(())
}

#[test]
fn an_interface_that_is_not_wanted_is_left_out() -> Result<()> {
    let builder = Plugin::builder(&guest("typed")).config(&None::<String>);
    let refused = builder.provide_json("Stores", |_| Ok(Value::Null)).start().expect_err("nobody has a store");
    assert_matches!(refused, LoadError::Interface(InterfaceError::NotProvided { interface, .. }) if interface == "Store");
    Ok(())
}

#[test]
fn answers_can_be_checked_beforehand() {
    let module = guest("typed");
    let store = module.info().uses.iter().find(|wanted| wanted.name == "Store").expect("it wants a store");
    let method = |name: &str| store.methods.iter().find(|method| method.name == name).expect("it is there");
    assert_eq!(check_json_answer(method("get"), Ok(&json!([1]))), Ok(()));
    assert_eq!(check_json_answer(method("get"), Err(&json!({ "Missing": { "key": "a" } }))), Ok(()));
    assert_eq!(check_json_answer(method("put"), Ok(&json!("a"))), Err("expected u64, found \"a\"".to_owned()));
    assert!(check_json_answer(method("put"), Err(&json!("a"))).is_err());
}
