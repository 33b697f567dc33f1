//! `plugix fleet`: hosts as processes, releases, calls, tables, and a host that is killed.

use super::Plugix;
use anyhow::{Context as _, Result};
use plugix_e2e::{guest_path, wait_until};
use plugix_nats::Server as Nats;
use std::io::{BufRead as _, BufReader};
use std::process::{Child, Command, Stdio};
use std::thread;

/// A host that runs, and what it prints.
struct Host {
    child: Child,
    lines: std::sync::mpsc::Receiver<String>,
}

impl Host {
    fn start(plugix: &Plugix, nats: &Nats, arguments: &[&str]) -> Result<Self> {
        let mut command = plugix.command();
        command.args(["fleet", "serve", "--servers", &nats.url()]).args(arguments);
        let mut child = command.stdout(Stdio::piped()).spawn()?;
        let output = BufReader::new(child.stdout.take().context("it is piped")?);
        let (sender, lines) = std::sync::mpsc::channel();
        thread::spawn(move || output.lines().map_while(Result::ok).try_for_each(|line| sender.send(line)));
        Ok(Self { child, lines })
    }

    /// Waits for a line that has this in it.
    fn says(&self, text: &str) -> Result<String> {
        loop {
            let line = self.lines.recv_timeout(std::time::Duration::from_secs(120));
            let line = line.with_context(|| format!("the host doesn't say {text:?}"))?;
            if line.contains(text) {
                return Ok(line);
            }
        }
    }

    /// Asks the host to end, as Ctrl-C does.
    fn interrupt(mut self) -> Result<i32> {
        let asked = Command::new("kill").args(["-INT", &self.child.id().to_string()]).status()?;
        assert!(asked.success());
        self.child.wait()?.code().context("it ends by itself")
    }
}

