//! A plugin with a few mounts, and what lies beside them.

use plugix_system::{Access, Device, Halt, Input, Limit, Mount, Network, Report, Setup, Sink, Source, System, Thread};
use std::collections::HashSet;
use std::fs;
use std::os::unix::fs::{MetadataExt, symlink};
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, SystemTime};
use tempfile::TempDir;

/// Bytes that each folder may grow by.
const LIMIT: u64 = 50_000;

/// Descriptors that there may be.
const DESCRIPTORS: u32 = 24;

/// Sockets that there may be.
const SOCKETS: usize = 6;

pub(crate) struct World {
    pub(crate) system: Arc<System>,
    pub(crate) thread: Thread,
    pub(crate) denials: Arc<Denials>,
    house: TempDir,
    /// When all files were.
    made: SystemTime,
    descriptors: usize,
}

/// How much was denied.
#[derive(Default)]
pub(crate) struct Denials(pub(crate) AtomicU64);

impl Report for Denials {
    fn denied(&self, _: &'static str, _: &str) {
        self.0.fetch_add(1, Ordering::Relaxed);
    }

    fn limit_reached(&self, _: Limit, _: u64) {}
}

/// Takes what is printed.
struct Nowhere;

impl Sink for Nowhere {
    fn write(&self, _: &Thread, _: &[u8]) {}
}

impl World {
    pub(crate) fn new(strict_paths: bool) -> Self {
        let descriptors = open_descriptors();
        let house = tempfile::tempdir_in("/dev/shm").or_else(|_| tempfile::tempdir()).expect("there is some place");
        for name in ["d", "r", "outside"] {
            fs::create_dir(house.path().join(name)).expect("there is space");
            fs::write(house.path().join(name).join("file"), "as it was").expect("there is space");
        }
        let made = SystemTime::UNIX_EPOCH + Duration::from_secs(1_000_000_000);
        for file in ["r/file", "outside/file"] {
            let file = fs::File::options().write(true).open(house.path().join(file)).expect("it is there");
            file.set_modified(made).expect("it is there");
        }
        symlink("../outside", house.path().join("d/out")).expect("there is space");
        symlink(house.path().join("outside/file"), house.path().join("d/link")).expect("there is space");
        let folder = |name: &str, access, limit| {
            let host = house.path().join(name);
            Mount { at: Path::new("/").join(name), source: Source::Folder { host, access, limit } }
        };
        let denials = Arc::new(Denials::default());
        let setup = Setup {
            halt: Halt::new(),
            report: denials.clone(),
            max_descriptors: DESCRIPTORS,
            stdin: Input::Bytes(vec![7; 1_000]),
            stdout: Arc::new(Nowhere),
            stderr: Arc::new(Nowhere),
            network: Network::new().sockets(SOCKETS),
            mounts: vec![
                folder("d", Access::ReadWrite, Some(LIMIT)),
                folder("r", Access::ReadOnly, None),
                Mount { at: "/s".into(), source: Source::Scratch { limit: LIMIT } },
                Mount { at: "/d/b".into(), source: Source::Scratch { limit: LIMIT } },
                Mount { at: "/dev/null".into(), source: Source::Device(Device::Null) },
            ],
            current_folder: "/d".into(),
            preopened: ["/", "/d", "/s", "/r", "."].map(|at| (at.into(), at.into())).into(),
            strict_paths,
        };
        let thread = Thread::new(&setup.halt);
        let system = System::new(setup).expect("all of it is there");
        Self { system, thread, denials, house, made, descriptors }
    }

    /// Panics if anything is there that may not be.
    pub(crate) fn check(self) {
        let usage = self.system.usage();
        assert!(usage.descriptors <= DESCRIPTORS && usage.sockets <= SOCKETS, "{usage:?}");
        assert!(usage.scratch <= 2 * LIMIT, "{usage:?}");
        let Self { system, thread, house, made, descriptors, .. } = self;
        let entries = |path: &str| fs::read_dir(house.path().join(path)).expect("it is there").count();
        assert_eq!((entries(""), entries("r"), entries("outside")), (3, 1, 1), "nothing else is changed");
        for file in ["r/file", "outside/file"] {
            let file = house.path().join(file);
            assert_eq!(fs::read(&file).expect("it is there"), b"as it was");
            assert_eq!((modified(&file), fs::metadata(&file).expect("it is there").nlink()), (made, 1));
        }
        assert!(size(&house.path().join("d"), &mut HashSet::new()) <= LIMIT + 9, "it grows by what it may");
        system.close_all();
        let usage = system.usage();
        assert_eq!((usage.descriptors, usage.sockets, usage.files), (0, 0, 0));
        drop((system, thread));
        assert_eq!(open_descriptors(), descriptors, "none is left behind");
    }
}

fn modified(path: &Path) -> SystemTime {
    fs::metadata(path).and_then(|found| found.modified()).expect("it is there")
}

/// Bytes of all files in a folder, each counted once.
fn size(folder: &Path, seen: &mut HashSet<u64>) -> u64 {
    let entries = fs::read_dir(folder).expect("it is there").flatten();
    let sizes = entries.map(|entry| match entry.metadata() {
        Ok(metadata) if metadata.is_dir() => size(&entry.path(), seen),
        Ok(metadata) if metadata.is_file() && seen.insert(metadata.ino()) => metadata.len(),
        _ => 0,
    });
    sizes.sum()
}

fn open_descriptors() -> usize {
    fs::read_dir("/proc/self/fd").expect("there is /proc").count()
}
