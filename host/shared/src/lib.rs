//! Memory that somebody else writes at the same time: the threads of a plugin, or another process.
//!
//! There is never a reference to such memory. Bytes are copied in and out, and checked when they are out. [`copy`] has the
//! copies. A [`Segment`] is memory that two processes share, and a [`Lane`] is a part of it where they take turns: they
//! [`Talk`] there.

pub mod copy;
mod lane;
mod segment;
mod talk;
mod turn;

pub use lane::{Ended, Head, Lane, Side};
pub use segment::Segment;
pub use talk::{Message, Place, Talk, TalkError};
