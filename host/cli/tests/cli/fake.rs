//! `plugix run --fake`: what a plugin calls of its host's, answered by a file.

use crate::Plugix;
use anyhow::Result;
use plugix_e2e::guest_path;

/// Calls a method of the guest that calls a host.
fn run(plugix: &Plugix, answers: &str, method: &str, arguments: &str) -> Result<crate::Outcome> {
    plugix.write("answers.toml", answers)?;
    let arguments = [method, arguments, "--config", "null", "--fake", "answers.toml"];
    plugix.run_module(guest_path("typed"), &arguments)
}

/// What the plugin puts when it is unloaded.
const UNLOADED: &str = "fake: Store/put(\"unloaded\", []) -> 1\n";

#[test]
fn answers_come_in_turn_and_calls_are_told() -> Result<()> {
    let plugix = Plugix::new()?;
    let answers = "[Store]\nput = 1\n[[Store.get]]\nreturns = \"abc\"\n[[Store.get]]\nerror = { Missing = { key = \"k\" } }\n\
        [Store.list.returns]\na = 1\nb = 2\n";
    let outcome = run(&plugix, answers, "look_up", "[\"k\"]")?;
    let told = "fake: Store/get(\"k\") -> \"abc\"\nfake: Store/list() -> {\"a\":1,\"b\":2}\n";
    assert_eq!(outcome.stderr, format!("{told}{UNLOADED}"));
    assert_eq!(outcome.succeeded(), "\"Ok(3) of Ok(2)\"\n");

    let answers = "[Store]\nput = 1\n[Store.get]\nerror = { Missing = { key = \"k\" } }\n[Store.list]\nfails = \"nobody is there\"\n";
    let outcome = run(&plugix, answers, "look_up", "[\"k\"]")?;
    assert!(
        outcome.stderr.starts_with("fake: Store/get(\"k\") -> error {\"Missing\":{\"key\":\"k\"}}\n"),
        "{}",
        outcome.stderr
    );
    let stdout = outcome.succeeded();
    assert!(stdout.contains("Missing") && stdout.contains("nobody is there"), "{stdout}");
    Ok(())
}

#[test]
fn several_threads_get_one_answer_each() -> Result<()> {
    let plugix = Plugix::new()?;
    let answers = "[[Store.put]]\nreturns = 3\n[[Store.put]]\nreturns = 2\n[[Store.put]]\nreturns = 1\n";
    let outcome = run(&plugix, answers, "fill_store", "[2]")?;
    let mut told: Vec<_> = outcome.stderr.lines().filter_map(|line| line.rsplit(" -> ").next()).collect();
    told.sort_unstable();
    assert_eq!(told, ["1", "2", "3"]);
    assert!(outcome.stderr.contains("…"), "a long argument is cut: {}", outcome.stderr);
    assert_eq!(outcome.succeeded(), "[\n  \"key 0\",\n  \"key 1\"\n]\n");
    Ok(())
}

#[test]
fn a_method_without_an_answer_fails_or_runs_its_default() -> Result<()> {
    let plugix = Plugix::new()?;
    let outcome = run(&plugix, "[Store]\nput = 1\ncall_back = \"back\"\n", "bad_host", "[]")?;
    let told = "fake: Store/panic(\"no\") -> fails: answers.toml has no answer for `Store/panic`\n\
        fake: Store/call_back() -> \"back\"\nfake: Store/later() -> its default body\n";
    assert_eq!(outcome.stderr, format!("{told}{UNLOADED}"));
    let stdout = outcome.succeeded();
    for expected in ["answers.toml has no answer for `Store/panic`", "Ok(\\\"back\\\")", "Ok(7)"] {
        assert!(stdout.contains(expected), "{stdout}");
    }
    Ok(())
}

#[test]
fn answers_that_do_not_fit_are_refused_before_anything_runs() -> Result<()> {
    let plugix = Plugix::new()?;
    for (answers, expected) in [
        ("[Stor]\nput = 1\n", "the plugin doesn't call `Stor`: did you mean `Store`? It calls Store"),
        (
            "[Store]\nputt = 1\n",
            "`Store` has no method `putt`: did you mean `put`? It has put, get, list, panic, call_back, later",
        ),
        (
            "[Store]\nput = \"many\"\n",
            "[Store.put]: expected u64, found \"many\"; the method is put(key: &str, value: Vec<u8>) -> u64",
        ),
        (
            "[[Store.get]]\nreturns = \"a\"\n[[Store.get]]\nerror = \"Gone\"\n",
            "[Store.get], answer 2: expected Missing { key: String }, found \"Gone\"; the method is \
             get(key: &str) -> Result<Vec<u8>, StoreError>",
        ),
        (
            "[Store.put]\nerror = 1\n",
            "[Store.put]: `put(key: &str, value: Vec<u8>) -> u64` returns no errors; the method is \
             put(key: &str, value: Vec<u8>) -> u64",
        ),
        (
            "[Store.put]\nreturn = 1\n",
            "[Store.put]: there is no `return` in an answer: it has `returns`, `error` or `fails`; a struct is \
             `returns = { … }`",
        ),
    ] {
        let said = run(&plugix, answers, "look_up", "[\"k\"]")?.failed();
        assert_eq!(said, format!("error: answers.toml: {expected}\n"));
    }
    let arguments = ["look_up", "[\"k\"]", "--config", "null", "--fake", "none.toml"];
    let said = plugix.run_module(guest_path("typed"), &arguments)?.failed();
    assert_eq!(said, "error: can't read the answers none.toml: No such file or directory (os error 2)\n");
    Ok(())
}

#[test]
fn a_stream_is_the_list_of_its_items() -> Result<()> {
    let plugix = Plugix::new()?;
    let run = |answers: &str, method: &str, arguments: &str| {
        plugix.write("answers.toml", answers)?;
        plugix.run_module(guest_path("streams"), &[method, arguments, "--fake", "answers.toml"])
    };
    let outcome = run("[Pipes]\nnumbers = [1, 2, 3]\n", "take", "[9]")?;
    assert_eq!(outcome.stderr, "fake: Pipes/numbers(9) -> [1,2,3]\n");
    assert_eq!(outcome.succeeded(), "6\n");

    // What the plugin gives is taken whole, and shown.
    let outcome = run("[Pipes]\nsum = 7\n", "give", "[3, null]")?;
    assert_eq!(outcome.stderr, "fake: Pipes/sum([0,1,2]) -> 7\n");
    assert_eq!(outcome.succeeded(), "7\n");
    let outcome = run("[Pipes]\nsum = 7\n", "give", "[3, 1]")?;
    assert_eq!(outcome.stderr, "fake: Pipes/sum([0]; the stream broke off: out of numbers) -> 7\n");

    // A text is a chunk of bytes.
    let outcome = run("[Pipes]\nreversed = [\"ab\", [1, 2]]\n", "turn", "[[[9]]]")?;
    assert_eq!(outcome.stderr, "fake: Pipes/reversed([[9]]) -> [\"ab\",[1,2]]\n");
    assert_eq!(serde_json::from_str::<serde_json::Value>(&outcome.succeeded())?, serde_json::json!([[97, 98], [1, 2]]));

    let said = run("[Pipes]\nnumbers = [1, \"two\"]\n", "take", "[9]")?.failed();
    let expected = "error: answers.toml: [Pipes.numbers]: [1]: expected u64, found \"two\"; the method is \
        numbers(count: u64) -> Result<Stream<u64>, String>\n";
    assert_eq!(said, expected);
    Ok(())
}
