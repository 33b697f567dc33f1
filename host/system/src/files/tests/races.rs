//! What several threads do at once.

use super::{Mode, folder, limited, plugin, scratch};
use crate::testing::{Plugin, part, temporary};
use crate::{Access, CURRENT, Errno};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::thread::scope;

fn everywhere(test: impl Fn(&Plugin)) {
    let (free, counted) = (temporary(), temporary());
    test(&plugin(vec![folder(free.path(), "/d", Access::ReadWrite)]));
    test(&plugin(vec![limited(counted.path(), "/d", 1 << 30)]));
    test(&plugin(vec![scratch("/d", 1 << 26)]));
}

/// Four threads append lines to one file, each with a descriptor of its own, or all with the same.
#[test]
fn appended_lines_are_whole() {
    const LINES: usize = 1_000;
    everywhere(|plugin| {
        for shared in [true, false] {
            let path = format!("/d/log-{shared}");
            let log = plugin.open_file(&path, Mode::Append).expect("it is new");
            scope(|scope| {
                for number in 0..4 {
                    let (path, thread) = (&path, plugin.thread());
                    scope.spawn(move || {
                        let fd = match shared {
                            true => plugin.system.fd_dup(log, 0, false),
                            false => plugin.open_by(&thread, path, Mode::Append),
                        };
                        let fd = fd.expect("it is there");
                        for line in 0..LINES {
                            let mut line = format!("{number} {line:06}\n").into_bytes();
                            assert_eq!(plugin.system.fd_write(&thread, fd, &[part(&mut line)]), Ok(9));
                        }
                        plugin.system.fd_close(fd).expect("it is open");
                    });
                }
            });
            plugin.system.fd_close(log).expect("it is open");
            let text = String::from_utf8(plugin.read_file(&path).expect("it is there")).expect("it is text");
            assert_eq!((text.len(), text.lines().count()), (9 * 4 * LINES, 4 * LINES));
            assert!(text.lines().all(|line| line.len() == 8));
        }
    });
}

/// Four threads write to one descriptor at its position: nothing is overwritten.
#[test]
fn a_shared_position_is_shared() {
    everywhere(|plugin| {
        let fd = plugin.open_file("/d/file", Mode::New).expect("it is new");
        scope(|scope| {
            for number in 1..=4u8 {
                let thread = plugin.thread();
                scope.spawn(move || {
                    for _ in 0..1_000 {
                        assert_eq!(plugin.system.fd_write(&thread, fd, &[part(&mut [number; 7])]), Ok(7));
                    }
                });
            }
        });
        let bytes = plugin.read_file("/d/file").expect("it is there");
        assert_eq!(bytes.len(), 7 * 4_000);
        assert!(bytes.chunks(7).all(|piece| piece.iter().all(|byte| *byte == piece[0])));
    });
}

/// Entries are written beside, renamed into place, read and removed, as a cache does.
#[test]
fn a_storm_of_renames_leaves_whole_files() {
    everywhere(|plugin| {
        scope(|scope| {
            for number in 0..4u64 {
                let thread = plugin.thread();
                scope.spawn(move || {
                    let system = &plugin.system;
                    let mut random = number;
                    for _ in 0..2_000 {
                        random = random.wrapping_mul(6364136223846793005).wrapping_add(1442695040888963407);
                        let (entry, own) = (format!("/d/entry{}", (random >> 33) % 10), format!("/d/own{number}"));
                        let done = match (random >> 40) % 4 {
                            0 | 1 => {
                                let fd = plugin.open_by(&thread, &own, Mode::Truncate).expect("nobody else has it");
                                let mut text = format!("{random:064}").into_bytes();
                                assert_eq!(system.fd_write(&thread, fd, &[part(&mut text)]), Ok(64));
                                system.fd_close(fd).expect("it is open");
                                system.path_rename(&thread, CURRENT, own.as_bytes(), CURRENT, entry.as_bytes())
                            }
                            2 => plugin.open_by(&thread, &entry, Mode::Read).map(|fd| {
                                let mut text = [0; 100];
                                assert_eq!(system.fd_read(&thread, fd, &[part(&mut text)]), Ok(64));
                                system.fd_close(fd).expect("it is open");
                            }),
                            _ => system.path_unlink_file(&thread, CURRENT, entry.as_bytes()),
                        };
                        assert!(matches!(done, Ok(()) | Err(Errno::Noent)), "{done:?}");
                    }
                });
            }
        });
    });
}

