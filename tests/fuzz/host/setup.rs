//! A random policy, and the folders that it names.

use anyhow::{Result, ensure};
use plugix_e2e::Random;
use plugix_host::Policy;
use plugix_host::policy::{Access, Network, Stdin, StdinWriter};
use std::fs;
use std::net::Ipv4Addr;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};
use std::time::Duration;
use tempfile::TempDir;

/// Ports of loopback that a policy may name.
pub(super) const PORTS: std::ops::Range<u16> = 47_400..47_408;

/// Bytes by which the mounted folder may be larger than its limit: a file that is there from the beginning.
const THERE: u64 = 4_096;

pub(super) struct Setup {
    pub(super) policy: Policy,
    /// Bytes that the policy allows.
    pub(super) memory: u64,
    /// How long a start and a call may take.
    pub(super) limit: Duration,
    house: Option<House>,
    /// Keeps an input open that never says anything.
    _input: Option<StdinWriter>,
}

/// Folders of the host's: one that a plugin may change, and what it may not.
struct House {
    folder: TempDir,
    limit: u64,
}

impl Setup {
    pub(super) fn new(seed: u64) -> Result<Self> {
        // The module has other numbers.
        let mut random = Random::new(!seed);
        let limit = Duration::from_millis(20 + u64::from(random.below(31)));
        let memory = random.pick(&[64 << 10, 1 << 20, 1 << 20, 4 << 20, 16 << 20]);
        let mut policy = Policy::new()
            .start_deadline(limit)
            .call_deadline(limit)
            .memory(memory)
            .threads(random.pick(&[0, 1, 2, 4, 8]))
            .stack(random.pick(&[256 << 10, 512 << 10, 1 << 20]))
            .table_entries(random.pick(&[10, 100, 5_000, 1 << 18]))
            .output_limit(random.pick(&[0, 1_000, 1 << 20]))
            .result_limit(random.pick(&[100, 1 << 20]))
            .argument_limit(random.pick(&[50, 1 << 20]))
            .max_open_files(64)
            .env("LANG", "en")
            .arg("--fuzz");
        if random.one_in(2) {
            policy = policy.scratch("/s", random.pick(&[0, 8_192, 65_536, 1 << 20])).devices();
        }
        let house = if random.one_in(3) { Some(House::new(random.pick(&[8_192, 100_000, 1 << 20]))?) } else { None };
        if let Some(house) = &house {
            let read_only = house.at("r");
            policy = policy.mount_limited(house.at("d"), "/d", house.limit).mount(read_only, "/r", Access::ReadOnly);
        }
        if random.one_in(2) {
            let ports = format!("127.0.0.1:{}-{}", PORTS.start, PORTS.end - 1);
            let network =
                Network::new().sockets(random.pick(&[1, 4, 16])).host("name.test", [Ipv4Addr::LOCALHOST.into()])?;
            let network = network.connect_tcp(&ports)?.connect_udp(&ports)?.listen_tcp(&ports)?;
            policy = policy.network(network.listen_udp(&ports)?.listen_tcp("127.0.0.1:0")?);
        }
        let mut input = None;
        match random.below(3) {
            0 => {}
            1 => policy = policy.stdin(Stdin::bytes(vec![7; 1_000])),
            _ => {
                let (writer, stdin) = Stdin::pipe()?;
                policy = policy.stdin(stdin);
                input = Some(writer);
            }
        }
        Ok(Self { policy, memory, limit, house, _input: input })
    }

    /// Fails if a plugin has changed what it may not.
    pub(super) fn check(self) -> Result<()> {
        self.house.map_or(Ok(()), House::check)
    }
}

impl House {
    fn new(limit: u64) -> Result<Self> {
        let folder = tempfile::tempdir_in("/dev/shm").or_else(|_| tempfile::tempdir())?;
        let house = Self { folder, limit };
        for name in ["d", "r", "outside"] {
            fs::create_dir(house.at(name))?;
            fs::write(house.at(name).join("file"), "as it was")?;
        }
        symlink("../outside", house.at("d").join("out"))?;
        Ok(house)
    }

    fn at(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn check(self) -> Result<()> {
        for name in ["r", "outside"] {
            let entries = fs::read_dir(self.at(name))?.count();
            let text = fs::read(self.at(name).join("file"))?;
            ensure!(entries == 1 && text == b"as it was", "the folder {name} has changed");
        }
        ensure!(fs::read_dir(self.folder.path())?.count() == 3, "something lies beside the mounted folders");
        let size = size(&self.at("d"))?;
        ensure!(size <= self.limit + THERE, "the mounted folder has {size} bytes, and may have {}", self.limit);
        Ok(())
    }
}

/// Bytes of all files in a folder.
fn size(folder: &Path) -> Result<u64> {
    fs::read_dir(folder)?.try_fold(0, |sum, entry| {
        let entry = entry?;
        let metadata = entry.metadata()?;
        Ok(sum + if metadata.is_dir() { size(&entry.path())? } else { metadata.len() })
    })
}
