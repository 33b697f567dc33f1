//! What the script does with and without a clang.

use super::*;
use std::io::ErrorKind;
use std::process::{Command, Output};

fn run(folder: &Path, name: &str, arguments: &[&str], variables: &[(&str, &str)]) -> Output {
    let mut command = Command::new(folder.join(name));
    command.args(arguments).env_remove(CLANG).env_remove(WANTED).envs(variables.iter().copied());
    loop {
        match command.output() {
            // A program that another test is starting still has the script open for writing, until it runs.
            Err(error) if error.kind() == ErrorKind::ExecutableFileBusy => std::thread::yield_now(),
            output => return output.unwrap(),
        }
    }
}

fn written() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    files::create_dir(&folder.path().join("bin")).unwrap();
    write_script(Path::new("/sys root"), folder.path()).unwrap();
    folder
}

#[test]
fn without_a_clang_it_leaves_word_and_says_what_helps() {
    let folder = written();
    let wanted = folder.path().join("wanted");
    let output = run(folder.path(), CC, &["-c", "a.c"], &[(WANTED, wanted.to_str().unwrap())]);
    assert!(!output.status.success() && wanted.exists());
    assert!(String::from_utf8_lossy(&output.stderr).contains(clang::HELP));
    let output = run(folder.path(), CC, &[], &[]);
    assert!(!output.status.success(), "with nobody who waits for word");
}

#[test]
fn its_flags_come_last_and_once() {
    let folder = written();
    let shown = |name, arguments: &[&str]| {
        let output = run(folder.path(), name, arguments, &[(CLANG, "/bin/echo")]);
        String::from_utf8(output.stdout).unwrap()
    };
    let line = shown(CC, &["--target=other", "a b.c", "-mllvm", "-wasm-enable-sjlj"]);
    assert!(line.starts_with("--target=other a b.c "), "{line}");
    assert!(line.contains(" --target=wasm32-wasi --sysroot=/sys root "), "{line}");
    assert_eq!(line.matches("-wasm-enable-sjlj").count(), 1, "{line}");
    assert_eq!(line.matches("-wasm-use-legacy-eh=false").count(), 1, "{line}");
    assert!(line.contains("unix-dotfile"), "{line}");
    assert!(!shown(CC, &["-DSQLITE_DEFAULT_UNIX_VFS=\"own\""]).contains("unix-dotfile"));
    let cxx = format!("{CC}++");
    assert!(shown(&cxx, &["a.cc"]).starts_with("--driver-mode=g++ a.cc "));
}
