//! Listing folders, and mounts in each other.

use super::{Mode, folder, plugin, scratch};
use crate::files::MAX_DEPTH;
use crate::testing::{Plugin, part, temporary};
use crate::{Access, CURRENT, Errno, OpenFlags, Rights};
use std::collections::BTreeSet;
use std::fs;
use tempfile::tempdir;

/// Entries, and fewer on a disk.
const MANY: usize = 60_000;
const SOME: usize = 5_000;

/// Removes every second entry while the list is read: all others are in it, once.
fn removes_while_listing(plugin: &Plugin, path: &str, count: usize) {
    let Plugin { system, .. } = plugin;
    let fd = plugin.open_file(path, Mode::Folder).expect("it is there");
    let (mut seen, mut from, mut pages) = (Vec::new(), 0, 0);
    loop {
        let page = plugin.page(fd, from, 4096).expect("it is a folder");
        let Some((next, _)) = page.last() else { break };
        (from, pages) = (*next, pages + 1);
        for (_, name) in &page {
            if name.parse::<usize>().is_ok_and(|number| number % 2 == 0) {
                plugin.remove(&format!("{path}/{name}")).expect("it is there");
            }
        }
        seen.extend(page.into_iter().map(|(_, name)| name));
    }
    let unique: BTreeSet<_> = seen.iter().collect();
    assert_eq!((seen.len(), unique.len()), (count + 2, count + 2));
    assert!(pages > count / 200);
    // It goes on from anywhere, and from the beginning.
    let middle = plugin.page(fd, 0, 4096).expect("it is a folder")[20].0;
    let rest = plugin.page(fd, middle, 4096).expect("it is a folder");
    assert_eq!(rest, plugin.page(fd, middle, 4096).expect("it is a folder"));
    assert_eq!(plugin.list(path).expect("it is there").len(), count / 2 + 2);
    system.fd_close(fd).expect("it is open");
}

#[test]
fn a_folder_that_changes_is_listed_completely() {
    for (data, count) in [(temporary(), MANY), (tempdir().expect("there is a disk"), SOME)] {
        for number in 0..count {
            fs::File::create(data.path().join(number.to_string())).expect("there is a disk");
        }
        removes_while_listing(&plugin(vec![folder(data.path(), "/d", Access::ReadWrite)]), "/d", count);
    }
}

#[test]
fn a_scratch_folder_that_changes_is_listed_completely() {
    let plugin = plugin(vec![scratch("/d", 1 << 30)]);
    for number in 0..MANY {
        let fd = plugin.open_file(&format!("/d/{number}"), Mode::New).expect("there is space");
        plugin.system.fd_close(fd).expect("it is open");
    }
    removes_while_listing(&plugin, "/d", MANY);
}

#[test]
fn an_entry_that_does_not_fit_is_cut_off() {
    let data = tempdir().expect("there is a disk");
    fs::write(data.path().join("a-rather-long-name"), "").expect("there is a disk");
    let plugin = plugin(vec![folder(data.path(), "/d", Access::ReadOnly)]);
    let fd = plugin.open_file("/d", Mode::Folder).expect("it is there");
    let (mut from, mut names) = (0, BTreeSet::new());
    for _ in 0..3 {
        let short = plugin.system.fd_readdir(&plugin.thread, fd, part(&mut [0; 25]), from);
        assert_eq!(short, Ok(25));
        let page = plugin.page(fd, from, 24 + 18).expect("it is a folder");
        from = page[0].0;
        names.insert(page[0].1.clone());
    }
    assert_eq!(plugin.page(fd, from, 100).expect("it is a folder"), []);
    assert!(names.contains("a-rather-long-name") && names.len() == 3);
    assert_eq!(plugin.system.fd_readdir(&plugin.thread, 0, part(&mut [0; 25]), 0), Err(Errno::Notdir));
}

