//! Greetings for a file of names. Tests find their data as they do without a sandbox.

use my_plugin::Greeter;
use my_plugin_interface::Greets;

use std::fs;

#[test]
fn everybody_is_greeted() {
    let names = fs::read_to_string("tests/names.txt").expect("the current folder is the crate's");
    let greetings = Greeter.greet_all(names.lines().map(str::to_owned).collect());
    assert_eq!(
        greetings,
        Ok(vec!["Hello, Ada!".to_owned(), "Hello, Grace!".to_owned()])
    );
}
