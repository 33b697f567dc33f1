//! A kill and a full disk at each step of each change: there is the old or the new, and each as a whole.

use super::*;
use plugix_e2e_registry::{Answer, Server};
use std::process::Command;

/// What the child process is told: the step at which it dies, and the change.
const STEP: &str = "PLUGIX_STORE_TEST_STEP";
const CHANGE: &str = "PLUGIX_STORE_TEST_CHANGE";
const FOLDER: &str = "PLUGIX_STORE_TEST_FOLDER";

type State = BTreeMap<PluginName, Plugin>;

/// The changes. Before each there is `words` of version 1, and the file holds version 2.
const CHANGES: [&str; 4] = ["add", "update", "remove", "grant"];

fn change(store: &mut Store, what: &str, case: &TempDir) -> Result<(), StoreError> {
    match what {
        "add" => add(store, &Source::file(case.path().join("other.wasm"))?).map(drop),
        "update" => update(store, "words").map(drop),
        "remove" => store.remove(&name("words")).map(drop),
        _ => store.set_grant(&name("words"), Some("all".to_owned())),
    }
}

fn before() -> Case {
    let case = Case::new();
    let source = case.write("words.wasm", &words("1.0.0"));
    add(&mut case.open(), &source).unwrap();
    case.write("words.wasm", &words("2.0.0"));
    case.write("other.wasm", &module("other", "1.0.0", 5000));
    let pair = minisign::KeyPair::generate_unencrypted_keypair().unwrap();
    let signature = minisign::sign(None, &pair.sk, &b"anything"[..], None, None).unwrap();
    case.write("other.wasm.minisig", signature.to_string().as_bytes());
    case
}

/// What is there, after all of it was found to be whole.
fn state(case: &Case) -> State {
    let store = case.open();
    for plugin in store.list().values() {
        store.module(&plugin.hash).unwrap();
    }
    assert_eq!(fs::read_dir(case.home().join("unfinished")).unwrap().count(), 0);
    store.list().clone()
}

fn old_and_new(what: &str) -> (State, State) {
    let case = before();
    let old = state(&case);
    change(&mut case.open(), what, &case.0).unwrap();
    (old, state(&case))
}

/// Without the paths, which differ from case to case.
fn contents(state: &State) -> Vec<(String, String, Option<String>)> {
    let content = |(name, plugin): (&PluginName, &Plugin)| (name.to_string(), plugin.hash.hex(), plugin.grant.clone());
    state.iter().map(content).collect()
}

#[track_caller]
fn is_old_or_new(case: &Case, what: &str, step: usize, (old, new): &(State, State)) {
    let found = contents(&state(case));
    assert!(found == contents(old) || found == contents(new), "{what}, step {step}: {found:?}");
    // Whatever happened, the change can be made now.
    if found == contents(old) {
        change(&mut case.open(), what, &case.0).unwrap();
    }
    assert_eq!(contents(&state(case)), contents(new), "{what}, step {step}");
}

#[test]
fn a_full_disk_at_each_step_loses_nothing() {
    for what in CHANGES {
        let states = old_and_new(what);
        for step in 0.. {
            let (case, faults) = (before(), Faults::default());
            let mut store = case.open_on(&faults).unwrap();
            faults.set(Fault::Full, step);
            let changed = change(&mut store, what, &case.0);
            faults.set(Fault::None, 0);
            let kept = contents(store.list());
            drop(store);
            assert_eq!(kept, contents(&state(&case)), "{what}, step {step}: the program and the disk agree");
            match changed {
                Ok(()) if step > 2 && kept == contents(&states.1) => break,
                Ok(()) => panic!("{what}, step {step} was not noticed"),
                Err(error) => assert!(error.is_disk_full(), "{what}, step {step}: {error:?}"),
            }
            is_old_or_new(&case, what, step, &states);
        }
    }
}

#[test]
fn a_program_that_dies_at_any_step_leaves_the_old_or_the_new() {
    for what in CHANGES {
        let states = old_and_new(what);
        for step in 0.. {
            let (case, faults) = (before(), Faults::default());
            let mut store = case.open_on(&faults).unwrap();
            faults.set(Fault::Dead, step);
            let changed = change(&mut store, what, &case.0);
            drop(store);
            is_old_or_new(&case, what, step, &states);
            if changed.is_ok() {
                break;
            }
        }
    }
}

