//! The file of grants: read as it was written, or refused with a line.

use super::*;
use std::fs;

/// A version with some of each sort: allowed, allowed in part, refused, added.
fn fill(grants: &mut Grants) -> Grant {
    let mut grant = Grant::new();
    let all = requests(&format!(
        "{FIRST}\n[[scratch]]\nguest = \"/tmp\"\nsize = \"1 MiB\"\nreason = \"a\"\n\
         [[env]]\nname = \"LANG\"\nreason = \"b\"\n[[env]]\nname = \"TOKEN\"\nvalue = \"\"\nreason = \"b\"\n\
         [[interfaces]]\nname = \"Log\"\nversion = \"1.2\"\nreason = \"c\"\n[[limits]]\ncall = \"90s\"\nreason = \"d\""
    ));
    for request in &all {
        let decision = match &request.item {
            Item::Network { .. } => Decision::Refused,
            item => Decision::Allowed(Allowed::as_asked(item, Some(Path::new("/home/ada/\"books\""))).unwrap()),
        };
        grant.decide(request.item.clone(), decision).unwrap();
    }
    grant.add(Allowed::new(item("[[limits]]\nsockets = 3")).unwrap());
    grant.add(Allowed::folder("/srv", "/srv", plugix_requests::Access::ReadOnly, None).unwrap());
    grants.set(&origin("file:/wo\"rds.wasm"), &hash(1), grant.clone()).unwrap();
    grants.set(&origin("oci://example.com/words"), &hash(2), Grant::new()).unwrap();
    grant
}

#[test]
fn what_is_written_is_read() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("new/grants.toml");
    let mut grants = Grants::open(&path).unwrap();
    let grant = fill(&mut grants);
    let again = Grants::open(&path).unwrap();
    assert_eq!(again.get(&origin("file:/wo\"rds.wasm"), &hash(1)), Some(&grant));
    assert_eq!(again.iter().collect::<Vec<_>>(), grants.iter().collect::<Vec<_>>());
    let text = fs::read_to_string(&path).unwrap();
    assert!(text.contains("\n[[plugin.limits]]\nasked = { threads = 8 }\nthreads = 8\n"), "{text}");
    assert!(text.contains("asked = { connect-tcp = \"*.example.com:443\" }\nrefused = true\n"), "{text}");
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o077, 0);
    }
}

#[test]
fn two_managers_lose_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("grants.toml");
    let open = || Grants::open(&path).unwrap();
    std::thread::scope(|scope| {
        for number in 0..8 {
            let mut grants = open();
            scope.spawn(move || grants.set(&origin(&format!("file:/{number}")), &hash(number), Grant::new()).unwrap());
        }
    });
    assert_eq!(open().iter().count(), 8);
    let (mut one, mut other) = (open(), open());
    one.forget(&origin("file:/1")).unwrap();
    other.set(&origin("file:/2"), &hash(9), Grant::new()).unwrap();
    assert!(open().get(&origin("file:/1"), &hash(1)).is_none());
    assert_eq!(other.iter().count(), 8);
    // Nothing but the file and its lock is left.
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 2);
}

#[test]
fn a_damaged_file_grants_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("grants.toml");
    fill(&mut Grants::open(&path).unwrap());
    let good = fs::read_to_string(&path).unwrap();
    let version = "version = 1\n\n[[plugin]]\norigin = \"file:/a\"\nhash = \"blake3:";
    let digits = "0".repeat(64);
    for (text, message) in [
        (good.replace("version = 1\n", ""), "`version` is missing"),
        (good.replace("version = 1\n", "version = 2\n"), "`version` is 2, and this version of Plugix reads 1"),
        (good.replace("refused", "refusd"), "there is no `plugin.network.refusd` here; did you mean `refused`?"),
        (good.replace("}\nthreads = 8", "}\nthreads = 80"), "and would be allowed to run up to 80 threads"),
        (good.replace("host = ", "# "), "`plugin.folders.host` is missing"),
        (good.replace("host = \"/srv\"", "host = \"srv\""), "name the folder by its absolute path"),
        (good.replace("blake3:", "sha256:"), "is no hash of a module"),
        (
            format!("{version}{digits}\"\n[[plugin.env]]\nname = \"A\"\nrefused = true"),
            "`plugin.env` is refused, and was not asked",
        ),
        (
            format!("{version}{digits}\"\n{}", "[[plugin.env]]\nasked = { name = \"A\" }\nrefused = true\n".repeat(2)),
            "grants.toml:9:1: `plugin.env` is asked twice",
        ),
        (good[..good.len() - 3].to_owned(), "grants.toml:"),
        ("\u{0}".to_owned(), "grants.toml:1:"),
    ] {
        fs::write(&path, &text).unwrap();
        let error = Grants::open(&path).unwrap_err();
        assert!(matches!(error, GrantsError::Text(_)), "{error:?}");
        assert!(error.to_string().contains(message) && error.to_string().contains("grants.toml:"), "{error}\n{text}");
    }
    // A file that was damaged meanwhile is not overwritten.
    fs::write(&path, &good).unwrap();
    let mut grants = Grants::open(&path).unwrap();
    fs::write(&path, "damaged").unwrap();
    assert!(grants.forget(&origin("file:/a")).is_err());
    assert_eq!(fs::read_to_string(&path).unwrap(), "damaged");
    fs::write(&path, [0xff]).unwrap();
    assert!(matches!(Grants::open(&path), Err(GrantsError::Io { what: "read", .. })));
}
