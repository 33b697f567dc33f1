//! What goes wrong in the middle of calls: a host, a server, and the network between.

use crate::kit::*;
use futures::StreamExt as _;
use plugix_fleet::Error;
use plugix_nats::{Cluster, Mode, Proxy, Server as Nats};
use std::sync::Arc;
use std::thread;
use std::time::Duration;

/// A host behind a network that can be cut.
fn behind(proxy: &Proxy, name: &str, gates: &Arc<Gates>) -> (plugix_fleet::Fleet, TestHost) {
    let fleet = connect(&proxy.url());
    let host = host(&fleet, name, gates);
    (fleet, host)
}

/// Starts a call that waits at a gate, and returns what it came to, and the host that has it.
fn waiting(
    fleet: &plugix_fleet::Fleet,
    gates: &Gates,
    gate: &'static str,
    again: bool,
) -> (thread::JoinHandle<Result<String, Error>>, String) {
    let work = fleet.bind::<dyn Work>().unwrap();
    let call = thread::spawn(move || if again { work.wait_again(gate) } else { work.wait(gate) });
    let host = gates.came(gate, 1)[0].clone();
    (call, host)
}

#[test]
fn a_host_that_is_gone_loses_what_may_not_run_twice() {
    let nats = Nats::start().unwrap();
    let gates = Arc::<Gates>::default();
    let proxy = Proxy::start(nats.address()).unwrap();
    let (_fleet, _host) = behind(&proxy, "cut", &gates);
    let fleet = connect(&nats.url());
    let (call, host) = waiting(&fleet, &gates, "once", false);
    assert_eq!(host, "cut");
    proxy.set(Mode::Drop);
    let error = call.join().unwrap().unwrap_err();
    assert!(matches!(error, Error::Lost), "{error}");
    assert!(error.may_have_run());
    assert_eq!(gates.came("once", 1).len(), 1, "it ran once");
    gates.open("once");
}

#[test]
fn a_host_that_is_gone_is_replaced_for_what_may_run_twice() {
    let nats = Nats::start().unwrap();
    let gates = Arc::<Gates>::default();
    let proxy = Proxy::start(nats.address()).unwrap();
    let (_cut_fleet, cut) = behind(&proxy, "cut", &gates);
    let fleet = connect(&nats.url());
    let (call, _) = waiting(&fleet, &gates, "twice", true);
    // The network goes, and another host comes.
    proxy.set(Mode::Refuse);
    let _other = host(&fleet, "other", &gates);
    gates.came("twice", 2);
    gates.open("twice");
    assert_eq!(call.join().unwrap().unwrap(), "other");
    drop(cut);
}

#[test]
fn a_long_call_is_not_taken_for_a_lost_one() {
    let nats = Nats::start().unwrap();
    let gates = Arc::<Gates>::default();
    let fleet = connect(&nats.url());
    let _host = host(&fleet, "one", &gates);
    // Somebody hears how often the hosts are asked: a call is lost after two questions without an answer.
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let questions = async {
        let client = async_nats::connect(nats.url()).await.unwrap();
        let questions = client.subscribe("plugix-calls.Work.v1").await.unwrap();
        client.flush().await.unwrap();
        (client, questions.take(4))
    };
    let (_client, questions) = runtime.block_on(questions);
    let (call, _) = waiting(&fleet, &gates, "long", false);
    assert_eq!(runtime.block_on(questions.count()), 4);
    gates.open("long");
    assert_eq!(call.join().unwrap().unwrap(), "one");
}

#[test]
fn clients_and_hosts_come_back_after_a_restart_of_the_server() {
    let mut nats = Nats::start().unwrap();
    let gates = Arc::<Gates>::default();
    let fleet = connect(&nats.url());
    let _host = host(&fleet, "one", &gates);
    let client = connect(&nats.url());
    let work = client.bind::<dyn Work>().unwrap();
    assert_eq!(work.add("a", 1).unwrap(), 1);
    nats.restart().unwrap();
    until("a call after the restart", || work.echo(b"x").is_ok());
    assert_eq!(work.add("a", 1).unwrap(), 2, "none ran twice");
}

#[test]
fn a_cluster_goes_on_without_one_of_its_servers() {
    let mut cluster = Cluster::start().unwrap();
    let gates = Arc::<Gates>::default();
    let urls = cluster.urls();
    // The host knows all servers, and begins at the one that goes.
    let host_fleet = connect(&format!("{},{}", urls[0], urls[1]));
    let _host = host(&host_fleet, "one", &gates);
    let client = connect(&urls[2]);
    until("the interface on the other server", || client.bind::<dyn Work>().is_ok());
    let work = client.bind::<dyn Work>().unwrap();
    assert_eq!(work.add("a", 1).unwrap(), 1);
    cluster.server_mut(0).kill();
    until("a call by the other servers", || work.echo(b"x").is_ok());
    let sum = work.add("a", 1).unwrap();
    assert_eq!(sum, 2, "none ran twice");
}

#[test]
fn a_client_that_is_cut_off_gets_an_error_in_time() {
    let nats = Nats::start().unwrap();
    let gates = Arc::<Gates>::default();
    let fleet = connect(&nats.url());
    let host = host(&fleet, "one", &gates);
    let proxy = Proxy::start(nats.address()).unwrap();
    let client = connect(&proxy.url());
    let work = client.calls().deadline(Duration::from_secs(20)).bind::<dyn Work>().unwrap();
    proxy.set(Mode::Drop);
    let error = work.add("a", 1).unwrap_err();
    let plugix_abi::CallError::Failed(error) = error else { panic!("{error}") };
    assert!(error.may_have_run(), "{error}");
    proxy.set(Mode::Pass);
    until("the connection", || work.echo(b"x").is_ok());
    assert!(host.backend.calls.lock().unwrap().iter().filter(|call| call.method == "Work/add").count() <= 1);
}
