//! What file calls cost here and natively, in one run: nanoseconds for each, and the ratio.

use anyhow::{Context, Result};
use plugix_system::{
    Access, CURRENT, FdFlags, Halt, Input, Mount, Network, OpenFlags, Part, Rights, Setup, Sink, Source, System, Thread,
};
use std::fs::{self, File, OpenOptions};
use std::io::{Read, Seek, Write};
use std::os::unix::fs::FileExt;
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

const REPEATS: usize = 5;
const ENTRIES: u32 = 60_000;

struct Silent;

impl Sink for Silent {
    fn write(&self, _: &[u8]) {}
}

fn main() -> Result<()> {
    let data = tempfile::tempdir()?;
    let system = system(data.path())?;
    let thread = Thread::new(system.halt());
    fs::write(data.path().join("file"), vec![1; 16 << 20])?;
    fs::create_dir(data.path().join("many"))?;
    (0..ENTRIES).try_for_each(|number| File::create(data.path().join(format!("many/{number}"))).map(drop))?;
    let here = Here { system: &system, thread: &thread };
    for (name, at) in [("free", "/d"), ("limited", "/limited")] {
        let native = |path: &str| data.path().join(path);
        let here_at = |path: &str| format!("{at}/{path}");
        row(
            &format!("{name}: open and close"),
            20_000,
            || here.opened(&here_at("file"), 0),
            || {
                drop(File::open(native("file")).expect("it is there"));
            },
        );
        row(
            &format!("{name}: create and remove"),
            2_000,
            || {
                here.opened(&here_at("new"), 5);
                here.system.path_unlink_file(here.thread, CURRENT, here_at("new").as_bytes()).expect("it is there");
            },
            || {
                drop(
                    OpenOptions::new().write(true).read(true).create_new(true).open(native("new")).expect("it is new"),
                );
                fs::remove_file(native("new")).expect("it is there");
            },
        );
        row(
            &format!("{name}: stat"),
            20_000,
            || {
                here.system
                    .path_filestat_get(here.thread, CURRENT, true, here_at("file").as_bytes())
                    .expect("it is there");
            },
            || {
                fs::metadata(native("file")).expect("it is there");
            },
        );
        row(
            &format!("{name}: list {ENTRIES}"),
            1,
            || here.listed(&here_at("many")),
            || {
                assert_eq!(fs::read_dir(native("many")).expect("it is there").count(), ENTRIES as usize);
            },
        );
        let (fd, file) =
            (here.open(&here_at("file"), 0), OpenOptions::new().read(true).write(true).open(native("file"))?);
        let mut bytes = vec![0; 64 << 10];
        row(
            &format!("{name}: read 4 KiB at random"),
            20_000,
            || {
                here.system.fd_pread(here.thread, fd, &[part(&mut bytes[..4096])], random()).expect("it is there");
            },
            || {
                file.read_at(&mut [0; 4096], random()).expect("it is there");
            },
        );
        let mut native_bytes = vec![0; 64 << 10];
        row(
            &format!("{name}: read 64 KiB"),
            256,
            || {
                if here.system.fd_read(here.thread, fd, &[part(&mut bytes)]).expect("it is there") == 0 {
                    here.system.fd_seek(fd, 0, 0).expect("it is a file");
                }
            },
            || {
                if (&file).read(&mut native_bytes).expect("it is there") == 0 {
                    (&file).rewind().expect("it is a file");
                }
            },
        );
        here.system.fd_seek(fd, 0, 0).ok().context("it is a file")?;
        row(
            &format!("{name}: write 64 KiB"),
            100,
            || {
                here.system.fd_pwrite(here.thread, fd, &[part(&mut bytes)], 65536).expect("it is there");
            },
            || {
                file.write_at(&native_bytes, 65536).expect("it is there");
            },
        );
        let append = here.open_flags(&here_at(name), 1, FdFlags::APPEND);
        let mut line = *b"a line of a log\n";
        let same = line;
        row(
            &format!("{name}: append"),
            10_000,
            || {
                here.system.fd_write(here.thread, append, &[part(&mut line)]).expect("it is there");
            },
            {
                let log = OpenOptions::new().append(true).create(true).open(native("log"))?;
                move || (&log).write_all(&same).expect("it is there")
            },
        );
    }
    Ok(())
}

