//! Does what its host may want to see in a test.

use std::io::Write as _;
use std::net::TcpStream;
use std::{env, thread};

plugix_guest::metadata!("Does what a test looks at");

plugix_guest::export! {
    fn var(name: &[u8]) -> Result<String, env::VarError> {
        env::var(String::from_utf8_lossy(name).as_ref())
    }

    fn print(text: &[u8]) -> Result<(), std::io::Error> {
        eprint!("and ");
        let mut stdout = std::io::stdout();
        stdout.write_all(text)?;
        stdout.flush()
    }

    fn connect(address: &[u8]) -> Result<(), std::io::Error> {
        TcpStream::connect(String::from_utf8_lossy(address).as_ref()).map(drop)
    }

    /// A thread that connects when nobody waits for it.
    fn connect_later(address: &[u8]) {
        let address = String::from_utf8_lossy(address).into_owned();
        thread::spawn(move || TcpStream::connect(address));
    }
}
