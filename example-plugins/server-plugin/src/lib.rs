//! Extends a game server: makes its world, and crashes on purpose.
//!
//! `crash` is what [wasmer issue #5316](https://github.com/wasmerio/wasmer/issues/5316) asks for: a plugin prints,
//! starts threads, writes files and panics, and its host goes on.

mod terrain;

use plugix_guest::{Plugin, plugin};
use server_plugin_interface::{ServerPlugin, Settings, Status, World, WorldError};
use std::error::Error;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::thread;

struct Server {
    folder: PathBuf,
    seed: u64,
    status: Mutex<Status>,
}

#[plugin(description = env!("CARGO_PKG_DESCRIPTION"))]
impl Plugin for Server {
    type Config = Settings;

    fn new(settings: Settings) -> Result<Self, Box<dyn Error>> {
        let Settings { folder, seed } = settings;
        fs::read_dir(&folder).map_err(|problem| format!("the world's folder, {folder}: {problem}"))?;
        Ok(Self { folder: folder.into(), seed, status: Mutex::default() })
    }
}

#[plugin]
impl ServerPlugin for Server {
    fn status(&self) -> Status {
        self.change_status(|status| status.clone())
    }

    fn generate(&self, regions: u32, threads: u32) -> Result<World, WorldError> {
        let numbers = Mutex::new(0..regions);
        let next_number = || numbers.lock().ok()?.next();
        let generate_some = || {
            let mut world = World::default();
            while let Some(number) = next_number() {
                add(&mut world, &self.generate_region(number)?);
            }
            Ok(world)
        };
        thread::scope(|scope| {
            let workers: Vec<_> = (0..threads.max(1)).map(|_| scope.spawn(generate_some)).collect();
            let mut world = World::default();
            for worker in workers {
                add(&mut world, &worker.join().expect("making a region doesn't panic")?);
            }
            Ok(world)
        })
    }

    fn crash(&self, reason: &str) {
        println!("crashing on purpose: {reason}");
        let path = self.folder.join("crash-report.txt");
        let report = format!("{reason}\n");
        let writer = thread::spawn(move || {
            fs::write(path, report).expect("the report can be written");
            panic!("the report is written, and its thread panics");
        });
        // A panic ends its own thread, and no other.
        assert!(writer.join().is_err(), "the writer panics");
        self.change_status(|status| status.crashes += 1);
        panic!("{reason}");
    }
}

impl Server {
    fn change_status<T>(&self, change: impl FnOnce(&mut Status) -> T) -> T {
        change(&mut self.status.lock().expect("nobody panics while holding the lock"))
    }

    fn generate_region(&self, number: u32) -> Result<World, WorldError> {
        let heights = terrain::region(self.seed, number);
        let path = self.folder.join(format!("region-{number}.heights"));
        write(&path, &heights)?;
        self.change_status(|status| status.regions += 1);
        Ok(World { bytes: 2 * heights.len() as u64, highest: heights.into_iter().max().unwrap_or_default() })
    }
}

fn write(path: &Path, heights: &[u16]) -> Result<(), WorldError> {
    let bytes: Vec<u8> = heights.iter().flat_map(|height| height.to_le_bytes()).collect();
    fs::write(path, bytes)
        .map_err(|problem| WorldError::Unwritable { path: path.display().to_string(), problem: problem.to_string() })
}

fn add(world: &mut World, part: &World) {
    world.bytes += part.bytes;
    world.highest = world.highest.max(part.highest);
}
