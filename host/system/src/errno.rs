//! Error numbers, as WASI and WASIX have them.

use std::fmt;

/// Why a system call failed. The number is what a plugin sees.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[repr(u16)]
pub enum Errno {
    /// An argument list is too long.
    Toobig = 1,
    /// Permission denied.
    Access = 2,
    /// The address is in use.
    Addrinuse = 3,
    /// The address isn't available.
    Addrnotavail = 4,
    /// The address family isn't supported.
    Afnosupport = 5,
    /// It would have to wait.
    Again = 6,
    /// It is under way already.
    Already = 7,
    /// No such descriptor, or one that can't do that.
    Badf = 8,
    /// Bad message.
    Badmsg = 9,
    /// It is in use.
    Busy = 10,
    /// It was called off.
    Canceled = 11,
    /// No such child.
    Child = 12,
    /// The connection was aborted.
    Connaborted = 13,
    /// The connection was refused.
    Connrefused = 14,
    /// The connection was reset.
    Connreset = 15,
    /// It would wait for itself.
    Deadlk = 16,
    /// A destination is needed.
    Destaddrreq = 17,
    /// Out of a function's domain.
    Dom = 18,
    /// The quota is used up.
    Dquot = 19,
    /// It exists.
    Exist = 20,
    /// Bad address.
    Fault = 21,
    /// The file would be too large.
    Fbig = 22,
    /// The host can't be reached.
    Hostunreach = 23,
    /// The identifier was removed.
    Idrm = 24,
    /// Bytes that are no text.
    Ilseq = 25,
    /// It is in progress.
    Inprogress = 26,
    /// A signal came in between.
    Intr = 27,
    /// Invalid argument.
    Inval = 28,
    /// Input or output failed.
    Io = 29,
    /// It is connected.
    Isconn = 30,
    /// It is a folder.
    Isdir = 31,
    /// Too many links.
    Loop = 32,
    /// Too many descriptors are open.
    Mfile = 33,
    /// Too many names.
    Mlink = 34,
    /// The message is too long.
    Msgsize = 35,
    /// Reserved.
    Multihop = 36,
    /// The name is too long.
    Nametoolong = 37,
    /// The network is down.
    Netdown = 38,
    /// The network aborted the connection.
    Netreset = 39,
    /// The network can't be reached.
    Netunreach = 40,
    /// Too many files are open on the host.
    Nfile = 41,
    /// No room for buffers.
    Nobufs = 42,
    /// No such device.
    Nodev = 43,
    /// No such file or folder.
    Noent = 44,
    /// It can't be executed.
    Noexec = 45,
    /// No locks are left.
    Nolck = 46,
    /// Reserved.
    Nolink = 47,
    /// No memory is left.
    Nomem = 48,
    /// No message of that type.
    Nomsg = 49,
    /// No such option.
    Noprotoopt = 50,
    /// No space is left.
    Nospc = 51,
    /// No such system call.
    Nosys = 52,
    /// It isn't connected.
    Notconn = 53,
    /// It is no folder.
    Notdir = 54,
    /// The folder isn't empty.
    Notempty = 55,
    /// The state is lost.
    Notrecoverable = 56,
    /// It is no socket.
    Notsock = 57,
    /// It isn't supported.
    Notsup = 58,
    /// It is no terminal.
    Notty = 59,
    /// No such device or address.
    Nxio = 60,
    /// The value is too large.
    Overflow = 61,
    /// The owner died.
    Ownerdead = 62,
    /// It isn't permitted.
    Perm = 63,
    /// Nobody reads the pipe.
    Pipe = 64,
    /// Protocol error.
    Proto = 65,
    /// The protocol isn't supported.
    Protonosupport = 66,
    /// Wrong protocol for the socket.
    Prototype = 67,
    /// The result is out of range.
    Range = 68,
    /// The file system is read-only.
    Rofs = 69,
    /// It has no position.
    Spipe = 70,
    /// No such process or thread.
    Srch = 71,
    /// Reserved.
    Stale = 72,
    /// It took too long.
    Timedout = 73,
    /// The file is being executed.
    Txtbsy = 74,
    /// It is in another file system.
    Xdev = 75,
    /// The descriptor lacks the right.
    Notcapable = 76,
    /// The socket was shut down.
    Shutdown = 77,
    /// Memory access violation.
    Memviolation = 78,
    /// Unknown error.
    Unknown = 79,
}

