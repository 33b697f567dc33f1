//! An OCI registry that keeps everything in memory.

use crate::{Answer, Request, Server};
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};
use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard};

/// An OCI registry on this machine, without or with a password.
pub struct Registry {
    server: Server,
    kept: Arc<Mutex<Kept>>,
}

#[derive(Default)]
struct Kept {
    blobs: HashMap<String, Vec<u8>>,
    manifests: HashMap<String, Vec<u8>>,
    /// What is asked first, and may answer in the registry's place.
    hostile: Option<Box<Hostile>>,
}

/// What may answer in a registry's place.
type Hostile = dyn Fn(&Request) -> Option<Answer> + Send;

/// What a registry wants to know of users.
#[derive(Clone, Debug)]
enum Asks {
    Nothing,
    /// `Basic` and the encoded name and password.
    Password(String),
    /// A token, which it gives for that.
    Token(String),
}

/// The token that the registry gives.
const TOKEN: &str = "the-token";

impl Registry {
    /// A registry for everybody.
    pub fn new() -> Self {
        Self::asking(Asks::Nothing)
    }

    /// A registry that wants this `authorization` header (`Basic …`).
    pub fn with_password(authorization: &str) -> Self {
        Self::asking(Asks::Password(authorization.to_owned()))
    }

    /// A registry that wants a token, and gives one for this `authorization` header (`Basic …`).
    pub fn with_tokens(authorization: &str) -> Self {
        Self::asking(Asks::Token(authorization.to_owned()))
    }

    fn asking(asks: Asks) -> Self {
        let kept = Arc::new(Mutex::new(Kept::default()));
        let of_server = kept.clone();
        let server = Server::new(move |request| {
            let mut kept = lock(&of_server);
            let hostile = kept.hostile.as_ref().and_then(|hostile| hostile(request));
            hostile.unwrap_or_else(|| refusal(&asks, request).unwrap_or_else(|| kept.answer(request)))
        });
        Self { server, kept }
    }

    /// The server below it.
    pub fn server(&self) -> &Server {
        &self.server
    }

    /// A reference to something in it.
    pub fn reference(&self, repository: &str) -> String {
        format!("{}/{repository}", self.server.host())
    }

    /// Lets a function answer in the registry's place, whenever it wants to.
    pub fn answer_with(&self, hostile: impl Fn(&Request) -> Option<Answer> + Send + 'static) {
        lock(&self.kept).hostile = Some(Box::new(hostile));
    }

    /// Lets the registry answer by itself again.
    pub fn answer_rightly(&self) {
        lock(&self.kept).hostile = None;
    }

    /// Puts a module with signatures where a reference `repository:tag` finds it. Returns the digest of the manifest.
    pub fn put(&self, repository: &str, tag: &str, module: &[u8], signatures: &[&str]) -> String {
        let mut kept = lock(&self.kept);
        let mut blob = |kind: &str, bytes: &[u8]| {
            kept.blobs.insert(digest_of(bytes), bytes.to_vec());
            json!({ "mediaType": kind, "digest": digest_of(bytes), "size": bytes.len() })
        };
        let config = blob("application/vnd.oci.empty.v1+json", b"{}");
        let mut layers = vec![blob("application/wasm", module)];
        layers.extend(signatures.iter().map(|text| blob("application/vnd.plugix.minisig", text.as_bytes())));
        let manifest = json!({ "schemaVersion": 2, "config": config, "layers": layers }).to_string().into_bytes();
        let digest = digest_of(&manifest);
        for version in [tag, digest.as_str()] {
            kept.manifests.insert(format!("{repository}/manifests/{version}"), manifest.clone());
        }
        digest
    }

    /// The manifest of `repository:tag`, as JSON.
    pub fn manifest(&self, repository: &str, tag: &str) -> Option<Value> {
        let kept = lock(&self.kept);
        serde_json::from_slice(kept.manifests.get(&format!("{repository}/manifests/{tag}"))?).ok()
    }
}

impl Default for Registry {
    fn default() -> Self {
        Self::new()
    }
}

fn lock(kept: &Mutex<Kept>) -> MutexGuard<'_, Kept> {
    kept.lock().expect("no thread of the server panics")
}

/// What a registry answers to those whom it doesn't know.
fn refusal(asks: &Asks, request: &Request) -> Option<Answer> {
    let given = request.header("authorization").unwrap_or_default();
    let host = request.header("host").unwrap_or_default();
    match asks {
        Asks::Nothing => None,
        Asks::Password(wanted) if given == wanted => None,
        Asks::Password(_) => Some(Answer::new(401, "").header("www-authenticate", "Basic realm=\"tests\"")),
        Asks::Token(wanted) if request.path.starts_with("/token") => {
            let known = given == wanted && request.path.contains("scope=repository");
            Some(if known { Answer::new(200, format!(r#"{{"token":"{TOKEN}"}}"#)) } else { Answer::new(401, "") })
        }
        Asks::Token(_) if given == format!("Bearer {TOKEN}") => None,
        Asks::Token(_) => {
            let challenge = format!("Bearer realm=\"http://{host}/token\",service=\"tests\"");
            Some(Answer::new(401, "").header("www-authenticate", &challenge))
        }
    }
}

impl Kept {
    fn answer(&mut self, request: &Request) -> Answer {
        let Some(path) = request.path.strip_prefix("/v2/") else { return Answer::new(404, "") };
        let (path, query) = path.split_once('?').unwrap_or((path, ""));
        let digest = query.split('&').find_map(|pair| pair.strip_prefix("digest=")).unwrap_or_default();
        match request.method.as_str() {
            "GET" | "HEAD" if path.is_empty() => Answer::new(200, "{}"),
            "GET" | "HEAD" if path.contains("/manifests/") => match self.manifests.get(path) {
                Some(manifest) => {
                    let kind = "application/vnd.oci.image.manifest.v1+json";
                    Answer::new(200, manifest.clone()).header("content-type", kind)
                }
                None => Answer::new(404, ""),
            },
            "GET" | "HEAD" => {
                match (path.rsplit('/').next().and_then(|digest| self.blobs.get(digest)), request.range()) {
                    (Some(blob), Some(first)) => Answer::part(blob, first),
                    (Some(blob), None) => Answer::new(200, blob.clone()),
                    (None, _) => Answer::new(404, ""),
                }
            }
            "POST" => Answer::new(202, "").header("location", &format!("/v2/{path}1")),
            "PUT" if path.contains("/manifests/") => {
                let digest = digest_of(&request.body);
                let by_digest = path.split("/manifests/").next().unwrap_or_default();
                self.manifests.insert(format!("{by_digest}/manifests/{digest}"), request.body.clone());
                self.manifests.insert(path.to_owned(), request.body.clone());
                Answer::new(201, "")
            }
            "PUT" if digest.replace("%3A", ":") == digest_of(&request.body) => {
                self.blobs.insert(digest_of(&request.body), request.body.clone());
                Answer::new(201, "")
            }
            _ => Answer::new(400, ""),
        }
    }
}

/// What a registry knows bytes by.
pub fn digest_of(bytes: &[u8]) -> String {
    let digits: String = Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect();
    format!("sha256:{digits}")
}
