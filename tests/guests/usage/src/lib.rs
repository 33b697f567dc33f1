//! Uses a little of everything that the host counts.

use std::fs::File;
use std::io::Write;
use std::net::UdpSocket;
use std::sync::{Arc, Barrier, Mutex};
use std::thread;

plugix_guest::metadata!("Uses a little of everything");

/// What stays open after the call that opened it.
static FILES: Mutex<Vec<File>> = Mutex::new(Vec::new());
static SOCKETS: Mutex<Vec<UdpSocket>> = Mutex::new(Vec::new());

plugix_guest::export! {
    fn nothing(_args: &[u8]) {}

    fn refuse(_args: &[u8]) -> Result<(), String> {
        Err("no".to_owned())
    }

    fn panic(_args: &[u8]) {
        panic!("as it was told to");
    }

    fn panic_in_a_thread(_args: &[u8]) -> String {
        thread::spawn(|| panic!("in a thread")).join().is_err().to_string()
    }

    fn exit(_args: &[u8]) {
        std::process::exit(3);
    }

    /// Two threads at once, each of which computes.
    fn compute_in_threads(_args: &[u8]) -> String {
        let barrier = Arc::new(Barrier::new(2));
        let threads = [barrier.clone(), barrier].map(|barrier| {
            thread::spawn(move || {
                barrier.wait();
                (0..20_000_000_u64).fold(7_u64, |sum, n| sum.rotate_left(5) ^ std::hint::black_box(n))
            })
        });
        threads.map(|thread| thread.join().unwrap()).iter().map(|sum| sum & 1).sum::<u64>().to_string()
    }

    /// Takes memory for good.
    fn take_memory(bytes: &[u8]) -> String {
        let bytes: usize = String::from_utf8_lossy(bytes).parse().unwrap();
        Box::leak(vec![1_u8; bytes].into_boxed_slice()).len().to_string()
    }

    /// Writes ten bytes, and keeps the file open.
    fn write(path: &[u8]) {
        let mut file = File::create(String::from_utf8_lossy(path).as_ref()).unwrap();
        file.write_all(b"0123456789").unwrap();
        FILES.lock().unwrap().push(file);
    }

    fn close(_args: &[u8]) {
        FILES.lock().unwrap().clear();
        SOCKETS.lock().unwrap().clear();
    }

    fn open_a_socket(_args: &[u8]) {
        SOCKETS.lock().unwrap().push(UdpSocket::bind("127.0.0.1:0").unwrap());
    }

    /// Wants what no policy of the test's allows.
    fn want_too_much(_args: &[u8]) -> String {
        std::net::TcpStream::connect("192.0.2.1:80").unwrap_err().kind().to_string()
    }

    fn print(text: &[u8]) {
        print!("{}", String::from_utf8_lossy(text));
        std::io::stdout().flush().unwrap();
    }
}