#[test]
fn mounts_lie_in_each_other() {
    let (outer, inner) = (tempdir().expect("there is a disk"), tempdir().expect("there is a disk"));
    fs::create_dir_all(outer.path().join("a/hidden")).expect("there is a disk");
    fs::write(outer.path().join("a/file"), "outer").expect("there is a disk");
    fs::write(inner.path().join("file"), "inner").expect("there is a disk");
    let plugin = plugin(vec![
        folder(outer.path(), "/", Access::ReadWrite),
        folder(inner.path(), "/a/hidden", Access::ReadOnly),
        scratch("/none/scratch", 1 << 20),
    ]);
    assert_eq!(plugin.read_file("/a/file").as_deref(), Ok(&b"outer"[..]));
    assert_eq!(plugin.read_file("/a/hidden/file").as_deref(), Ok(&b"inner"[..]));
    assert_eq!(plugin.read_file("/a/hidden/../file").as_deref(), Ok(&b"outer"[..]));
    assert_eq!(plugin.read_file("/none/scratch/../../a/hidden/file").as_deref(), Ok(&b"inner"[..]));
    plugin.symlink("a/hidden", "/link").expect("it leads down");
    assert_eq!(plugin.read_file("/link/file").as_deref(), Ok(&b"inner"[..]));
    plugin.make_folder("/b").and(plugin.symlink("../a/hidden", "/b/link")).expect("it stays inside");
    assert_eq!(plugin.read_file("/b/link/../hidden/file").as_deref(), Ok(&b"inner"[..]));
    let mut names = plugin.list("/").expect("it is there");
    names.sort();
    assert_eq!(names, [".", "..", "a", "b", "link", "none"]);
    assert_eq!(plugin.list("/none").expect("it is there"), [".", "..", "scratch"]);
    assert_eq!(plugin.reported.take(), [""; 0]);
    let refused = [
        (plugin.rename("/a", "/c"), "rename /a"),
        (plugin.rename("/b", "/none"), "rename to /none"),
        (plugin.remove_folder("/a/hidden"), "remove the folder /a/hidden"),
        (plugin.write_file("/link/file", b""), "create or write /a/hidden/file"),
        (plugin.remove("/link/file"), "remove /link/file"),
        (plugin.make_folder("/none/x"), "create the folder /none/x"),
    ];
    let reported = plugin.reported.take();
    assert_eq!(reported, refused.map(|(_, report)| report));
    assert_eq!(refused.map(|(done, _)| done), refused.map(|_| Err(Errno::Access)));
    assert_eq!(plugin.rename("/a/file", "/none/scratch/file"), Err(Errno::Xdev));
    assert_eq!(plugin.system.usage().files, 0);
}

#[test]
fn no_file_is_made_at_a_link_to_a_folder() {
    let data = temporary();
    for mount in [folder(data.path(), "/d", Access::ReadWrite), scratch("/d", 1 << 20)] {
        let plugin = plugin(vec![mount]);
        plugin.symlink("new/", "/d/link").and(plugin.symlink("link/", "/d/circle")).expect("they are new");
        for path in ["/d/link", "/d/circle"] {
            assert_eq!(plugin.open_file(path, Mode::Create), Err(Errno::Isdir), "{path}");
        }
        assert_eq!(plugin.open_file("/d/link", Mode::New), Err(Errno::Exist));
        assert_eq!(plugin.stat("/d/link"), Err(Errno::Noent));
    }
}

/// As whoever removes a tree opens its folders.
#[test]
fn a_folder_is_opened_by_its_name_where_links_are_not_followed() {
    let disk = tempdir().expect("there is a disk");
    for mount in [folder(disk.path(), "/d", Access::ReadWrite), scratch("/d", 1 << 20)] {
        let plugin = plugin(vec![mount]);
        plugin.make_folder("/d/folder").expect("it is new");
        plugin.symlink("folder", "/d/link").expect("it leads nowhere else");
        let open = |path: &str, open| {
            let flags = OpenFlags { open, rights: Rights::FD_READDIR, ..OpenFlags::default() };
            plugin.system.path_open(&plugin.thread, CURRENT, path.as_bytes(), flags)
        };
        for path in ["/d/folder", "/d/folder/"] {
            let fd = open(path, 2).expect("it is a folder");
            assert_eq!(plugin.page(fd, 0, 4096).map(|page| page.len()), Ok(2));
        }
        assert_eq!(open("/d/folder", 4 | 1), Err(Errno::Exist));
        assert!(open("/d/link", 2).is_err());
    }
}

/// Neither by making one folder after the other, nor by moving deep ones into each other.
#[test]
fn folders_are_not_endlessly_deep() {
    let data = temporary();
    for mount in [folder(data.path(), "/d", Access::ReadWrite), scratch("/d", 1 << 30)] {
        let plugin = plugin(vec![mount]);
        let path = |folder: &str, depth: usize| format!("/d/{folder}{}", "/n".repeat(depth - 1));
        for name in ["one", "other"] {
            (1..=MAX_DEPTH).for_each(|depth| plugin.make_folder(&path(name, depth)).expect("it isn't too deep"));
            assert_eq!(plugin.make_folder(&path(name, MAX_DEPTH + 1)), Err(Errno::Nametoolong));
        }
        // Files are no deeper than their folder.
        plugin.open_file(&format!("{}/file", path("one", MAX_DEPTH)), Mode::New).expect("it is no folder");
        assert_eq!(plugin.rename("/d/other", "/d/one/other"), Err(Errno::Nametoolong));
        plugin.rename(&path("other", 65), "/d/half").expect("it becomes less deep");
        plugin.rename("/d/half", &format!("{}/half", path("one", 64))).expect("it is as deep as there may be");
        plugin.rename(&format!("{}/half", path("one", 64)), "/d/half").expect("it becomes less deep");
        assert_eq!(plugin.rename("/d/half", &format!("{}/half", path("one", 65))), Err(Errno::Nametoolong));
    }
}
