//! What was done, and how long it took.

use anyhow::{Context as _, Result, ensure};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

/// Steps in their order.
#[derive(Default)]
pub(super) struct Steps(Vec<Step>);

struct Step {
    name: String,
    took: Duration,
    /// The most that it may take, in seconds.
    goal: Option<u64>,
}

impl Step {
    fn is_missed(&self) -> bool {
        self.goal.is_some_and(|goal| self.took > Duration::from_secs(goal))
    }
}

impl Steps {
    /// Runs a command that has to succeed, and returns what it printed.
    pub(super) fn run(&mut self, name: impl Into<String>, command: &mut Command) -> Result<String> {
        let name = name.into();
        eprintln!("newcomer: {name}");
        let start = Instant::now();
        let output = command.stdin(Stdio::null()).output().with_context(|| format!("can't run {command:?}"))?;
        let took = start.elapsed();
        let [said, problem] = [output.stdout, output.stderr].map(|text| String::from_utf8_lossy(&text).into_owned());
        ensure!(output.status.success(), "{name}: {command:?} failed, {}\n{said}{problem}", output.status);
        self.add(name, took);
        Ok(said + &problem)
    }

    pub(super) fn add(&mut self, name: String, took: Duration) {
        self.0.push(Step { name, took, goal: None });
    }

    /// The last steps, so many of them, are one, which may take so many seconds.
    pub(super) fn goal(&mut self, name: impl Into<String>, steps: usize, seconds: u64) {
        let took = self.0[self.0.len() - steps..].iter().map(|step| step.took).sum();
        self.0.push(Step { name: name.into(), took, goal: Some(seconds) });
    }

    pub(super) fn show(&self) {
        for step in &self.0 {
            let goal = step.goal.map_or(String::new(), |goal| format!("≤ {goal} s"));
            let missed = if step.is_missed() { "  missed" } else { "" };
            println!("{:50} {:>8.1} s  {goal:>7}{missed}", step.name, step.took.as_secs_f64());
        }
    }

    pub(super) fn missed(&self) -> usize {
        self.0.iter().filter(|step| step.is_missed()).count()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_goal_is_for_the_steps_before_it() {
        let mut steps = Steps::default();
        for seconds in [100, 2, 3] {
            steps.add("step".to_owned(), Duration::from_secs(seconds));
        }
        steps.goal("both", 2, 5);
        assert_eq!(steps.missed(), 0);
        steps.goal("all", 4, 5);
        assert_eq!(steps.missed(), 1);
    }
}
