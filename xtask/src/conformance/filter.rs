//! Which cases and suites are asked for. A case is known as `cases/<name>`, a test program as `suites/<name>/<program>`.

/// What is asked for.
#[derive(Debug)]
pub(super) enum Filter {
    All,
    /// What has one of these in its name.
    Parts(Vec<String>),
    /// What `cargo xtask test` runs.
    Quick,
}

impl Filter {
    pub(super) fn new(parts: &[String]) -> Self {
        if parts.is_empty() { Self::All } else { Self::Parts(parts.to_owned()) }
    }

    /// Whether a case or a test program is asked for.
    pub(super) fn takes(&self, label: &str, is_quick: bool) -> bool {
        match self {
            Self::All => true,
            Self::Parts(parts) => parts.iter().any(|part| label.contains(part)),
            Self::Quick => is_quick,
        }
    }

    /// Whether everything is asked for whose name begins so.
    pub(super) fn takes_all_of(&self, start: &str) -> bool {
        match self {
            Self::All => true,
            Self::Parts(parts) => parts.iter().any(|part| start.contains(part)),
            Self::Quick => false,
        }
    }

    /// Whether a suite, or some of it, is asked for.
    pub(super) fn takes_some_of(&self, label: &str, is_quick: bool) -> bool {
        let is_inside = |part: &String| part.strip_prefix(label).is_some_and(|rest| rest.starts_with('/'));
        self.takes(label, is_quick) || matches!(self, Self::Parts(parts) if parts.iter().any(is_inside))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_part_names_cases_suites_and_programs() {
        let filter = |part: &str| Filter::new(&[part.to_owned()]);
        assert!(
            filter("tokio").takes("cases/tokio-net", false) && filter("tokio").takes_some_of("suites/tokio", false)
        );
        assert!(!filter("suites/tokio").takes("cases/tokio-net", true));
        let tcp = filter("suites/tokio/tcp_");
        assert!(tcp.takes_some_of("suites/tokio", false) && !tcp.takes_some_of("suites/tokio-util", false));
        assert!(tcp.takes("suites/tokio/tcp_echo", false) && !tcp.takes("suites/tokio/udp", false));
        assert!(Filter::new(&[]).takes("cases/mio", false));
        assert!(Filter::new(&[]).takes_all_of("cases/") && filter("suites/").takes_all_of("suites/"));
        assert!(!tcp.takes_all_of("suites/") && !filter("suites/").takes_all_of("cases/"));
        assert!(Filter::Quick.takes("cases/mio", true) && !Filter::Quick.takes("cases/mio", false));
    }
}
