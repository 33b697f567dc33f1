//! Who must have signed the modules of a source.

use super::{Key, Signatures, Verdict};
use crate::Source;
use serde::Deserialize;
use thiserror::Error as ThisError;

/// Who must have signed what. All rules that name a source hold for it.
///
/// ```
/// use plugix_store::SignaturePolicy;
///
/// let policy: SignaturePolicy = SignaturePolicy::parse(r#"
///     unnamed = "refuse" # modules of sources that no rule names
///
///     [[rule]]
///     source = "oci://registry.example/*"
///     any-of = ["RWTH/yXLGnNF879ESfEQib+FoY68cxGxztRpCnA5xeFfHsboN373dG7K"]
/// "#)?;
/// # Ok::<(), plugix_store::PolicyError>(())
/// ```
#[derive(Clone, Debug, Default)]
pub struct SignaturePolicy {
    rules: Vec<Rule>,
    refuses_unnamed: bool,
}

/// Whose signatures the modules of some sources need.
#[derive(Clone, Debug)]
pub struct Rule {
    source: String,
    need: usize,
    of: Vec<Key>,
}

/// A policy of signatures can't be read or can't be met.
#[derive(Clone, Debug, PartialEq, Eq, ThisError)]
#[non_exhaustive]
pub enum PolicyError {
    /// The text is not as a policy is.
    #[error("the policy of signatures can't be read: {message}")]
    Syntax {
        /// What is wrong, and where.
        message: String,
    },
    /// A rule asks for more signatures than it names keys, or for none.
    #[error("the rule for {pattern:?} needs {need} signatures and names {of} different keys")]
    Unmeetable {
        /// The rule's pattern.
        pattern: String,
        /// How many signatures it needs.
        need: usize,
        /// How many keys it names.
        of: usize,
    },
}

/// A module isn't signed as it must be.
#[derive(Clone, Debug, PartialEq, Eq, ThisError)]
#[non_exhaustive]
pub enum SignatureError {
    /// Signatures are missing.
    #[error("{}", missing(pattern, *need, verdicts))]
    Missing {
        /// The pattern of the rule that needs them.
        pattern: String,
        /// How many it needs.
        need: usize,
        /// The rule's keys, and what each has to do with the module.
        verdicts: Vec<(String, Verdict)>,
    },
    /// No rule names the source, and the policy refuses such modules.
    #[error("no rule of the policy of signatures names this source, and the policy refuses others")]
    Unnamed,
}

impl Rule {
    /// All keys must have signed. In `pattern`, `*` stands for any characters of a source's text.
    ///
    /// # Errors
    /// [`PolicyError::Unmeetable`] if there is no key.
    pub fn all_of(pattern: &str, keys: impl IntoIterator<Item = Key>) -> Result<Self, PolicyError> {
        let keys = distinct(keys);
        Self::new(pattern, keys.len(), keys)
    }

    /// At least one of the keys must have signed.
    ///
    /// # Errors
    /// [`PolicyError::Unmeetable`] if there is no key.
    pub fn any_of(pattern: &str, keys: impl IntoIterator<Item = Key>) -> Result<Self, PolicyError> {
        Self::new(pattern, 1, distinct(keys))
    }

    /// At least `need` of the keys must have signed.
    ///
    /// # Errors
    /// [`PolicyError::Unmeetable`] if there are fewer different keys, or if `need` is 0.
    pub fn at_least(need: usize, pattern: &str, keys: impl IntoIterator<Item = Key>) -> Result<Self, PolicyError> {
        Self::new(pattern, need, distinct(keys))
    }

    fn new(pattern: &str, need: usize, of: Vec<Key>) -> Result<Self, PolicyError> {
        match need {
            0 => Err(PolicyError::Unmeetable { pattern: pattern.to_owned(), need, of: of.len() }),
            _ if need > of.len() => Err(PolicyError::Unmeetable { pattern: pattern.to_owned(), need, of: of.len() }),
            _ => Ok(Self { source: pattern.to_owned(), need, of }),
        }
    }

    fn check(&self, module: &[u8], signatures: &Signatures) -> Result<Vec<Key>, SignatureError> {
        let verdicts: Vec<_> = self.of.iter().map(|key| (key, signatures.by(key, module))).collect();
        let signed = verdicts.iter().filter(|(_, verdict)| *verdict == Verdict::Signed);
        let signed: Vec<_> = signed.map(|(key, _)| (*key).clone()).collect();
        if signed.len() >= self.need {
            return Ok(signed);
        }
        let verdicts = verdicts.into_iter().map(|(key, verdict)| (key.to_string(), verdict)).collect();
        Err(SignatureError::Missing { pattern: self.source.clone(), need: self.need, verdicts })
    }
}

