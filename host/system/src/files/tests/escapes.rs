//! Leaving the mounted folders: by links, by `..`, and by moving the folder that a plugin stands in.

use super::{Mode, folder, plugin, scratch};
use crate::testing::Plugin;
use crate::{Access, CURRENT, Errno, OpenFlags, Rights};
use std::fs;
use std::os::unix::fs::symlink;
use std::sync::atomic::{AtomicBool, Ordering};
use tempfile::tempdir;

#[test]
fn links_out_of_the_folder_are_not_followed() {
    let house = tempdir().expect("there is a disk");
    let data = house.path().join("data");
    fs::create_dir_all(data.join("below")).expect("there is a disk");
    fs::create_dir(house.path().join("outside")).expect("there is a disk");
    fs::write(house.path().join("outside/file"), "secret").expect("there is a disk");
    fs::write(data.join("below/file"), "inside").expect("there is a disk");
    for (target, link) in [
        ("../outside".into(), "relative"),
        (house.path().join("outside"), "absolute"),
        ("/proc/self/cwd".into(), "magic"),
        ("relative".into(), "chain"),
        (data.join("below"), "own"),
        ("/data/below".into(), "guests"),
        ("below/../below".into(), "inside"),
    ] {
        symlink(target, data.join(link)).expect("there is a disk");
    }
    let plugin = plugin(vec![folder(&data, "/data", Access::ReadWrite)]);
    for link in ["own", "guests", "inside"] {
        assert_eq!(plugin.read_file(&format!("/data/{link}/file")).as_deref(), Ok(&b"inside"[..]), "{link}");
    }
    assert_eq!(plugin.reported.take(), [""; 0]);
    for (link, reported) in
        [("relative", "relative"), ("absolute", "absolute"), ("magic", "magic"), ("chain", "relative")]
    {
        let (file, new) = (format!("/data/{link}/file"), format!("/data/{link}/new"));
        let refused = [
            plugin.open_file(&file, Mode::Read).err(),
            plugin.open_file(&new, Mode::Create).err(),
            plugin.stat(&file).err(),
            plugin.list(&format!("/data/{link}")).err(),
            plugin.make_folder(&new).err(),
            plugin.symlink("file", &new).err(),
            plugin.rename("/data/below/file", &new).err(),
            plugin.rename(&file, "/data/stolen").err(),
            plugin.link(&file, "/data/stolen").err(),
            plugin.link_followed(&file, "/data/stolen").err(),
            plugin.remove(&file).err(),
            plugin.remove_folder(&new).err(),
            plugin.system.chdir(&plugin.thread, format!("/data/{link}").as_bytes()).err(),
        ];
        assert!(refused.iter().all(|error| *error == Some(Errno::Access)), "{link}: {refused:?}");
        let expected = format!("follow the link /data/{reported}");
        assert!(plugin.reported.take().iter().all(|report| *report == expected), "{link}");
    }
    assert_eq!(plugin.open_file("/data/../outside/file", Mode::Read), Err(Errno::Noent));
    assert_eq!(fs::read_to_string(house.path().join("outside/file")).expect("it is there"), "secret");
    assert_eq!(fs::read_dir(house.path().join("outside")).expect("it is there").count(), 1);
}

#[test]
fn links_that_a_plugin_makes_stay_inside() {
    let data = tempdir().expect("there is a disk");
    let plugin = plugin(vec![folder(data.path(), "/data", Access::ReadWrite)]);
    plugin.make_folder("/data/a").and(plugin.make_folder("/data/a/b")).expect("they are new");
    for target in ["..", "../x", "/", "/data/a", "a/../../x", "./.."] {
        assert_eq!(plugin.symlink(target, "/data/link"), Err(Errno::Access), "{target}");
    }
    assert_eq!(plugin.reported.take(), ["create the link /data/link"; 6]);
    plugin.symlink("../../x", "/data/a/b/link").expect("it leads to the mount's root");
    assert_eq!(plugin.symlink("../../../x", "/data/a/b/other"), Err(Errno::Access));
    // Where it is moved it still has to stay inside.
    assert_eq!(plugin.rename("/data/a/b/link", "/data/a/link"), Err(Errno::Access));
    assert_eq!(plugin.link("/data/a/b/link", "/data/link"), Err(Errno::Access));
    plugin.rename("/data/a/b/link", "/data/a/b/renamed").expect("it is as deep");
}

