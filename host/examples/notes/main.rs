//! A web service in a plugin, with axum and SQLite. The host limits it, calls it while it answers requests, and stops it:
//! `notes <module>`.
//!
//! `cargo xtask demo notes` builds the plugin and calls this.

mod web;

use notes_interface::{Notes, Settings};
use plugix_host::policy::Network;
use plugix_host::{Engine, Plugin, Policy};

/// What the database may take on the disk.
const ROOM: u64 = 1 << 20;

/// Requests that wait when the plugin is stopped.
const WAITING: usize = 4;

fn main() -> anyhow::Result<()> {
    let module = Engine::new()?.load_file(std::env::args_os().nth(1).expect("a module"))?;
    let folder = tempfile::tempdir()?;
    let policy = Policy::new()
        .mount_limited(folder.path(), "/data", ROOM)
        .network(Network::new().listen_tcp("127.0.0.1:0")?) // and no connection to anywhere
        .memory(64 << 20)
        .threads(16);
    let settings = Settings { file: "/data/notes.sqlite".to_owned(), listen: "127.0.0.1:0".to_owned() };
    let plugin = Plugin::builder(&module).policy(policy).config(&settings).start()?;
    let notes = plugin.bind::<dyn Notes>()?;
    let address = notes.address()?;
    println!("the plugin serves http://{address}/notes");

    println!("\none store, two ways to it");
    println!("  POST /notes               {:?}", web::post(&address, "/notes", "from the web")?);
    println!("  notes.add(…)              {:?}", notes.add("from the host")?);
    println!("  GET /notes?text=from      {:?}", web::get(&address, "/notes?text=from")?);
    println!("  notes.search(\"web\")       {:?}", notes.search("web")?);
    // The request waits in the plugin. The host's call ends the wait.
    let next = web::request(&address, "GET", "/notes/next?after=2", "")?;
    println!("  notes.add(…)              {:?}", notes.add("what a request waits for")?);
    println!("  GET /notes/next?after=2   {:?}", web::answer(next)?);

    println!("\nthe database may take {} KiB", ROOM >> 10);
    let long = "long ".repeat(40 << 10);
    let refused = (0..20).map(|_| web::post(&address, "/notes", &long)).find(|answer| !matches!(answer, Ok((200, _))));
    println!("  POST /notes, again        {:?}", refused.expect("the limit is reached")?);
    println!("  notes.add(…)              {:?}", notes.add(&long).expect_err("there is no room here either"));
    println!("  notes.count()             {:?}", notes.count()?);

    let usage = plugin.usage();
    println!("\nthe plugin uses {} of {} MiB of memory", usage.memory.now >> 20, usage.memory.limit >> 20);
    println!(
        "  {} of {} threads, {} sockets, {} files",
        usage.threads.now, usage.threads.limit, usage.sockets, usage.open_files
    );
    println!("  {} KiB written in all, {} calls", usage.written_to_mounts >> 10, usage.calls.finished);

    println!("\nthe host stops it while {WAITING} requests wait");
    let waiting: Vec<_> =
        (0..WAITING).map(|_| web::request(&address, "GET", "/notes/next?after=1000", "")).collect::<Result<_, _>>()?;
    plugin.cancel_handle().cancel();
    println!("  notes.count()             {}", notes.count().expect_err("it was stopped"));
    for request in waiting {
        println!("  GET /notes/next           {}", web::answer(request).expect_err("it was stopped"));
    }
    Ok(())
}
