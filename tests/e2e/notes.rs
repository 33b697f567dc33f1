//! A web service in a plugin, with axum and SQLite, which the host calls, limits and stops meanwhile.

#[path = "../../host/examples/notes/web.rs"]
mod web;

use anyhow::{Context as _, Result, ensure};
use notes_interface::{Note, Notes, NotesError};
use plugix_e2e::{assert_matches, engine, wait_until};
use plugix_host::error::CallError;
use plugix_host::policy::Network;
use plugix_host::{Error, Module, Plugin, Policy};
use plugix_toolchain::{Build, Progress, Toolchain};
use std::path::Path;
use std::sync::LazyLock;
use std::thread;

/// The example plugin. It is built in its own workspace.
static MODULE: LazyLock<Module> = LazyLock::new(|| load().expect("the example plugin can be built"));

fn load() -> Result<Module> {
    let request = Build::new(Path::new(env!("CARGO_MANIFEST_DIR")).join("../example-plugins/notes/Cargo.toml"));
    let modules = Toolchain::ensure(Progress::Silent)?.build(&request, Progress::Silent)?;
    Ok(engine().load_file(&modules.first().context("there is no module")?.path)?)
}

/// A plugin whose database is in this folder, and may take so much there.
fn serve(folder: &Path, room: u64) -> Result<Plugin> {
    let network = Network::new().listen_tcp("127.0.0.1:0")?;
    // The plugin is configured by the policy's file.
    let policy = Policy::from_toml_str("[config]\nfile = '/data/notes.sqlite'\nlisten = '127.0.0.1:0'", folder)?
        .mount_limited(folder, "/data", room)
        .network(network)
        .memory(64 << 20)
        .threads(16);
    Ok(Plugin::builder(&MODULE).policy(policy).start()?)
}

#[test]
fn requests_and_calls_reach_the_same_notes_at_the_same_time() -> Result<()> {
    let folder = tempfile::tempdir()?;
    let plugin = serve(folder.path(), 4 << 20)?;
    let notes = plugin.bind::<dyn Notes>()?;
    let address = notes.address()?;
    thread::scope(|scope| {
        let posts: Vec<_> = (0..4)
            .map(|client| {
                let address = &address;
                scope.spawn(move || {
                    for number in 0..10 {
                        let (status, told) = web::post(address, "/notes", &format!("web {client} {number}"))?;
                        ensure!(status == 200, "{status} {told}");
                    }
                    Ok(())
                })
            })
            .collect();
        for number in 0..10 {
            let note = notes.add(&format!("host {number}"))?;
            assert_eq!(note.text, format!("host {number}"));
        }
        posts.into_iter().try_for_each(|post| post.join().expect("a client doesn't panic"))
    })?;
    assert_eq!((notes.count()?, notes.search("web 3 ")?.len(), notes.search("host")?.len()), (50, 10, 10));
    let (status, found) = web::get(&address, "/notes?text=host+7")?;
    let found: Vec<Note> = serde_json::from_str(&found)?;
    assert_eq!((status, found), (200, notes.search("host 7")?));
    Ok(())
}

#[test]
fn two_plugins_share_a_database() -> Result<()> {
    let folder = tempfile::tempdir()?;
    let plugins = [serve(folder.path(), 4 << 20)?, serve(folder.path(), 4 << 20)?];
    thread::scope(|scope| {
        let adding = plugins.each_ref().map(|plugin| {
            scope.spawn(move || -> Result<()> {
                let notes = plugin.bind::<dyn Notes>()?;
                for number in 0..10 {
                    notes.add(&number.to_string())?;
                }
                Ok(())
            })
        });
        adding.into_iter().try_for_each(|adding| adding.join().expect("a host thread doesn't panic"))
    })?;
    for plugin in &plugins {
        assert_eq!(plugin.bind::<dyn Notes>()?.count()?, 20);
    }
    Ok(())
}

#[test]
fn a_call_ends_the_wait_of_a_request() -> Result<()> {
    let folder = tempfile::tempdir()?;
    let plugin = serve(folder.path(), 4 << 20)?;
    let notes = plugin.bind::<dyn Notes>()?;
    let waiting = web::request(&notes.address()?, "GET", "/notes/next?after=0", "")?;
    let note = notes.add("awaited")?;
    let (status, told) = web::answer(waiting)?;
    assert_eq!((status, serde_json::from_str::<Note>(&told)?), (200, note));
    Ok(())
}

#[test]
fn a_full_mount_is_an_answer_and_the_service_goes_on() -> Result<()> {
    let folder = tempfile::tempdir()?;
    let plugin = serve(folder.path(), 1 << 20)?;
    let notes = plugin.bind::<dyn Notes>()?;
    let address = notes.address()?;
    let long = "long ".repeat(40 << 10);
    let mut answers = (0..20).map(|_| web::post(&address, "/notes", &long));
    let refused = answers.find(|answer| !matches!(answer, Ok((200, _)))).context("the limit is never reached")??;
    assert_eq!(refused, (507, NotesError::NoRoom.to_string()));
    assert_matches!(notes.add(&long), Err(CallError::Returned(NotesError::NoRoom)));
    let count = notes.count()?;
    assert!((1..20).contains(&count), "{count}");
    assert_eq!(web::get(&address, "/notes?text=short")?, (200, "[]".to_owned()));
    Ok(())
}

#[test]
fn a_stop_ends_requests_that_wait_and_keeps_the_notes() -> Result<()> {
    let folder = tempfile::tempdir()?;
    let plugin = serve(folder.path(), 4 << 20)?;
    let notes = plugin.bind::<dyn Notes>()?;
    let address = notes.address()?;
    let note = notes.add("kept")?;
    let listening = plugin.usage().sockets;
    let waiting: Vec<_> =
        (0..4).map(|_| web::request(&address, "GET", "/notes/next?after=1000", "")).collect::<Result<_, _>>()?;
    // Each is accepted, and waits.
    wait_until("four connections", || plugin.usage().sockets == listening + 4);

    plugin.cancel_handle().cancel();
    assert_matches!(notes.count(), Err(CallError::Failed(Error::Dead(_))));
    // However long the host keeps the plugin's handle.
    for request in waiting {
        web::answer(request).expect_err("its connection is closed");
    }
    wait_until("the end of all sockets", || plugin.usage().sockets == 0);
    drop(plugin);

    let again = serve(folder.path(), 4 << 20)?;
    assert_eq!(again.bind::<dyn Notes>()?.search("")?, [note]);
    Ok(())
}
