//! Messages on the socket between the two processes: a length in four bytes, and postcard.

use rustix::io::Errno;
use rustix::net::{
    self, RecvAncillaryBuffer, RecvAncillaryMessage, RecvFlags, SendAncillaryBuffer, SendAncillaryMessage, SendFlags,
    recvmsg, sendmsg,
};
use serde::Serialize;
use serde::de::DeserializeOwned;
use std::io::{self, IoSlice, IoSliceMut, Read as _};
use std::mem::MaybeUninit;
use std::os::fd::{BorrowedFd, OwnedFd};
use std::os::unix::net::UnixStream;

/// How many descriptors come with one message at most.
const DESCRIPTORS: usize = 4;

/// What was received.
pub(in crate::isolated) struct Received<T> {
    pub(in crate::isolated) message: T,
    pub(in crate::isolated) descriptors: Vec<OwnedFd>,
}

/// Sends a message. Whoever calls this on several threads takes a lock for it.
pub(in crate::isolated) fn send<T: Serialize>(socket: &UnixStream, message: &T) -> io::Result<()> {
    write_all(socket, &encode(message)?)
}

/// Sends a message if there is room for it now. Returns whether there was.
///
/// # Errors
/// If there was room for a part of it: the other side can't read what comes next.
pub(in crate::isolated) fn send_now<T: Serialize>(socket: &UnixStream, message: &T) -> io::Result<bool> {
    let bytes = encode(message)?;
    match net::send(socket, &bytes, SendFlags::NOSIGNAL | SendFlags::DONTWAIT) {
        Ok(sent) if sent == bytes.len() => Ok(true),
        Ok(_) => Err(io::ErrorKind::WriteZero.into()),
        Err(_) => Ok(false),
    }
}

/// Whoever writes to a closed socket gets an error and no signal.
fn write_all(socket: &UnixStream, mut bytes: &[u8]) -> io::Result<()> {
    while !bytes.is_empty() {
        match net::send(socket, bytes, SendFlags::NOSIGNAL) {
            Ok(sent) => bytes = &bytes[sent..],
            Err(Errno::INTR) => {}
            Err(error) => return Err(error.into()),
        }
    }
    Ok(())
}

/// Sends a message with descriptors.
pub(in crate::isolated) fn send_with<T: Serialize>(
    socket: &UnixStream,
    message: &T,
    descriptors: &[BorrowedFd<'_>],
) -> io::Result<()> {
    let bytes = encode(message)?;
    let mut space = [MaybeUninit::uninit(); rustix::cmsg_space!(ScmRights(DESCRIPTORS))];
    let mut control = SendAncillaryBuffer::new(&mut space);
    if !control.push(SendAncillaryMessage::ScmRights(descriptors)) {
        return Err(io::Error::new(io::ErrorKind::InvalidInput, "too many descriptors"));
    }
    let sent = loop {
        match sendmsg(socket, &[IoSlice::new(&bytes)], &mut control, SendFlags::NOSIGNAL) {
            Err(Errno::INTR) => {}
            other => break other?,
        }
    };
    write_all(socket, &bytes[sent..])
}

fn encode<T: Serialize>(message: &T) -> io::Result<Vec<u8>> {
    let mut bytes = vec![0; 4];
    bytes = postcard::to_extend(message, bytes).map_err(io::Error::other)?;
    let len = u32::try_from(bytes.len() - 4).map_err(io::Error::other)?;
    bytes[..4].copy_from_slice(&len.to_le_bytes());
    Ok(bytes)
}

/// Receives a message of at most `most` bytes. `None` if the other side has closed the socket.
///
/// # Errors
/// [`io::ErrorKind::InvalidData`] if it is longer, or no such message.
pub(in crate::isolated) fn receive<T: DeserializeOwned>(
    mut socket: &UnixStream,
    most: usize,
) -> io::Result<Option<Received<T>>> {
    let wrong = |problem: &str| io::Error::new(io::ErrorKind::InvalidData, problem.to_owned());
    let mut len = [0; 4];
    let mut descriptors = Vec::new();
    let first = receive_with(socket, &mut len, &mut descriptors)?;
    if first == 0 {
        return Ok(None);
    }
    socket.read_exact(&mut len[first..])?;
    let len = u32::from_le_bytes(len) as usize;
    if len > most {
        return Err(wrong("a message is too long"));
    }
    let mut bytes = vec![0; len];
    socket.read_exact(&mut bytes)?;
    match postcard::take_from_bytes(&bytes) {
        Ok((message, [])) => Ok(Some(Received { message, descriptors })),
        _ => Err(wrong("a message can't be read")),
    }
}

/// Descriptors come with the first bytes of a message.
fn receive_with(socket: &UnixStream, room: &mut [u8], descriptors: &mut Vec<OwnedFd>) -> io::Result<usize> {
    let mut space = [MaybeUninit::uninit(); rustix::cmsg_space!(ScmRights(DESCRIPTORS))];
    let mut control = RecvAncillaryBuffer::new(&mut space);
    let received = loop {
        match recvmsg(socket, &mut [IoSliceMut::new(room)], &mut control, RecvFlags::CMSG_CLOEXEC) {
            Err(Errno::INTR) => {}
            other => break other?,
        }
    };
    for message in control.drain() {
        if let RecvAncillaryMessage::ScmRights(rights) = message {
            descriptors.extend(rights);
        }
    }
    Ok(received.bytes)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Write as _;
    use std::os::fd::AsFd as _;

    #[test]
    fn messages_and_descriptors_cross() {
        let (here, there) = UnixStream::pair().expect("there are descriptors");
        let file = tempfile::tempfile().expect("there is a folder for it");
        send_with(&here, &"one".to_owned(), &[file.as_fd()]).expect("the socket is open");
        send(&here, &"two".to_owned()).expect("the socket is open");
        let one: Received<String> = receive(&there, 100).expect("it was sent").expect("the socket is open");
        assert_eq!((one.message.as_str(), one.descriptors.len()), ("one", 1));
        let two: Received<String> = receive(&there, 100).expect("it was sent").expect("the socket is open");
        assert_eq!((two.message.as_str(), two.descriptors.len()), ("two", 0));
        drop(here);
        assert!(receive::<String>(&there, 100).expect("the end is no error").is_none());
    }

    #[test]
    fn nonsense_is_refused() {
        for nonsense in [&[255_u8; 8][..], &[1, 0, 0, 0, 9], &[2, 0, 0, 0, 0, 7], &[1, 0, 0]] {
            let (mut here, there) = UnixStream::pair().expect("there are descriptors");
            here.write_all(nonsense).expect("the socket is open");
            drop(here);
            assert!(receive::<String>(&there, 100).is_err(), "{nonsense:?}");
        }
    }
}
