//! A small fleet: an interface, answers to it in Rust, hosts with connections of their own, and releases for them.

use bytes::Bytes;
use futures::FutureExt as _;
use futures::future::BoxFuture;
use minisign::KeyPair;
use plugix_abi::interface;
use plugix_abi::interface::Interface;
use plugix_fleet::Fleet;
use plugix_fleet::serve::{Answer, Backend, Call, Outcome, Server};
use plugix_fleet::ship::{Deployments, Host, Hosts, Release, Runner, Signed, Trust};
use plugix_store::ContentHash;
use std::sync::Arc;
use std::time::Duration;

/// What all plugins here have.
#[interface(version = "1.0")]
pub(crate) trait Work {
    /// Nothing.
    fn nothing(&self);
    /// Returns after a while.
    fn nap(&self);
}

/// How long [`Work::nap`] takes: the caller asks for it twice meanwhile, after a second each.
pub(crate) const NAP: Duration = Duration::from_millis(2500);

/// The plugin that all hosts have. Its name is as long as the others'.
pub(crate) const EVERYWHERE: &str = "plugin-everywhere";

/// How long a module is here.
pub(crate) const MODULE: usize = 1024;

/// The host with this number.
pub(crate) fn host_name(host: usize) -> String {
    format!("host-{host:04}")
}

/// A plugin of a host. All names have the same length.
pub(crate) fn plugin_name(host: usize, plugin: usize) -> String {
    format!("plugin-{host:04}-{plugin:05}")
}

/// Bytes that no other plugin's module has.
pub(crate) fn module(plugin: &str, version: usize) -> Vec<u8> {
    let mut module = format!("{plugin} {version}").into_bytes();
    module.resize(MODULE, b' ');
    module
}

/// A release of a plugin.
pub(crate) fn release(plugin: &str, version: usize, hosts: Hosts) -> Release {
    let module = ContentHash::of(&module(plugin, version));
    let (version, policy) = (format!("{version}.0.0"), String::new());
    Release { plugin: plugin.to_owned(), version, module, hosts, instances: 1, policy }
}

/// Whoever ships releases.
pub(crate) struct Shipper {
    key: KeyPair,
    pub(crate) deployments: Deployments,
    pub(crate) fleet: Fleet,
}

impl Shipper {
    pub(crate) fn new(url: &str) -> anyhow::Result<Self> {
        let fleet = Fleet::builder(url).name("shipper").connect()?;
        Ok(Self { key: KeyPair::generate_unencrypted_keypair()?, deployments: Deployments::open(&fleet)?, fleet })
    }

    pub(crate) fn sign(&self, release: &Release) -> anyhow::Result<Signed> {
        let text = release.to_text()?;
        let signature = minisign::sign(None, &self.key.sk, text.as_bytes(), None, None)?;
        Ok(Signed { text, signatures: vec![signature.into_string()] })
    }

    /// Has a version of a plugin run on some hosts. Returns the bucket's revision.
    pub(crate) fn apply(&self, plugin: &str, version: usize, hosts: Hosts) -> anyhow::Result<u64> {
        let signed = self.sign(&release(plugin, version, hosts))?;
        Ok(self.deployments.apply(&signed, &module(plugin, version))?.revision)
    }

    /// Starts a host with a connection of its own.
    pub(crate) fn host(&self, url: &str, name: &str) -> anyhow::Result<Host> {
        let fleet = Fleet::builder(url).name(name).connect()?;
        let server = Server::builder(&fleet, name).build()?;
        let trust = Trust::key(self.key.pk.to_base64().parse()?);
        Ok(Host::builder(&server, Arc::new(Starts)).trust(trust).start()?)
    }
}

/// Starts anything at once.
struct Starts;

impl Runner for Starts {
    fn start(&self, _: &Release, _: &[u8]) -> Result<Arc<dyn Backend>, String> {
        Ok(Arc::new(Rust))
    }
}

/// Answers in Rust, without an engine.
struct Rust;

impl Backend for Rust {
    fn descriptors(&self) -> Bytes {
        Bytes::from_static(<dyn Work as Interface>::DESCRIPTOR)
    }

    fn call(&self, call: Call) -> BoxFuture<'static, Outcome> {
        async move {
            if call.method == "Work/nap" {
                tokio::time::sleep(NAP).await;
            }
            Ok(Answer::Value(Bytes::new()))
        }
        .boxed()
    }
}