impl Drop for Host {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn fleet(plugix: &Plugix, nats: &Nats, arguments: &[&str]) -> Result<super::Outcome> {
    plugix.run(&[&["fleet", arguments[0], "--servers", &nats.url()], &arguments[1..]].concat())
}

#[test]
fn a_fleet_runs_what_was_signed_and_goes_on_without_a_host() -> Result<()> {
    let (plugix, nats) = (Plugix::new()?, Nats::start()?);
    plugix.run(&["keygen", "--no-password"])?.succeeded();
    let module = guest_path("calls").to_str().context("a path is text")?;
    let trust = ["--trust", "plugix.pub"];
    let first = Host::start(&plugix, &nats, &[&["--name", "first"], &trust[..]].concat())?;
    let second = Host::start(&plugix, &nats, &[&["--name", "second", "--isolated"], &trust[..]].concat())?;
    first.says("first serves")?;
    second.says("second serves")?;
    // Nobody has signed it.
    let unsigned = fleet(&plugix, &nats, &["apply", module, "--plugin", "calls", "--wait", "10"])?;
    assert_eq!((unsigned.code, &*unsigned.stdout), (Some(1), "calls 0.1.0 is revision 1\n"));
    let said = unsigned.stderr;
    assert!(said.contains("does not serve") && said.contains("0 of the 1 keys"), "{said}");
    let signed = ["apply", module, "--plugin", "calls", "--key", "plugix.key", "--as-version", "1.0"];
    let applied = fleet(&plugix, &nats, &signed)?.succeeded();
    assert!(applied.contains("calls 1.0 is revision") && applied.contains("calls 1.0 serves"), "{applied}");
    first.says("calls 1.0 serving")?;
    let status = fleet(&plugix, &nats, &["status"])?.succeeded();
    assert!(status.contains("PLUGIN") && status.contains("second") && status.contains("serving"), "{status}");
    let json: serde_json::Value = serde_json::from_str(&fleet(&plugix, &nats, &["status", "--json"])?.succeeded())?;
    assert_eq!(json["hosts"].as_array().map(Vec::len), Some(2), "{json:#}");
    // A host is killed, and the other one goes on.
    drop(first);
    wait_until("one host", || {
        let status = fleet(&plugix, &nats, &["status", "--json"]).map(|outcome| outcome.stdout).unwrap_or_default();
        !status.contains("\"first\"")
    });
    let kept = fleet(&plugix, &nats, &["prune", "--older", "0"])?.succeeded();
    assert_eq!(kept, "0 modules, 0 B: deleted\n");
    fleet(&plugix, &nats, &["remove", "calls"])?.succeeded();
    second.says("calls 1.0 is gone")?;
    for (arguments, done) in [(&["--dry-run"][..], "would be deleted"), (&[], "deleted")] {
        let pruned = fleet(&plugix, &nats, &[&["prune", "--older", "0"], arguments].concat())?.succeeded();
        let lines: Vec<_> = pruned.lines().collect();
        assert!(lines.len() == 2 && lines[0].starts_with("blake3:"), "{pruned}");
        assert!(lines[1].starts_with("1 module, ") && lines[1].ends_with(done), "{pruned}");
    }
    assert_eq!(second.interrupt()?, 0);
    let status = fleet(&plugix, &nats, &["status"])?.succeeded();
    assert!(!status.contains("second"), "{status}");
    let gone = fleet(&plugix, &nats, &["remove", "calls"])?.failed();
    assert!(gone.contains("the fleet has no plugin `calls`"), "{gone}");
    Ok(())
}

#[test]
fn methods_are_called_with_json() -> Result<()> {
    let (plugix, nats) = (Plugix::new()?, Nats::start()?);
    let host = Host::start(&plugix, &nats, &["--name", "one", "--trust-anybody"])?;
    let module = guest_path("small").to_str().context("a path is text")?;
    fleet(&plugix, &nats, &["apply", module, "--plugin", "small"])?.succeeded();
    host.says("small")?;
    assert_eq!(fleet(&plugix, &nats, &["call", "Small/octet", "[7]"])?.succeeded(), "7\n");
    assert_eq!(
        fleet(&plugix, &nats, &["call", "Small/octet", "{\"value\": 8}", "--plugin", "small"])?.succeeded(),
        "8\n"
    );
    let top = fleet(&plugix, &nats, &["top", "--count", "1", "--interval", "0.1"])?.succeeded();
    assert!(top.contains("Small 1.0.0") && top.contains("one"), "{top}");
    for (arguments, said) in [
        (&["call", "octet"][..], "Interface/method"),
        (&["call", "Small/octe"], "octet"),
        (&["call", "Small/octet", "[700]"], "octet"),
        (&["call", "Smaller/octet"], "no host serves `Smaller`"),
        (&["call", "Small/octet", "[7]", "--plugin", "large"], "of the plugin `large`"),
    ] {
        let error = fleet(&plugix, &nats, arguments)?.failed();
        assert!(error.contains(said), "{arguments:?}: {error}");
    }
    assert_eq!(host.interrupt()?, 0);
    Ok(())
}

#[test]
fn what_keeps_a_command_from_the_fleet_is_said() -> Result<()> {
    let (plugix, nats) = (Plugix::new()?, Nats::builder().user("ann", "secret").start()?);
    let nowhere = plugix.run(&["fleet", "status", "--servers", "nats://127.0.0.1:1"])?.failed();
    assert!(nowhere.contains("no server answers at nats://127.0.0.1:1"), "{nowhere}");
    let refused = fleet(&plugix, &nats, &["status"])?.failed();
    assert!(refused.contains("says nothing of who it is"), "{refused}");
    let untrusting = fleet(&plugix, &nats, &["serve", "--name", "one"])?.failed();
    assert!(untrusting.contains("`--trust`"), "{untrusting}");
    let missing = fleet(&plugix, &nats, &["status", "--creds", "no.creds"])?.failed();
    assert!(missing.contains("no.creds"), "{missing}");
    Ok(())
}
