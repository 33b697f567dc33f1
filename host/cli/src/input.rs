//! Values that a person gives: JSON on the command line, in a file (`@file`), or on standard input (`-`).

use anyhow::{Context as _, Result, anyhow};
use serde_json::Value;
use std::fs;
use std::io::Read as _;

/// Reads a value. `what` is what it is, for errors.
pub(crate) fn json(what: &str, given: &str) -> Result<Value> {
    let (text, place) = match given.strip_prefix('@') {
        _ if given == "-" => {
            let mut text = String::new();
            std::io::stdin().read_to_string(&mut text).with_context(|| format!("{what}: can't read standard input"))?;
            (text, "standard input".to_owned())
        }
        Some(file) => {
            let text = fs::read_to_string(file).with_context(|| format!("{what}: can't read {file}"))?;
            (text, file.to_owned())
        }
        None => return serde_json::from_str(given).map_err(|error| wrong(what, given, &error)),
    };
    serde_json::from_str(&text).map_err(|error| anyhow!("{what}: {place} is not JSON: {error}"))
}

/// Most people forget the quotes of a text, or the brackets of the arguments.
fn wrong(what: &str, given: &str, error: &serde_json::Error) -> anyhow::Error {
    let shown: String = given.chars().take(40).collect();
    let is_word = !given.starts_with(['[', '{', '"', '-']) && !given.starts_with(|first: char| first.is_ascii_digit());
    match is_word {
        true => {
            let text = serde_json::Value::from(shown.as_str());
            let text = if what == ARGUMENTS { format!("[{text}]") } else { text.to_string() };
            anyhow!("{what}: `{shown}` is not JSON; a text is '{text}', a file is `@file`, standard input is `-`")
        }
        false => anyhow!("{what}: `{shown}` is not JSON: {error}"),
    }
}

/// What the arguments of a method are called.
pub(crate) const ARGUMENTS: &str = "the arguments";

#[cfg(test)]
mod tests {
    use super::*;

    fn problem(what: &str, given: &str) -> String {
        format!("{:#}", json(what, given).unwrap_err())
    }

    #[test]
    fn what_is_not_json_is_told_with_the_way_out() {
        let rest = "a file is `@file`, standard input is `-`";
        assert_eq!(problem(ARGUMENTS, "x"), format!("the arguments: `x` is not JSON; a text is '[\"x\"]', {rest}"));
        assert_eq!(problem("--config", "x y"), format!("--config: `x y` is not JSON; a text is '\"x y\"', {rest}"));
        assert_eq!(
            problem(ARGUMENTS, "[7"),
            "the arguments: `[7` is not JSON: EOF while parsing a list at line 1 column 2"
        );
        assert_eq!(
            problem(ARGUMENTS, "@/nowhere"),
            "the arguments: can't read /nowhere: No such file or directory (os error 2)"
        );
    }

    #[test]
    fn a_file_is_read() {
        let file = tempfile::NamedTempFile::new().unwrap();
        let given = format!("@{}", file.path().display());
        std::fs::write(file.path(), "[1, 2]").unwrap();
        assert_eq!(json(ARGUMENTS, &given).unwrap(), serde_json::json!([1, 2]));
        std::fs::write(file.path(), "[1").unwrap();
        let expected = format!("the arguments: {} is not JSON: EOF while parsing", file.path().display());
        assert!(problem(ARGUMENTS, &given).starts_with(&expected));
    }
}
