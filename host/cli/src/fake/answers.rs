//! The file of answers: TOML, or the same in JSON.

use anyhow::{Context as _, Result, anyhow, bail};
use serde_json::{Map, Value};
use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

/// What a call answers.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Answer {
    Returns(Value),
    /// The method's own error.
    Error(Value),
    /// The call fails.
    Fails(String),
}

/// What a method answers, one after the other.
#[derive(Debug, PartialEq)]
pub(super) struct Answers(pub(super) Vec<Answer>);

type File = BTreeMap<String, BTreeMap<String, Answers>>;

/// The keys of an answer.
const KEYS: [&str; 3] = ["returns", "error", "fails"];

pub(super) fn read(file: &Path) -> Result<File> {
    let text = fs::read_to_string(file).with_context(|| format!("can't read the answers {}", file.display()))?;
    let is_json = file.extension().is_some_and(|extension| extension == "json");
    let parsed = if is_json {
        serde_json::from_str(&text).map_err(|error| anyhow!("not JSON: {error}"))
    } else {
        text.parse::<toml::Table>()
            .map(|table| as_json(table.into()))
            .map_err(|error| anyhow!("not TOML: {}", error.to_string().trim_end()))
    };
    parsed.and_then(|value| interfaces(&value)).with_context(|| file.display().to_string())
}

fn interfaces(file: &Value) -> Result<File> {
    let table = |what: &str, value: &Value| -> Result<Map<String, Value>> {
        value.as_object().cloned().with_context(|| format!("{what} should be a table, and is {value}"))
    };
    let mut interfaces = BTreeMap::new();
    for (interface, methods) in table("the file", file)? {
        let mut of_methods = BTreeMap::new();
        for (method, value) in table(&format!("the interface `{interface}`"), &methods)? {
            let answers = answers(&value).with_context(|| format!("[{interface}.{method}]"))?;
            of_methods.insert(method, answers);
        }
        interfaces.insert(interface, of_methods);
    }
    Ok(interfaces)
}

fn answers(value: &Value) -> Result<Answers> {
    Ok(Answers(match value {
        Value::Object(table) => vec![answer(table)?],
        Value::Array(list) if !list.is_empty() && list.iter().all(Value::is_object) => {
            list.iter().filter_map(Value::as_object).map(answer).collect::<Result<_>>()?
        }
        // Without a table it is what the method returns.
        other => vec![Answer::Returns(other.clone())],
    }))
}

fn answer(table: &Map<String, Value>) -> Result<Answer> {
    if let Some(unknown) = table.keys().find(|key| !KEYS.contains(&key.as_str())) {
        bail!(
            "there is no `{unknown}` in an answer: it has `returns`, `error` or `fails`; a struct is `returns = {{ … }}`"
        );
    }
    match (table.get("returns"), table.get("error"), table.get("fails")) {
        (Some(value), None, None) => Ok(Answer::Returns(value.clone())),
        (None, Some(error), None) => Ok(Answer::Error(error.clone())),
        (None, None, Some(Value::String(message))) => Ok(Answer::Fails(message.clone())),
        (None, None, Some(other)) => bail!("`fails` should be a text, and is {other}"),
        // TOML has no word for nothing.
        (None, None, None) => Ok(Answer::Returns(Value::Null)),
        _ => bail!("an answer has one of `returns`, `error` and `fails`"),
    }
}

/// A value of TOML's as JSON: a time is a text.
fn as_json(value: toml::Value) -> Value {
    match value {
        toml::Value::String(text) => text.into(),
        toml::Value::Integer(number) => number.into(),
        toml::Value::Float(number) => number.into(),
        toml::Value::Boolean(truth) => truth.into(),
        toml::Value::Datetime(time) => time.to_string().into(),
        toml::Value::Array(values) => values.into_iter().map(as_json).collect(),
        toml::Value::Table(table) => {
            Value::Object(table.into_iter().map(|(key, value)| (key, as_json(value))).collect())
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn read_text(name: &str, text: &str) -> Result<File, String> {
        let folder = tempfile::tempdir().expect("there is a disk");
        let file = folder.path().join(name);
        fs::write(&file, text).expect("there is a disk");
        read(&file).map_err(|error| format!("{error:#}").replace(&file.display().to_string(), name))
    }

    #[test]
    fn toml_and_json_say_the_same() {
        let toml = "[People]\nknown = [\"ada\"]\n[People.name]\nreturns = \"Ada\"\n[People.forget]\n\
            [[People.age]]\nreturns = 36\n[[People.age]]\nerror = { Unknown = 1 }\n[[People.age]]\nfails = \"no\"\n";
        let json = json!({ "People": {
            "known": ["ada"], "name": { "returns": "Ada" }, "forget": {},
            "age": [{ "returns": 36 }, { "error": { "Unknown": 1 } }, { "fails": "no" }],
        } });
        let read = read_text("answers.toml", toml).expect("it is right");
        assert_eq!(read_text("answers.json", &json.to_string()), Ok(read));
        let read = read_text("answers.toml", toml).expect("it is right");
        assert_eq!(read["People"]["forget"], Answers(vec![Answer::Returns(Value::Null)]));
        assert_eq!(
            read["People"]["age"].0,
            [Answer::Returns(json!(36)), Answer::Error(json!({ "Unknown": 1 })), Answer::Fails("no".to_owned())]
        );
    }

    #[test]
    fn what_is_wrong_is_told_with_its_place() {
        for (name, text, expected) in [
            ("a.toml", "[People", "a.toml: not TOML: TOML parse error at line 1, column 8"),
            ("a.json", "{", "a.json: not JSON: EOF while parsing an object at line 1 column 1"),
            ("a.json", "[]", "a.json: the file should be a table, and is []"),
            ("a.toml", "People = 1", "a.toml: the interface `People` should be a table, and is 1"),
            (
                "a.toml",
                "[People.name]\nfirst = \"Ada\"",
                "a.toml: [People.name]: there is no `first` in an answer: it has `returns`, `error` or `fails`; a struct is \
                 `returns = { … }`",
            ),
            ("a.toml", "[P.n]\nfails = 1", "a.toml: [P.n]: `fails` should be a text, and is 1"),
            (
                "a.toml",
                "[P.n]\nfails = \"\"\nreturns = 1",
                "a.toml: [P.n]: an answer has one of `returns`, `error` and `fails`",
            ),
        ] {
            let problem = read_text(name, text).expect_err(text);
            assert!(problem.starts_with(expected), "{problem}");
        }
    }
}
