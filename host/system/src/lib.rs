//! What a plugin's system calls do on Linux: descriptors, files, waits.
//!
//! A [`System`] is all that one plugin has of the operating system. Nothing here knows of WebAssembly: the host decodes
//! a call's arguments, and calls a method of `System` that is named after it. Wherever there can be one, a descriptor
//! of the plugin's is a descriptor of the kernel's.

mod clock;
mod description;
mod epoll;
mod errno;
mod event;
mod files;
mod futex;
mod halt;
mod input;
mod network;
mod object;
mod output;
mod part;
mod pipe;
mod poll;
mod report;
mod rights;
mod signal;
mod sigpipe;
mod sleep;
mod socket;
mod stat;
mod system;
mod table;
#[cfg(test)]
mod testing;
mod thread;
mod transfer;
mod wait;

pub use clock::Clock;
pub use epoll::{EpollChange, EpollData, EpollEvent, EpollEvents};
pub use errno::Errno;
pub use files::{Access, Device, Mount, Source};
pub use futex::Word;
pub use halt::Halt;
pub use input::{Input, InputWriter};
pub use network::{Network, NetworkRuleError, Reach};
pub use output::Sink;
pub use part::Part;
pub use poll::{Awaited, PollEvent, Subscription};
pub use report::{Limit, Report};
pub use rights::{FdFlags, Rights};
pub use signal::{Deliveries, Delivery, Handling, Signal};
pub use socket::{Address, Family, ReceiveFlags, Received, SocketOption, SocketStatus, SocketType};
pub use stat::{Fdstat, Filestat, Filetype, Time};
pub use system::{CURRENT, Lock, OpenFlags, Setup, SetupError, System, Usage};
pub use thread::Thread;

/// What the methods of [`System`] return.
pub type Result<T, E = Errno> = std::result::Result<T, E>;
