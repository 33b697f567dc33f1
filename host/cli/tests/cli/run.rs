//! `plugix run`, `compile`, `inspect` and `cache`.

use crate::Plugix;
use anyhow::{Context, Result};
use plugix_e2e::guest_path;
use serde_json::{Value, json};
use std::ffi::OsStr;
use std::io::{Read as _, Write as _};
use std::path::Path;
use std::process::{Child, Command, Stdio};

#[test]
fn methods_are_called_with_json() -> Result<()> {
    let plugix = Plugix::new()?;
    let small = guest_path("small");
    let stdout = plugix.run_module(small, &["four", "[1, -2, true, 0.5]"])?.succeeded();
    assert!(serde_json::from_str::<Value>(&stdout)?.is_i64(), "{stdout}");
    assert_eq!(plugix.run_module(small, &["Small/octet", r#"{"value": 7}"#])?.succeeded(), "7\n");
    assert_eq!(plugix.run_module(small, &["nothing"])?.succeeded(), "null\n");
    assert_eq!(plugix.run_module(small, &["octet", "[7]", "--isolated"])?.succeeded(), "7\n");
    assert!(plugix.run_module(small, &["panic", "[3]", "--isolated"])?.failed_with(4).contains("panic"));
    let stderr = plugix.run_module(small, &["octet", "[256]"])?.failed();
    assert!(stderr.starts_with("error: ") && stderr.contains("value: expected"), "{stderr}");
    let stderr = plugix.run_module(small, &["length", r#"["", [], []]"#])?.failed_with(3);
    assert!(stderr.contains("`length` returned an error: "), "{stderr}");
    assert!(plugix.run_module(small, &["panic", "[3]"])?.failed_with(4).contains("panic"));
    assert!(plugix.run_module(small, &["octet", "[7"])?.failed().contains("is not JSON"));
    assert!(plugix.run_module(small, &[])?.failed().contains("name a method:\n\nSmall 1.0.0\n"));
    Ok(())
}

#[test]
fn programs_are_run_with_a_policy() -> Result<()> {
    let plugix = Plugix::new()?;
    let program = guest_path("command");
    let policy = plugix.file("plugix.toml");
    std::fs::write(&policy, "args = [\"one\"]\n[env]\nCOLOUR = \"blue\"")?;
    let outcome = plugix.run_module(program, &["--policy", policy.to_str().context("a temporary folder is text")?])?;
    assert_eq!(outcome.stderr, "done\n");
    let stdout = outcome.succeeded();
    assert!(stdout.contains(r#"args ["one"]"#) && stdout.contains(r#"var Ok("blue")"#), "{stdout}");
    assert!(plugix.run_module(program, &["method"])?.failed().contains("a program has no methods"));
    std::fs::write(&policy, "arg = 1")?;
    let stderr = plugix.run_module(program, &["--policy", policy.to_str().context("as before")?])?.failed();
    assert!(stderr.contains("did you mean `args`"), "{stderr}");
    Ok(())
}

#[test]
fn what_is_compiled_runs_when_it_is_trusted() -> Result<()> {
    let plugix = Plugix::new()?;
    let small = guest_path("small");
    let compiled = plugix.file("small.plugix");
    let stdout = plugix.run(&[OsStr::new("compile"), small.as_ref(), "-o".as_ref(), compiled.as_ref()])?.succeeded();
    assert!(stdout.contains("small.plugix: ") && stdout.contains("-linux"), "{stdout}");

    let stderr = plugix.run_module(&compiled, &["octet", "[7]", "--no-cache"])?.failed();
    assert!(stderr.contains("`--trust`"), "{stderr}");
    let run = ["octet", "[7]", "--trust", "--no-cache"];
    assert_eq!(plugix.run_module(&compiled, &run)?.succeeded(), "7\n");
    assert!(!plugix.file("plugix-modules").exists());

    let mut bytes = std::fs::read(&compiled)?;
    let last = bytes.len() - 1;
    bytes[last] ^= 1;
    std::fs::write(&compiled, bytes)?;
    let stderr = plugix.run_module(&compiled, &run)?.failed();
    assert!(stderr.contains("small.plugix: the compiled module is damaged"), "{stderr}");
    Ok(())
}

#[test]
fn a_compiler_that_fails_writes_nothing() -> Result<()> {
    let plugix = Plugix::new()?;
    let source = plugix.file("broken.wasm");
    std::fs::write(&source, b"\0asm\x01\0\0\0\x01")?;
    let stderr = plugix.run(&[OsStr::new("compile"), source.as_ref()])?.failed();
    assert!(stderr.contains("broken.wasm: not a valid WebAssembly module"), "{stderr}");
    let stderr = plugix.run(&[OsStr::new("compile"), source.as_ref(), "-o".as_ref(), source.as_ref()])?.failed();
    assert!(stderr.contains("not a valid"), "{stderr}");
    assert_eq!(std::fs::read_dir(plugix.0.path())?.count(), 1);
    Ok(())
}

#[test]
fn a_module_says_what_it_is() -> Result<()> {
    let plugix = Plugix::new()?;
    let small = guest_path("small");
    let page = plugix.run(&[OsStr::new("inspect"), small.as_ref()])?.succeeded();
    assert!(page.contains("a plugin") && page.contains("implements Small 1.0"), "{page}");
    assert!(page.contains("  octet(value: u8) -> u8\n") && page.contains("imports from wasi"), "{page}");

    let inspect = |path: &Path| -> Result<Value> {
        let stdout = plugix.run(&[OsStr::new("inspect"), "--json".as_ref(), path.as_ref()])?.succeeded();
        Ok(serde_json::from_str(&stdout)?)
    };
    let mut described = inspect(small)?;
    assert_eq!((&described["form"], &described["compiled"]), (&json!("reactor"), &Value::Null));
    assert_eq!(described["implements"][0]["methods"][0]["name"], "nothing");

    // A compiled module says the same, and what compiled it. Looking at it takes no trust.
    let compiled = plugix.file("small.plugix");
    plugix.run(&[OsStr::new("compile"), small.as_ref(), "-o".as_ref(), compiled.as_ref()])?.succeeded();
    let of_compiled = inspect(&compiled)?;
    assert!(of_compiled["compiled"]["target"].is_string(), "{of_compiled}");
    described["compiled"] = of_compiled["compiled"].clone();
    assert_eq!(of_compiled, described);
    Ok(())
}

#[test]
fn a_module_says_what_it_asks_for() -> Result<()> {
    let plugix = Plugix::new()?;
    let requests = guest_path("requests");
    let page = plugix.run(&[OsStr::new("inspect"), requests.as_ref()])?.succeeded();
    let asks = r#"
asks to
  read and change a folder, as "/books", by 1 MiB at most
    "counts the words of the books, and writes them down"
  read a folder, as "/more", and works without
    "knows more books"
  have 64 KiB of memory for files of its own, as "/tmp"
    "sorts words"
  have the environment variable "LANG" be "C.UTF-8"
    "knows what a letter is"
  connect (TCP) to "127.0.0.1:1-65535", and works without
    "asks a server"
  run up to 4 threads
    "counts several books at once"
  call the interface "Dictionary" 1.2, and works without
    "asks what a word means"
"#;
    assert!(page.contains(asks), "{page}");

    let described = plugix.run(&[OsStr::new("inspect"), "--json".as_ref(), requests.as_ref()])?.succeeded();
    let described: Value = serde_json::from_str(&described)?;
    assert_eq!(
        (&described["requests"][0], &described["requests"][5]["amount"]),
        (
            &json!({
                "kind": "folder", "known": true, "guest": "/books", "access": "read-write", "size": 1_048_576,
                "optional": false, "reason": "counts the words of the books, and writes them down",
            }),
            &json!(4)
        )
    );

    // What a later version asks for is shown as such, and what commands a terminal isn't shown at all.
    let module = |name: &str, section: &[u8]| -> Result<_> {
        let path = plugix.file(name);
        std::fs::write(
            &path,
            plugix_e2e::with_section(std::fs::read(guest_path("small"))?, "plugix.requests", section),
        )?;
        Ok(path)
    };
    let later = module("later.wasm", b"\x0a\0\0\0\x01\x03gpu\0\x01wxy")?;
    let page = plugix.run(&[OsStr::new("inspect"), later.as_ref()])?.succeeded();
    assert!(page.contains("asks to\n  do something that this version doesn't know: \"gpu\"\n    \"w\"\n"), "{page}");
    let hostile = module("hostile.wasm", b"\x0a\0\0\0\x01\x03gpu\0\x01\x1bxy")?;
    let stderr = plugix.run(&[OsStr::new("inspect"), hostile.as_ref()])?.failed();
    assert!(
        stderr.contains("hostile.wasm: the module's requests are none: a request's reason has the character"),
        "{stderr}"
    );
    Ok(())
}

#[test]
fn the_users_cache_is_filled_shown_and_cleared() -> Result<()> {
    let plugix = Plugix::new()?;
    let show =
        || -> Result<Value> { Ok(serde_json::from_str(&plugix.run(&["cache", "show", "--json"])?.succeeded())?) };
    assert_eq!(show()?["entries"], json!([]));
    plugix.run_module(guest_path("small"), &["nothing"])?.succeeded();
    let shown = show()?;
    assert_eq!(
        (shown["entries"].as_array().map(Vec::len), &shown["entries"][0]["module"]),
        (Some(1), &json!("guest_small"))
    );
    let page = plugix.run(&["cache", "show"])?.succeeded();
    assert!(page.starts_with("guest_small ") && page.contains("just now") && page.contains("1 modules"), "{page}");
    assert_eq!(plugix.run(&["cache", "clear"])?.succeeded(), "");
    assert_eq!(show()?["entries"], json!([]));
    Ok(())
}

/// A program that the command runs. Its output comes while it runs.
fn started(plugix: &Plugix, args: &[&str]) -> Result<Child> {
    let policy = plugix.file("plugix.toml");
    std::fs::write(&policy, format!("args = {}", json!(args)))?;
    let mut command = Command::new(env!("CARGO_BIN_EXE_plugix"));
    command.args([OsStr::new("run"), guest_path("command").as_ref(), "--policy".as_ref(), policy.as_ref()]);
    command.env("XDG_CACHE_HOME", plugix.0.path());
    Ok(command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null()).spawn()?)
}

/// Waits until the program has said so much.
fn wait_for(program: &mut Child, said: &[u8]) -> Result<()> {
    let mut seen = vec![0; said.len()];
    program.stdout.as_mut().context("it is a pipe")?.read_exact(&mut seen)?;
    assert_eq!(seen, said);
    Ok(())
}

#[test]
fn a_program_reads_the_commands_input_and_prints_as_it_goes() -> Result<()> {
    let plugix = Plugix::new()?;
    let mut program = started(&plugix, &["copy"])?;
    let mut stdin = program.stdin.take().context("it is a pipe")?;
    // No line of these is complete when its bytes arrive.
    for text in [&b"one"[..], b" and\nanother"] {
        stdin.write_all(text)?;
        wait_for(&mut program, text)?;
    }
    drop(stdin);
    assert_eq!(program.wait()?.code(), Some(0));
    Ok(())
}

#[test]
fn ctrl_c_ends_a_program_whether_it_wants_or_not() -> Result<()> {
    let plugix = Plugix::new()?;
    for waiting in ["wait", "wait-in-spite"] {
        let mut program = started(&plugix, &[waiting])?;
        wait_for(&mut program, b"waiting ")?;
        let interrupted = Command::new("kill").args(["-INT", &program.id().to_string()]).status()?;
        assert!(interrupted.success());
        assert_eq!(program.wait()?.code(), Some(130), "{waiting}");
    }
    Ok(())
}

#[test]
fn a_program_exits_with_the_code_of_any_thread() -> Result<()> {
    let plugix = Plugix::new()?;
    for (args, code) in [
        (&["exit", "3"][..], 3),
        (&["exit", "256"], 0),
        (&["exit", "-1"], 255),
        (&["exit", "77777"], 209),
        (&["exit-on-a-thread"], 9),
        (&["abort"], 134),
    ] {
        assert_eq!(started(&plugix, args)?.wait_with_output()?.status.code(), Some(code), "{args:?}");
    }
    Ok(())
}

#[test]
fn a_profile_is_written_by_thread_and_function() -> Result<()> {
    let plugix = Plugix::new()?;
    plugix.write("answers.toml", "[Oracle.answer]\nreturns = 0\n")?;
    let run = |method: &str, arguments: &str, to: &str| {
        let args = [method, arguments, "--fake", "answers.toml", "--profile", to];
        plugix.run_module(guest_path("shared"), &args)
    };
    let work = r#"{"rounds": 100000000}"#;
    let outcome = run("work", work, "out.svg")?;
    assert!(outcome.stderr.contains("samples: out.svg\n"), "{}", outcome.stderr);
    outcome.succeeded();
    let svg = std::fs::read_to_string(plugix.file("out.svg"))?;
    assert!(svg.contains("<svg ") && svg.contains("work"), "{svg}");
    run("work", work, "out.txt")?.succeeded();
    let text = std::fs::read_to_string(plugix.file("out.txt"))?;
    assert!(text.lines().any(|line| line.starts_with("calls on plugix;") && line.contains("work")), "{text}");
    let stderr = run("work", work, "no/folder.svg")?.stderr;
    assert!(stderr.contains("--profile: can't write no/folder.svg"), "{stderr}");
    Ok(())
}

#[test]
fn a_dump_is_written_when_a_plugin_or_a_program_traps() -> Result<()> {
    let plugix = Plugix::new()?;
    let written = |stderr: &str| -> Result<String> {
        let (_, file) = stderr.split_once("left a core dump: ").with_context(|| format!("no dump: {stderr}"))?;
        let file = file.split_whitespace().next().context("a name")?;
        assert!(file.starts_with("dumps/") && file.ends_with(".coredump"), "{stderr}");
        Ok(file.to_owned())
    };
    plugix.write("answers.toml", "[Oracle.answer]\nreturns = 0\n")?;
    let run = |method: &str, to: &str| {
        plugix.run_module(guest_path("shared"), &[method, "[]", "--fake", "answers.toml", "--dump", to])
    };
    let stderr = run("trap", "dumps")?.failed_with(4);
    assert!(stderr.contains("\nerror: ") && stderr.contains(" trapped in `Shared/trap`"), "{stderr}");
    let dump = written(&stderr)?;
    let module = guest_path("shared").to_str().context("a path is text")?;
    let shown = plugix.run(&["coredump", &dump, module])?.succeeded();
    let head = "\nthread main\n  <guest_shared::Crowd as plugix_e2e_contract::shared::Shared>::trap\n";
    assert!(shown.starts_with("guest_shared: ") && shown.contains(head), "{shown}");
    let unnamed = plugix.run(&["coredump", &dump])?.succeeded();
    assert!(unnamed.contains("\n  function ") && unnamed.contains("globals: "), "{unnamed}");
    for (arguments, said) in [
        (&[module][..], "no section `core`"),
        (&["answers.toml"], "doesn't begin as WebAssembly"),
        (&[&dump, "answers.toml"], "no module"),
        (&["nothing"], "can't read nothing"),
    ] {
        let error = plugix.run(&[&["coredump"], arguments].concat())?.failed();
        assert!(error.contains(said), "{arguments:?}: {error}");
    }

    let wasm = wat::parse_str(
        r#"(module (memory (export "memory") 1 1 shared) (data (i32.const 32) "what was there")
            (func (export "_start") unreachable))"#,
    )?;
    let program = plugix.write("program.wasm", wasm)?;
    let stderr = plugix.run_module(&program, &["--dump", "dumps"])?.failed_with(4);
    let dump = written(&stderr)?;
    let shown = plugix.run(&["coredump", &dump, "--memory", "0x20", "--bytes", "16"])?.succeeded();
    assert_eq!(shown, "00000020  77 68 61 74 20 77 61 73 20 74 68 65 72 65 00 00  what was there..\n");
    let beyond = plugix.run(&["coredump", &dump, "--memory", "0x10000"])?.failed();
    assert!(beyond.contains("nothing at 0x10000"), "{beyond}");
    assert_eq!(std::fs::read_dir(plugix.file("dumps"))?.count(), 2);

    let stderr = run("trap", "answers.toml")?.failed();
    assert!(stderr.starts_with("error: --dump: can't open the folder answers.toml: "), "{stderr}");
    Ok(())
}
