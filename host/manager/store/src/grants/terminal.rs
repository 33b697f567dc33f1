//! A person at a terminal.

use super::{Allowed, Answer, Decision, Prompt, PromptError, Question};
use plugix_requests::{Access, Item, Request, printable};
use std::io::{self, BufRead, IsTerminal, Read as _, Write};
use std::path::{Path, PathBuf};

/// The longest line that is read, in bytes.
const MAX_LINE: u64 = 64 << 10;

/// How many characters of a plugin's words are shown in a line.
const MAX_WORDS: usize = 400;

/// Asks a person at a terminal. The plugin's words are shown in quotes, without what would command the terminal.
#[derive(Debug)]
pub struct Terminal<R, W> {
    input: R,
    output: W,
    is_terminal: bool,
}

impl Terminal<io::StdinLock<'static>, io::Stderr> {
    /// The process's own terminal. Without one, asking gives [`PromptError::NoTerminal`].
    pub fn of_process() -> Self {
        let is_terminal = io::stdin().is_terminal() && io::stderr().is_terminal();
        Self { input: io::stdin().lock(), output: io::stderr(), is_terminal }
    }
}

impl<R: BufRead, W: Write> Terminal<R, W> {
    /// Any other terminal.
    pub fn new(input: R, output: W) -> Self {
        Self { input, output, is_terminal: true }
    }

    /// Answers that begin with one of the letters, in small letters. Asks until there is one.
    fn choice(&mut self, question: &str, letters: &str) -> Result<char, PromptError> {
        loop {
            let line = self.line(question)?.to_lowercase();
            if let Some(letter) = line.chars().next().filter(|letter| letters.contains(*letter)) {
                return Ok(letter);
            }
        }
    }

    fn line(&mut self, question: &str) -> Result<String, PromptError> {
        write!(self.output, "{question} ")?;
        self.output.flush()?;
        let mut line = String::new();
        match (&mut self.input).take(MAX_LINE).read_line(&mut line)? {
            0 => Err(PromptError::Closed),
            _ => Ok(line.trim().to_owned()),
        }
    }

    fn show(&mut self, question: &Question<'_>) -> Result<(), PromptError> {
        let Question { subject, asked, granted, is_known } = *question;
        let (name, version) = (printable(subject.name, MAX_WORDS), printable(subject.version, MAX_WORDS));
        let more = if is_known { " more than it may do so far" } else { "" };
        let out = &mut self.output;
        writeln!(out, "\n{name} {version} asks for{}:\n", if is_known { more } else { " what it may do" })?;
        writeln!(out, "  from  {}", printable(subject.origin.as_str(), MAX_WORDS))?;
        writeln!(out, "  hash  {}\n", subject.hash)?;
        for (number, Request { item, reason, optional }) in (1..).zip(asked) {
            let new = if is_known { "  [new]" } else { "" };
            let works = if *optional { "  [works without]" } else { "" };
            writeln!(out, "  {number}. {item}{new}{works}")?;
            writeln!(out, "     its author says: \"{}\"", printable(reason, MAX_WORDS))?;
        }
        if granted.allowed().next().is_some() {
            writeln!(out, "\n  It may already:")?;
        }
        for allowed in granted.allowed() {
            writeln!(out, "  - {}{}", allowed.item(), host(allowed.host()))?;
        }
        writeln!(out)?;
        Ok(())
    }

    /// Asks about one request.
    fn decide(&mut self, request: &Request) -> Result<Decision, PromptError> {
        let item = &request.item;
        let changes = matches!(item, Item::Folder { access: Access::ReadWrite, .. });
        let (words, letters) = if changes { ("[y]es, [r]ead only, [n]o?", "yrn") } else { ("[y]es or [n]o?", "yn") };
        match self.choice(&format!("{item}: {words}"), letters)? {
            'n' => Ok(Decision::Refused),
            'r' => match item {
                Item::Folder { guest, .. } => {
                    self.allow(&Item::Folder { guest: guest.clone(), access: Access::ReadOnly, size: None })
                }
                _ => Ok(Decision::Refused),
            },
            _ => self.allow(item),
        }
    }

    /// Allows it. Which folder it is, the person says.
    fn allow(&mut self, item: &Item) -> Result<Decision, PromptError> {
        let host = match item {
            Item::Folder { guest, .. } => match self.folder(guest)? {
                Some(host) => Some(host),
                None => return Ok(Decision::Refused),
            },
            _ => None,
        };
        Ok(Decision::Allowed(Allowed::as_asked(item, host.as_deref())?))
    }

    fn folder(&mut self, guest: &str) -> Result<Option<PathBuf>, PromptError> {
        loop {
            let line = self.line(&format!("Which folder is {guest:?}? (an empty line for none)"))?;
            if line.is_empty() {
                return Ok(None);
            }
            let host = std::path::absolute(&line)?;
            if host.is_dir() {
                return Ok(Some(host));
            }
            writeln!(self.output, "There is no folder {}.", host.display())?;
        }
    }
}

impl<R: BufRead, W: Write> Prompt for Terminal<R, W> {
    fn ask(&mut self, question: &Question<'_>) -> Result<Answer, PromptError> {
        if !self.is_terminal {
            return Err(PromptError::NoTerminal { name: printable(question.subject.name, MAX_WORDS) });
        }
        self.show(question)?;
        let decisions = match self.choice("Allow [a]ll, [e]ach by itself, or [n]one?", "aen")? {
            'a' => question.asked.iter().map(|request| self.allow(&request.item)).collect::<Result<_, _>>()?,
            'e' => question.asked.iter().map(|request| self.decide(request)).collect::<Result<_, _>>()?,
            _ => question.asked.iter().map(|_| Decision::Refused).collect(),
        };
        Ok(Answer { decisions, added: Vec::new() })
    }
}

fn host(host: Option<&Path>) -> String {
    host.map_or_else(String::new, |host| format!(", which is {}", host.display()))
}
