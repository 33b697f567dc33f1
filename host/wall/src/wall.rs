//! What a wall leaves open, and its first step.

use crate::condition::Network;
use crate::files::{Ports, Rules};
use crate::kernel::Kernel;
use crate::lack::{Wanted, lacks};
use crate::limits::Limits;
use crate::{Enclosed, Lack, Raised, WallError, process};
use std::path::PathBuf;

/// What is done where the kernel lacks a part of a wall.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Need {
    /// It is an error, and nothing of the process has changed.
    #[default]
    All,
    /// What the kernel has is taken, and the rest is told ([`Raised::lacks`]).
    BestEffort,
}

/// What a process may still do. A new one leaves no file and no network, and sets no limit but that on core dumps, of
/// which there are none.
#[derive(Clone, Debug)]
#[must_use = "it locks nobody in until it is raised"]
pub struct Wall {
    rules: Rules,
    udp: bool,
    limits: Limits,
    need: Need,
}

impl Default for Wall {
    fn default() -> Self {
        Self::new()
    }
}

impl Wall {
    /// A wall without a gap.
    pub fn new() -> Self {
        let rules = Rules { tcp: Some(Ports::default()), ..Rules::default() };
        Self { rules, udp: false, limits: Limits::default(), need: Need::All }
    }

    /// Leaves a file, or a folder with all in it, to be read. Links are followed now, and not later.
    pub fn read(mut self, path: impl Into<PathBuf>) -> Self {
        self.rules.read.push(path.into());
        self
    }

    /// Leaves a file, or a folder with all in it, to be read and written; in a folder files, folders and links are made,
    /// removed and renamed. Links are followed now, and not later.
    pub fn write(mut self, path: impl Into<PathBuf>) -> Self {
        self.rules.write.push(path.into());
        self
    }

    /// Leaves TCP connections to these ports, of whichever address. The addresses are for the caller to check: the kernel
    /// has no rule for them.
    pub fn connect_tcp(mut self, ports: impl IntoIterator<Item = u16>) -> Self {
        if let Some(open) = &mut self.rules.tcp {
            open.connect.extend(ports);
        }
        self
    }

    /// Leaves these TCP ports to be listened at. 0 stands for ports that the kernel chooses.
    pub fn bind_tcp(mut self, ports: impl IntoIterator<Item = u16>) -> Self {
        if let Some(open) = &mut self.rules.tcp {
            open.bind.extend(ports);
        }
        self
    }

    /// Leaves all of TCP, whatever else was said of ports.
    pub fn any_tcp(mut self) -> Self {
        self.rules.tcp = None;
        self
    }

    /// Leaves all of UDP, or none of it: the kernel has no rule for its ports before version 10 of Landlock.
    pub fn udp(mut self, is_open: bool) -> Self {
        self.udp = is_open;
        self
    }

    /// Limits the memory that the process can write to and that is its own (`RLIMIT_DATA`), in bytes. What is mapped
    /// without access doesn't count.
    pub fn memory(mut self, bytes: u64) -> Self {
        self.limits.memory = Some(bytes);
        self
    }

    /// Limits the open files, in number.
    pub fn open_files(mut self, count: u64) -> Self {
        self.limits.open_files = Some(count);
        self
    }

    /// Limits how long a file becomes by writing, in bytes. A write beyond that also raises `SIGXFSZ`.
    pub fn file_size(mut self, bytes: u64) -> Self {
        self.limits.file_size = Some(bytes);
        self
    }

    /// Limits the processor time of all threads together, in seconds. What the process has used counts. At the limit the
    /// kernel ends the process.
    pub fn processor_time(mut self, seconds: u64) -> Self {
        self.limits.processor = Some(seconds);
        self
    }

    /// Says what is done where the kernel lacks a part of this. The default is [`Need::All`].
    pub fn need(mut self, need: Need) -> Self {
        self.need = need;
        self
    }

    /// What this kernel lacks of this wall. Nothing of the process changes.
    pub fn lacks(&self) -> Vec<Lack> {
        lacks(Kernel::ask(), self.wanted())
    }

    /// The first step: gives up privileges, keeps other processes out of this one (`PR_SET_DUMPABLE`), sets the limits, and
    /// closes files and ports. Threads that are started later are enclosed as well.
    ///
    /// What is open stays open, such as descriptors and mapped libraries. Afterwards most of `/proc/self` belongs to root: a
    /// process of another user that needs `/proc/self/pagemap` or the like opens it before.
    ///
    /// # Errors
    /// The process has several threads; the kernel lacks something that is needed; a path can't be opened; or the kernel
    /// refuses a step. After the last of these the process has a part of the wall.
    pub fn enclose(self) -> Result<Enclosed, WallError> {
        process::has_one_thread()?;
        let kernel = Kernel::ask();
        let lacks = lacks(kernel, self.wanted());
        if self.need == Need::All && !lacks.is_empty() {
            return Err(WallError::Lacks { lacks });
        }
        process::give_up_rights()?;
        self.limits.set()?;
        if kernel.landlock > 0 {
            self.rules.enforce()?;
        }
        Ok(Enclosed::new(self.network(), kernel, lacks))
    }

    /// Both steps at once, for a process that needs nothing in between.
    ///
    /// # Errors
    /// As [`enclose`](Self::enclose) and [`seal`](Enclosed::seal).
    pub fn raise(self) -> Result<Raised, WallError> {
        self.enclose()?.seal()
    }

    fn network(&self) -> Network {
        let tcp = self.rules.tcp.as_ref();
        Network {
            tcp: tcp.is_none_or(|ports| !ports.connect.is_empty() || !ports.bind.is_empty()),
            listening: tcp.is_none_or(|ports| !ports.bind.is_empty()),
            udp: self.udp,
        }
    }

    fn wanted(&self) -> Wanted {
        let limits_tcp = self.rules.tcp.is_some();
        Wanted { writes: !self.rules.write.is_empty(), limits_tcp, has_ports: limits_tcp && self.network().tcp }
    }
}