/// A plugin keeps what it has opened, and gets nothing else by it.
#[test]
fn a_folder_that_is_moved_away_leads_nowhere_else() {
    let house = tempdir().expect("there is a disk");
    let data = house.path().join("data");
    fs::create_dir_all(data.join("a/b")).expect("there is a disk");
    fs::create_dir(house.path().join("outside")).expect("there is a disk");
    fs::write(house.path().join("outside/secret"), "").expect("there is a disk");
    fs::write(data.join("a/b/file"), "own").expect("there is a disk");
    let plugin = plugin(vec![folder(&data, "/data", Access::ReadWrite)]);
    plugin.system.chdir(&plugin.thread, b"/data/a/b").expect("it is there");
    assert!(plugin.stat("../../a/b/file").is_ok());
    let stop = AtomicBool::new(false);
    std::thread::scope(|scope| {
        scope.spawn(|| {
            while !stop.load(Ordering::Relaxed) {
                fs::rename(data.join("a/b"), house.path().join("outside/b")).expect("it is there");
                fs::rename(house.path().join("outside/b"), data.join("a/b")).expect("it is there");
            }
        });
        for _ in 0..3_000 {
            assert!(plugin.stat("../secret").is_err());
            assert!(plugin.stat("../../outside/secret").is_err());
            assert!(plugin.stat("file").is_ok());
        }
        stop.store(true, Ordering::Relaxed);
    });
    fs::rename(data.join("a/b"), house.path().join("outside/b")).expect("it is there");
    assert_eq!(plugin.stat("../secret"), Err(Errno::Access));
    assert!(plugin.stat("file").is_ok());
}

/// As WASI has it.
#[test]
fn strict_paths_stay_below_their_folder() {
    let data = tempdir().expect("there is a disk");
    fs::create_dir_all(data.path().join("a/b")).expect("there is a disk");
    fs::write(data.path().join("file"), "").expect("there is a disk");
    symlink("../../file", data.path().join("a/b/up")).expect("there is a disk");
    symlink("/data/file", data.path().join("a/absolute")).expect("there is a disk");
    let plugin = Plugin::new(|setup| {
        setup.mounts = vec![folder(data.path(), "/data", Access::ReadWrite)];
        setup.preopened = vec![("/data".into(), "/data".into())];
        setup.strict_paths = true;
    });
    let Plugin { system, thread, .. } = &plugin;
    let stat = |fd, path: &str| system.path_filestat_get(thread, fd, true, path.as_bytes()).map(|_| ());
    for path in ["a/../file", "a/b/up", "a/b/../../file", "./a/.//b/up"] {
        assert_eq!(stat(3, path), Ok(()), "{path}");
    }
    for path in ["..", "../data/file", "/data/file", "a/../../data/file", "a/absolute"] {
        assert_eq!(stat(3, path), Err(Errno::Perm), "{path}");
    }
    let flags = OpenFlags { open: 2, rights: Rights::FD_READ, ..OpenFlags::default() };
    let below = system.path_open(thread, 3, b"a/b", flags).expect("it is there");
    assert_eq!(stat(below, "up"), Err(Errno::Perm));
    assert_eq!(stat(below, "../b"), Err(Errno::Perm));
    assert_eq!(stat(CURRENT, "data/file"), Ok(()));
}

#[test]
fn pipes_and_devices_are_not_opened() {
    let data = tempdir().expect("there is a disk");
    let pipe = data.path().join("pipe");
    rustix::fs::mknodat(rustix::fs::CWD, &pipe, rustix::fs::FileType::Fifo, 0o600.into(), 0).expect("there is a disk");
    for access in [Access::ReadOnly, Access::ReadWrite] {
        let plugin = plugin(vec![folder(data.path(), "/data", access)]);
        assert_eq!(plugin.open_file("/data/pipe", Mode::Read), Err(Errno::Access));
    }
    let devices = plugin(vec![folder("/dev".as_ref(), "/data", Access::ReadOnly)]);
    assert_eq!(devices.open_file("/data/null", Mode::Read), Err(Errno::Access));
}

