//! Sends what is in a file.

use crate::object::Object;
use crate::sigpipe::without_signal;
use crate::transfer::MAX_BYTES;
use crate::wait::until_done;
use crate::{Errno, Result, System, Thread};
use rustix::event::PollFlags;

impl System {
    /// Sends at most `count` bytes of a file from `offset` on, and says how many it sent. The file's position stays.
    ///
    /// # Errors
    /// [`Errno::Inval`] for what is no file; else as [`System::sock_send`].
    pub fn sock_send_file(&self, thread: &Thread, fd: u32, file: u32, offset: u64, count: u64) -> Result<u64> {
        let target = self.table.description(fd)?;
        let source = self.table.description(file)?;
        let Object::Socket(socket) = &target.object else { return Err(Errno::Notsock) };
        let file = source.object.file().ok_or(Errno::Inval)?;
        socket.check_stream()?;
        let (mut at, mut sent) = (offset, 0);
        while sent < count {
            let most = usize::try_from(count - sent).unwrap_or(MAX_BYTES).min(MAX_BYTES);
            let step = until_done(thread, socket.fd(), PollFlags::OUT, target.waits(), socket.send_timeout(), || {
                // A fast reader never makes it wait.
                thread.check()?;
                Ok(without_signal(|| rustix::fs::sendfile(socket.fd(), file, Some(&mut at), most))?)
            });
            match step {
                Ok(0) => break,
                Ok(step) => sent += step as u64,
                Err(error) if sent == 0 => return Err(error),
                Err(_) => break,
            }
        }
        Ok(sent)
    }
}
