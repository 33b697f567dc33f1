//! Interfaces of a host's that a file answers for: `plugix run --fake`.

mod answers;
mod sample;

pub(crate) use sample::advice;

use crate::print;
use crate::text::{nearest, printable};
use answers::{Answer, Answers};
use anyhow::{Context as _, Result, bail, ensure};
use plugix_host::abi::Interface as _;
use plugix_host::abi::interface::descriptor::{Descriptor, MethodDescriptor};
use plugix_host::abi::services::Services;
use plugix_host::module::ModuleInfo;
use plugix_host::plugin::{JsonCall, JsonFailure, PluginBuilder, check_json_answer};
use serde_json::Value;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};

/// The interfaces that a file answers for, each with what its methods answer.
pub(crate) struct Fakes {
    file: PathBuf,
    interfaces: BTreeMap<String, BTreeMap<String, Script>>,
}

/// What a method answers, one after the other.
struct Script {
    answers: Vec<Answer>,
    next: AtomicUsize,
}

impl Script {
    /// The next answer. The last one stays.
    fn next(&self) -> Result<Value, JsonFailure> {
        let at = self.next.fetch_add(1, Ordering::Relaxed).min(self.answers.len() - 1);
        match &self.answers[at] {
            Answer::Returns(value) => Ok(value.clone()),
            Answer::Error(error) => Err(JsonFailure::Returned(error.clone())),
            Answer::Fails(message) => Err(JsonFailure::Failed(message.clone())),
        }
    }
}

impl Fakes {
    /// Reads a file, and compares it with what the plugin calls.
    pub(crate) fn read(file: &Path, info: &ModuleInfo) -> Result<Self> {
        let answers = answers::read(file)?;
        let mut interfaces = BTreeMap::new();
        for (name, methods) in answers {
            let wanted = find(file, info, &name)?;
            let methods = methods.into_iter().map(|(method, answers)| script(wanted, method, answers));
            let methods = methods.collect::<Result<_>>().with_context(|| file.display().to_string())?;
            interfaces.insert(name, methods);
        }
        Ok(Self { file: file.to_owned(), interfaces })
    }

    /// Answers what the plugin calls.
    pub(crate) fn provide(self, builder: PluginBuilder) -> PluginBuilder {
        self.interfaces.into_iter().fold(builder, |builder, (interface, methods)| {
            let file = self.file.display().to_string();
            builder.provide_json(&interface, move |call| {
                let answer = match methods.get(&call.method.name) {
                    Some(script) => script.next(),
                    None if call.method.optional => Err(JsonFailure::NotProvided),
                    None => {
                        let problem = format!("{file} has no answer for `{}/{}`", call.interface, call.method.name);
                        Err(JsonFailure::Failed(problem))
                    }
                };
                print::tell(recorded(&call, &answer));
                answer
            })
        })
    }
}

/// The interface of this name, if the plugin calls one.
fn find<'a>(file: &Path, info: &'a ModuleInfo, name: &str) -> Result<&'a Descriptor> {
    if let Some(found) = info.uses.iter().find(|wanted| wanted.name == name) {
        return Ok(found);
    }
    let known: Vec<_> = called(info).map(|wanted| wanted.name.as_str()).collect();
    ensure!(!known.is_empty(), "{}: the plugin calls no interface of its host's", file.display());
    bail!(
        "{}: the plugin doesn't call `{name}`{} {}",
        file.display(),
        nearest(name, &known, "it calls"),
        known.join(", ")
    )
}

/// What the plugin calls of its host's, but for the services that each host has.
fn called(info: &ModuleInfo) -> impl Iterator<Item = &Descriptor> {
    info.uses.iter().filter(|wanted| wanted.name != <dyn Services>::NAME)
}

fn script(interface: &Descriptor, name: String, Answers(answers): Answers) -> Result<(String, Script)> {
    let Some(method) = interface.methods.iter().find(|method| method.name == name) else {
        let known: Vec<_> = interface.methods.iter().map(|method| method.name.as_str()).collect();
        let hint = nearest(&name, &known, "it has");
        bail!("`{}` has no method `{name}`{hint} {}", interface.name, known.join(", "));
    };
    for (i, answer) in answers.iter().enumerate() {
        check(method, answer).map_err(|problem| {
            let which = if answers.len() > 1 { format!(", answer {}", i + 1) } else { String::new() };
            let (interface, signature) = (&interface.name, printable(&method.signature));
            anyhow::anyhow!("[{interface}.{name}]{which}: {problem}; the method is {signature}")
        })?;
    }
    Ok((name, Script { answers, next: AtomicUsize::new(0) }))
}

fn check(method: &MethodDescriptor, answer: &Answer) -> Result<(), String> {
    match answer {
        Answer::Returns(value) => check_json_answer(method, Ok(value)),
        Answer::Error(error) => check_json_answer(method, Err(error)),
        Answer::Fails(_) => Ok(()),
    }
}

/// How much of a value is shown.
const SHOWN: usize = 200;

/// A call and its answer, in a line.
fn recorded(call: &JsonCall<'_>, answer: &Result<Value, JsonFailure>) -> String {
    let mut args = call.args.iter().map(short).collect::<Vec<_>>().join(", ");
    if let Some(error) = call.broken_off {
        args.push_str(&format!("; {error}"));
    }
    let answer = match answer {
        Ok(value) => short(value),
        Err(JsonFailure::Returned(error)) => format!("error {}", short(error)),
        Err(JsonFailure::Failed(problem)) => format!("fails: {problem}"),
        Err(_) => "its default body".to_owned(),
    };
    printable(&format!("fake: {}/{}({args}) -> {answer}", call.interface, call.method.name))
}

fn short(value: &Value) -> String {
    let text = value.to_string();
    match text.char_indices().nth(SHOWN) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text,
    }
}
