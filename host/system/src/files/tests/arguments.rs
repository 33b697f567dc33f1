//! Calls with arguments of all kinds: they fail or succeed, and the plugin goes on.

use super::{folder, limited, plugin, scratch};
use crate::testing::{Plugin, part, temporary};
use crate::{Access, CURRENT, Device, FdFlags, Lock, Mount, OpenFlags, Rights, Source, Time};
use proptest::prelude::*;

/// The numbers and the paths of one call.
type Arguments = (u8, u32, u32, u64, u64, Vec<u8>, Vec<u8>, u16);

fn arguments() -> impl Strategy<Value = Arguments> {
    let fd = || prop_oneof![8 => 0..12u32, 1 => Just(CURRENT), 1 => any::<u32>()];
    let number = || prop_oneof![4 => 0..5_000u64, 1 => any::<u64>(), 1 => Just(i64::MAX as u64), 1 => Just(1 << 63)];
    let name = prop_oneof![
        Just("d"),
        Just("s"),
        Just("l"),
        Just("r"),
        Just("dev"),
        Just("null"),
        Just("a"),
        Just("b"),
        Just(".."),
        Just("."),
        Just(""),
        Just("\0"),
        Just("\u{e9}"),
    ];
    let path = prop_oneof![
        8 => prop::collection::vec(name, 0..5).prop_map(|names| names.join("/").into_bytes()),
        1 => prop::collection::vec(any::<u8>(), 0..9),
        1 => (0..5_000usize).prop_map(|len| vec![b'n'; len]),
    ];
    let path = move || {
        (path.clone(), any::<bool>()).prop_map(|(mut path, absolute)| {
            if absolute {
                path.insert(0, b'/');
            }
            path
        })
    };
    (any::<u8>(), fd(), fd(), number(), number(), path(), path(), any::<u16>())
}

fn call(plugin: &Plugin, (which, fd, other, one, two, path, target, bits): Arguments) {
    let Plugin { system, thread, .. } = plugin;
    let mut bytes = vec![7; (two % 3_000) as usize];
    let rights = Rights::truncated(one << 1 | u64::from(bits));
    let fd_flags = FdFlags::truncated(bits >> 4);
    let time = [Time::Keep, Time::Now, Time::At(one)][usize::from(bits % 3)];
    let parts = [part(&mut bytes)];
    let follow = bits & 1 == 0;
    // What comes of it is looked at elsewhere.
    let _ = match which % 30 {
        0 => system.fd_read(thread, fd, &parts).map(drop),
        1 => system.fd_write(thread, fd, &parts).map(drop),
        2 => system.fd_pread(thread, fd, &parts, one).map(drop),
        3 => system.fd_pwrite(thread, fd, &parts, one).map(drop),
        4 => system.fd_seek(fd, one as i64, bits as u8 % 4).map(drop),
        5 => system.fd_filestat_get(fd).map(drop),
        6 => system.fd_filestat_set_size(fd, one),
        7 => system.fd_filestat_set_times(fd, time, Time::At(two)),
        8 => system.fd_allocate(thread, fd, one, two),
        9 => system.fd_advise(fd, one, two, bits as u8 % 7),
        10 => system.fd_sync(fd).and(system.fd_datasync(fd)),
        11 => system.fd_readdir(thread, fd, parts[0], one).map(drop),
        12 => system.fd_close(fd),
        13 => system.fd_renumber(fd, other),
        14 => system.fd_dup(fd, other, follow).map(drop),
        15 => system.fd_dup2(fd, other, follow),
        16 => system.fd_fdstat_get(fd).map(drop),
        17 => system.fd_fdstat_set_flags(fd, fd_flags),
        18 => system.fd_fdstat_set_rights(fd),
        19 => system.chdir(thread, &path).and(system.getcwd().map(drop)),
        20 => system.path_create_directory(thread, fd, &path),
        21 => system.path_remove_directory(thread, fd, &path),
        22 => system.path_unlink_file(thread, fd, &path),
        23 => system.path_rename(thread, fd, &path, other, &target),
        24 => system.path_link(thread, fd, follow, &path, other, &target),
        25 => system.path_symlink(thread, &target, fd, &path),
        26 => system.path_readlink(thread, fd, &path, parts[0]).map(drop),
        27 => system.path_filestat_get(thread, fd, follow, &path).map(drop),
        28 => system.path_filestat_set_times(thread, fd, follow, &path, time, time),
        _ => {
            let lock = [Lock::Shared, Lock::Exclusive, Lock::Unlock][usize::from(bits % 3)];
            let _ = system.fd_lock(thread, other, lock, false);
            let _ = system.fd_lock_part(thread, fd, (one, two), lock, false);
            let _ = system.fd_can_lock_part(fd, (one, two), lock);
            let flags =
                OpenFlags { follow, open: bits % 17, rights, inheriting: rights, fd_flags, close_on_exec: false };
            system.path_open(thread, fd, &path, flags).map(drop)
        }
    };
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(64) })]

    #[test]
    fn no_arguments_do_harm(calls in prop::collection::vec(arguments(), 1..200), strict in any::<bool>()) {
        let house = temporary();
        for name in ["free", "limited", "read", "outside"] {
            std::fs::create_dir(house.path().join(name))?;
        }
        std::fs::write(house.path().join("read/a"), "as it was")?;
        let at = |name: &str| house.path().join(name);
        let null = Mount { at: "/dev/null".into(), source: Source::Device(Device::Null) };
        let mounts = vec![
            folder(&at("free"), "/d", Access::ReadWrite),
            limited(&at("limited"), "/l", 50_000),
            limited(&at("free"), "/d/b", 50_000),
            folder(&at("read"), "/r", Access::ReadOnly),
            scratch("/s", 50_000),
            null,
        ];
        let plugin = Plugin::new(|setup| {
            setup.mounts = mounts;
            setup.strict_paths = strict;
            setup.preopened = ["/", "/d", "/s", "/r", "/l", "."].map(|at| (at.into(), at.into())).into();
        });
        calls.into_iter().for_each(|arguments| call(&plugin, arguments));
        let usage = plugin.system.usage();
        prop_assert!(usage.scratch <= 50_000 && usage.descriptors <= 64);
        prop_assert_eq!(std::fs::read(at("read/a"))?, b"as it was");
        prop_assert_eq!(std::fs::read_dir(house.path())?.count(), 4);
        prop_assert_eq!(std::fs::read_dir(at("read"))?.count() + std::fs::read_dir(at("outside"))?.count(), 1);
        plugin.system.close_all();
        prop_assert_eq!(plugin.system.usage().descriptors, 0);
    }
}

#[test]
fn the_plugins_numbers_allocate_nothing() {
    let data = temporary();
    let plugin = plugin(vec![folder(data.path(), "/d", Access::ReadWrite), scratch("/s", 1 << 20)]);
    for path in ["/d/file", "/s/file"] {
        let fd = plugin.open_file(path, super::Mode::New).expect("it is new");
        plugin.system.fd_filestat_set_size(fd, 1 << 40).expect("holes take nothing");
        assert_eq!(plugin.system.fd_filestat_set_size(fd, u64::MAX), Err(crate::Errno::Inval));
        let at = plugin.system.fd_pread(&plugin.thread, fd, &[part(&mut [1; 8])], (1 << 40) - 4);
        assert_eq!(at, Ok(4));
        assert_eq!(plugin.system.fd_seek(fd, -1, 0), Err(crate::Errno::Inval));
        assert!(plugin.system.fd_pwrite(&plugin.thread, fd, &[part(&mut [1; 8])], i64::MAX as u64).is_err());
    }
}
