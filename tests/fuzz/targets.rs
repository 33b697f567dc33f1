//! The targets that need the engine.

mod artifact;
mod json;
mod messages;
mod result;

use plugix_fuzzing::{Target, framed, kind};

pub(crate) const TARGETS: [Target; 4] = [
    Target { name: "result", seeds: result::seeds, run: result::run },
    Target { name: "artifact", seeds: artifact::seeds, run: artifact::run },
    Target { name: "json", seeds: json::seeds, run: json::run },
    Target { name: "messages", seeds: messages::seeds, run: messages::run },
];
