//! What a module asks for.

use plugix_requests::{Item, Request, Requests, printable};
use serde_json::{Value, json};
use std::fmt::Write as _;

/// How many characters of a reason are shown.
const MAX_REASON: usize = 400;

/// For people: each thing, and what the author says for it.
pub(super) fn page(requests: &Requests) -> String {
    let mut page = String::new();
    if !requests.is_empty() {
        page.push_str("\nasks to\n");
    }
    for Request { item, reason, optional } in requests {
        let optional = if *optional { ", and works without" } else { "" };
        // Writing to a string never fails.
        let _ = write!(page, "  {item}{optional}\n    \"{}\"\n", printable(reason, MAX_REASON));
    }
    page
}

/// For programs. Sizes are in bytes and times in milliseconds.
pub(super) fn json(requests: &Requests) -> Value {
    requests.iter().map(request).collect()
}

fn request(Request { item, reason, optional }: &Request) -> Value {
    let mut shown = match item {
        Item::Folder { guest, access, size } => json!({ "guest": guest, "access": access.word(), "size": size }),
        Item::Scratch { guest, size } => json!({ "guest": guest, "size": size }),
        Item::Env { name, value } => json!({ "name": name, "value": value }),
        Item::Network { rule, .. } => json!({ "rule": rule }),
        Item::Limit { amount, .. } => json!({ "amount": amount }),
        Item::Interface { name, version } => json!({ "name": name, "version": version.to_string() }),
        Item::Unknown { .. } => json!({}),
    };
    let (kind, known) = match (item.kind(), item) {
        (_, Item::Unknown { kind, .. }) => (kind.clone(), false),
        (kind, _) => (kind.map_or_else(String::new, |kind| kind.to_string()), true),
    };
    shown["kind"] = kind.into();
    shown["known"] = known.into();
    shown["reason"] = reason.as_str().into();
    shown["optional"] = (*optional).into();
    shown
}
