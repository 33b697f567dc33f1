//! Releases: from the bucket to calls, one host after the other, and back when a version doesn't start.

use crate::kit::*;
use minisign::KeyPair;
use plugix_fleet::Fleet;
use plugix_fleet::serve::{Backend, Server};
use plugix_fleet::ship::{
    Deployments, Host, Hosts, Overview, Release, Runner, ShipError, Signed, State, Trust, UnusedModule,
};
use plugix_nats::{Cluster, Server as Nats};
use plugix_store::ContentHash;
use std::collections::BTreeSet;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::Duration;

/// "Starts" modules: what answers says the host and the module.
#[derive(Default)]
struct Fakes {
    gates: Arc<Gates>,
    /// How many starts run at once, and the most that did.
    at_once: Mutex<(usize, usize)>,
    started: AtomicUsize,
}

struct FakesOf(String, Arc<Fakes>);

impl Runner for FakesOf {
    fn start(&self, release: &Release, module: &[u8]) -> Result<Arc<dyn Backend>, String> {
        let Self(host, fakes) = self;
        {
            let mut at_once = fakes.at_once.lock().unwrap();
            at_once.0 += 1;
            at_once.1 = at_once.1.max(at_once.0);
        }
        // A start takes its time, so that two at once would be seen.
        thread::sleep(Duration::from_millis(100));
        fakes.at_once.lock().unwrap().0 -= 1;
        fakes.started.fetch_add(1, Ordering::SeqCst);
        match module {
            b"panics" => panic!("as the module says"),
            b"fails" => Err("the module says no".to_owned()),
            _ => {
                let name = format!("{host} {} {}", release.version, String::from_utf8_lossy(module));
                Ok(Native::new(worker(&name, &fakes.gates), release.instances))
            }
        }
    }
}

struct TestFleet {
    nats: Nats,
    fleet: Fleet,
    deployments: Deployments,
    fakes: Arc<Fakes>,
    key: KeyPair,
}

impl TestFleet {
    fn start() -> Self {
        Self::on(Nats::start().unwrap())
    }

    fn on(nats: Nats) -> Self {
        let fleet = connect(&nats.url());
        let deployments = Deployments::open(&fleet).unwrap();
        let fakes = Arc::<Fakes>::default();
        fakes.gates.open("open");
        Self { nats, fleet, deployments, fakes, key: KeyPair::generate_unencrypted_keypair().unwrap() }
    }

    fn trust(&self) -> Trust {
        Trust::key(self.key.pk.to_base64().parse().unwrap())
    }

    fn host(&self, name: &str) -> Host {
        self.host_with(name, self.trust()).unwrap()
    }

    fn host_with(&self, name: &str, trust: Trust) -> Result<Host, ShipError> {
        let server = Server::builder(&connect(&self.nats.url()), name).build().unwrap();
        let runner = Arc::new(FakesOf(name.to_owned(), self.fakes.clone()));
        Host::builder(&server, runner).trust(trust).patience(Duration::from_secs(5)).start()
    }

    fn signed(&self, release: &Release) -> Signed {
        let text = release.to_text().unwrap();
        let signature = minisign::sign(None, &self.key.sk, text.as_bytes(), None, None).unwrap();
        Signed { text, signatures: vec![signature.into_string()] }
    }

    fn apply(&self, version: &str, module: &[u8], hosts: Hosts) -> u64 {
        let signed = self.signed(&release(version, module, hosts));
        self.deployments.apply(&signed, module).unwrap().revision
    }

    fn wait(&self, revision: u64) -> bool {
        self.deployments.wait("work", revision, Duration::from_secs(60), |_| {}).unwrap()
    }

    fn answers(&self) -> String {
        self.fleet.bind::<dyn Work>().unwrap().wait("open").unwrap()
    }

    fn health(&self, host: &str, is: impl Fn(&plugix_fleet::ship::PluginHealth) -> bool) {
        let mut last = None;
        until(&format!("the health of {host}"), || {
            let overview = self.deployments.overview().unwrap();
            let host = overview.hosts.iter().find(|it| it.host == host);
            last = host.and_then(|host| host.plugins.first().cloned());
            last.as_ref().is_some_and(&is)
        });
    }
}

fn release(version: &str, module: &[u8], hosts: Hosts) -> Release {
    let module = ContentHash::of(module);
    Release { plugin: "work".into(), version: version.into(), module, hosts, instances: 8, policy: String::new() }
}

fn serving(overview: &Overview) -> Vec<String> {
    let serves = |host: &&plugix_fleet::ship::Health| host.plugins.iter().any(|it| it.revision > 0);
    overview.hosts.iter().filter(serves).map(|host| host.host.clone()).collect()
}

