//! Runs other programs, and turns their failures into errors that say what to do.

use std::process::{Command, Output, Stdio};

use crate::Error;

/// Runs to the end and returns standard output.
pub(crate) fn output(command: &mut Command, help: &'static str) -> Result<String, Error> {
    let Output { status, stdout, stderr } =
        command.stdin(Stdio::null()).output().map_err(|source| cannot_run(command, help, source))?;
    if !status.success() {
        let stderr = String::from_utf8_lossy(&stderr).into_owned();
        return Err(Error::failed(describe(command), status, stderr));
    }
    String::from_utf8(stdout).map_err(|error| Error::malformed(format!("the output of {}", describe(command)), error))
}

/// The error for a program that did not start.
pub(crate) fn cannot_run(command: &Command, help: &'static str, source: std::io::Error) -> Error {
    Error::CannotRun { program: command.get_program().display().to_string(), help, source }
}

/// The program and its arguments, for people.
pub(crate) fn describe(command: &Command) -> String {
    let mut words = vec![command.get_program().display().to_string()];
    words.extend(command.get_args().map(|argument| argument.display().to_string()));
    words.join(" ")
}
