//! Tells what it sees of its surroundings.

use std::env;
use std::io::{IsTerminal, stderr, stdin, stdout};
use std::thread::available_parallelism;

plugix_guest::metadata!("Looks around");

plugix_guest::export! {
    fn args(_args: &[u8]) -> String {
        env::args().skip(1).collect::<Vec<_>>().join("|")
    }

    fn vars(_args: &[u8]) -> String {
        let mut vars: Vec<_> = env::vars().map(|(name, value)| format!("{name}={value}")).collect();
        vars.sort();
        vars.join("|")
    }

    fn var(name: &[u8]) -> Result<String, env::VarError> {
        env::var(String::from_utf8_lossy(name).as_ref())
    }

    fn parallelism(_args: &[u8]) -> String {
        available_parallelism().unwrap().to_string()
    }

    fn process_id(_args: &[u8]) -> String {
        std::process::id().to_string()
    }

    /// Standard input to its end, and which of the three streams are terminals.
    fn read_all(_args: &[u8]) -> String {
        let read = std::io::read_to_string(std::io::stdin()).unwrap();
        let terminals = [stdin().is_terminal(), stdout().is_terminal(), stderr().is_terminal()];
        format!("{read:?} {terminals:?}")
    }

    fn read_line(_args: &[u8]) -> String {
        let mut line = String::new();
        let read = std::io::stdin().read_line(&mut line);
        format!("{:?} {line:?}", read.ok())
    }
}