#[test]
fn a_release_runs_until_it_is_removed() {
    let test = TestFleet::start();
    let first = test.host("a");
    let revision = test.apply("1.0", b"module", Hosts::All);
    assert!(test.wait(revision));
    assert_eq!(test.answers(), "a 1.0 module");
    assert_eq!(first.health().plugins[0].version, "1.0");
    // The same again changes nothing.
    let signed = Signed { ..test.signed(&release("1.0", b"module", Hosts::All)) };
    let applied = test.deployments.apply(&signed, b"module").unwrap();
    assert_eq!(applied.is_new, applied.revision != revision);
    // A host that comes later takes it as well.
    let second = test.host("b");
    until("two hosts", || serving(&test.deployments.overview().unwrap()) == ["a", "b"]);
    first.stop();
    assert!(test.answers().starts_with("b "));
    test.deployments.remove("work").unwrap();
    until("the end", || second.health().plugins.is_empty() && test.fleet.bind::<dyn Work>().is_err());
    assert!(matches!(test.deployments.remove("work"), Err(ShipError::NoSuchPlugin { .. })));
}

#[test]
fn a_rolling_update_under_load_loses_nothing() {
    let test = TestFleet::start();
    let hosts = ["a", "b", "c"].map(|name| test.host(name));
    let revision = test.apply("1.0", b"first", Hosts::All);
    assert!(test.wait(revision));
    until("three hosts", || serving(&test.deployments.overview().unwrap()).len() == 3);
    *test.fakes.at_once.lock().unwrap() = (0, 0);
    let end = AtomicBool::new(false);
    let calls = AtomicUsize::new(0);
    thread::scope(|scope| {
        for _ in 0..2 {
            scope.spawn(|| {
                let work = test.fleet.bind::<dyn Work>().unwrap();
                while !end.load(Ordering::SeqCst) {
                    // Not one that could be sent twice.
                    work.wait("open").unwrap();
                    calls.fetch_add(1, Ordering::SeqCst);
                }
            });
        }
        let revision = test.apply("2.0", b"second", Hosts::All);
        assert!(test.wait(revision));
        end.store(true, Ordering::SeqCst);
    });
    assert!(calls.load(Ordering::SeqCst) > 50);
    assert_eq!(test.fakes.at_once.lock().unwrap().1, 1, "one host at a time");
    assert!(test.answers().ends_with(" 2.0 second"));
    hosts.into_iter().for_each(Host::stop);
    until("an empty fleet", || test.deployments.overview().unwrap().hosts.is_empty());
}

#[test]
fn a_version_that_does_not_start_is_taken_back() {
    for module in [&b"fails"[..], b"panics"] {
        let test = TestFleet::start();
        let hosts = ["a", "b"].map(|name| test.host(name));
        let revision = test.apply("1.0", b"good", Hosts::All);
        assert!(test.wait(revision));
        let bad = test.apply("2.0", module, Hosts::All);
        assert!(!test.wait(bad));
        let overview = test.deployments.overview().unwrap();
        let problem = overview.plugins[0].bad.clone().unwrap();
        assert!(problem.contains("the module says no") || problem.contains("panicked"), "{problem}");
        until("both on the first", || hosts.iter().all(|host| host.health().plugins[0].revision == revision));
        assert!(test.answers().ends_with(" 1.0 good"));
        // The next one comes as if nothing had been.
        let next = test.apply("3.0", b"better", Hosts::All);
        assert!(test.wait(next));
        assert!(test.answers().ends_with(" 3.0 better"));
    }
}

#[test]
fn modules_that_no_release_names_are_pruned() {
    let test = TestFleet::start();
    let _host = test.host("a");
    let deployments = &test.deployments;
    let hashes = |modules: &[UnusedModule]| modules.iter().map(|one| one.module).collect::<BTreeSet<_>>();
    test.apply("1.0", b"first", Hosts::All);
    assert!(test.wait(test.apply("2.0", b"second", Hosts::All)));
    assert_eq!(deployments.prune(Duration::ZERO).unwrap(), [], "hosts may go back to the first");
    deployments.remove("work").unwrap();
    assert_eq!(deployments.prune(Duration::from_secs(3600)).unwrap(), [], "somebody may be about to apply them");
    let both = BTreeSet::from([ContentHash::of(b"first"), ContentHash::of(b"second")]);
    let unused = deployments.unused(Duration::ZERO).unwrap();
    assert_eq!((hashes(&unused), unused[0].size + unused[1].size), (both, 5 + 6));
    assert_eq!(deployments.prune(Duration::ZERO).unwrap(), unused);
    assert_eq!(deployments.unused(Duration::ZERO).unwrap(), []);
    // One comes again, and is kept.
    assert!(test.wait(test.apply("3.0", b"first", Hosts::All)));
    assert!(test.answers().ends_with(" 3.0 first"));
    assert_eq!(deployments.unused(Duration::ZERO).unwrap(), []);
}

