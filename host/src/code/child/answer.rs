//! What a compiler's process answers: an artifact, or a message.

use crate::code::Artifact;
use crate::code::compiler::NO_ROOM_FOR_CODE;
use crate::error::{ChildError, LoadError, NO_OPTIMIZER};
use std::os::unix::process::ExitStatusExt;
use std::process::ExitStatus;
use std::time::Duration;

/// What begins with this is a message. An artifact begins in its own way.
pub(super) const REFUSED: [u8; 8] = *b"\x89PLUGIX!";

/// How a process of Rust's says that it has no memory left, before it aborts; how LLVM does, and how C++ does. LLVM throws nothing
/// else, and Rust catches nothing of C++'s.
const NO_MEMORY: [&str; 4] =
    ["memory allocation of ", "LLVM ERROR: out of memory", "std::bad_alloc", "Rust cannot catch foreign exceptions"];

/// The longest text of a process that becomes a part of an error, in characters.
const TEXT: usize = 500;

#[derive(Debug)]
pub(super) enum Answer {
    Artifact(Artifact),
    /// The compiler said no.
    Refused(String),
}

impl Answer {
    /// Reads the answer of a process that ended so. `said` is what it wrote to standard error.
    pub(super) fn read(
        answer: Vec<u8>,
        status: ExitStatus,
        said: &[u8],
        memory: u64,
        limit: Duration,
    ) -> Result<Self, LoadError> {
        let said = text(said);
        match status.signal() {
            Some(libc::SIGXCPU) => return Err(LoadError::CompileTime { limit }),
            Some(libc::SIGABRT) if NO_MEMORY.iter().any(|text| said.contains(text)) => {
                return Err(ChildError::Memory { limit: memory }.into());
            }
            Some(_) => return Err(ChildError::Died { how: status.to_string(), said }.into()),
            None if !status.success() => return Err(ChildError::Died { how: status.to_string(), said }.into()),
            None => {}
        }
        if let Some(message) = answer.strip_prefix(&REFUSED) {
            let message = text(message);
            return match () {
                () if message.contains(NO_ROOM_FOR_CODE) => Err(ChildError::Memory { limit: memory }.into()),
                () if message.contains(NO_OPTIMIZER) => Err(LoadError::NoOptimizer),
                () => Ok(Self::Refused(message)),
            };
        }
        match Artifact::from_bytes(&answer) {
            Ok(artifact) => Ok(Self::Artifact(artifact)),
            Err(error) => Err(ChildError::Answer { problem: error.to_string() }.into()),
        }
    }
}

/// Text of another process, in one line.
fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).trim().chars().take(TEXT).map(|c| if c.is_control() { ' ' } else { c }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(message: &str) -> Result<Answer, LoadError> {
        let answer = [&REFUSED[..], message.as_bytes()].concat();
        Answer::read(answer, ExitStatus::from_raw(0), b"", 7, Duration::MAX)
    }

    #[test]
    fn a_refusal_is_told_from_a_lack_of_memory() {
        let Ok(Answer::Refused(message)) = read("too\nlarge") else { panic!("it is a refusal") };
        assert_eq!(message, "too large");
        let error = read(&format!("can't {NO_ROOM_FOR_CODE}: no pages")).expect_err("there is no memory");
        assert!(matches!(error, LoadError::Child(ChildError::Memory { limit: 7 })), "{error}");
    }
}
