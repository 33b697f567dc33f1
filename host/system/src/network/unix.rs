//! Rules for Unix sockets: paths of the host's, one by one.

use super::rule::NetworkRuleError;
use std::os::unix::ffi::OsStrExt;
use std::path::{Component, Path, PathBuf};

/// Bytes of a Unix socket's path, without the NUL at its end.
const MAX_PATH: usize = 107;

/// The Unix sockets that a plugin may reach. A plugin names one by the path that the rule has.
///
/// A rule is one path and never a folder: whoever can write to a folder decides what lies in it.
#[derive(Clone, Debug, Default)]
pub(super) struct UnixRules {
    connect: Vec<PathBuf>,
    listen: Vec<PathBuf>,
}

impl UnixRules {
    pub(super) fn connect(&mut self, path: &Path) -> Result<(), NetworkRuleError> {
        self.connect.push(checked(path)?);
        Ok(())
    }

    pub(super) fn listen(&mut self, path: &Path) -> Result<(), NetworkRuleError> {
        self.listen.push(checked(path)?);
        Ok(())
    }

    pub(super) fn is_empty(&self) -> bool {
        self.connect.is_empty() && self.listen.is_empty()
    }

    pub(super) fn allows_connect(&self, path: &Path) -> bool {
        self.connect.iter().any(|rule| same(rule, path))
    }

    pub(super) fn allows_listen(&self, path: &Path) -> bool {
        self.listen.iter().any(|rule| same(rule, path))
    }
}

/// Whether two paths have the same bytes. `Path` takes `/a/./b` for `/a/b`, and the kernel gets the bytes.
fn same(rule: &Path, path: &Path) -> bool {
    rule.as_os_str() == path.as_os_str()
}

fn checked(path: &Path) -> Result<PathBuf, NetworkRuleError> {
    let wrong = |problem: &str| NetworkRuleError { rule: path.display().to_string(), problem: problem.to_owned() };
    let bytes = path.as_os_str().as_bytes();
    if !path.is_absolute() {
        return Err(wrong("write a Unix socket as an absolute path, such as `/run/app.sock`"));
    }
    if path.components().any(|part| part == Component::ParentDir) {
        return Err(wrong("write a Unix socket's path without `..`"));
    }
    if bytes.len() > MAX_PATH || bytes.contains(&0) {
        return Err(wrong("a Unix socket's path has 107 bytes at most, and no NUL"));
    }
    Ok(path.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_rule_is_for_one_path_and_one_direction() {
        let mut rules = UnixRules::default();
        assert!(rules.is_empty());
        rules.connect(Path::new("/run/a.sock")).unwrap();
        assert!(rules.allows_connect(Path::new("/run/a.sock")));
        assert!(!rules.allows_listen(Path::new("/run/a.sock")));
        for other in ["/run", "/run/b.sock", "run/a.sock", "/run/./a.sock", "/run/a.sock/", "/tmp/../run/a.sock", ""] {
            assert!(!rules.allows_connect(Path::new(other)), "{other}");
        }
    }

    #[test]
    fn mistakes_say_what_to_write() {
        let problem = |path: &str| UnixRules::default().listen(Path::new(path)).unwrap_err().problem;
        assert!(problem("run/a.sock").contains("absolute"));
        assert!(problem("/run/../a.sock").contains("`..`"));
        assert!(problem(&format!("/{}", "a".repeat(107))).contains("107"));
        assert!(problem("").contains("absolute"));
    }
}
