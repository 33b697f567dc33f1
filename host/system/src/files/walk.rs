//! From a path to what it leads to.
//!
//! Where nothing is mounted below, the kernel gets the rest of the path at once. What it refuses because it leads out of
//! the folder that it began in is walked name by name: through `..` above that, through absolute links, and from one
//! mount to another.

use super::host::{HostMount, beneath};
use super::path::{MAX_LINKS, joined};
use super::scratch::Found;
use super::stat::Stat;
use super::tree::{Child, Place, Spot, Tree};
use super::{Device, check};
use crate::report::Report;
use crate::{Errno, Result, Thread};
use rustix::fd::{AsFd, BorrowedFd};
use rustix::fs::OFlags;
use std::sync::Arc;

/// How often the kernel is asked in one walk, so that a path that keeps leading out costs no more than its length.
const FAST_TRIES: usize = 8;

/// Where a walk begins.
#[derive(Clone, Debug)]
pub(crate) struct Start {
    pub(crate) place: Place,
    /// The plugin's path to it, as far as it is known.
    pub(crate) shown: Vec<u8>,
    /// Whether the walk may not leave it.
    pub(crate) strict: bool,
    /// Whether it leads to a file that is made if it isn't there: the last name may have no slash behind it then, be it
    /// that of a link's target.
    pub(crate) creates: bool,
}

/// What a walk came to.
#[derive(Debug)]
pub(crate) enum Target {
    /// A folder.
    Folder(Place),
    /// A name in a folder. If links are followed it is none; it may not be there, and then a slash may be behind it.
    Entry {
        folder: Place,
        name: Vec<u8>,
    },
    Device(Device),
}

/// How a walk ended.
#[derive(Debug)]
pub(crate) enum Walked<R> {
    /// The kernel went to the end, and the caller did there what it wanted.
    Fast(R),
    /// The caller has it yet to do.
    Slow(Target),
}

struct Walk<'a> {
    tree: &'a Tree,
    thread: &'a Thread,
    report: &'a dyn Report,
    place: Place,
    shown: Vec<u8>,
    strict: bool,
    creates: bool,
    /// How many folders it went down from where it began.
    depth: usize,
    links: usize,
    /// The last link that was followed.
    followed: Option<Vec<u8>>,
}

