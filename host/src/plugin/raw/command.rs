//! Programs: modules with a `_start`.

use super::start;
use crate::dump::Dumps;
use crate::error::{Error, LoadError};
use crate::module::{Form, Module};
use crate::output::Output;
use crate::plugin::{CancelHandle, SignalHandle};
use crate::policy::Policy;
use crate::running::contain::contain;
use crate::running::instance::Instance;

/// A program, ready to run once for each [`Command::run`], from its `_start`.
#[derive(Debug)]
pub struct Command {
    module: Module,
    policy: Policy,
    dumps: Option<Dumps>,
}

/// A program that is about to run.
#[derive(Debug)]
pub struct Program {
    instance: Instance,
}

/// How a program ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Exit {
    /// The program's exit code, from 0 to 255, as an operating system has it. 0 if it returned from `main`, and 128 and
    /// the signal's number if a signal ended it.
    pub code: i32,
    /// What the program wrote.
    pub output: Output,
}

/// Why a program has no exit code.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum CommandError {
    /// It could not start.
    #[error(transparent)]
    Start(#[from] LoadError),
    /// It started, and was ended: it trapped, or was stopped.
    #[error("the program failed")]
    Failed {
        /// What ended it.
        #[source]
        error: Error,
        /// What the program wrote until then.
        output: Output,
    },
}

impl Command {
    /// Prepares to run a module with the arguments, the environment and the folders of a policy.
    ///
    /// # Errors
    /// [`LoadError::NotACommand`] if the module exports no `_start`.
    pub fn new(module: &Module, policy: &Policy) -> Result<Self, LoadError> {
        match module.info().form {
            Form::Command => Ok(Self { module: module.clone(), policy: policy.clone(), dumps: None }),
            Form::Reactor | Form::Bare => Err(LoadError::NotACommand),
        }
    }

    /// Has the program leave a [dump](Dumps) when it traps or is stopped.
    #[must_use]
    pub fn dumps(mut self, dumps: &Dumps) -> Self {
        self.dumps = Some(dumps.clone());
        self
    }

    /// Runs the program to its end.
    ///
    /// # Errors
    /// [`CommandError`] if the program does not start, traps or is stopped. An exit code of its own is no error.
    pub fn run(&self) -> Result<Exit, CommandError> {
        self.start()?.run()
    }

    /// Makes everything ready: what is left is to run the program's own code. Handles that stop it or send it signals
    /// can be taken before.
    ///
    /// # Errors
    /// The variant of [`LoadError`] that says why the program can't start.
    pub fn start(&self) -> Result<Program, LoadError> {
        Ok(Program { instance: start("command", &self.module, &self.policy, self.dumps.as_ref())? })
    }
}

impl Program {
    /// A handle that stops the program from any other thread.
    pub fn cancel_handle(&self) -> CancelHandle {
        CancelHandle(self.instance.process.stopper.clone())
    }

    /// A handle that sends the program signals from any other thread.
    pub fn signal_handle(&self) -> SignalHandle {
        SignalHandle::new(&self.instance.process)
    }

    /// Runs the program to its end. Its threads end with it.
    ///
    /// # Errors
    /// [`CommandError`] if the program traps or is stopped. An exit code of its own is no error.
    pub fn run(mut self) -> Result<Exit, CommandError> {
        let ended = self.main();
        let output = self.instance.process.output.take();
        match ended {
            Ok(code) => Ok(Exit { code, output }),
            Err(error) => Err(CommandError::Failed { error, output }),
        }
    }

    /// Runs `_start`, and returns the exit code.
    fn main(&mut self) -> Result<i32, Error> {
        let Self { instance } = self;
        let start = instance.function::<(), ()>("_start");
        let start = start.ok_or_else(|| Error::NoSuchMethod { method: "_start".to_owned() })?;
        let begun = instance.calls.begin();
        let ended = begun.and_then(|()| {
            let ended = contain(|| start.call(&mut instance.store)).map_err(|error| instance.end(&error));
            instance.calls.finish().and(ended)
        });
        match ended {
            Ok(()) => Ok(0),
            Err(Error::Exited { code }) => Ok(code),
            // One of its threads did, or a signal.
            Err(Error::Dead(cause)) if let Error::Exited { code } = *cause => Ok(code),
            Err(Error::Dead(cause)) => Err(*cause),
            Err(other) => Err(other),
        }
    }
}