#[test]
fn opening_can_die_as_well() {
    for step in 0.. {
        let (case, faults) = (before(), Faults::default());
        let old = contents(&state(&case));
        fs::write(case.home().join("unfinished/left"), "by a crash").unwrap();
        faults.set(Fault::Dead, step);
        let opened = case.open_on(&faults).is_ok();
        assert_eq!(contents(&state(&case)), old, "step {step}");
        if opened {
            break;
        }
    }
}

#[test]
fn a_killed_process_leaves_the_old_or_the_new() {
    for what in CHANGES {
        let states = old_and_new(what);
        for step in 0.. {
            let case = before();
            let status = child(what, step, &case).status().unwrap();
            is_old_or_new(&case, what, step, &states);
            if status.success() {
                break;
            }
        }
    }
}

/// This program again, with only the test below.
fn child(what: &str, step: usize, case: &Case) -> Command {
    let mut command = Command::new(std::env::current_exe().unwrap());
    command.args(["--exact", "store::tests::crashes::dies_in_a_child", "--quiet"]);
    command.env(STEP, step.to_string()).env(CHANGE, what).env(FOLDER, case.0.path());
    command.stdout(std::process::Stdio::null()).stderr(std::process::Stdio::null());
    command
}

/// In the child it makes the change and dies at its step. Otherwise it has nothing to do.
#[test]
fn dies_in_a_child() {
    let Some(folder) = std::env::var_os(FOLDER) else { return };
    let (step, what) = (std::env::var(STEP).unwrap(), std::env::var(CHANGE).unwrap());
    let home = PathBuf::from(&folder).join("home");
    // The parent removes the folder.
    let case = TempDir::new_in(&folder).unwrap();
    for file in ["words.wasm", "other.wasm", "other.wasm.minisig"] {
        fs::copy(PathBuf::from(&folder).join(file), case.path().join(file)).unwrap();
    }
    if what == "limited" {
        limit_files(20_000);
        let mut store = Store::open(home).unwrap();
        let error = update(&mut store, "words").unwrap_err();
        assert!(error.is_disk_full(), "{error:?}");
        return;
    }
    let faults = Faults::default();
    let mut store = Store::open_on(&home, disk(&faults)).unwrap();
    faults.set(Fault::Abort, step.parse().unwrap());
    change(&mut store, &what, &case).unwrap();
}

/// Lets no file of this process grow larger.
fn limit_files(bytes: u64) {
    let limit = libc::rlimit { rlim_cur: bytes, rlim_max: bytes };
    // SAFETY: both calls read their arguments alone, and no handler of a signal is set but the one that ignores it.
    let limited = unsafe {
        libc::signal(libc::SIGXFSZ, libc::SIG_IGN);
        libc::setrlimit(libc::RLIMIT_FSIZE, &raw const limit)
    };
    assert_eq!(limited, 0);
}

#[test]
fn the_systems_own_limit_is_told_and_loses_nothing() {
    let case = before();
    let old = contents(&state(&case));
    assert!(child("limited", 0, &case).status().unwrap().success());
    assert_eq!(contents(&state(&case)), old);
}

#[test]
fn a_download_that_dies_goes_on_with_the_next_program() {
    let content = words("3.0.0");
    let served = content.clone();
    let server = Server::new(move |request| match (request.path.ends_with(".minisig"), request.range()) {
        (true, _) => Answer::new(404, ""),
        (_, None) => Answer::new(200, served.clone()).header("etag", "\"v1\""),
        (_, Some(first)) => Answer::part(&served, first),
    });
    let source: Source = format!("{}#{}", server.url("/w.wasm"), crate::ContentHash::of(&content)).parse().unwrap();
    for step in 0.. {
        let (case, faults) = (before(), Faults::default());
        let mut store = case.open_on(&faults).unwrap();
        faults.set(Fault::Dead, step);
        let added = store.add(Some(&name("new")), source.clone(), &mut |_| {});
        drop(store);
        let there = state(&case).contains_key(&name("new"));
        assert!(there || added.is_err());
        let (_, plugin) = case.open().add(Some(&name("new")), source.clone(), &mut |_| {}).unwrap();
        assert_eq!(case.open().module(&plugin.hash).unwrap(), content);
        assert_eq!(fs::read_dir(case.home().join("partial")).unwrap().count(), 0);
        if added.is_ok() {
            break;
        }
    }
}