/// What the kernel is asked: in which mount, from which folder, the rest of the path. It returns nothing if that leads
/// out of the folder.
pub(crate) type Fast<'f, R> = &'f mut dyn FnMut(&Arc<HostMount>, BorrowedFd<'_>, &[u8]) -> Result<Option<R>>;

impl Tree {
    /// Walks to what a path leads to; through a link at its end if `follow`.
    pub(crate) fn walk<R>(
        &self,
        thread: &Thread,
        report: &dyn Report,
        start: Start,
        path: &[u8],
        follow: bool,
        fast: Fast<'_, R>,
    ) -> Result<Walked<R>> {
        check(path)?;
        let Start { place, shown, strict, creates } = start;
        let followed = None;
        let mut walk = Walk { tree: self, thread, report, place, shown, strict, creates, depth: 0, links: 0, followed };
        if path.starts_with(b"/") {
            walk.restart()?;
        }
        walk.run(path.to_vec(), follow, fast)
    }
}

impl Walk<'_> {
    fn run<R>(&mut self, mut rest: Vec<u8>, follow: bool, fast: Fast<'_, R>) -> Result<Walked<R>> {
        let mut tries = FAST_TRIES;
        loop {
            self.thread.check_stop()?;
            let slashes = rest.iter().take_while(|byte| **byte == b'/').count();
            rest.drain(..slashes);
            if rest.is_empty() {
                return Ok(Walked::Slow(Target::Folder(self.place.clone())));
            }
            if let Spot::Host(mount, fd) = &self.place.spot
                && tries > 0
                && !self.tree.has_mounts(&self.place)
            {
                tries -= 1;
                if let Some(done) = fast(mount, fd.as_fd(), &rest)? {
                    return Ok(Walked::Fast(done));
                }
            }
            let end = rest.iter().position(|byte| *byte == b'/').unwrap_or(rest.len());
            let behind = rest.split_off(end);
            let name = std::mem::replace(&mut rest, behind);
            let is_last = rest.iter().all(|byte| *byte == b'/');
            match self.step(&name, is_last, is_last && !rest.is_empty(), follow)? {
                Step::Went => {}
                Step::Arrived(target) => return Ok(Walked::Slow(target)),
                Step::Link(mut target) => {
                    check(&target)?;
                    target.extend_from_slice(&rest);
                    rest = self.follow(&name, target)?;
                }
            }
        }
    }

    fn step(&mut self, name: &[u8], is_last: bool, slash: bool, follow: bool) -> Result<Step> {
        match name {
            b"." => return Ok(Step::Went),
            b".." => {
                if self.strict {
                    self.depth = self.depth.checked_sub(1).ok_or(Errno::Perm)?;
                }
                let above = self.tree.above(&self.place, self.thread)?;
                return Ok(self.enter(above, name));
            }
            _ if is_last && slash && self.creates => return Err(Errno::Isdir),
            _ => {}
        }
        match self.tree.child(&self.place, name) {
            Some(Child::Folder(place)) => return Ok(self.go_down(place, name)),
            Some(Child::Device(device)) if is_last && !slash => return Ok(Step::Arrived(Target::Device(device))),
            Some(Child::Device(_)) => return Err(Errno::Notdir),
            None => {}
        }
        let arrived =
            |walk: &Self| Ok(Step::Arrived(Target::Entry { folder: walk.place.clone(), name: name.to_vec() }));
        // Whoever wants to create something there is told that it may not.
        let is_above = matches!(self.place.spot, Spot::Above) && self.followed.is_some();
        if is_last && !slash && !follow && !is_above {
            // The kernel opens a folder of the host's by its name. One in memory is found here.
            if matches!(self.place.spot, Spot::Scratch(..))
                && let Ok(Looked::Folder(place)) = self.look(name)
            {
                return Ok(self.go_down(place, name));
            }
            return arrived(self);
        }
        match self.look(name) {
            Ok(Looked::Folder(place)) => Ok(self.go_down(place, name)),
            Ok(Looked::Link(target)) => Ok(Step::Link(target)),
            Ok(Looked::Other) if is_last && !slash => arrived(self),
            Ok(Looked::Other) => Err(Errno::Notdir),
            Err(Errno::Noent) if is_above => Err(self.denied()),
            // Who creates something is told that it would be a folder.
            Err(Errno::Noent) if is_last && slash => {
                let name = [name, b"/"].concat();
                Ok(Step::Arrived(Target::Entry { folder: self.place.clone(), name }))
            }
            Err(Errno::Noent) if is_last => arrived(self),
            Err(error) => Err(error),
        }
    }

    fn look(&self, name: &[u8]) -> Result<Looked> {
        let at = |spot| Looked::Folder(Place { point: None, spot });
        match &self.place.spot {
            Spot::Above => Err(Errno::Noent),
            Spot::Host(mount, folder) => {
                let found = beneath(folder.as_fd(), name, OFlags::PATH | OFlags::NOFOLLOW)?;
                let stat = Stat::of(&found)?;
                Ok(match stat.is_link() {
                    true => Looked::Link(rustix::fs::readlinkat(found, "", Vec::new())?.into_bytes()),
                    false if stat.is_folder() => at(Spot::Host(mount.clone(), Arc::new(found))),
                    false => Looked::Other,
                })
            }
            Spot::Scratch(scratch, folder) => Ok(match scratch.lookup(*folder, name)? {
                Found::File => Looked::Other,
                Found::Folder(node) => at(Spot::Scratch(scratch.clone(), node)),
                Found::Link(target) => Looked::Link(target),
            }),
        }
    }

    /// Goes on where a link leads, which was met under a name.
    fn follow(&mut self, name: &[u8], target: Vec<u8>) -> Result<Vec<u8>> {
        self.links += 1;
        if self.links > MAX_LINKS {
            return Err(Errno::Loop);
        }
        self.followed = Some(joined(&self.shown, name));
        if !target.starts_with(b"/") {
            return Ok(target);
        }
        // The host's own links name its own paths.
        if let Spot::Host(mount, _) = &self.place.spot
            && let Some(inside) = mount.inside(&target)
            && !self.strict
        {
            let spot = Spot::Host(mount.clone(), mount.root().clone());
            self.place = Place { point: Some(mount.point), spot };
            return Ok(inside.to_vec());
        }
        self.restart()?;
        Ok(target)
    }

    fn restart(&mut self) -> Result<()> {
        if self.strict {
            return Err(Errno::Perm);
        }
        self.place = self.tree.root();
        self.shown = b"/".to_vec();
        Ok(())
    }

    fn go_down(&mut self, place: Place, name: &[u8]) -> Step {
        self.depth += 1;
        self.enter(place, name)
    }

    fn enter(&mut self, place: Place, name: &[u8]) -> Step {
        self.place = place;
        self.shown = joined(&self.shown, name);
        Step::Went
    }

    /// Reports a link that leads to where the plugin has nothing.
    fn denied(&self) -> Errno {
        let link = self.followed.as_deref().unwrap_or_default();
        self.report.denied("follow the link", &String::from_utf8_lossy(link));
        Errno::Access
    }
}

enum Step {
    Went,
    Arrived(Target),
    Link(Vec<u8>),
}

enum Looked {
    Folder(Place),
    Link(Vec<u8>),
    Other,
}
