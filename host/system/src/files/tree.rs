//! All that a plugin sees: its mounts at their places, and the folders that lead to them.

use super::host::{self, FOLDER, HostMount};
use super::ledger::Ledger;
use super::scratch::{Found, ROOT, Scratch};
use super::space::Space;
use super::stat::Stat;
use super::{Device, Mount, Source};
use crate::report::Report;
use crate::{Errno, Filestat, Filetype, Result, SetupError, Thread, Usage};
use rustix::fd::{AsFd, AsRawFd, OwnedFd};
use rustix::fs::OFlags;
use std::collections::BTreeMap;
use std::os::unix::ffi::OsStrExt;
use std::path::{Component, Path};
use std::sync::Arc;

/// The mounts of one plugin.
#[derive(Debug)]
pub(crate) struct Tree {
    /// The first is the root.
    points: Vec<Point>,
}

/// Where something is mounted, or a folder on the way to that.
#[derive(Debug, Default)]
struct Point {
    parent: usize,
    name: Vec<u8>,
    children: BTreeMap<Vec<u8>, usize>,
    volume: Option<Volume>,
}

#[derive(Debug)]
enum Volume {
    Host(Arc<HostMount>),
    Scratch(Arc<Scratch>),
    Device(Device),
}

/// A folder, and where it is in the tree if something is mounted there or below.
#[derive(Clone, Debug)]
pub(crate) struct Place {
    pub(crate) point: Option<usize>,
    pub(crate) spot: Spot,
}

/// A folder.
#[derive(Clone, Debug)]
pub(crate) enum Spot {
    /// One that is there because mounts are below it.
    Above,
    /// One of the host's.
    Host(Arc<HostMount>, Arc<OwnedFd>),
    /// One in memory.
    Scratch(Arc<Scratch>, u64),
}

/// What is mounted under a name.
pub(crate) enum Child {
    Folder(Place),
    Device(Device),
}

impl Tree {
    pub(crate) fn new(mounts: Vec<Mount>, report: &Arc<dyn Report>) -> Result<Self, SetupError> {
        let mut tree = Self { points: vec![Point::default()] };
        for mount in &mounts {
            tree.mount(mount, report).map_err(|error| SetupError { at: mount.at.clone(), error })?;
        }
        Ok(tree)
    }

    fn mount(&mut self, Mount { at, source }: &Mount, report: &Arc<dyn Report>) -> Result<()> {
        let point = self.point(at)?;
        if self.points[point].volume.is_some() {
            return Err(Errno::Exist);
        }
        let space = |bytes| Space::new(bytes, report.clone());
        let volume = match source {
            Source::Folder { host, access, limit } => {
                let ledger = limit.map(|limit| Ledger::new(space(limit)));
                Volume::Host(Arc::new(HostMount::open(host, *access, ledger, point)?))
            }
            Source::Scratch { limit } => Volume::Scratch(Arc::new(Scratch::new(space(*limit), point))),
            Source::Device(_) if point == 0 || !self.points[point].children.is_empty() => return Err(Errno::Notdir),
            Source::Device(device) => Volume::Device(*device),
        };
        self.points[point].volume = Some(volume);
        Ok(())
    }

    fn point(&mut self, at: &Path) -> Result<usize> {
        let mut point = 0;
        let mut parts = at.components();
        if parts.next() != Some(Component::RootDir) {
            return Err(Errno::Inval);
        }
        for part in parts {
            let Component::Normal(name) = part else { return Err(Errno::Inval) };
            if matches!(self.points[point].volume, Some(Volume::Device(_))) {
                return Err(Errno::Notdir);
            }
            let (name, new) = (name.as_bytes().to_vec(), self.points.len());
            let child = *self.points[point].children.entry(name.clone()).or_insert(new);
            if child == new {
                self.points.push(Point { parent: point, name, ..Point::default() });
            }
            point = child;
        }
        Ok(point)
    }

    pub(crate) fn root(&self) -> Place {
        self.at_point(0)
    }

    /// The folder of a point, in what is mounted there or above it.
    fn at_point(&self, point: usize) -> Place {
        let mut names = Vec::new();
        let mut at = point;
        while self.points[at].volume.is_none() && at != 0 {
            names.push(self.points[at].name.as_slice());
            at = self.points[at].parent;
        }
        let root = self.points[at].volume.as_ref().map_or(Spot::Above, |volume| match volume {
            Volume::Host(mount) => Spot::Host(mount.clone(), mount.root().clone()),
            Volume::Scratch(scratch) => Spot::Scratch(scratch.clone(), ROOT),
            Volume::Device(_) => Spot::Above,
        });
        let spot = names.iter().rev().fold(root, |spot, name| spot.folder(name).unwrap_or(Spot::Above));
        Place { point: Some(point), spot }
    }

    /// Whether something is mounted below a place.
    pub(crate) fn has_mounts(&self, place: &Place) -> bool {
        place.point.is_some_and(|point| !self.points[point].children.is_empty())
    }

    /// Whether a path leads to where nothing is mounted, by its names alone.
    pub(crate) fn is_outside(&self, path: &[u8]) -> bool {
        let mut within = vec![0];
        for name in path.split(|byte| *byte == b'/') {
            let Some(point) = within.last().map(|point| &self.points[*point]) else { return false };
            match name {
                _ if point.volume.is_some() => return false,
                b"" | b"." => {}
                b".." if within.len() > 1 => drop(within.pop()),
                b".." => {}
                name => match point.children.get(name) {
                    Some(child) => within.push(*child),
                    None => return true,
                },
            }
        }
        false
    }

