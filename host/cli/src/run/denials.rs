//! What a plugin was denied, and the lines of `plugix.toml` that would allow it.

use crate::policy::Found;
use crate::print;
use crate::text::printable;
use plugix_host::events::{Event, LimitKind};
use std::collections::HashSet;
use std::path::Path;

/// What was told already.
pub(super) struct Told {
    /// The folders that are mounted, as the plugin sees them.
    mounts: Vec<String>,
    lines: HashSet<String>,
    out_of_memory: Option<u64>,
}

impl Told {
    pub(super) fn new(policy: &Found) -> Self {
        Self { mounts: policy.mounts(), lines: HashSet::new(), out_of_memory: None }
    }

    /// The limit of memory, if it was reached.
    pub(super) fn out_of_memory(&self) -> Option<u64> {
        self.out_of_memory
    }

    /// Tells an event. What was told once says nothing new.
    pub(super) fn tell(&mut self, event: &Event) {
        if let Event::LimitReached { limit: LimitKind::Memory, allowed } = event {
            self.out_of_memory = Some(*allowed);
        }
        let advice = match event {
            Event::Denied { operation, target } => denied(operation, target, &self.mounts),
            Event::LimitReached { limit, allowed } => limited(*limit, *allowed),
            // The error says it.
            Event::Stopped { .. } | Event::Died { .. } | Event::Exited { .. } | Event::ThreadDied { .. } => return,
            _ => None,
        };
        let advice = advice.map(|lines| format!("; plugix.toml allows it with\n    {}", lines.replace('\n', "\n    ")));
        let line = format!("the plugin {}{}", printable(&event.to_string()), advice.unwrap_or_default());
        if self.lines.insert(line.clone()) {
            print::tell(line);
        }
    }
}

/// What `devices = true` allows.
const DEVICES: [&str; 4] = ["/dev/null", "/dev/zero", "/dev/random", "/dev/urandom"];

/// The lines that allow an operation. Nothing if none does.
fn denied(operation: &str, target: &str, mounts: &[String]) -> Option<String> {
    let network = |key: &str| Some(format!("[network]\n{key} = [{target:?}]"));
    let is_path = target.starts_with('/');
    match operation {
        _ if DEVICES.contains(&target) => Some("devices = true".to_owned()),
        "open" => Some(mount(target, "read-only")),
        "create or write" | "write" | "create the folder" | "remove" | "rename" | "link" | "change the times of" => {
            let within = mounts.iter().find(|mount| Path::new(target).starts_with(mount));
            Some(match within {
                Some(mount) => format!("access = \"read-write\" # of the mount {mount:?}"),
                None if target.starts_with("/tmp/") => "[[scratch]]\nguest = \"/tmp\"\nlimit = \"16 MiB\"".to_owned(),
                None => mount(target, "read-write"),
            })
        }
        "connect to" if is_path => network("connect-unix"),
        "listen on" if is_path => network("listen-unix"),
        "connect to" => network("connect-tcp"),
        "send datagrams to" => network("connect-udp"),
        "listen on" => network("listen-tcp"),
        "receive datagrams on" => network("listen-udp"),
        "look up" if !target.contains(' ') => {
            Some(format!("[network]\nconnect-tcp = [{:?}] # or its ports", format!("{target}:443")))
        }
        _ => None,
    }
}

fn mount(target: &str, access: &str) -> String {
    let folder = Path::new(target).parent().filter(|folder| *folder != Path::new("/"));
    let folder = folder.map_or(target, |folder| folder.to_str().unwrap_or(target));
    format!("[[mounts]]\nhost = {folder:?} # or any folder of yours\nguest = {folder:?}\naccess = {access:?}")
}

/// The lines that allow twice as much.
fn limited(limit: LimitKind, allowed: u64) -> Option<String> {
    let mebibytes = |key: &str| Some(format!("[limits]\n{key} = \"{} MiB\"", (allowed.div_ceil(1 << 20) * 2).max(1)));
    let number = |key: &str| Some(format!("[limits]\n{key} = {}", (allowed * 2).max(1)));
    match limit {
        LimitKind::Memory => mebibytes("memory"),
        LimitKind::Exceptions => mebibytes("exceptions"),
        LimitKind::Threads => number("threads"),
        LimitKind::Files => number("open-files"),
        LimitKind::TableEntries => number("table-entries"),
        LimitKind::Sockets => Some(format!("[network]\nsockets = {}", allowed * 2)),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use plugix_host::Policy;

    /// Operations, and whether lines allow them.
    #[test]
    fn the_lines_are_a_policy() {
        let folder = tempfile::tempdir().expect("there is a disk");
        for (operation, target) in [
            ("open", "/etc/passwd"),
            ("open", "/dev/urandom"),
            ("create or write", "/tmp/a"),
            ("remove", "/x"),
            ("connect to", "10.0.0.1:80"),
            ("connect to", "/run/a.sock"),
            ("send datagrams to", "[::1]:53"),
            ("listen on", "127.0.0.1:8080"),
            ("look up", "example.com"),
        ] {
            let lines = denied(operation, target, &[]).expect("it can be allowed");
            Policy::from_toml_str(&lines, folder.path()).unwrap_or_else(|error| panic!("{lines}: {error}"));
        }
        for limit in
            [LimitKind::Memory, LimitKind::Threads, LimitKind::Files, LimitKind::Exceptions, LimitKind::Sockets]
        {
            let lines = limited(limit, 64).expect("there can be more");
            Policy::from_toml_str(&lines, folder.path()).unwrap_or_else(|error| panic!("{lines}: {error}"));
        }
        assert_eq!(denied("call", "proc_fork", &[]), None);
        assert_eq!(denied("look up", "a.com at 10.0.0.1", &[]), None);
    }

    #[test]
    fn what_is_mounted_is_made_writable() {
        let mounts = ["/data".to_owned()];
        let lines = denied("write", "/data/a/b", &mounts);
        assert_eq!(lines.as_deref(), Some("access = \"read-write\" # of the mount \"/data\""));
        assert!(denied("write", "/database", &mounts).expect("it can be allowed").starts_with("[[mounts]]"));
    }

    #[test]
    fn it_is_told_once() {
        let mut told = Told { mounts: Vec::new(), lines: HashSet::new(), out_of_memory: None };
        for _ in 0..3 {
            told.tell(&Event::Denied { operation: "open", target: "/etc/\x1b[2J".to_owned() });
            told.tell(&Event::LimitReached { limit: LimitKind::Memory, allowed: 1 << 20 });
        }
        assert_eq!((told.lines.len(), told.out_of_memory), (2, Some(1 << 20)));
        assert!(told.lines.iter().all(|line| !line.contains('\x1b')), "{:?}", told.lines);
    }
}
