//! Streams of a host that knows the interface at run time only: a stream is the list of its items.

use super::told;
use anyhow::{Context, Result};
use plugix_e2e::guest;
use plugix_e2e_contract::streams::Piping;
use plugix_host::Plugin;
use plugix_host::plugin::{JsonCall, JsonFailure, check_json_answer};
use serde_json::{Value, json};

fn start(answer: impl Fn(JsonCall<'_>) -> Result<Value, JsonFailure> + Send + Sync + 'static) -> Result<Plugin> {
    Ok(Plugin::builder(&guest("streams")).provide_json("Pipes", answer).start()?)
}

#[test]
fn a_stream_is_the_list_of_its_items() -> Result<()> {
    let plugin = start(|call| match &*call.method.name {
        "numbers" => Ok(json!([1, 2, 3])),
        "reversed" => {
            assert_eq!(call.args, [json!([[97, 98], []])]);
            Ok(json!(["ba", [1]]))
        }
        _ => {
            assert_eq!(call.args, [json!([0, 1, 2])]);
            match call.broken_off {
                Some(error) => Err(JsonFailure::Returned(json!({ "message": error.message() }))),
                None => Ok(json!(3)),
            }
        }
    })?;
    let client = plugin.bind::<dyn Piping>()?;
    assert_eq!(told(client.take(9))?, 6);
    assert_eq!(told(client.give(3, None))?, 3);
    let error = told(client.give(9, Some(3))).err().context("it breaks off")?.to_string();
    assert!(error.ends_with("the stream broke off: out of numbers"), "{error}");
    assert_eq!(told(client.turn(vec![b"ab".to_vec(), vec![]]))?, [b"ba".to_vec(), vec![1]]);
    Ok(())
}

#[test]
fn many_items_go_in_chunks() -> Result<()> {
    let plugin = start(|_| Ok(json!((0..100_000).collect::<Vec<_>>())))?;
    assert_eq!(told(plugin.bind::<dyn Piping>()?.take(1))?, (0..100_000).sum::<u64>());
    Ok(())
}

#[test]
fn a_stream_without_an_end_is_refused() -> Result<()> {
    let plugin = start(|_| unreachable!("it is refused before"))?;
    let client = plugin.bind::<dyn Piping>()?;
    let error = told(client.give(u64::MAX, None)).err().context("it is refused")?.to_string();
    assert!(error.contains("argument `numbers`: a stream is taken whole here"), "{error}");
    assert_eq!(client.dropped()?, 0);
    Ok(())
}

#[test]
fn an_item_of_another_type_is_told_with_its_place() -> Result<()> {
    let plugin = start(|_| Ok(json!([1, "two"])))?;
    let error = told(plugin.bind::<dyn Piping>()?.take(1)).err().context("it is wrong")?.to_string();
    assert!(error.contains("[1]: expected u64, found \"two\""), "{error}");
    let module = guest("streams");
    let pipes = module.info().uses.iter().find(|wanted| wanted.name == "Pipes").context("it wants pipes")?;
    let numbers = pipes.methods.iter().find(|method| method.name == "numbers").context("it is there")?;
    assert_eq!(check_json_answer(numbers, Ok(&json!([1, 2]))), Ok(()));
    assert_eq!(check_json_answer(numbers, Ok(&json!([-1]))), Err("[0]: expected u64, found -1".to_owned()));
    Ok(())
}
