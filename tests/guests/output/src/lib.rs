//! Prints.

use std::io::{self, Write};
use std::thread;

plugix_guest::metadata!("Prints");

plugix_guest::export! {
    fn print(text: &[u8]) {
        print!("{}", String::from_utf8_lossy(text));
        io::stdout().flush().unwrap();
    }

    fn complain(text: &[u8]) {
        eprint!("{}", String::from_utf8_lossy(text));
    }

    fn print_in_a_thread(text: &[u8]) {
        let text = String::from_utf8_lossy(text).into_owned();
        thread::spawn(move || println!("{text}")).join().unwrap();
    }
}
