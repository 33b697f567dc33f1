//! What the standard library has for few systems. What it hasn't here says so.

use std::fs::{self, File, TryLockError};
use std::io::{self, ErrorKind, Read as _, Write as _};
use std::net::{TcpListener, TcpStream, UdpSocket};
use std::path::Path;
use std::time::Duration;
use std::{env, process, thread};

fn main() -> io::Result<()> {
    pipes()?;
    locks()?;
    sockets()?;
    permissions()?;
    assert!(thread::available_parallelism()?.get() >= 1);
    assert_eq!(env::temp_dir(), Path::new("/tmp"));
    assert_eq!(env::home_dir(), None, "the policy sets no HOME");
    assert_ne!(process::id(), 0);
    // A module has no path that the plugin could open.
    assert_eq!(env::current_exe().unwrap_err().kind(), ErrorKind::Unsupported);
    let command = process::Command::new("true").spawn();
    assert_eq!(command.unwrap_err().kind(), ErrorKind::Unsupported);
    println!("ok");
    Ok(())
}

fn pipes() -> io::Result<()> {
    let (mut reader, mut writer) = io::pipe()?;
    let writing = thread::spawn(move || writer.write_all(b"through a pipe"));
    let mut read = String::new();
    reader.read_to_string(&mut read)?;
    writing.join().unwrap()?;
    assert_eq!(read, "through a pipe");
    Ok(())
}

fn locks() -> io::Result<()> {
    let (one, other) = (File::create("/data/lock")?, File::open("/data/lock")?);
    one.lock()?;
    assert!(matches!(other.try_lock(), Err(TryLockError::WouldBlock)));
    one.unlock()?;
    other.try_lock_shared()?;
    one.lock_shared()
}

fn sockets() -> io::Result<()> {
    let limit = Duration::from_millis(40);
    let socket = UdpSocket::bind("127.0.0.1:0")?;
    socket.set_read_timeout(Some(limit))?;
    assert_eq!(socket.read_timeout()?, Some(limit));
    let waited = socket.recv(&mut [0]).unwrap_err().kind();
    assert!(matches!(waited, ErrorKind::WouldBlock | ErrorKind::TimedOut), "{waited}");
    socket.set_write_timeout(Some(limit))?;
    assert_eq!(socket.write_timeout()?, Some(limit));

    let listener = TcpListener::bind("127.0.0.1:0")?;
    let stream = TcpStream::connect(listener.local_addr()?)?;
    stream.set_nodelay(true)?;
    assert!(stream.nodelay()?);
    assert_eq!(stream.take_error()?.map(|error| error.kind()), None);
    Ok(())
}

fn permissions() -> io::Result<()> {
    fs::write("/data/file", "text")?;
    let mut permissions = fs::metadata("/data/file")?.permissions();
    assert!(!permissions.readonly());
    fs::set_permissions("/data/file", permissions.clone())?;
    // Who may do what is the policy's affair.
    permissions.set_readonly(true);
    assert_eq!(fs::set_permissions("/data/file", permissions).unwrap_err().kind(), ErrorKind::Unsupported);
    Ok(())
}
