//! Positions, holes, and files that change while they are open.

use crate::told::Told;
use std::fs::{self, File, OpenOptions};
use std::io::{self, ErrorKind, Read, Seek, SeekFrom, Write};
use std::path::Path;
use std::thread;

fn read_and_write(path: &Path) -> io::Result<File> {
    OpenOptions::new().read(true).write(true).create(true).truncate(true).open(path)
}

/// A position before the start is refused, and changes nothing.
pub fn positions(folder: &Path) -> io::Result<String> {
    let mut file = read_and_write(&folder.join("file"))?;
    file.write_all(b"0123456789")?;
    let mut told = Told::new();
    told.line("to 3", file.seek(SeekFrom::Start(3)));
    told.line("before the start", file.seek(SeekFrom::Current(-10)));
    told.line("the position", file.stream_position());
    told.line("before the start, from the end", file.seek(SeekFrom::End(-11)));
    told.line("no offset", file.seek(SeekFrom::Start(u64::MAX)));
    told.line("too far", file.seek(SeekFrom::Current(i64::MAX)));
    let mut rest = String::new();
    told.line("read", file.read_to_string(&mut rest));
    told.say("the rest", rest);
    told.line("after the end", file.seek(SeekFrom::End(5)));
    told.line("read there", file.read(&mut [0; 4]));
    told.end()
}

/// What was never written is zeros.
pub fn holes(folder: &Path) -> io::Result<String> {
    let path = folder.join("file");
    let mut file = read_and_write(&path)?;
    file.seek(SeekFrom::Start(100_000))?;
    file.write_all(b"end")?;
    let content = fs::read(&path)?;
    let mut told = Told::new();
    told.say("length", content.len());
    told.say("zeros", content.iter().take_while(|byte| **byte == 0).count());
    file.seek(SeekFrom::Start(50_000))?;
    file.write_all(b"middle")?;
    told.say("not zero", fs::read(&path)?.into_iter().filter(|byte| *byte != 0).count());
    told.end()
}

/// Cut and made longer, whatever the position.
pub fn truncated(folder: &Path) -> io::Result<String> {
    let path = folder.join("file");
    let mut file = read_and_write(&path)?;
    file.write_all(b"0123456789")?;
    let mut told = Told::new();
    told.line("cut", file.set_len(4));
    told.line("the position", file.stream_position());
    file.write_all(b"x")?;
    told.line("content", fs::read(&path));
    told.line("longer", file.set_len(14));
    told.line("content", fs::read(&path));
    told.line("created anew", File::create(&path).map(drop));
    told.line("the length that the open file has", file.metadata().map(|metadata| metadata.len()));
    told.line("reading only", File::open(&path)?.set_len(3));
    told.end()
}

/// A file without a name is there as long as it is open.
pub fn removed_while_open(folder: &Path) -> io::Result<String> {
    let path = folder.join("file");
    let mut file = read_and_write(&path)?;
    file.write_all(b"before")?;
    fs::remove_file(&path)?;
    let mut told = Told::new();
    told.say("listed", fs::read_dir(folder)?.count());
    file.write_all(b" and after")?;
    told.line("length", file.metadata().map(|metadata| metadata.len()));
    fs::write(&path, "another")?;
    file.rewind()?;
    let mut content = String::new();
    file.read_to_string(&mut content)?;
    told.say("content", content);
    told.line("another", fs::read_to_string(&path));
    told.end()
}

/// Four threads read at places of their own, each with its own open file.
pub fn random_reads(folder: &Path) -> io::Result<String> {
    const NUMBERS: u32 = 200_000;
    let path = folder.join("numbers");
    fs::write(&path, (0..NUMBERS).flat_map(u32::to_le_bytes).collect::<Vec<_>>())?;
    let work = |thread: u32| -> io::Result<usize> {
        let mut file = File::open(&path)?;
        let mut wrong = 0;
        for round in 0..1_000_u32 {
            let at = (thread * 7_919 + round * 104_729) % NUMBERS;
            let mut bytes = [0; 4];
            file.seek(SeekFrom::Start(u64::from(at) * 4))?;
            file.read_exact(&mut bytes)?;
            wrong += usize::from(u32::from_le_bytes(bytes) != at);
        }
        Ok(wrong)
    };
    let wrong = thread::scope(|scope| {
        let work = &work;
        let threads = [0, 1, 2, 3].map(|thread| scope.spawn(move || work(thread)));
        threads.into_iter().map(|thread| thread.join().expect("a thread doesn't panic")).sum::<io::Result<usize>>()
    })?;
    let mut told = Told::new();
    told.say("wrong", wrong);
    told.end()
}

/// A reader that follows a writer.
pub fn while_it_grows(folder: &Path) -> io::Result<String> {
    const NUMBERS: u32 = 2_000;
    let path = folder.join("growing");
    let mut writer = File::create(&path)?;
    let mut reader = File::open(&path)?;
    let wrong = thread::scope(|scope| {
        let writing = scope.spawn(move || (0..NUMBERS).try_for_each(|number| writer.write_all(&number.to_le_bytes())));
        let mut wrong = 0;
        let mut number = 0;
        while number < NUMBERS {
            let mut bytes = [0; 4];
            match reader.read_exact(&mut bytes) {
                Ok(()) => {
                    wrong += u32::from(u32::from_le_bytes(bytes) != number);
                    number += 1;
                }
                Err(error) if error.kind() == ErrorKind::UnexpectedEof => {
                    reader.seek(SeekFrom::Start(u64::from(number) * 4))?;
                }
                Err(error) => return Err(error),
            }
        }
        writing.join().expect("a thread doesn't panic")?;
        Ok(wrong)
    })?;
    let mut told = Told::new();
    told.say("wrong", wrong);
    told.end()
}