#[test]
fn what_nobody_trusted_has_signed_does_not_run() {
    let test = TestFleet::start();
    let _careful = test.host("careful");
    let _keyless = test.host_with("keyless", Trust::default()).unwrap();
    let good = test.apply("1.0", b"good", Hosts::All);
    test.health("careful", |it| it.state == State::Serving && it.revision == good);
    test.health("keyless", |it| it.revision == 0 && it.problem.as_ref().is_some_and(|it| it.contains("trusts no key")));
    // Nobody has signed this one, and then somebody else has.
    let unsigned = Signed { signatures: vec![], ..test.signed(&release("2.0", b"worse", Hosts::All)) };
    let revision = test.deployments.apply(&unsigned, b"worse").unwrap().revision;
    assert!(!test.wait(revision));
    let other = KeyPair::generate_unencrypted_keypair().unwrap();
    let text = release("3.0", b"worse", Hosts::All).to_text().unwrap();
    let signature = minisign::sign(None, &other.sk, text.as_bytes(), None, None).unwrap().into_string();
    let revision = test.deployments.apply(&Signed { text, signatures: vec![signature] }, b"worse").unwrap().revision;
    assert!(!test.wait(revision));
    // The signature is of another release.
    let mut moved = test.signed(&release("4.0", b"worse", Hosts::All));
    moved.text = moved.text.replace("4.0", "4.1");
    let revision = test.deployments.apply(&moved, b"worse").unwrap().revision;
    assert!(!test.wait(revision));
    let problem = test.deployments.overview().unwrap().plugins[0].bad.clone().unwrap();
    assert!(problem.contains("0 of the 1 keys"), "{problem}");
    assert_eq!(test.answers(), "careful 1.0 good");
}

#[test]
fn a_module_that_somebody_has_changed_does_not_run() {
    let test = TestFleet::start();
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let release = release("1.0", b"module", Hosts::All);
    let signed = test.signed(&release);
    assert!(matches!(test.deployments.apply(&signed, b"another"), Err(ShipError::OtherModule { .. })));
    test.deployments.apply(&signed, b"module").unwrap();
    // Whoever may write the store can write anything.
    runtime.block_on(async {
        let client = async_nats::connect(test.nats.url()).await.unwrap();
        let store = async_nats::jetstream::new(client).get_object_store("plugix-modules").await.unwrap();
        store.put(&*release.module.hex(), &mut &b"tampered"[..]).await.unwrap();
    });
    let _host = test.host("a");
    test.health("a", |it| it.problem.as_ref().is_some_and(|it| it.contains("somebody has changed the module")));
    assert_eq!(test.fakes.started.load(Ordering::SeqCst), 0);
}

#[test]
fn nonsense_in_the_bucket_changes_nothing_that_runs() {
    let test = TestFleet::start();
    let _host = test.host("a");
    let revision = test.apply("1.0", b"good", Hosts::All);
    assert!(test.wait(revision));
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let put = |key: &str, value: &[u8]| {
        runtime.block_on(async {
            let client = async_nats::connect(test.nats.url()).await.unwrap();
            let bucket = async_nats::jetstream::new(client).get_key_value("plugix-fleet").await.unwrap();
            bucket.put(key, value.to_vec().into()).await.unwrap();
        });
    };
    let other = release("9.9", b"good", Hosts::All).to_text().unwrap().replace("\"work\"", "\"other\"");
    let moved = serde_json::to_vec(&Signed { text: other, signatures: vec![] }).unwrap();
    for value in [&b"\xff\x00"[..], b"{}", b"null", &[b'['; 100_000], &moved] {
        put("plugin.work", value);
        test.health("a", |it| {
            it.revision == revision && it.problem.as_ref().is_some_and(|it| it.contains("does not run"))
        });
    }
    put("bad.work.x", b"1");
    put("some.other.key", b"1");
    put("turn.work", b"nobody");
    assert_eq!(test.answers(), "a 1.0 good");
    let next = test.apply("2.0", b"next", Hosts::All);
    assert!(test.wait(next), "the host that has the turn is gone, so that it is taken over");
}