impl SignaturePolicy {
    /// A policy without rules: modules need no signatures.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a rule.
    #[must_use]
    pub fn rule(mut self, rule: Rule) -> Self {
        self.rules.push(rule);
        self
    }

    /// Refuses the modules of sources that no rule names.
    #[must_use]
    pub fn refuse_unnamed(mut self) -> Self {
        self.refuses_unnamed = true;
        self
    }

    /// Reads a policy from TOML.
    ///
    /// # Errors
    /// [`PolicyError`] if the text is no policy, or has a rule that nothing can meet.
    pub fn parse(text: &str) -> Result<Self, PolicyError> {
        let raw: Raw = toml::from_str(text).map_err(|error| PolicyError::Syntax { message: error.to_string() })?;
        let rules = raw.rule.into_iter().map(RawRule::into_rule).collect::<Result<_, _>>()?;
        Ok(Self { rules, refuses_unnamed: raw.unnamed == Unnamed::Refuse })
    }

    /// Checks a module of a source. Returns the keys that signed it, of those that the rules name.
    ///
    /// # Errors
    /// [`SignatureError`] if a signature is missing.
    pub fn check(&self, source: &Source, module: &[u8], signatures: &Signatures) -> Result<Vec<Key>, SignatureError> {
        let source = source.to_string();
        let mut rules = self.rules.iter().filter(|rule| matches(&rule.source, &source)).peekable();
        if rules.peek().is_none() && self.refuses_unnamed {
            return Err(SignatureError::Unnamed);
        }
        let mut keys = Vec::new();
        for rule in rules {
            keys.extend(rule.check(module, signatures)?);
        }
        Ok(distinct(keys))
    }
}

/// One key counts once.
fn distinct(keys: impl IntoIterator<Item = Key>) -> Vec<Key> {
    let mut distinct: Vec<Key> = Vec::new();
    for key in keys {
        if !distinct.contains(&key) {
            distinct.push(key);
        }
    }
    distinct
}

/// Whether a text is as a pattern says: `*` stands for any characters.
fn matches(pattern: &str, text: &str) -> bool {
    let mut parts = pattern.split('*');
    let first = parts.next().unwrap_or_default();
    let Some(mut rest) = text.strip_prefix(first) else { return false };
    let Some(last) = parts.next_back() else { return rest.is_empty() };
    for part in parts {
        match rest.find(part) {
            Some(at) => rest = &rest[at + part.len()..],
            None => return false,
        }
    }
    rest.ends_with(last)
}

fn missing(pattern: &str, need: usize, verdicts: &[(String, Verdict)]) -> String {
    let of = verdicts.len();
    let needs = match need {
        1 if of == 1 => "this signature".to_owned(),
        _ if need == of => "all of these signatures".to_owned(),
        1 => "one of these signatures".to_owned(),
        _ => format!("{need} of these signatures"),
    };
    let say = |(key, verdict): &(String, Verdict)| match verdict {
        Verdict::Signed => format!("{key} (is there)"),
        Verdict::NotSigned => format!("{key} (is missing)"),
        Verdict::OtherFile => format!("{key} (is of another file, or made with another key)"),
        Verdict::Legacy => format!("{key} (is of an old form: sign the module anew)"),
    };
    let keys: Vec<_> = verdicts.iter().map(say).collect();
    format!("modules of {pattern:?} need {needs}: {}", keys.join(", "))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Raw {
    #[serde(default)]
    unnamed: Unnamed,
    #[serde(default)]
    rule: Vec<RawRule>,
}

#[derive(Default, PartialEq, Deserialize)]
#[serde(rename_all = "kebab-case")]
enum Unnamed {
    #[default]
    Accept,
    Refuse,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
struct RawRule {
    source: String,
    all_of: Option<Vec<Key>>,
    any_of: Option<Vec<Key>>,
    at_least: Option<usize>,
    of: Option<Vec<Key>>,
}

impl RawRule {
    fn into_rule(self) -> Result<Rule, PolicyError> {
        match (self.all_of, self.any_of, self.at_least, self.of) {
            (Some(keys), None, None, None) => Rule::all_of(&self.source, keys),
            (None, Some(keys), None, None) => Rule::any_of(&self.source, keys),
            (None, None, Some(need), Some(keys)) => Rule::at_least(need, &self.source, keys),
            _ => Err(PolicyError::Syntax {
                message: format!(
                    "the rule for {:?} has one of `all-of`, `any-of`, or `at-least` with `of`",
                    self.source
                ),
            }),
        }
    }
}

#[cfg(test)]
mod tests;
