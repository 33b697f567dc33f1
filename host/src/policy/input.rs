//! Where a policy takes standard input from.

use super::Policy;
use plugix_system::{Input, InputWriter};
use rustix::fs::{MemfdFlags, memfd_create};
use std::fmt;
use std::fs::File;
use std::io::{self, Seek as _, Write as _};
use std::os::fd::{AsFd, OwnedFd};
use std::sync::Arc;

/// What a plugin reads from its standard input. Plugins that are made from one policy, as those of a pool are, have an
/// input each if it is made of bytes; otherwise they share it, and each byte is read once.
#[derive(Clone, Default)]
pub struct Stdin(Source);

#[derive(Clone, Default)]
enum Source {
    #[default]
    Nothing,
    Bytes(Arc<[u8]>),
    Descriptor(Arc<OwnedFd>),
}

impl Stdin {
    /// Nothing: the input is at its end from the beginning.
    pub fn nothing() -> Self {
        Self::default()
    }

    /// These bytes, and then the end.
    pub fn bytes(bytes: impl Into<Arc<[u8]>>) -> Self {
        Self(Source::Bytes(bytes.into()))
    }

    /// The host's own standard input.
    ///
    /// # Errors
    /// The host has none, or too many descriptors are open.
    pub fn inherit() -> io::Result<Self> {
        Ok(Self(Source::Descriptor(Arc::new(io::stdin().as_fd().try_clone_to_owned()?))))
    }

    /// What the host writes while the plugin runs. The input ends when the writer is dropped.
    ///
    /// ```
    /// use plugix_host::Policy;
    /// use plugix_host::policy::Stdin;
    /// use std::io::Write as _;
    ///
    /// let (mut writer, stdin) = Stdin::pipe()?;
    /// let policy = Policy::new().stdin(stdin);
    /// // … start a plugin, and then:
    /// writer.write_all(b"a line\n")?;
    /// drop(writer);
    /// # let _ = policy;
    /// # Ok::<(), std::io::Error>(())
    /// ```
    ///
    /// # Errors
    /// The host has too many descriptors open.
    pub fn pipe() -> io::Result<(StdinWriter, Self)> {
        let (writer, input) = Input::pipe()?;
        match input {
            Input::Descriptor(reader) => Ok((StdinWriter(writer), Self(Source::Descriptor(Arc::new(reader))))),
            Input::Nothing | Input::Bytes(_) => Err(io::ErrorKind::Unsupported.into()),
        }
    }

    fn input(&self) -> io::Result<Input> {
        Ok(match &self.0 {
            Source::Nothing => Input::Nothing,
            Source::Bytes(bytes) => Input::Bytes(bytes.to_vec()),
            Source::Descriptor(descriptor) => Input::Descriptor(descriptor.try_clone()?),
        })
    }
}

impl fmt::Debug for Stdin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0 {
            Source::Nothing => f.write_str("Nothing"),
            Source::Bytes(bytes) => write!(f, "{} bytes", bytes.len()),
            Source::Descriptor(descriptor) => descriptor.fmt(f),
        }
    }
}

/// Writes to the standard input of a plugin. A write waits while the plugin has more than a pipe holds to read, and
/// fails with [`io::ErrorKind::BrokenPipe`] when no plugin can read it any more: hold no policy for longer than it is
/// needed, since it could start another one.
#[derive(Debug)]
pub struct StdinWriter(InputWriter);

impl io::Write for StdinWriter {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.0.flush()
    }
}

impl Policy {
    /// Sets what the plugin reads from its standard input. The default is nothing.
    #[must_use]
    pub fn stdin(mut self, stdin: Stdin) -> Self {
        self.stdin = Some(stdin);
        self
    }

    /// Sets what the plugin reads from its standard input, unless the policy says so already.
    #[must_use]
    pub fn stdin_or(mut self, stdin: Stdin) -> Self {
        self.stdin.get_or_insert(stdin);
        self
    }

    /// The input of one plugin, for another process. `None` if it is nothing.
    ///
    /// # Errors
    /// The host has too many descriptors open, or no memory for the bytes.
    pub(crate) fn stdin_descriptor(&self) -> io::Result<Option<OwnedFd>> {
        match self.stdin.as_ref().map(|stdin| &stdin.0) {
            None | Some(Source::Nothing) => Ok(None),
            Some(Source::Descriptor(descriptor)) => descriptor.try_clone().map(Some),
            Some(Source::Bytes(bytes)) => {
                let mut file = File::from(memfd_create("plugix-stdin", MemfdFlags::CLOEXEC)?);
                file.write_all(bytes)?;
                file.rewind()?;
                Ok(Some(file.into()))
            }
        }
    }

    /// Sets what the plugin reads, in a process that got it from its host.
    pub(crate) fn stdin_of(self, descriptor: OwnedFd) -> Self {
        self.stdin(Stdin(Source::Descriptor(Arc::new(descriptor))))
    }

    /// The input of one plugin.
    ///
    /// # Errors
    /// The host has too many descriptors open.
    pub(crate) fn input(&self) -> io::Result<Input> {
        self.stdin.as_ref().map_or(Ok(Input::Nothing), Stdin::input)
    }
}
