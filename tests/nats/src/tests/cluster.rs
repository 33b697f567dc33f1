//! Three servers: they elect a leader, and go on without one of them.

use super::*;
use anyhow::ensure;
use serde_json::Value;

/// A stream of JetStream's that each server keeps.
const STREAM: &str = r#"{"name":"kept","subjects":["kept.>"],"storage":"file","num_replicas":3}"#;

/// Asks one of the servers until the answer is no error: the stream may have no leader yet.
fn ask(server: &Server, subject: &str, question: &str) -> Result<Value> {
    wait(|| {
        let answer = Client::enter(server.address())?.ask(subject, question)?;
        ensure!(answer["error"].is_null(), "{answer}");
        Ok(answer)
    })
}

#[test]
fn a_cluster_elects_and_survives_its_leader() -> Result<()> {
    if find_or_skip("a_cluster_elects").is_none() {
        return Ok(());
    }
    let mut cluster = Cluster::start()?;
    assert_eq!(cluster.urls().len(), 3);
    for server in cluster.iter() {
        assert_eq!(server.monitor("/jsz")?["meta_cluster"]["cluster_size"], 3);
        let info = Client::enter(server.address())?.info;
        assert!(info["connect_urls"].is_null(), "{info}");
    }
    let first = cluster.leader()?;
    ask(cluster.server(first), "$JS.API.STREAM.CREATE.kept", STREAM)?;
    assert_eq!(ask(cluster.server(first), "kept.a", "text")?["seq"], 1);
    // One that a single server keeps.
    ask(cluster.server(first), "$JS.API.STREAM.CREATE.single", r#"{"name":"single"}"#)?;

    cluster.settle()?;
    cluster.server_mut(first).kill();
    cluster.wait()?;
    let second = cluster.leader()?;
    assert_ne!(second, first);
    assert_eq!(ask(cluster.server(second), "kept.a", "more")?["seq"], 2);

    cluster.server_mut(first).restart()?;
    cluster.settle()?;
    let found = ask(cluster.server(first), "$JS.API.STREAM.INFO.kept", "")?;
    assert_eq!(found["state"]["messages"], 2, "{found}");
    Ok(())
}

#[test]
fn a_cluster_without_jetstream_has_routes_only() -> Result<()> {
    if find_or_skip("a_cluster_without_jetstream").is_none() {
        return Ok(());
    }
    let cluster = Server::builder().jetstream(false).start_cluster()?;
    assert!(cluster.leader().is_err());
    // A message goes from one to another.
    let (mut from, mut to) = (Client::enter(cluster.server(0).address())?, Client::enter(cluster.server(2).address())?);
    to.say("SUB news 1\r\n")?;
    wait(|| {
        let told = cluster.server(0).monitor("/routez?subs=1")?.to_string();
        ensure!(told.contains("news"), "{told}");
        Ok(())
    })?;
    from.say("PUB news 3\r\nyes\r\n")?;
    assert_eq!(to.news()?, "MSG news 1 3");
    Ok(())
}
