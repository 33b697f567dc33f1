//! Rights and flags of descriptors, as WASI has them.

/// Makes a set of bits.
macro_rules! bits {
    ($(#[$doc:meta])* $name:ident($repr:ty) { $($(#[$bit_doc:meta])* $bit:ident = $value:expr,)+ }) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
        pub struct $name($repr);

        impl $name {
            $($(#[$bit_doc])* pub const $bit: Self = Self($value);)+

            /// None of them.
            pub const NONE: Self = Self(0);

            /// All that there are.
            pub const ALL: Self = Self($($value)|+);

            /// The bits, unless there are some that mean nothing.
            pub const fn from_bits(bits: $repr) -> Option<Self> {
                if bits & !Self::ALL.0 == 0 { Some(Self(bits)) } else { None }
            }

            /// The bits that mean something.
            pub const fn truncated(bits: $repr) -> Self {
                Self(bits & Self::ALL.0)
            }

            /// As a number.
            pub const fn bits(self) -> $repr {
                self.0
            }

            /// Whether all of these are in it.
            pub const fn contains(self, other: Self) -> bool {
                self.0 & other.0 == other.0
            }

            /// Whether any of these is in it.
            pub const fn intersects(self, other: Self) -> bool {
                self.0 & other.0 != 0
            }

            /// What is in either.
            #[must_use]
            pub const fn with(self, other: Self) -> Self {
                Self(self.0 | other.0)
            }

            /// What is in the first and not in the second.
            #[must_use]
            pub const fn without(self, other: Self) -> Self {
                Self(self.0 & !other.0)
            }

            /// What is in both.
            #[must_use]
            pub const fn and(self, other: Self) -> Self {
                Self(self.0 & other.0)
            }
        }
    };
}

bits! {
    /// How a descriptor reads and writes.
    FdFlags(u16) {
        /// Each write goes to the end.
        APPEND = 1,
        /// Each write is on the disk when it is done, but for what isn't needed to read it.
        DSYNC = 2,
        /// Nothing waits.
        NONBLOCK = 4,
        /// Each read waits for writes as `SYNC` and `DSYNC` do.
        RSYNC = 8,
        /// Each write is on the disk when it is done.
        SYNC = 16,
    }
}

bits! {
    /// What a descriptor is good for. A plugin asks for them and is told them; what it may do is decided elsewhere.
    Rights(u64) {
        /// Bring its data to the disk.
        FD_DATASYNC = 1,
        /// Read.
        FD_READ = 1 << 1,
        /// Change the position.
        FD_SEEK = 1 << 2,
        /// Change the flags.
        FD_FDSTAT_SET_FLAGS = 1 << 3,
        /// Bring it to the disk.
        FD_SYNC = 1 << 4,
        /// Ask for the position.
        FD_TELL = 1 << 5,
        /// Write.
        FD_WRITE = 1 << 6,
        /// Tell how it will be used.
        FD_ADVISE = 1 << 7,
        /// Take space for it.
        FD_ALLOCATE = 1 << 8,
        /// Create folders in it.
        PATH_CREATE_DIRECTORY = 1 << 9,
        /// Create files in it.
        PATH_CREATE_FILE = 1 << 10,
        /// Link from it.
        PATH_LINK_SOURCE = 1 << 11,
        /// Link to it.
        PATH_LINK_TARGET = 1 << 12,
        /// Open what is in it.
        PATH_OPEN = 1 << 13,
        /// List it.
        FD_READDIR = 1 << 14,
        /// Read links in it.
        PATH_READLINK = 1 << 15,
        /// Rename from it.
        PATH_RENAME_SOURCE = 1 << 16,
        /// Rename to it.
        PATH_RENAME_TARGET = 1 << 17,
        /// Look at what is in it.
        PATH_FILESTAT_GET = 1 << 18,
        /// Cut off what is in it.
        PATH_FILESTAT_SET_SIZE = 1 << 19,
        /// Change times in it.
        PATH_FILESTAT_SET_TIMES = 1 << 20,
        /// Look at it.
        FD_FILESTAT_GET = 1 << 21,
        /// Cut it off.
        FD_FILESTAT_SET_SIZE = 1 << 22,
        /// Change its times.
        FD_FILESTAT_SET_TIMES = 1 << 23,
        /// Create symbolic links in it.
        PATH_SYMLINK = 1 << 24,
        /// Remove folders in it.
        PATH_REMOVE_DIRECTORY = 1 << 25,
        /// Remove files in it.
        PATH_UNLINK_FILE = 1 << 26,
        /// Wait for it.
        POLL_FD_READWRITE = 1 << 27,
        /// Shut it down.
        SOCK_SHUTDOWN = 1 << 28,
        /// Accept connections.
        SOCK_ACCEPT = 1 << 29,
        /// Connect.
        SOCK_CONNECT = 1 << 30,
        /// Listen.
        SOCK_LISTEN = 1 << 31,
        /// Bind it to an address.
        SOCK_BIND = 1 << 32,
        /// Receive.
        SOCK_RECV = 1 << 33,
        /// Send.
        SOCK_SEND = 1 << 34,
        /// Ask for its own address.
        SOCK_ADDR_LOCAL = 1 << 35,
        /// Ask for the other side's address.
        SOCK_ADDR_REMOTE = 1 << 36,
        /// Receive datagrams.
        SOCK_RECV_FROM = 1 << 37,
        /// Send datagrams.
        SOCK_SEND_TO = 1 << 38,
    }
}

impl Rights {
    /// What makes sense for a file.
    pub(crate) const FILE: Self = Self::FD_DATASYNC
        .with(Self::FD_READ)
        .with(Self::FD_SEEK)
        .with(Self::FD_FDSTAT_SET_FLAGS)
        .with(Self::FD_SYNC)
        .with(Self::FD_TELL)
        .with(Self::FD_WRITE)
        .with(Self::FD_ADVISE)
        .with(Self::FD_ALLOCATE)
        .with(Self::FD_FILESTAT_GET)
        .with(Self::FD_FILESTAT_SET_SIZE)
        .with(Self::FD_FILESTAT_SET_TIMES)
        .with(Self::POLL_FD_READWRITE);

    /// What makes sense for a folder.
    pub(crate) const FOLDER: Self = Self::FD_FDSTAT_SET_FLAGS
        .with(Self::FD_SYNC)
        .with(Self::FD_ADVISE)
        .with(Self::FD_DATASYNC)
        .with(Self::PATH_CREATE_DIRECTORY)
        .with(Self::PATH_CREATE_FILE)
        .with(Self::PATH_LINK_SOURCE)
        .with(Self::PATH_LINK_TARGET)
        .with(Self::PATH_OPEN)
        .with(Self::FD_READDIR)
        .with(Self::PATH_READLINK)
        .with(Self::PATH_RENAME_SOURCE)
        .with(Self::PATH_RENAME_TARGET)
        .with(Self::PATH_FILESTAT_GET)
        .with(Self::PATH_FILESTAT_SET_TIMES)
        .with(Self::FD_FILESTAT_GET)
        .with(Self::FD_FILESTAT_SET_TIMES)
        .with(Self::PATH_SYMLINK)
        .with(Self::PATH_REMOVE_DIRECTORY)
        .with(Self::PATH_UNLINK_FILE)
        .with(Self::POLL_FD_READWRITE);

    /// What makes sense for a stream: it has no position, which is how a C library knows a terminal.
    pub(crate) const STREAM: Self = Self::FD_READ
        .with(Self::FD_WRITE)
        .with(Self::FD_FDSTAT_SET_FLAGS)
        .with(Self::FD_FILESTAT_GET)
        .with(Self::POLL_FD_READWRITE);

    /// What makes sense for a socket.
    pub(crate) const SOCKET: Self = Self::STREAM
        .with(Self::SOCK_SHUTDOWN)
        .with(Self::SOCK_ACCEPT)
        .with(Self::SOCK_CONNECT)
        .with(Self::SOCK_LISTEN)
        .with(Self::SOCK_BIND)
        .with(Self::SOCK_RECV)
        .with(Self::SOCK_SEND)
        .with(Self::SOCK_ADDR_LOCAL)
        .with(Self::SOCK_ADDR_REMOTE)
        .with(Self::SOCK_RECV_FROM)
        .with(Self::SOCK_SEND_TO);
}