    /// What is mounted in a folder under a name, or the folder that leads to that.
    pub(crate) fn child(&self, place: &Place, name: &[u8]) -> Option<Child> {
        let child = *self.points[place.point?].children.get(name)?;
        Some(match self.points[child].volume {
            Some(Volume::Device(device)) => Child::Device(device),
            Some(_) => Child::Folder(self.at_point(child)),
            None => Child::Folder(Place { point: Some(child), spot: place.spot.folder(name).unwrap_or(Spot::Above) }),
        })
    }

    /// The names of what is mounted right below a place, and what they are.
    pub(crate) fn mounted_below(&self, place: &Place) -> Vec<(Vec<u8>, u64, Filetype)> {
        let Some(point) = place.point else { return Vec::new() };
        let children = self.points[point].children.iter().map(|(name, child)| {
            let is_device = matches!(self.points[*child].volume, Some(Volume::Device(_)));
            let filetype = if is_device { Filetype::CharacterDevice } else { Filetype::Directory };
            (name.clone(), *child as u64 + 1, filetype)
        });
        children.collect()
    }

    /// The folder that a folder is in; the root is in itself.
    pub(crate) fn above(&self, place: &Place, thread: &Thread) -> Result<Place> {
        let above_point = |point: usize| Ok(self.at_point(self.points[point].parent));
        if let Some(point) = place.point {
            return above_point(point);
        }
        match &place.spot {
            Spot::Above => Ok(self.root()),
            Spot::Host(mount, fd) => match mount.above(fd.as_fd(), thread)? {
                None => above_point(mount.point),
                Some(above) => {
                    let is_root = mount.is_root(&Stat::of(&above)?);
                    let spot = Spot::Host(mount.clone(), Arc::new(above));
                    self.recognized(spot, is_root, mount.point)
                }
            },
            Spot::Scratch(scratch, ROOT) => above_point(scratch.point),
            Spot::Scratch(scratch, node) => {
                let above = scratch.above(*node)?;
                self.recognized(Spot::Scratch(scratch.clone(), above), above == ROOT, scratch.point)
            }
        }
    }

    /// A folder in what is mounted at a point, which may be on the way to other mounts.
    fn recognized(&self, spot: Spot, is_root: bool, point: usize) -> Result<Place> {
        if is_root {
            return Ok(Place { point: Some(point), spot });
        }
        let mut below: Vec<usize> = self.points[point].children.values().copied().collect();
        while let Some(candidate) = below.pop() {
            if self.points[candidate].volume.is_none() {
                if self.at_point(candidate).spot.is_same(&spot)? {
                    return Ok(Place { point: Some(candidate), spot });
                }
                below.extend(self.points[candidate].children.values());
            }
        }
        Ok(Place { point: None, spot })
    }

    /// What is told of a folder.
    pub(crate) fn stat(&self, place: &Place) -> Result<Filestat> {
        match &place.spot {
            Spot::Above => {
                let point = place.point.unwrap_or(0);
                let links = 2 + self.points[point].children.len() as u64;
                let (device, inode, filetype, mode) = (u64::MAX / 2, point as u64 + 1, Filetype::Directory, 0o755);
                Ok(Filestat { device, inode, filetype, mode, links, size: 0, accessed: 0, modified: 0, changed: 0 })
            }
            Spot::Host(_, fd) => Ok(Stat::of(fd)?.filestat()),
            Spot::Scratch(scratch, node) => scratch.stat_folder(*node),
        }
    }

    /// The plugin's path to a point.
    pub(crate) fn path(&self, mut point: usize) -> Vec<u8> {
        let mut names = Vec::new();
        while point != 0 {
            names.push(self.points[point].name.as_slice());
            point = self.points[point].parent;
        }
        let mut path = Vec::new();
        for name in names.iter().rev() {
            path.push(b'/');
            path.extend_from_slice(name);
        }
        path
    }

    /// The plugin's path to something that is open in a mount, as the kernel knows it.
    pub(crate) fn path_in(&self, mount: &HostMount, fd: impl AsFd) -> Option<Vec<u8>> {
        if Stat::of(fd.as_fd()).ok()?.links() == 0 {
            return None;
        }
        let link = format!("/proc/self/fd/{}", fd.as_fd().as_raw_fd());
        let host = rustix::fs::readlink(link, Vec::new()).ok()?.into_bytes();
        let mut path = self.path(mount.point);
        path.extend_from_slice(mount.inside(&host)?);
        Some(if path.is_empty() { b"/".to_vec() } else { path })
    }

    /// Adds what was written, and what is held.
    pub(crate) fn add_usage(&self, usage: &mut Usage) {
        for point in &self.points {
            match &point.volume {
                Some(Volume::Host(mount)) => usage.written += mount.written(),
                Some(Volume::Scratch(scratch)) => {
                    usage.written_to_scratch += scratch.written();
                    usage.scratch += scratch.taken();
                }
                Some(Volume::Device(_)) | None => {}
            }
        }
    }
}

impl Spot {
    /// The folder in it that has that name and is no link.
    fn folder(&self, name: &[u8]) -> Option<Self> {
        match self {
            Self::Above => None,
            Self::Host(mount, fd) => {
                let folder = host::beneath(fd.as_fd(), name, FOLDER | OFlags::NOFOLLOW).ok()?;
                Some(Self::Host(mount.clone(), Arc::new(folder)))
            }
            Self::Scratch(scratch, node) => match scratch.lookup(*node, name).ok()? {
                Found::Folder(node) => Some(Self::Scratch(scratch.clone(), node)),
                _ => None,
            },
        }
    }

    fn is_same(&self, other: &Self) -> Result<bool> {
        Ok(match (self, other) {
            (Self::Host(_, one), Self::Host(_, other)) => Stat::of(one)?.id() == Stat::of(other)?.id(),
            (Self::Scratch(_, one), Self::Scratch(_, other)) => one == other,
            _ => false,
        })
    }
}
