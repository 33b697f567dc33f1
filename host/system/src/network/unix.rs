//! Rules for Unix sockets: paths of the host's, one by one.

use plugix_requests::network::{NetworkRuleError, check_unix};
use serde::{Deserialize, Serialize};
use std::path::{Path, PathBuf};

/// The Unix sockets that a plugin may reach. A plugin names one by the path that the rule has.
///
/// A rule is one path and never a folder: whoever can write to a folder decides what lies in it.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
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
    check_unix(path)?;
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
