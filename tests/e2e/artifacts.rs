//! Compiled modules as files. They run as their modules would, on the hosts that they are for.

use anyhow::{Context, Result, ensure};
use plugix_e2e::{assert_matches, call, engine, failure, guest};
use plugix_host::__private::artifact_with;
use plugix_host::code::{Artifact, Cpu};
use plugix_host::error::{ArtifactError, LoadError, StopReason};
use plugix_host::raw::{Command, RawPlugin};
use plugix_host::{Engine, Error, Module, Plugin, Policy};
use std::sync::LazyLock;
use std::time::Duration;

/// The length of what stands before an artifact's header.
const PREFIX: usize = 48;

/// The engine of the tests compiled it. Another engine loads it.
fn sent(module: &Module) -> Result<Module> {
    let folder = tempfile::tempdir()?;
    let file = folder.path().join("sent.plugix");
    module.to_artifact()?.write_file(&file)?;
    load(&Engine::new()?, &Artifact::read_file(file)?)
}

fn load(engine: &Engine, artifact: &Artifact) -> Result<Module> {
    // SAFETY: the tests compiled it, or changed one outside of its code.
    Ok(unsafe { engine.load_artifact(artifact) }?)
}

fn sent_plugin(name: &str, policy: &Policy) -> Result<Plugin> {
    Ok(Plugin::new(&sent(&guest(name))?, policy)?)
}

/// One that is short.
fn small() -> &'static Artifact {
    static SMALL: LazyLock<Artifact> = LazyLock::new(|| {
        let wasm = wat::parse_str(
            r#"(module
                (memory (export "memory") 1)
                (func (export "answer") (result i32) (i32.const 42))
                (func (export "simd") (param f64) (result i32)
                    (f64x2.splat (f64.ceil (local.get 0)))
                    (i8x16.swizzle (v128.const i8x16 8 9 10 11 12 13 14 15 0 0 0 0 0 0 0 0))
                    (f64x2.extract_lane 0)
                    (i32.trunc_f64_s)
                    (i32.popcnt)))"#,
        );
        let module = engine().load(wasm.expect("it is well-formed")).expect("it is a module");
        module.to_artifact().expect("it can be compiled")
    });
    &SMALL
}

/// An artifact with other text in its header. The hashes are right.
fn forged(from: &str, to: &str) -> Result<Artifact> {
    ensure!(from.len() == to.len());
    let bytes = small().as_bytes();
    let (header, body) = bytes[PREFIX..].split_at(u32::from_le_bytes(bytes[12..16].try_into()?) as usize);
    let at =
        header.windows(from.len()).position(|text| text == from.as_bytes()).context("the header has no such text")?;
    let header = [&header[..at], to.as_bytes(), &header[at + from.len()..]].concat();
    Ok(Artifact::from_bytes(&artifact_with(&header, body))?)
}

/// Why it isn't loaded.
fn refusal(artifact: &Artifact) -> Result<ArtifactError> {
    let error = load(engine(), artifact).err().context("it was loaded")?;
    match error.downcast()? {
        LoadError::Artifact(error) => Ok(error),
        error => Err(error.into()),
    }
}

#[test]
fn threads_panics_and_traps_are_as_before() -> Result<()> {
    let threads = sent_plugin("threads", &Policy::new())?;
    assert_eq!(call(&threads, "spawn_and_join", "")?, "42");
    assert_eq!(call(&threads, "all_at_once", "8")?, "1");
    let panics = sent_plugin("panics", &Policy::new())?;
    for times in 1..=3 {
        assert_matches!(failure(&panics, "panic", "luck")?, Error::Panic(panic) if panic.report.message == "out of luck");
        assert_eq!(call(&panics, "dropped", "")?, times.to_string());
    }
    let small = sent(&guest("small"))?;
    let trapped = Plugin::new(&small, &Policy::new())?.call_json("trap", &serde_json::json!([])).unwrap_err();
    let of_wasm = Plugin::new(&guest("small"), &Policy::new())?.call_json("trap", &serde_json::json!([])).unwrap_err();
    // With the names of the functions that it came through.
    assert_eq!(format!("{trapped:?}"), format!("{of_wasm:?}"));
    Ok(())
}

#[test]
fn deadlines_hold() -> Result<()> {
    let plugin = sent_plugin("hostile", &Policy::new().call_deadline(Duration::from_millis(50)))?;
    assert_matches!(failure(&plugin, "stay", "spin 0")?, Error::Stopped(StopReason::Deadline { .. }));
    Ok(())
}

#[test]
fn an_artifact_says_what_the_module_says() -> Result<()> {
    for name in ["small", "typed", "threads", "command"] {
        let module = guest(name);
        let artifact = module.to_artifact()?;
        assert_eq!(format!("{:?}", artifact.info()?), format!("{:?}", module.info()), "{name}");
        let sent = sent(&module)?;
        assert_eq!((sent.name(), artifact.name()), (module.name(), module.name()));
        // The same again, without being compiled.
        assert_eq!(sent.to_artifact()?.as_bytes(), artifact.as_bytes());
    }
    let exit = Command::new(&sent(&guest("command"))?, &Policy::new())?.run()?;
    assert!(String::from_utf8(exit.output.stdout)?.contains("thread 42"));
    Ok(())
}