#[test]
fn so_many_hosts_run_it_and_another_one_takes_over() {
    let test = TestFleet::start();
    let mut hosts: Vec<_> = ["a", "b", "c"].map(|name| (name, test.host(name))).into();
    until("three hosts", || test.deployments.overview().unwrap().hosts.len() == 3);
    test.apply("1.0", b"module", Hosts::Count(1));
    // A host that has not heard of the others yet may serve for a moment as well, before it says so.
    let one = |not: &str| {
        let mut one = String::new();
        until("one host, which answers", || {
            let serving = serving(&test.deployments.overview().unwrap());
            one = serving.first().cloned().unwrap_or_default();
            let answer = || test.fleet.bind::<dyn Work>().ok()?.wait("open").ok();
            serving.len() == 1 && one != not && answer() == Some(format!("{one} 1.0 module"))
        });
        one
    };
    let first = one("");
    // It is gone without a word.
    let at = hosts.iter().position(|(name, _)| *name == first).unwrap();
    drop(hosts.remove(at));
    one(&first);
}

#[test]
fn a_name_is_one_hosts() {
    let test = TestFleet::start();
    let first = test.host("a");
    assert!(matches!(test.host_with("a", test.trust()).map(drop), Err(ShipError::HostTaken { .. })));
    first.stop();
    test.host("a").stop();
}

#[test]
fn two_who_apply_at_once_are_both_heard_of() {
    let test = TestFleet::start();
    let _host = test.host("a");
    let ends: Vec<_> = thread::scope(|scope| {
        let apply = |version: &'static str| {
            let test = &test;
            scope.spawn(move || {
                let signed = test.signed(&release(version, b"module", Hosts::All));
                Deployments::open(&test.fleet).unwrap().apply(&signed, b"module")
            })
        };
        ["1", "2", "3", "4"].map(apply).into_iter().map(|it| it.join().unwrap()).collect()
    });
    let revisions: Vec<_> = ends.iter().flatten().map(|applied| applied.revision).collect();
    assert!(!revisions.is_empty());
    assert!(ends.iter().filter_map(|end| end.as_ref().err()).all(|error| matches!(error, ShipError::Changed { .. })));
    assert!(test.wait(*revisions.iter().max().unwrap()), "the last one runs");
}

#[test]
fn a_store_that_is_full_or_missing_says_so() {
    let test = TestFleet::on(Nats::builder().max_store(1 << 20).start().unwrap());
    let module = vec![7; 8 << 20];
    let signed = test.signed(&release("1.0", &module, Hosts::All));
    let error = test.deployments.apply(&signed, &module).unwrap_err();
    assert!(matches!(error, ShipError::Bucket { bucket: "plugix-modules", .. }), "{error}");
    assert!(test.deployments.overview().unwrap().plugins.is_empty(), "nothing has changed");
    let nats = Nats::builder().jetstream(false).start().unwrap();
    let error = Deployments::open(&connect(&nats.url())).unwrap_err();
    assert!(matches!(error, ShipError::Bucket { .. }), "{error}");
}

#[test]
fn hosts_come_back_after_a_restart_of_the_server() {
    let mut test = TestFleet::start();
    let _host = test.host("a");
    let revision = test.apply("1.0", b"module", Hosts::All);
    assert!(test.wait(revision));
    test.nats.restart().unwrap();
    until("the host in the bucket", || {
        test.deployments.overview().is_ok_and(|overview| overview.serves("work", revision))
    });
    let next = test.apply("2.0", b"next", Hosts::All);
    assert!(test.wait(next));
    assert_eq!(test.answers(), "a 2.0 next");
}

#[test]
fn a_cluster_ships_without_one_of_its_servers() {
    let mut cluster = Cluster::start().unwrap();
    cluster.server_mut(0).kill();
    cluster.wait().unwrap();
    let fleet = connect(&cluster.urls()[1..].join(","));
    let (deployments, fakes) = (Deployments::open(&fleet).unwrap(), Arc::<Fakes>::default());
    fakes.gates.open("open");
    let server = Server::builder(&fleet, "a").build().unwrap();
    let runner = Arc::new(FakesOf("a".to_owned(), fakes));
    let _host = Host::builder(&server, runner).trust(Trust::Anybody).start().unwrap();
    let text = release("1.0", b"module", Hosts::All).to_text().unwrap();
    let applied = deployments.apply(&Signed { text, signatures: vec![] }, b"module").unwrap();
    assert!(deployments.wait("work", applied.revision, Duration::from_secs(60), |_| {}).unwrap());
    assert_eq!(fleet.bind::<dyn Work>().unwrap().wait("open").unwrap(), "a 1.0 module");
}
