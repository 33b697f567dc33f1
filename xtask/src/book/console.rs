//! A `console` block: commands, and what each prints.

use super::blocks::{Block, blocks};
use super::expected;
use super::page::Page;
use super::session::Session;
use anyhow::{Result, bail};

/// What a line with a command begins with, and a line in which the command goes on.
const PROMPT: &str = "$ ";
const GOES_ON: &str = ">";

/// The block.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Console {
    /// Where it begins.
    pub(super) line: usize,
    steps: Vec<Step>,
}

/// A command, and what the book says that it prints.
#[derive(Debug, PartialEq, Eq)]
struct Step {
    /// As the book has it, with its prompt.
    lines: Vec<String>,
    expected: Vec<String>,
}

impl Console {
    /// Those of a page.
    pub(super) fn all(page: &Page) -> Result<Vec<Self>> {
        let consoles = blocks(&page.text).into_iter().filter(|block| block.kind == "console");
        consoles.map(|block| Self::parse(&page.name, &block)).collect()
    }

    fn parse(page: &str, block: &Block<'_>) -> Result<Self> {
        let mut steps: Vec<Step> = Vec::new();
        for line in &block.lines {
            let line = (*line).to_owned();
            match steps.last_mut() {
                _ if line.starts_with(PROMPT) => steps.push(Step { lines: vec![line], expected: Vec::new() }),
                Some(step) if step.expected.is_empty() && line.starts_with(GOES_ON) => step.lines.push(line),
                Some(step) => step.expected.push(line),
                None => bail!("{page}:{}: begin with `{PROMPT}` and a command", block.line),
            }
        }
        Ok(Self { line: block.line, steps })
    }

    /// Runs the commands: what each prints.
    pub(super) fn run(&self, session: &mut Session) -> Result<Vec<String>> {
        self.steps.iter().map(|step| session.run(&step.command())).collect()
    }

    /// The first command that prints something else than the book says, if there is one.
    pub(super) fn difference(&self, printed: &[String]) -> Option<String> {
        let (step, printed) = self.steps.iter().zip(printed).find(|(step, printed)| !step.fits(printed))?;
        let command = step.lines.join("\n");
        Some(format!("{command}\n--- the book\n{}\n--- the command\n{printed}", step.expected.join("\n")))
    }

    /// The page's text with what the commands print.
    pub(super) fn updated(&self, text: &str, printed: &[String]) -> String {
        let old = self.steps.iter().map(Step::text).collect::<String>();
        let new =
            self.steps.iter().zip(printed).map(|(step, printed)| step.updated(printed).text()).collect::<String>();
        text.replace(&old, &new)
    }
}

impl Step {
    /// What bash gets.
    fn command(&self) -> String {
        let bare = |line: &String| {
            let rest = line.strip_prefix(PROMPT).or_else(|| line.strip_prefix("> "));
            rest.or_else(|| line.strip_prefix(GOES_ON)).unwrap_or(line).to_owned()
        };
        self.lines.iter().map(bare).collect::<Vec<_>>().join("\n")
    }

    fn fits(&self, printed: &str) -> bool {
        expected::matches(&as_strs(&self.expected), &printed.lines().collect::<Vec<_>>())
    }

    fn text(&self) -> String {
        self.lines.iter().chain(&self.expected).map(|line| format!("{line}\n")).collect()
    }

    fn updated(&self, printed: &str) -> Self {
        let lines = self.lines.clone();
        if self.fits(printed) {
            return Self { lines, expected: self.expected.clone() };
        }
        let expected = expected::updated(&as_strs(&self.expected), &printed.lines().collect::<Vec<_>>());
        Self { lines, expected: expected.into_iter().map(str::to_owned).collect() }
    }
}

fn as_strs(lines: &[String]) -> Vec<&str> {
    lines.iter().map(String::as_str).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = "```console\n$ echo one \\\n> two\none two\n$ date\nlong ago\n```\n";

    fn console() -> Console {
        Console::parse("page", &blocks(TEXT)[0]).expect("it begins with a command")
    }

    #[test]
    fn commands_are_told_from_what_they_print() {
        let steps = console().steps;
        assert_eq!(steps[0].command(), "echo one \\\ntwo");
        assert_eq!(
            (steps[0].expected.as_slice(), steps[1].expected.as_slice()),
            (&["one two".into()][..], &["long ago".into()][..])
        );
        assert!(Console::parse("page", &blocks("```console\none\n```")[0]).is_err());
    }

    #[test]
    fn what_differs_is_shown_and_written() {
        let console = console();
        assert_eq!(console.difference(&["one two\n".into(), "long ago\n".into()]), None);
        let printed = ["one two\n".to_owned(), "today\n".to_owned()];
        assert!(console.difference(&printed).expect("it differs").starts_with("$ date\n--- the book\nlong ago"));
        assert_eq!(console.updated(TEXT, &printed), TEXT.replace("long ago", "today"));
    }
}