#[test]
fn every_flipped_bit_is_noticed() {
    let whole = small().as_bytes();
    let mut bytes = whole.to_vec();
    for at in 0..whole.len() {
        for bit in 0..8 {
            bytes[at] ^= 1 << bit;
            let refused = Artifact::from_bytes(&bytes).expect_err("a bit was flipped");
            match at {
                0..8 => assert_matches!(refused, ArtifactError::NotAnArtifact { .. }),
                8..12 => assert_matches!(refused, ArtifactError::OtherFormat { host: 1, .. }),
                _ => assert_matches!(refused, ArtifactError::Damaged { .. }),
            }
            bytes[at] = whole[at];
        }
    }
    assert!(Artifact::from_bytes(&bytes).is_ok());
}

#[test]
fn truncated_and_extended() {
    let whole = small().as_bytes();
    for len in 0..whole.len() {
        let refused = Artifact::from_bytes(&whole[..len]).expect_err("the end is missing");
        assert_matches!(refused, ArtifactError::NotAnArtifact { .. } | ArtifactError::Damaged { .. });
    }
    let longer = Artifact::from_bytes(&[whole, b"\0"].concat());
    assert_matches!(longer, Err(ArtifactError::Damaged { .. }));
}

#[test]
fn other_files_are_told_from_artifacts() -> Result<()> {
    let refused = Artifact::from_bytes(b"\0asm\x01\0\0\0").unwrap_err();
    assert!(refused.to_string().contains("Engine::load"), "{refused}");
    assert_matches!(Artifact::read_file("no/such/file.plugix"), Err(ArtifactError::Io { what, .. }) if what.contains("file.plugix"));
    assert_matches!(Artifact::read_file("/dev/zero"), Err(ArtifactError::Io { .. }));
    assert_matches!(small().write_file("no/such/folder/file.plugix"), Err(ArtifactError::Io { .. }));
    // Artifacts are told from WebAssembly as well. The error says what to do.
    let folder = tempfile::tempdir()?;
    let file = folder.path().join("small.plugix");
    small().write_file(&file)?;
    let refused = engine().load_file(&file).unwrap_err();
    assert!(matches!(refused, LoadError::IsArtifact) && refused.to_string().contains("Engine::load_artifact"));
    assert_eq!(std::fs::read_dir(folder.path())?.count(), 1, "nothing else is left behind");
    Ok(())
}

#[test]
fn other_versions_targets_and_configurations_are_refused() -> Result<()> {
    let origin = small().origin().clone();
    let wasmer = origin.wasmer.replace('.', "-");
    assert_matches!(
        refusal(&forged(&origin.wasmer, &wasmer)?)?,
        ArtifactError::OtherVersion { what: "wasmer", artifact, host } if *artifact == wasmer && *host == origin.wasmer
    );
    let plugix = origin.plugix.replace('.', "-");
    assert_matches!(refusal(&forged(&origin.plugix, &plugix)?)?, ArtifactError::OtherVersion { what: "Plugix", .. });
    let target = origin.target.replace("linux", "minix");
    assert_matches!(
        refusal(&forged(&origin.target, &target)?)?,
        ArtifactError::OtherTarget { artifact, host } if *artifact == target && *host == origin.target
    );
    let compiler = origin.compiler.replace("threads", "daemons");
    assert_matches!(
        refusal(&forged(&origin.compiler, &compiler)?)?,
        ArtifactError::OtherConfiguration { artifact, .. } if *artifact == compiler
    );
    let cpu = &origin.cpu[0];
    let error = refusal(&forged(cpu, &"x".repeat(cpu.len()))?)?;
    assert_matches!(error, ArtifactError::OtherCpu { missing, .. } if missing[0].starts_with('x'));
    assert!(error.to_string().contains("processor with x"), "{error}");
    Ok(())
}

#[test]
fn code_that_nobody_could_stop_is_refused() -> Result<()> {
    let wasm = wat::parse_str(r#"(module (memory (export "memory") 1))"#)?;
    let artifact = engine().load_unstoppable(wasm)?.to_artifact()?;
    assert_matches!(
        refusal(&artifact)?,
        ArtifactError::OtherVersion { what: "Plugix' rewriting", artifact, .. } if artifact == "0"
    );
    Ok(())
}

#[test]
fn lesser_processors_are_compiled_for() -> Result<()> {
    for cpu in Cpu::ALL {
        let lesser = match Engine::builder().cpu(cpu).build() {
            Err(LoadError::Cpu { wanted, missing }) => {
                assert!(wanted == cpu.to_string() && !missing.is_empty());
                continue;
            }
            engine => engine?,
        };
        let module = lesser.load_file(plugix_e2e::guest_path("small"))?;
        // What it compiles runs on it, and here.
        for engine in [&lesser, engine()] {
            let plugin = Plugin::new(&load(engine, &module.to_artifact()?)?, &Policy::new())?;
            assert_eq!(
                plugin.call_json("octet", &serde_json::json!([7])).map_err(|error| error.to_string()),
                Ok(7.into())
            );
        }
        // What is compiled for more than it has doesn't.
        if lesser.origin().cpu != engine().origin().cpu {
            let refused = load(&lesser, small()).unwrap_err().downcast()?;
            assert_matches!(refused, LoadError::Artifact(ArtifactError::OtherCpu { .. }));
        }
    }
    Ok(())
}

#[test]
fn instructions_that_processors_differ_in() -> Result<()> {
    let mut native = RawPlugin::new(&load(engine(), small())?, &Policy::new())?;
    assert_eq!(native.call::<(), i32>("answer", ())?, 42);
    assert_eq!(native.call::<(f64,), i32>("simd", (6.5,))?, 3);
    Ok(())
}
