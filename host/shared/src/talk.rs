//! Messages of any length, in a lane.

use crate::copy::{from_guest, to_guest};
use crate::lane::{Ended, Head, Lane, Side};

/// How the reader asks for the next piece of a long message.
const MORE: u32 = u32::MAX;

/// One side of a lane.
#[derive(Debug)]
pub struct Talk {
    lane: Lane,
    me: Side,
}

/// A message of the other side's.
#[derive(Debug)]
pub struct Message {
    /// What it is.
    pub kind: u32,
    /// What else there is to say.
    pub values: [u32; 2],
    /// Where its bytes are.
    pub place: Place,
}

/// Where the bytes of a message are.
#[derive(Debug)]
pub enum Place {
    /// In the lane, as many. The other side may change them, if it means harm.
    Room(usize),
    /// Copied out, because they came in pieces.
    Copy(Vec<u8>),
}

/// Why there is no message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TalkError {
    /// The lane is over, or the other side doesn't keep to the order of things.
    Ended,
    /// The message is longer than it may be. What it says was not read.
    TooLong,
}

impl From<Ended> for TalkError {
    fn from(Ended: Ended) -> Self {
        Self::Ended
    }
}

impl Talk {
    /// One side of a lane, to be used by one thread at a time.
    pub fn new(lane: Lane, me: Side) -> Self {
        Self { lane, me }
    }

    /// The lane.
    pub fn lane(&self) -> &Lane {
        &self.lane
    }

    /// Sends what was written to the lane's room before.
    ///
    /// # Errors
    /// [`TalkError::Ended`]
    pub fn send_written(&self, kind: u32, [a, b]: [u32; 2], len: usize) -> Result<(), TalkError> {
        Ok(self.lane.post(self.me, Head { kind, len: len as u32, values: [a, b, 0] })?)
    }

    /// Sends bytes, in pieces if they are many.
    ///
    /// # Errors
    /// [`TalkError::Ended`]
    pub fn send(&self, kind: u32, [a, b]: [u32; 2], mut bytes: &[u8]) -> Result<(), TalkError> {
        loop {
            let (piece, rest) = bytes.split_at(bytes.len().min(Lane::ROOM));
            self.lane.announce(self.me, piece.len());
            // SAFETY: the room has as many bytes, and it is this side's turn to write them.
            unsafe { to_guest(piece.as_ptr(), self.lane.room(), piece.len()) };
            let values = [a, b, u32::from(!rest.is_empty())];
            self.lane.post(self.me, Head { kind, len: piece.len() as u32, values })?;
            if rest.is_empty() {
                return Ok(());
            }
            if self.lane.wait(self.me)?.kind != MORE {
                return Err(TalkError::Ended);
            }
            bytes = rest;
        }
    }

    /// Waits for a message, of at most `most` bytes.
    ///
    /// # Errors
    /// [`TalkError::Ended`], or [`TalkError::TooLong`]: then it is this side's turn.
    pub fn receive(&self, most: usize) -> Result<Message, TalkError> {
        let head = self.lane.wait(self.me)?;
        let Head { kind, len, values: [a, b, more] } = head;
        if len as usize > most {
            return Err(TalkError::TooLong);
        }
        let place = if more == 0 { Place::Room(len as usize) } else { Place::Copy(self.collect(head, most)?) };
        Ok(Message { kind, values: [a, b], place })
    }

    #[cold]
    fn collect(&self, first: Head, most: usize) -> Result<Vec<u8>, TalkError> {
        let (mut bytes, mut head) = (Vec::new(), first);
        loop {
            if head.kind != first.kind {
                return Err(TalkError::Ended);
            }
            self.take(head.len as usize, &mut bytes);
            if bytes.len() > most {
                return Err(TalkError::TooLong);
            }
            if head.values[2] == 0 {
                return Ok(bytes);
            }
            self.lane.post(self.me, Head { kind: MORE, ..Head::default() })?;
            head = self.lane.wait(self.me)?;
        }
    }

    /// Appends the first bytes of the room to others.
    ///
    /// # Panics
    /// If the room doesn't have as many.
    pub fn take(&self, len: usize, bytes: &mut Vec<u8>) {
        assert!(len <= Lane::ROOM, "a room has {} bytes", Lane::ROOM);
        bytes.reserve(len);
        // SAFETY: the room has as many bytes, and so has the rest of the vector. All of them are written before the length says so.
        unsafe {
            from_guest(self.lane.room(), bytes.as_mut_ptr().add(bytes.len()), len);
            bytes.set_len(bytes.len() + len);
        }
    }
}

impl Message {
    /// The bytes of the message, copied out.
    pub fn into_bytes(self, talk: &Talk) -> Vec<u8> {
        match self.place {
            Place::Copy(bytes) => bytes,
            Place::Room(len) => {
                let mut bytes = Vec::new();
                talk.take(len, &mut bytes);
                bytes
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Segment;
    use std::thread;

    fn both() -> (Talk, Talk) {
        let segment = Segment::new(1).expect("there is memory");
        (Talk::new(segment.lane(0), Side::Host), Talk::new(segment.lane(0), Side::Child))
    }

    #[test]
    fn messages_of_any_length_cross() {
        let (host, child) = both();
        let echo = thread::spawn(move || {
            while let Ok(message) = child.receive(usize::MAX) {
                let (kind, values) = (message.kind, message.values);
                let bytes = message.into_bytes(&child);
                child.send(kind, values, &bytes).expect("the lane isn't over");
            }
        });
        for len in [0, 1, 4096, Lane::ROOM, Lane::ROOM + 1, 3 * Lane::ROOM + 5] {
            let bytes: Vec<u8> = (0..len).map(|at| (at % 251) as u8).collect();
            host.send(7, [1, 2], &bytes).expect("the lane isn't over");
            let message = host.receive(len).expect("there is an answer");
            assert_eq!((message.kind, message.values), (7, [1, 2]));
            assert!(message.into_bytes(&host) == bytes, "{len} bytes differ");
        }
        host.lane().end();
        echo.join().expect("nothing panics");
    }

    #[test]
    fn a_long_message_is_not_taken_whole_if_it_is_too_long() {
        let (host, child) = both();
        host.send(1, [0; 2], &[0; 10]).expect("the lane isn't over");
        assert_eq!(child.receive(9).map(|message| message.kind), Err(TalkError::TooLong));
        child.send(1, [0; 2], b"no").expect("it is the child's turn");
        assert_eq!(host.receive(9).expect("there is an answer").into_bytes(&host), b"no");
    }
}
