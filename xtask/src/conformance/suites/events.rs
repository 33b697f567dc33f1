//! What a test program tells of its tests, in libtest's JSON.

use serde::Deserialize;

/// What came of a test.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::conformance) enum Outcome {
    Passed,
    /// It failed, and passed when it was run once more, alone.
    PassedLater,
    Ignored,
    /// With what it said.
    Failed(String),
}

/// What is known of a run of a program.
#[derive(Debug, Default)]
pub(super) struct Told {
    /// The tests that are done.
    pub(super) done: Vec<(String, Outcome)>,
    /// The test that has begun.
    pub(super) running: Option<String>,
    /// Whether all are done.
    pub(super) complete: bool,
}

#[derive(Deserialize)]
#[serde(tag = "type", rename_all = "lowercase")]
enum Message {
    Suite {
        event: String,
    },
    Test {
        event: String,
        name: String,
        stdout: Option<String>,
        message: Option<String>,
    },
    #[serde(other)]
    Other,
}

impl Told {
    /// Takes a line into account. What tests print themselves may stand before a message.
    pub(super) fn read(&mut self, line: &str) {
        let Some(start) = line.find("{ \"type\": ") else { return };
        match serde_json::from_str(&line[start..]) {
            Ok(Message::Suite { event }) => self.complete |= event == "ok" || event == "failed",
            Ok(Message::Test { event, name, .. }) if event == "started" => self.running = Some(name),
            Ok(Message::Test { event, name, stdout, message }) => {
                let outcome = match &*event {
                    "ok" => Outcome::Passed,
                    "ignored" => Outcome::Ignored,
                    "failed" => Outcome::Failed(said(&stdout.unwrap_or_default(), message)),
                    _ => return,
                };
                self.running = None;
                self.done.push((name, outcome));
            }
            Ok(Message::Other) | Err(_) => {}
        }
    }
}

/// The message of the panic by which a test failed.
fn said(stdout: &str, message: Option<String>) -> String {
    let mut lines = stdout.lines().skip_while(|line| !line.contains("panicked at ")).skip(1);
    message.or_else(|| lines.next().map(str::to_owned)).unwrap_or_else(|| "it fails".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tells_what_is_done_and_what_runs() {
        let mut told = Told::default();
        for line in [
            r#"{ "type": "suite", "event": "started", "test_count": 4 }"#,
            r#"{ "type": "test", "event": "started", "name": "a" }"#,
            r#"printed{ "type": "test", "name": "a", "event": "ok" }"#,
            r#"{ "type": "test", "event": "started", "name": "b" }"#,
            r#"{ "type": "test", "name": "b", "event": "failed", "stdout": "\nthread 'b' panicked at src/b.rs:1:2:\nno\n" }"#,
            r#"{ "type": "test", "name": "c", "event": "ignored" }"#,
            r#"{ "type": "test", "event": "started", "name": "d" }"#,
        ] {
            told.read(line);
        }
        let named = |name: &str, outcome| (name.to_owned(), outcome);
        let failed = Outcome::Failed("no".to_owned());
        assert_eq!(told.done, [named("a", Outcome::Passed), named("b", failed), named("c", Outcome::Ignored)]);
        assert_eq!(told.running.as_deref(), Some("d"));
        assert!(!told.complete);
        told.read(r#"{ "type": "suite", "event": "failed", "passed": 1 }"#);
        assert!(told.complete);
    }
}
