//! When files were changed and read.

use crate::told::Told;
use std::fs::{self, File, FileTimes};
use std::io;
use std::path::Path;
use std::time::{Duration, SystemTime};

/// Both times are set, and one of them alone is.
pub fn both(folder: &Path) -> io::Result<String> {
    let path = folder.join("file");
    let at = |seconds| SystemTime::UNIX_EPOCH + Duration::new(seconds, 123_456_789);
    let file = File::create(&path)?;
    file.set_times(FileTimes::new().set_accessed(at(1_000_000)).set_modified(at(2_000_000)))?;
    let mut told = Told::new();
    let mut show = |what, metadata: fs::Metadata| -> io::Result<()> {
        let since = |time: SystemTime| time.duration_since(SystemTime::UNIX_EPOCH).ok();
        told.say(what, (since(metadata.accessed()?), since(metadata.modified()?)));
        Ok(())
    };
    show("set through the file", fs::metadata(&path)?)?;
    file.set_modified(at(3_000_000))?;
    show("set one", file.metadata()?)?;
    File::open(folder)?.set_modified(at(4_000_000))?;
    told.say("a folder's", fs::metadata(folder)?.modified()? == at(4_000_000));
    told.end()
}
