//! What a host does next with a plugin. It is a function of what is known, and the same on all hosts.

/// What is known of a plugin on a host.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Known<'a> {
    /// The revision that is to run here. `None` if none is.
    pub(super) wanted: Option<u64>,
    /// The revision that serves here.
    pub(super) running: Option<u64>,
    /// Whether a version is being started or stopped.
    pub(super) is_busy: bool,
    /// Whether the host has to wait before it tries the revision again.
    pub(super) is_paused: bool,
    /// Whether enough other hosts serve the plugin, if it isn't for this one any more.
    pub(super) is_replaced: bool,
    /// Whose turn it is to exchange the plugin.
    pub(super) turn: Option<Turn<'a>>,
}

/// Whose turn it is.
#[derive(Clone, Copy, Debug)]
pub(super) struct Turn<'a> {
    pub(super) host: &'a str,
    /// Whether that host says anything.
    pub(super) lives: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Step {
    Nothing,
    /// Start what doesn't run yet.
    Start(u64),
    /// Ask for the turn. If a host has it that is gone, take it over.
    AskForTurn,
    /// It is another host's turn.
    Wait,
    /// Exchange what runs.
    Exchange(u64),
    /// Give the turn back: there is nothing to exchange any more.
    LeaveTurn,
    Stop,
}

/// What the host of this name does next.
pub(super) fn next(host: &str, known: Known<'_>) -> Step {
    let has_turn = known.turn.is_some_and(|turn| turn.host == host);
    if known.is_busy {
        return Step::Nothing;
    }
    match (known.wanted, known.running) {
        (Some(wanted), Some(running)) if wanted != running => match known.turn {
            _ if known.is_paused => {
                if has_turn {
                    Step::LeaveTurn
                } else {
                    Step::Nothing
                }
            }
            Some(turn) if turn.host == host => Step::Exchange(wanted),
            Some(turn) if turn.lives => Step::Wait,
            _ => Step::AskForTurn,
        },
        _ if has_turn => Step::LeaveTurn,
        (Some(wanted), None) if !known.is_paused => Step::Start(wanted),
        (None, Some(_)) if known.is_replaced => Step::Stop,
        _ => Step::Nothing,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn known(wanted: Option<u64>, running: Option<u64>) -> Known<'static> {
        Known { wanted, running, ..Known::default() }
    }

    #[test]
    fn what_does_not_run_is_started_without_a_turn() {
        assert_eq!(next("a", known(Some(1), None)), Step::Start(1));
        assert_eq!(next("a", Known { is_paused: true, ..known(Some(1), None) }), Step::Nothing);
        assert_eq!(next("a", known(Some(1), Some(1))), Step::Nothing);
    }

    #[test]
    fn one_host_at_a_time_exchanges() {
        let old = known(Some(2), Some(1));
        let turn = |host, lives| Known { turn: Some(Turn { host, lives }), ..old };
        assert_eq!(next("a", old), Step::AskForTurn);
        assert_eq!(next("a", turn("b", true)), Step::Wait);
        assert_eq!(next("a", turn("b", false)), Step::AskForTurn, "the host that had it is gone");
        assert_eq!(next("a", turn("a", true)), Step::Exchange(2));
        assert_eq!(next("a", Known { running: Some(2), ..turn("a", true) }), Step::LeaveTurn);
        assert_eq!(next("a", Known { is_paused: true, ..turn("a", true) }), Step::LeaveTurn);
        assert_eq!(next("a", Known { is_busy: true, ..turn("a", true) }), Step::Nothing);
    }

    #[test]
    fn a_plugin_stays_until_others_have_it() {
        assert_eq!(next("a", known(None, Some(1))), Step::Nothing);
        assert_eq!(next("a", Known { is_replaced: true, ..known(None, Some(1)) }), Step::Stop);
        assert_eq!(next("a", known(None, None)), Step::Nothing);
    }
}
