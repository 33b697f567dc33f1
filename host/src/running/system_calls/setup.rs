//! What a plugin's system calls get, from its policy.

use crate::error::LoadError;
use crate::events::{Event, Events, LimitKind};
use crate::output::Streams;
use crate::policy::{self, Policy};
use crate::stop::Target;
use plugix_module::Wasi;
use plugix_system::{Errno, Halt, Limit, Mount, Report, Setup, SetupError, System};
use std::path::{Component, Path, PathBuf};
use std::sync::{Arc, Weak};

/// All that a plugin sees is below its root, which is open from the beginning.
const ROOT: &str = "/";

/// The name under which old modules look for what relative paths begin in.
const HERE: &str = ".";

/// The system that a policy describes, for a module that calls WASI alone or WASIX as well.
///
/// WASI has no current folder, and a path there stays below the folder that it is relative to. As elsewhere, a module
/// that gets no files has no folder open.
///
/// # Errors
/// [`LoadError::Policy`] if what it gives can't be had.
pub(in crate::running) fn system(
    wasi: Wasi,
    policy: &Policy,
    output: &Streams,
    events: &Events,
) -> Result<Arc<System>, LoadError> {
    let names: &[&str] = match wasi.is_wasix() {
        true => &[ROOT],
        false if policy.mounts.is_empty() => &[],
        false => &[ROOT, HERE],
    };
    let setup = Setup {
        halt: Halt::new(),
        report: Arc::new(Reported(events.clone())),
        max_descriptors: policy.max_open_files,
        stdin: policy.input().map_err(|source| LoadError::Io { what: "read standard input".into(), source })?,
        stdout: Arc::new(output.stdout.clone()),
        stderr: Arc::new(output.stderr.clone()),
        network: policy.network.clone(),
        mounts: policy.mounts.iter().map(mount).collect::<Result<_, _>>()?,
        current_folder: guest_path(&policy.current_folder).map_err(|problem| wrong_folder(policy, problem))?,
        preopened: names.iter().map(|name| ((*name).into(), ROOT.into())).collect(),
        strict_paths: !wasi.is_wasix(),
    };
    System::new(setup).map_err(|error| refused(policy, &error))
}

/// A mount of the policy's, if it may be there.
fn mount(wanted: &policy::Mount) -> Result<Mount, LoadError> {
    let wrong = |problem| LoadError::Policy { what: wanted.to_string(), problem };
    Ok(Mount { at: guest_path(&wanted.guest).map_err(wrong)?, source: wanted.source.clone() })
}

/// The plugin's side of a mount.
///
/// # Errors
/// What is wrong with it.
fn guest_path(path: &str) -> Result<PathBuf, String> {
    let is_plain = |part| matches!(part, Component::RootDir | Component::Normal(_));
    if path.starts_with('/') && Path::new(path).components().all(is_plain) && !path.contains('\0') {
        Ok(path.into())
    } else {
        Err("what the plugin sees is an absolute path without `.` and `..`".into())
    }
}

fn wrong_folder(policy: &Policy, problem: String) -> LoadError {
    LoadError::Policy { what: format!("current folder {}", policy.current_folder), problem }
}

/// Says which mount can't be had, and why.
fn refused(policy: &Policy, SetupError { at, error }: &SetupError) -> LoadError {
    let problem = match error {
        Errno::Exist => "something else is mounted there".into(),
        Errno::Nosys => "needs Linux 5.6 or later, which has openat2".into(),
        Errno::Noent => std::io::Error::from(rustix::io::Errno::NOENT).to_string(),
        Errno::Notdir => std::io::Error::from(rustix::io::Errno::NOTDIR).to_string(),
        Errno::Access => std::io::Error::from(rustix::io::Errno::ACCESS).to_string(),
        Errno::Mfile => std::io::Error::from(rustix::io::Errno::MFILE).to_string(),
        other => other.to_string(),
    };
    // Of two at the same place the second is the one that can't be there.
    match policy.mounts.iter().rfind(|mount| Path::new(&mount.guest) == at) {
        Some(mount) => LoadError::Policy { what: mount.to_string(), problem },
        None if Path::new(&policy.current_folder) == at => wrong_folder(policy, problem),
        None => LoadError::Policy { what: "the mounts".into(), problem },
    }
}

/// Passes on what the plugin tried in vain.
struct Reported(Events);

impl Report for Reported {
    fn denied(&self, operation: &'static str, target: &str) {
        self.0.report(Event::Denied { operation, target: target.to_owned() });
    }

    fn limit_reached(&self, limit: Limit, allowed: u64) {
        let limit = match limit {
            Limit::Sockets => LimitKind::Sockets,
            Limit::Names => LimitKind::Names,
            Limit::Storage => LimitKind::Storage,
            _ => LimitKind::Files,
        };
        self.0.report(Event::LimitReached { limit, allowed });
    }
}

/// What a plugin has of the operating system: its waits end with it, and then what it has open is closed. Others that are
/// connected with the plugin see that at once, however long the host keeps the plugin's handle.
pub(in crate::running) struct Held {
    halt: Halt,
    system: Weak<System>,
}

impl Held {
    pub(in crate::running) fn by(system: &Arc<System>) -> Self {
        Self { halt: system.halt().clone(), system: Arc::downgrade(system) }
    }
}

impl Target for Held {
    fn kill(&self) {
        self.halt.stop();
    }

    fn release(&self) {
        if let Some(system) = self.system.upgrade() {
            system.close_all();
        }
    }
}
