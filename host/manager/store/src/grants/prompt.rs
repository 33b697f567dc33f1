//! Who is asked.

use super::{Allowed, Decision, Grant, GrantError, Subject};
use plugix_requests::{Request, Requests};
use std::io;
use thiserror::Error as ThisError;

/// Somebody who says what a plugin may do: a person at a terminal or a window, a file, or code.
pub trait Prompt {
    /// Answers each request of the question. The answers are kept, refusals too.
    ///
    /// # Errors
    /// When nobody answers. Then nothing is kept, and the plugin doesn't start.
    fn ask(&mut self, question: &Question<'_>) -> Result<Answer, PromptError>;
}

/// What is asked.
#[derive(Clone, Copy, Debug)]
pub struct Question<'q> {
    /// Whose requests they are.
    pub subject: &'q Subject<'q>,
    /// The requests that are to be answered.
    pub asked: &'q Requests,
    /// What was answered before, as far as the plugin still asks for it.
    pub granted: &'q Grant,
    /// Whether a module of the same origin was answered before: then what is asked is additional.
    pub is_known: bool,
}

/// What is answered.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Answer {
    /// One decision for each request, in their order.
    pub decisions: Vec<Decision>,
    /// What the plugin may do beside that.
    pub added: Vec<Allowed>,
}

/// Why nobody answered.
#[derive(Debug, ThisError)]
#[non_exhaustive]
pub enum PromptError {
    /// There is no terminal.
    #[error(
        "{name} asks for what nobody has granted, and there is no terminal to ask at: write what it may do into a file of \
         grants (`Prepared`), or answer from code (`Fixed`)"
    )]
    NoTerminal {
        /// The plugin's name.
        name: String,
    },
    /// Whoever was asked went away.
    #[error("nobody has answered")]
    Closed,
    /// The terminal can't be read or written.
    #[error("can't ask at the terminal")]
    Io(#[from] io::Error),
    /// The answer can't be granted.
    #[error(transparent)]
    Grant(#[from] GrantError),
    /// An application's own prompt failed.
    #[error(transparent)]
    Other(Box<dyn std::error::Error + Send + Sync>),
}

/// Answers from code.
pub struct Fixed<F>(F);

impl<F: FnMut(&Request) -> Result<Decision, PromptError>> Fixed<F> {
    /// Answers each request by itself.
    pub fn new(answer: F) -> Self {
        Self(answer)
    }
}

impl Fixed<fn(&Request) -> Result<Decision, PromptError>> {
    /// Refuses all.
    pub fn refuse() -> Self {
        Self(|_| Ok(Decision::Refused))
    }
}

impl<F: FnMut(&Request) -> Result<Decision, PromptError>> Prompt for Fixed<F> {
    fn ask(&mut self, question: &Question<'_>) -> Result<Answer, PromptError> {
        let decisions = question.asked.iter().map(&mut self.0).collect::<Result<_, _>>()?;
        Ok(Answer { decisions, added: Vec::new() })
    }
}

impl<F> std::fmt::Debug for Fixed<F> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Fixed").finish_non_exhaustive()
    }
}
