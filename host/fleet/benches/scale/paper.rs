//! The model's rows for fleets that are larger than one machine.

use crate::model::{Model, hashes_of_pass};
use crate::table::number;

/// The plugins of each host.
const PLUGINS: usize = 100;

/// The fleets: so many hosts.
const HOSTS: [usize; 3] = [10, 100, 1000];

/// What a module is taken to have.
const MODULE: usize = 256 << 10;

/// What a hash is taken to take, in seconds: as an optimized program measures it.
const HASH: f64 = 150e-9;

const MIB: f64 = (1 << 20) as f64;

/// Prints the rows.
pub(crate) fn print() {
    println!("\n{:56}  {:>14}  {:>14}  {:>14}", "the model: 100 plugins on each of", HOSTS[0], HOSTS[1], HOSTS[2]);
    let row = |name: &str, value: &dyn Fn(Model) -> f64| {
        let values = HOSTS.map(|hosts| number(value(Model { hosts, plugins: PLUGINS, shared: 0 })));
        println!("{name:56}  {:>14}  {:>14}  {:>14}", values[0], values[1], values[2]);
    };
    row("plugins", &Model::releases);
    row("subscriptions", &Model::subscriptions);
    row("seconds between two ticks of a host", &Model::tick);
    row("messages in, at rest, 1/s", &Model::messages_in);
    row("messages out, at rest, 1/s", &Model::messages_out);
    row("MiB in, at rest, 1/s", &|fleet| fleet.bytes_in() / MIB);
    row("MiB out, at rest, 1/s", &|fleet| fleet.bytes_out() / MIB);
    row("plugix-fleet, one release of each plugin, MiB", &|fleet| fleet.bucket_bytes(&[]) / MIB);
    row("plugix-fleet, with the whole history, MiB", &|fleet| 16.0 * fleet.bucket_bytes(&[]) / MIB);
    row("plugix-hosts, MiB", &|fleet| fleet.hosts_bytes() / MIB);
    row("plugix-modules, 256 KiB each, GiB", &|fleet| Model::store_bytes(fleet.releases(), MODULE) / MIB / 1024.0);
    row("what all hosts hear when they start at once, GiB", &|fleet| {
        fleet.hosts as f64 * fleet.bucket_bytes(&[]) / MIB / 1024.0
    });
    row("answers to $SRV.PING", &Model::served);
    row("bytes of these answers, MiB", &|fleet| fleet.ping_bytes() / MIB);
    row("messages in, of an update on one host", &|fleet| fleet.update(1)[0]);
    row("messages out, of an update on one host", &|fleet| fleet.update(1)[1]);
    row("messages in, of an update on all hosts", &|fleet| fleet.update(fleet.hosts)[0]);
    row("messages out, of an update on all hosts", &|fleet| fleet.update(fleet.hosts)[1]);
    row("messages out each second, of a call that takes long", &|fleet| fleet.call(1.0)[1] - 2.0);
    row("questions of an overview, one after the other", &Model::overview);
    row("hashes of a host before each step, `hosts` a number", &|fleet| {
        hashes_of_pass(fleet.releases() as usize, fleet.hosts)
    });
    row("seconds that they take", &|fleet| hashes_of_pass(fleet.releases() as usize, fleet.hosts) * HASH);
}
