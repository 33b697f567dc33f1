//! What the code says, and the texts that it writes. Each is read off the code, and none is fitted to what was measured.

/// An interface of a plugin on a host has three addresses, and each has its methods and its forms; all calls are asked about
/// at a seventh subject, and NATS's verbs come in at three more (`serve/served.rs`, `serve/micro.rs`).
pub(crate) const SUBSCRIPTIONS_OF_INTERFACE: usize = 3 + 3 + 1 + 3;

/// A connection has one inbox for all answers. The watch of the bucket has another one (`ship/host/known.rs`).
pub(crate) const SUBSCRIPTIONS_OF_HOST: usize = 2;

/// Seconds: `TICK` and `FOR_EACH` of `ship/host/controller.rs`, and `SILENT` of `ship/buckets.rs`.
pub(crate) const TICK: f64 = 3.0;
pub(crate) const FOR_EACH: f64 = 0.005;
pub(crate) const SILENT: f64 = 10.0;

/// A tick asks `STREAM.INFO` once for the hosts and once for what is on the page after them, which is nothing (`keys` in
/// `ship/buckets.rs`); then it writes what the host runs. Each of the three has an answer.
pub(crate) const REQUESTS_OF_TICK: usize = 3;

/// Seconds after which the server tells a watch that nothing has changed: `ORDERED_IDLE_HEARTBEAT` of async-nats.
pub(crate) const IDLE: f64 = 5.0;

/// What it says then, as a message without a body.
pub(crate) const IDLE_MESSAGE: &str =
    "NATS/1.0 100 Idle Heartbeat\r\nNats-Last-Consumer: 1000\r\nNats-Last-Stream: 1000\r\n\r\n";

/// The question, an answer about no host, and what a host adds to the answer.
pub(crate) const QUESTION: &str = r#"{"offset":0,"deleted_details":false,"subjects_filter":"$KV.plugix-hosts.>"}"#;
pub(crate) const ANSWER: &str = r#"{"type":"io.nats.jetstream.api.v1.stream_info_response","total":2,"offset":0,"limit":100000,"config":{"name":"KV_plugix-hosts","subjects":["$KV.plugix-hosts.\u003e"],"retention":"limits","max_consumers":-1,"max_msgs":-1,"max_bytes":-1,"max_age":10000000000,"max_msgs_per_subject":1,"max_msg_size":-1,"discard":"new","storage":"file","num_replicas":1,"duplicate_window":10000000000,"allow_direct":true,"mirror_direct":false,"sealed":false,"deny_delete":false,"deny_purge":false,"allow_rollup_hdrs":true},"created":"2026-01-01T00:00:00.000000000Z","state":{"messages":2,"bytes":1255,"first_seq":1,"first_ts":"2026-01-01T00:00:00.000000000Z","last_seq":1,"last_ts":"2026-01-01T00:00:00.000000000Z","num_subjects":2,"num_deleted":1,"consumer_count":4}}"#;
pub(crate) const ANSWER_OF_HOST: &str = r#""$KV.plugix-hosts.host-0000":1,"#;

/// What the server says when it has kept a value.
pub(crate) const KEPT: &str = r#"{"stream":"KV_plugix-hosts", "seq":1000}"#;

/// What stands in front of a value that replaces another one, and of a mark that one was deleted.
pub(crate) const REPLACES: &str = "NATS/1.0\r\nNats-Expected-Last-Subject-Sequence: 100\r\n\r\n";
pub(crate) const DELETES: &str = "NATS/1.0\r\nKV-Operation: DEL\r\nNats-Expected-Last-Subject-Sequence: 100\r\n\r\n";

/// Bytes that the server's files have beside the subject, the headers and the body: a record's head, the headers' length and
/// a sum.
pub(crate) const RECORD: usize = 22 + 4 + 8;

/// The values that a key of the bucket keeps: `HISTORY` of `ship/buckets.rs`.
pub(crate) const HISTORY: usize = 16;

/// What an object store keeps of a module beside its bytes, as one message (async-nats, `ObjectInfo`).
pub(crate) const OBJECT: &str = r#"{"name":"6437b3ac38465133ffb63b75273a8db548c558465d79db03fd359c6cd5bd9d85","description":null,"metadata":{},"headers":null,"options":{"max_chunk_size":131072},"bucket":"plugix-modules","nuid":"e8D87d7U7ZqCm6d18nzgSm","size":1024,"chunks":1,"mtime":"2026-01-01T00:00:00.000000000Z","digest":"SHA-256=47DEQpj8HBSa-_TImW-5JCeuQeRkm5NMpJWZG3hSuFU="}"#;

/// Names in subjects: of an object's pieces, and of what is known of it, in base64.
pub(crate) const PIECE: usize = "$O.plugix-modules.C.e8D87d7U7ZqCm6d18nzgSm".len();
pub(crate) const KNOWN: usize = "$O.plugix-modules.M.".len() + 88;

/// The longest piece of an object: `CHUNK` of `objects.rs`.
pub(crate) const CHUNK: usize = 128 << 10;

/// The answer to `$SRV.PING` without the names of the host and the plugin (`serve/micro.rs`).
pub(crate) const PING: &str = r#"{"id":"e8D87d7U7ZqCm6d18nzgSm","metadata":{"host":"","plugin":""},"name":"Work","type":"io.nats.micro.v1.ping_response","version":"1.0.0"}"#;