struct Here<'s> {
    system: &'s System,
    thread: &'s Thread,
}

impl Here<'_> {
    fn open(&self, path: &str, open: u16) -> u32 {
        self.open_flags(path, open, FdFlags::NONE)
    }

    fn open_flags(&self, path: &str, open: u16, fd_flags: FdFlags) -> u32 {
        let rights = Rights::FD_READ.with(if open == 2 { Rights::NONE } else { Rights::FD_WRITE });
        let flags = OpenFlags { follow: true, open, rights, fd_flags, ..OpenFlags::default() };
        self.system.path_open(self.thread, CURRENT, path.as_bytes(), flags).expect("it is there")
    }

    fn opened(&self, path: &str, open: u16) {
        self.system.fd_close(self.open(path, open)).expect("it is open");
    }

    fn listed(&self, path: &str) {
        let fd = self.open(path, 2);
        let (mut bytes, mut from, mut count) = (vec![0; 4096], 0, 0);
        loop {
            let used = self.system.fd_readdir(self.thread, fd, part(&mut bytes), from).expect("it is a folder");
            let mut at = 0;
            while at + 24 <= used {
                let len = u32::from_le_bytes(bytes[at + 16..at + 20].try_into().expect("four bytes")) as usize;
                if at + 24 + len > used {
                    break;
                }
                from = u64::from_le_bytes(bytes[at..at + 8].try_into().expect("eight bytes"));
                (at, count) = (at + 24 + len, count + 1);
            }
            if used < bytes.len() {
                break;
            }
        }
        assert_eq!(count, ENTRIES + 2);
        self.system.fd_close(fd).expect("it is open");
    }
}

fn system(data: &Path) -> Result<Arc<System>> {
    let mount = |at: &str, limit| Mount {
        at: at.into(),
        source: Source::Folder { host: data.to_owned(), access: Access::ReadWrite, limit },
    };
    let setup = Setup {
        halt: Halt::new(),
        report: Arc::new(()),
        max_descriptors: 64,
        stdin: Input::Nothing,
        stdout: Arc::new(Silent),
        stderr: Arc::new(Silent),
        network: Network::new(),
        mounts: vec![mount("/d", None), mount("/limited", Some(1 << 30))],
        current_folder: "/".into(),
        preopened: Vec::new(),
        strict_paths: false,
    };
    Ok(System::new(setup)?)
}

/// The fastest of some runs of each, in turn.
fn row(what: &str, rounds: u32, mut here: impl FnMut(), mut natively: impl FnMut()) {
    let mut best = [Duration::MAX; 2];
    let timed = |run: &mut dyn FnMut()| {
        let start = Instant::now();
        (0..rounds).for_each(|_| run());
        start.elapsed() / rounds
    };
    for _ in 0..REPEATS {
        best = [best[0].min(timed(&mut here)), best[1].min(timed(&mut natively))];
    }
    let ratio = best[0].as_nanos() as f64 / best[1].as_nanos() as f64;
    println!("{what:32} {:>10} ns {:>10} ns {ratio:6.2}", best[0].as_nanos(), best[1].as_nanos());
}

fn random() -> u64 {
    thread_local!(static SEED: std::cell::Cell<u64> = const { std::cell::Cell::new(1) });
    SEED.set(SEED.get().wrapping_mul(6364136223846793005).wrapping_add(1442695040888963407));
    (SEED.get() >> 33) % (16 << 20)
}

fn part(bytes: &mut [u8]) -> Part {
    // SAFETY: the bytes are kept, and left alone, for the time of a call.
    unsafe { Part::new(bytes.as_mut_ptr(), bytes.len()) }
}
