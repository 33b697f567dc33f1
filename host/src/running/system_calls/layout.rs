//! The structures of WASI and WASIX, as a guest with 32-bit addresses has them. wasmer-wasix has the same; the compiler
//! compares them below.

use bytemuck::{Pod, Zeroable};

/// Makes structures of plain numbers. What C leaves between them is a field too, and always 0.
macro_rules! layouts {
    ($($(#[$doc:meta])* $name:ident { $($field:ident: $type:ty,)+ })+) => { $(
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, Default, Pod, Zeroable)]
        #[repr(C)]
        pub(super) struct $name { $(pub(super) $field: $type,)+ }
    )+ };
}

layouts! {
    /// A piece of memory.
    Iovec { buf: u32, len: u32, }
    Fdstat { filetype: u8, _0: u8, flags: u16, _1: u32, rights: u64, inheriting: u64, }
    /// `mode` stands where others have zeros.
    Filestat {
        device: u64, inode: u64, filetype: u8, _0: u8, mode: u16, _1: [u8; 4], links: u64, size: u64, accessed: u64, modified: u64,
        changed: u64,
    }
    /// That of `wasi_unstable`.
    OldFilestat {
        device: u64, inode: u64, filetype: u8, _0: [u8; 3], links: u32, size: u64, accessed: u64, modified: u64,
        changed: u64,
    }
    Prestat { kind: u8, _0: [u8; 3], name_len: u32, }
    /// For a descriptor, `id` is its number.
    Subscription {
        userdata: u64, kind: u8, _0: [u8; 7], id: u32, _1: u32, timeout: u64, precision: u64, flags: u16, _2: [u8; 6],
    }
    /// That of `wasi_unstable`. A descriptor's number stands where a clock has `identifier`.
    OldSubscription {
        userdata: u64, kind: u8, _0: [u8; 7], identifier: u64, id: u32, _1: u32, timeout: u64, precision: u64,
        flags: u16, _2: [u8; 6],
    }
    Event { userdata: u64, error: u16, kind: u8, _0: [u8; 5], bytes: u64, flags: u16, _1: [u8; 6], }
    EpollEvent { events: u32, _0: u32, ptr: u32, fd: u32, data1: u32, _1: u32, data2: u64, }
    OptionTimestamp { tag: u8, _0: [u8; 7], time: u64, }
    /// An IP address.
    Addr { family: u8, _0: u8, octets: [u8; 16], }
    /// An address with a port, whose bytes come in the order of the network when the host writes them, and in that of
    /// the machine when the guest does: wasix-libc finds out at its start.
    AddrPort { family: u8, _0: u8, port: [u8; 2], octets: [u8; 16], }
}

/// Compares structures, and where their fields lie, with those of wasmer-wasix.
macro_rules! same {
    ($($ours:ident = $theirs:ty { $($field:ident = $other:ident,)* })+) => {
        const _: () = {
            $(
                assert!(size_of::<$ours>() == size_of::<$theirs>());
                $(assert!(std::mem::offset_of!($ours, $field) == std::mem::offset_of!($theirs, $other));)*
            )+
        };
    };
}

use wasmer_wasix::wasmer_wasix_types::{types, wasi};

same! {
    Iovec = types::__wasi_iovec_t<wasmer::Memory32> { buf = buf, len = buf_len, }
    Fdstat = wasi::Fdstat {
        filetype = fs_filetype, flags = fs_flags, rights = fs_rights_base, inheriting = fs_rights_inheriting,
    }
    Filestat = wasi::Filestat {
        device = st_dev, inode = st_ino, filetype = st_filetype, links = st_nlink, size = st_size, accessed = st_atim,
        modified = st_mtim, changed = st_ctim,
    }
    OldFilestat = wasi::Snapshot0Filestat {
        device = st_dev, inode = st_ino, filetype = st_filetype, links = st_nlink, size = st_size, accessed = st_atim,
        modified = st_mtim, changed = st_ctim,
    }
    Prestat = wasi::Prestat { kind = pr_type, name_len = u, }
    Subscription = wasi::Subscription { userdata = userdata, kind = type_, id = data, }
    OldSubscription = wasi::Snapshot0Subscription { userdata = userdata, kind = type_, identifier = u, }
    Event = wasi::Event { userdata = userdata, error = error, kind = type_, bytes = u, }
    Event = wasi::Snapshot0Event { userdata = userdata, error = error, kind = type_, bytes = fd_readwrite, }
    EpollEvent = wasi::EpollEvent<wasmer::Memory32> { events = events, ptr = data, }
    OptionTimestamp = wasi::OptionTimestamp { tag = tag, time = u, }
    Addr = types::__wasi_addr_t { family = tag, octets = u, }
    AddrPort = types::__wasi_addr_port_t { family = tag, port = u, }
}

const _: () = {
    use std::mem::offset_of;
    let clock = offset_of!(Subscription, id);
    assert!(offset_of!(Subscription, timeout) == clock + offset_of!(wasi::SubscriptionClock, timeout));
    assert!(offset_of!(Subscription, flags) == clock + offset_of!(wasi::SubscriptionClock, flags));
    let clock = offset_of!(OldSubscription, identifier);
    assert!(offset_of!(OldSubscription, id) == clock + offset_of!(wasi::Snapshot0SubscriptionClock, id));
    assert!(offset_of!(OldSubscription, timeout) == clock + offset_of!(wasi::Snapshot0SubscriptionClock, timeout));
    assert!(offset_of!(OldSubscription, flags) == clock + offset_of!(wasi::Snapshot0SubscriptionClock, flags));
    let data = offset_of!(EpollEvent, ptr);
    assert!(offset_of!(EpollEvent, data2) == data + offset_of!(wasi::EpollData<wasmer::Memory32>, data2));
};