#[test]
fn what_may_only_be_read_is_not_changed() {
    let data = tempdir().expect("there is a disk");
    fs::write(data.path().join("file"), "as it was").expect("there is a disk");
    symlink("file", data.path().join("link")).expect("there is a disk");
    let plugin = plugin(vec![folder(data.path(), "/data", Access::ReadOnly)]);
    let refused = [
        (plugin.write_file("/data/file", b""), "create or write /data/file"),
        (plugin.write_file("/data/link", b""), "create or write /data/file"),
        (plugin.write_file("/data/new", b""), "create or write /data/new"),
        (plugin.open_file("/data/link", Mode::Write).map(drop), "write /data/file"),
        (plugin.make_folder("/data/new"), "create the folder /data/new"),
        (plugin.remove("/data/link"), "remove /data/link"),
        (plugin.rename("/data/file", "/data/new"), "rename /data/file"),
        (plugin.link("/data/file", "/data/new"), "link /data/file"),
        (plugin.symlink("file", "/data/new"), "create the link /data/new"),
    ];
    let reported = plugin.reported.take();
    assert_eq!(reported, refused.map(|(_, report)| report));
    assert_eq!(refused.map(|(done, _)| done), refused.map(|_| Err(Errno::Access)));
    assert_eq!(plugin.make_folder("/data/file"), Err(Errno::Exist));
    assert_eq!(plugin.open_file("/data/file", Mode::New), Err(Errno::Exist));
    assert_eq!(plugin.open_file("/data/none", Mode::Write), Err(Errno::Noent));
    let file = plugin.open_file("/data/file", Mode::Read).expect("it may be read");
    assert_eq!(plugin.system.fd_filestat_set_size(file, 0), Err(Errno::Access));
    assert_eq!(plugin.system.fd_filestat_set_times(file, crate::Time::Now, crate::Time::Keep), Err(Errno::Access));
    assert_eq!(plugin.reported.take(), [""; 0]);
    assert_eq!(fs::read(data.path().join("file")).expect("it is there"), b"as it was");
}

/// A link to a file outside of its mount becomes no name of that file.
#[test]
fn no_hard_link_is_made_of_what_lies_elsewhere() {
    let house = tempdir().expect("there is a disk");
    for name in ["data", "other", "read", "outside"] {
        fs::create_dir(house.path().join(name)).expect("there is a disk");
        fs::write(house.path().join(name).join("file"), name).expect("there is a disk");
    }
    let data = house.path().join("data");
    for (target, link) in [
        ("../outside/file".into(), "out"),
        (house.path().join("outside/file"), "absolute"),
        ("/other/file".into(), "other"),
        ("/read/file".into(), "read"),
        ("/data/file".into(), "own"),
        ("own".into(), "chain"),
        ("gone".into(), "dangling"),
        ("dangles".into(), "dangles"),
        (".".into(), "folder"),
    ] {
        symlink(target, data.join(link)).expect("there is a disk");
    }
    let plugin = plugin(vec![
        folder(&data, "/data", Access::ReadWrite),
        folder(&house.path().join("other"), "/other", Access::ReadWrite),
        folder(&house.path().join("read"), "/read", Access::ReadOnly),
        scratch("/scratch", 1 << 20),
    ]);
    for (link, error) in [
        ("out", Errno::Access),
        ("absolute", Errno::Access),
        ("other", Errno::Xdev),
        ("read", Errno::Access),
        ("dangling", Errno::Noent),
        ("dangles", Errno::Loop),
        ("folder", Errno::Perm),
    ] {
        assert_eq!(plugin.link_followed(&format!("/data/{link}"), "/data/new"), Err(error), "{link}");
    }
    assert_eq!(plugin.link_followed("/data/folder", "/data/file"), Err(Errno::Exist));
    assert_eq!(plugin.link_followed("/data/chain", "/scratch/new"), Err(Errno::Xdev));
    plugin.link_followed("/data/chain", "/data/new").expect("it leads to a file of the same mount");
    assert_eq!(fs::read_to_string(data.join("new")).expect("it is there"), "data");
    assert!(fs::symlink_metadata(data.join("new")).is_ok_and(|new| new.is_file()));
    // The link itself has another name.
    plugin.link("/data/chain", "/data/twin").expect("it is a link");
    assert_eq!(plugin.read_link("/data/twin").as_deref(), Ok("own"));
    plugin
        .write_file("/scratch/file", b"scratch")
        .and(plugin.symlink("file", "/scratch/link"))
        .expect("there is space");
    plugin.link_followed("/scratch/link", "/scratch/new").expect("it leads to a file");
    assert_eq!(plugin.stat("/scratch/file").map(|stat| stat.links), Ok(2));
    assert_eq!(plugin.read_file("/scratch/new").as_deref(), Ok(&b"scratch"[..]));
}

/// A host that hears of it can say which mount is missing.
#[test]
fn what_is_looked_for_where_nothing_is_mounted_is_told() {
    let data = tempdir().expect("there is a disk");
    let plugin = plugin(vec![folder(data.path(), "/data/mine", Access::ReadOnly)]);
    for path in ["/etc/passwd", "/data/other", "/data/mine/../none/file", "/none"] {
        assert_eq!(plugin.read_file(path), Err(Errno::Noent), "{path}");
    }
    assert_eq!(plugin.reported.take(), ["open /etc/passwd", "open /data/other", "open /data/none/file", "open /none"]);
    assert_eq!(plugin.read_file("/data/mine/none"), Err(Errno::Noent));
    assert_eq!(plugin.reported.take(), [""; 0]);
}