impl Errno {
    /// The number that a plugin sees; success is 0.
    pub fn number(self) -> u16 {
        self as u16
    }
}

impl fmt::Display for Errno {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{self:?}")
    }
}

impl std::error::Error for Errno {}

/// What the kernel says, as the plugin hears it.
impl From<rustix::io::Errno> for Errno {
    fn from(error: rustix::io::Errno) -> Self {
        use rustix::io::Errno as Os;
        match error {
            Os::TOOBIG => Self::Toobig,
            Os::ACCESS => Self::Access,
            Os::ADDRINUSE => Self::Addrinuse,
            Os::ADDRNOTAVAIL => Self::Addrnotavail,
            Os::AFNOSUPPORT => Self::Afnosupport,
            Os::AGAIN => Self::Again,
            Os::ALREADY => Self::Already,
            Os::BADF => Self::Badf,
            Os::BADMSG => Self::Badmsg,
            Os::BUSY => Self::Busy,
            Os::CANCELED => Self::Canceled,
            Os::CHILD => Self::Child,
            Os::CONNABORTED => Self::Connaborted,
            Os::CONNREFUSED => Self::Connrefused,
            Os::CONNRESET => Self::Connreset,
            Os::DEADLK => Self::Deadlk,
            Os::DESTADDRREQ => Self::Destaddrreq,
            Os::DOM => Self::Dom,
            Os::DQUOT => Self::Dquot,
            Os::EXIST => Self::Exist,
            Os::FAULT => Self::Fault,
            Os::FBIG => Self::Fbig,
            Os::HOSTUNREACH => Self::Hostunreach,
            Os::IDRM => Self::Idrm,
            Os::ILSEQ => Self::Ilseq,
            Os::INPROGRESS => Self::Inprogress,
            Os::INTR => Self::Intr,
            Os::INVAL => Self::Inval,
            Os::IO => Self::Io,
            Os::ISCONN => Self::Isconn,
            Os::ISDIR => Self::Isdir,
            Os::LOOP => Self::Loop,
            Os::MFILE => Self::Mfile,
            Os::MLINK => Self::Mlink,
            Os::MSGSIZE => Self::Msgsize,
            Os::MULTIHOP => Self::Multihop,
            Os::NAMETOOLONG => Self::Nametoolong,
            Os::NETDOWN => Self::Netdown,
            Os::NETRESET => Self::Netreset,
            Os::NETUNREACH => Self::Netunreach,
            Os::NFILE => Self::Nfile,
            Os::NOBUFS => Self::Nobufs,
            Os::NODEV => Self::Nodev,
            Os::NOENT => Self::Noent,
            Os::NOEXEC => Self::Noexec,
            Os::NOLCK => Self::Nolck,
            Os::NOLINK => Self::Nolink,
            Os::NOMEM => Self::Nomem,
            Os::NOMSG => Self::Nomsg,
            Os::NOPROTOOPT => Self::Noprotoopt,
            Os::NOSPC => Self::Nospc,
            Os::NOSYS => Self::Nosys,
            Os::NOTCONN => Self::Notconn,
            Os::NOTDIR => Self::Notdir,
            Os::NOTEMPTY => Self::Notempty,
            Os::NOTRECOVERABLE => Self::Notrecoverable,
            Os::NOTSOCK => Self::Notsock,
            Os::NOTSUP => Self::Notsup,
            Os::NOTTY => Self::Notty,
            Os::NXIO => Self::Nxio,
            Os::OVERFLOW => Self::Overflow,
            Os::OWNERDEAD => Self::Ownerdead,
            Os::PERM => Self::Perm,
            Os::PIPE => Self::Pipe,
            Os::PROTO => Self::Proto,
            Os::PROTONOSUPPORT => Self::Protonosupport,
            Os::PROTOTYPE => Self::Prototype,
            Os::RANGE => Self::Range,
            Os::ROFS => Self::Rofs,
            Os::SPIPE => Self::Spipe,
            Os::SRCH => Self::Srch,
            Os::STALE => Self::Stale,
            Os::TIMEDOUT => Self::Timedout,
            Os::TXTBSY => Self::Txtbsy,
            Os::XDEV => Self::Xdev,
            Os::SHUTDOWN => Self::Shutdown,
            _ => Self::Unknown,
        }
    }
}

impl From<std::io::Error> for Errno {
    fn from(error: std::io::Error) -> Self {
        rustix::io::Errno::from_io_error(&error).map_or(Self::Io, Self::from)
    }
}
