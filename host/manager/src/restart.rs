//! When a plugin that died is started again.

use std::collections::VecDeque;
use std::time::{Duration, Instant};

/// What becomes of a plugin that dies: by a trap, an exit, a broken protocol, or because the host stopped it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Restart {
    first: Option<Duration>,
    longest: Duration,
    /// So many deaths within this time are too many.
    most: Option<(u32, Duration)>,
}

impl Restart {
    /// It stays dead.
    pub const NEVER: Self = Self { first: None, longest: Duration::ZERO, most: None };

    /// It is started again at once, as often as it dies.
    pub const ALWAYS: Self = Self { first: Some(Duration::ZERO), longest: Duration::ZERO, most: None };

    /// It is started again: after the first death at once, and then after a time that doubles with each death.
    pub fn back_off(first: Duration, longest: Duration) -> Self {
        Self { first: Some(first), longest: longest.max(first), most: None }
    }

    /// It is given up when it has died so often within this time.
    #[must_use]
    pub fn give_up_after(mut self, deaths: u32, within: Duration) -> Self {
        self.most = Some((deaths.max(1), within));
        self
    }

    /// Whether it is ever started again.
    pub fn is_ever(&self) -> bool {
        self.first.is_some()
    }
}

/// From 100 ms to 10 s, and given up after 5 deaths within a minute.
impl Default for Restart {
    fn default() -> Self {
        let second = Duration::from_secs(1);
        Self::back_off(second / 10, 10 * second).give_up_after(5, 60 * second)
    }
}

/// What is to be done after a death.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Next {
    /// Start it again after this time. This is the attempt of this number.
    Start(Duration, u32),
    /// It has died so often.
    GiveUp(u32),
}

/// The deaths that count.
#[derive(Debug, Default)]
pub(crate) struct Deaths(VecDeque<Instant>);

impl Deaths {
    /// Counts a death.
    pub(crate) fn add(&mut self, restart: &Restart, now: Instant) -> Next {
        let Some(first) = restart.first else { return Next::GiveUp(1) };
        // Without a limit, a plugin that has lived for long begins with the shortest time again.
        let within = restart.most.map_or((10 * restart.longest).max(Duration::from_secs(60)), |(_, within)| within);
        self.0.push_back(now);
        while self.0.front().is_some_and(|&death| now.saturating_duration_since(death) > within) {
            self.0.pop_front();
        }
        let count = self.0.len() as u32;
        match restart.most {
            Some((most, _)) if count >= most => Next::GiveUp(count),
            _ => {
                let doubled = 1_u32.checked_shl(count.saturating_sub(2)).unwrap_or(u32::MAX);
                let wait = if count == 1 { Duration::ZERO } else { first.saturating_mul(doubled) };
                Next::Start(wait.min(restart.longest), count)
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MS: Duration = Duration::from_millis(1);

    #[test]
    fn one_that_is_never_restarted_is_given_up() {
        assert_eq!(Deaths::default().add(&Restart::NEVER, Instant::now()), Next::GiveUp(1));
    }

    #[test]
    fn the_time_doubles_up_to_the_longest() {
        let (mut deaths, now) = (Deaths::default(), Instant::now());
        let restart = Restart::back_off(10 * MS, 35 * MS);
        let waits: Vec<_> = (0..5).map(|_| deaths.add(&restart, now)).collect();
        let expected = [0, 10, 20, 35, 35].into_iter().zip(1..).map(|(ms, count)| Next::Start(ms * MS, count));
        assert_eq!(waits, expected.collect::<Vec<_>>());
    }

    #[test]
    fn deaths_of_long_ago_do_not_count() {
        let (mut deaths, now) = (Deaths::default(), Instant::now());
        let restart = Restart::ALWAYS.give_up_after(3, 100 * MS);
        assert_eq!(deaths.add(&restart, now), Next::Start(Duration::ZERO, 1));
        assert_eq!(deaths.add(&restart, now + 60 * MS), Next::Start(Duration::ZERO, 2));
        assert_eq!(deaths.add(&restart, now + 120 * MS), Next::Start(Duration::ZERO, 2));
        assert_eq!(deaths.add(&restart, now + 121 * MS), Next::GiveUp(3));
    }

    #[test]
    fn any_number_of_deaths_is_counted() {
        let (mut deaths, now) = (Deaths::default(), Instant::now());
        let restart = Restart::back_off(MS, 2 * MS);
        for _ in 0..100 {
            assert!(matches!(deaths.add(&restart, now), Next::Start(wait, _) if wait <= 2 * MS));
        }
    }
}
