//! Tells what it sees of its surroundings.

use std::env;
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

    fn read_line(_args: &[u8]) -> String {
        let mut line = String::new();
        let read = std::io::stdin().read_line(&mut line);
        format!("{:?} {line:?}", read.ok())
    }
}
