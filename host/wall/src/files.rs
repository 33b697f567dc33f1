//! The rules of files and ports, which Landlock keeps.

use crate::WallError;
use landlock::{
    ABI, Access, AccessFs, AccessNet, BitFlags, NetPort, PathBeneath, PathFd, Ruleset, RulesetAttr as _,
    RulesetCreatedAttr as _, Scope, make_bitflags,
};
use std::fs::metadata;
use std::io;
use std::path::{Path, PathBuf};

/// The newest version of Landlock whose rules were tried. What came later (sockets in folders, UDP ports) is closed by the
/// list of system calls, or can't be asked for here.
const NEWEST: ABI = ABI::V7;

/// What may be done where a process may read. It may execute nothing.
const READ: BitFlags<AccessFs> = make_bitflags!(AccessFs::{ReadFile | ReadDir});

/// What may be done besides where it may write. It may make no devices and no sockets.
const WRITE: BitFlags<AccessFs> = make_bitflags!(AccessFs::{
    WriteFile | RemoveDir | RemoveFile | MakeDir | MakeReg | MakeSym | Refer | Truncate
});

/// Which files and ports are open. All others are closed.
#[derive(Clone, Debug, Default)]
pub(crate) struct Rules {
    pub(crate) read: Vec<PathBuf>,
    pub(crate) write: Vec<PathBuf>,
    /// `None`: all TCP ports are open.
    pub(crate) tcp: Option<Ports>,
}

/// TCP ports.
#[derive(Clone, Debug, Default)]
pub(crate) struct Ports {
    pub(crate) connect: Vec<u16>,
    pub(crate) bind: Vec<u16>,
}

impl Rules {
    /// Puts the rules into force for this thread, and for those that it starts later. What the kernel has no rule for is left
    /// out.
    pub(crate) fn enforce(&self) -> Result<(), WallError> {
        let mut rules = Ruleset::default().handle_access(AccessFs::from_all(NEWEST))?.scope(Scope::from_all(NEWEST))?;
        if self.tcp.is_some() {
            rules = rules.handle_access(AccessNet::from_all(NEWEST))?;
        }
        let mut rules = rules.create()?;
        for path in &self.read {
            rules = rules.add_rule(rule(path, READ)?)?;
        }
        for path in &self.write {
            rules = rules.add_rule(rule(path, READ | WRITE)?)?;
        }
        let Ports { connect, bind } = self.tcp.clone().unwrap_or_default();
        for port in connect {
            rules = rules.add_rule(NetPort::new(port, AccessNet::ConnectTcp))?;
        }
        for port in bind {
            rules = rules.add_rule(NetPort::new(port, AccessNet::BindTcp))?;
        }
        rules.restrict_self()?;
        Ok(())
    }
}

/// What may be done with a file, or with all in a folder.
fn rule(path: &Path, access: BitFlags<AccessFs>) -> Result<PathBeneath<PathFd>, WallError> {
    let wrong = |source| WallError::Path { path: path.to_owned(), source };
    let access = match metadata(path).map_err(wrong)?.is_dir() {
        true => access,
        false => access & AccessFs::from_file(NEWEST),
    };
    let fd = PathFd::new(path).map_err(|error| wrong(io::Error::other(error)))?;
    Ok(PathBeneath::new(fd, access))
}
