//! Compiled modules. Any bytes are an artifact or an error, and an artifact can be looked at.

use super::kind;
use plugix_host::__private::artifact_with;
use plugix_host::Engine;
use plugix_host::code::Artifact;
use plugix_host::error::ArtifactError;
use std::sync::LazyLock;

/// The length of what stands before a header.
const PREFIX: usize = 48;

/// A module with a short artifact. It has all that an outline can have.
const MODULE: &str = r#"(module $name
    (import "wasi_snapshot_preview1" "sched_yield" (func (result i32)))
    (table 1 funcref)
    (memory (export "memory") 1 2)
    (func (export "answer") (result i32) (i32.const 42)))"#;

static ARTIFACT: LazyLock<Artifact> = LazyLock::new(|| {
    let module = Engine::new().and_then(|engine| engine.load(wat::parse_str(MODULE).expect("it is well-formed")));
    module.and_then(|module| module.to_artifact()).expect("the module can be compiled")
});

/// The header's length in two bytes, the header, and the body. Hashes are left out, since they would be wrong after
/// each change.
pub(super) fn seeds() -> Vec<Vec<u8>> {
    let bytes = ARTIFACT.as_bytes();
    let len = u16::from_le_bytes([bytes[12], bytes[13]]);
    vec![[&len.to_le_bytes()[..], &bytes[PREFIX..]].concat()]
}

pub(super) fn run(input: &[u8]) -> u64 {
    let raw = Artifact::from_bytes(input).err().map(|error| reason(&error));
    let Some((len, rest)) = input.split_first_chunk() else { return kind(raw) };
    let Some((header, body)) = rest.split_at_checked(u16::from_le_bytes(*len).into()) else { return kind((0, raw)) };
    match Artifact::from_bytes(&artifact_with(header, body)) {
        Ok(artifact) => {
            assert_eq!(artifact.as_bytes().len(), PREFIX + header.len() + body.len());
            let info = artifact.info();
            kind((artifact.name().len().checked_ilog2(), info.map(|info| info.exports.len()).map_err(|_| ())))
        }
        Err(error) => kind((1, reason(&error))),
    }
}

/// The error without what differs from input to input.
fn reason(error: &ArtifactError) -> String {
    match error {
        ArtifactError::Damaged { problem } => problem.clone(),
        ArtifactError::NotAnArtifact { found } => format!("{}", found.len()),
        error => format!("{:?}", std::mem::discriminant(error)),
    }
}