#[test]
fn one_of_many_creates() {
    everywhere(|plugin| {
        for round in 0..50 {
            let (path, made) = (format!("/d/{round}"), AtomicUsize::new(0));
            scope(|scope| {
                for _ in 0..8 {
                    let (path, made, thread) = (&path, &made, plugin.thread());
                    scope.spawn(move || match plugin.open_by(&thread, path, Mode::New) {
                        Ok(fd) => {
                            made.fetch_add(1, Ordering::Relaxed);
                            plugin.system.fd_close(fd).expect("it is open");
                        }
                        Err(error) => assert_eq!(error, Errno::Exist),
                    });
                }
            });
            assert_eq!(made.into_inner(), 1);
        }
    });
}

/// Folders that are moved into each other never make a circle.
#[test]
fn folders_stay_a_tree() {
    everywhere(|plugin| {
        let names = ["a", "b", "c"];
        names.iter().for_each(|name| plugin.make_folder(&format!("/d/{name}")).expect("it is new"));
        scope(|scope| {
            for number in 0..3 {
                let thread = plugin.thread();
                scope.spawn(move || {
                    let (own, next) = (names[number], names[(number + 1) % 3]);
                    for _ in 0..500 {
                        let (top, below) = (format!("/d/{own}"), format!("/d/{next}/{own}"));
                        for (from, to) in [(&top, &below), (&below, &top)] {
                            let _gone =
                                plugin.system.path_rename(&thread, CURRENT, from.as_bytes(), CURRENT, to.as_bytes());
                        }
                    }
                });
            }
        });
        let found = |path: String| plugin.list(&path).map_or(0, |names| names.len() - 2);
        let below = |one: &str, two: &str| found(format!("/d/{one}/{two}"));
        let all: usize = found("/d".into())
            + names.iter().map(|name| found(format!("/d/{name}"))).sum::<usize>()
            + names.iter().flat_map(|one| names.map(|two| below(one, two))).sum::<usize>();
        assert_eq!(all, 3);
    });
}

/// What is there all the time is in each list once, whatever others make and remove meanwhile.
#[test]
fn a_list_has_all_that_stays() {
    const STAYING: usize = 300;
    everywhere(|plugin| {
        for number in 0..STAYING {
            plugin.write_file(&format!("/d/stays{number}"), b"").expect("there is space");
        }
        let is_over = AtomicBool::new(false);
        let lists = scope(|scope| {
            for number in 0..3 {
                let (thread, is_over) = (plugin.thread(), &is_over);
                scope.spawn(move || {
                    let path = |at: usize| format!("/d/comes{number}-{}", at % 50);
                    for at in 0.. {
                        if is_over.load(Ordering::Relaxed) {
                            break;
                        }
                        let fd = plugin.open_by(&thread, &path(at), Mode::New).expect("it was removed");
                        plugin.system.fd_close(fd).expect("it is open");
                        if let Some(old) = at.checked_sub(49) {
                            let removed = path(old);
                            plugin.system.path_unlink_file(&thread, CURRENT, removed.as_bytes()).expect("it is there");
                        }
                    }
                });
            }
            // What is wrong is told when the others are over.
            let lists: Vec<_> = (0..20).map(|_| plugin.list("/d")).collect();
            is_over.store(true, Ordering::Relaxed);
            lists
        });
        for list in lists {
            let mut stays = list.expect("it is there");
            stays.retain(|name| name.starts_with("stays"));
            stays.sort();
            let len = stays.len();
            stays.dedup();
            assert_eq!((len, stays.len()), (STAYING, STAYING));
        }
    });
}
